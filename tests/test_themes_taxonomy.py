"""The taxonomy: what it may hold, and that every problem is told at once."""

from pathlib import Path

import pandas as pd
import pytest

from nps_insights.tables import DataRefusedError, SettingsError
from nps_insights.themes.guided.taxonomy import (
    check_taxonomy,
    pick,
    read_taxonomy,
    taxonomy_examples,
    taxonomy_from_codes,
)

QUEUE = {"name": "Queue", "examples": ["long queue", "slow tills"]}


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "taxonomy.toml"
    path.write_text(
        '[[theme]]\nname = "Queue"\nexamples = ["long queue", "slow tills"]\nowner = "Stores"\nparent = "Shop"\n',
        encoding="utf-8",
    )
    (theme,) = read_taxonomy(path)
    assert (theme.name, theme.owner, theme.parent) == ("Queue", "Stores", "Shop")
    assert theme.examples == ("long queue", "slow tills")


@pytest.mark.parametrize(("content", "said"), [(None, "no such file"), ("[[theme", "no valid TOML")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "taxonomy.toml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"taxonomy\.toml: .*{said}"):
        read_taxonomy(path)


def test_all_problems_come_in_one_error() -> None:
    given = {
        "theme": [
            QUEUE,
            {**QUEUE, "name": "queue"},
            {"name": "Staff", "examples": []},
            {"name": "Price", "examples": ["dear", "cheap"], "ownr": "Sales", "parent": "Quueue"},
        ],
        "themes": [],
    }
    with pytest.raises(SettingsError) as caught:
        check_taxonomy(given)
    message = str(caught.value)
    assert "name 'queue' stands 2 times" in message
    assert "theme 3 ('Staff'): examples: too few" in message
    assert "theme 4 ('Price'): ownr: unknown key; did you mean 'owner'?" in message
    assert "parent 'Quueue' is nearly the name of theme 'Queue'" in message
    assert "themes: unknown key; did you mean 'theme'?" in message


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "theme: field required"),
        ({"theme": []}, "theme: too few"),
        ({"theme": "Queue"}, "theme: input should be"),
        ({"theme": ["Queue"]}, "theme 1: "),
        ({"theme": [{**QUEUE, "examples": ["only one"]}]}, "examples: too few"),
        ({"theme": [{**QUEUE, "examples": ["fine", 3]}]}, "examples.1: input should be a valid string"),
        ({"theme": [{**QUEUE, "parent": "Queue"}]}, "parent 'Queue' is itself a theme of the list"),
        ({"theme": [QUEUE, {**QUEUE, "name": "Tills", "parent": "queue"}]}, "give the examples of 'Queue' to"),
        ({"theme": [{**QUEUE, "name": "T01"}]}, "name 'T01' looks like the id of a found theme"),
        ({"theme": [{**QUEUE, "parent": "P2"}]}, "parent 'P2' looks like the id of a found theme"),
        ({"theme": [QUEUE, {**QUEUE, "name": "Queue!"}]}, "names 'Queue', 'Queue!' give one id"),
        (
            {"theme": [{**QUEUE, "parent": "The shop"}, {**QUEUE, "name": "Tills", "parent": "the-shop"}]},
            "parent 'the-shop' differs from 'The shop' in spelling only",
        ),
    ],
)
def test_a_wrong_taxonomy_is_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        check_taxonomy(given)
    assert said in str(caught.value)


def test_an_example_of_two_themes_carries_both() -> None:
    staff = {"name": "Staff", "examples": ["kind nurse", "slow tills"]}
    found = taxonomy_examples(check_taxonomy({"theme": [QUEUE, staff]}))
    assert found.texts == ["kind nurse", "long queue", "slow tills"]
    assert found.labels.tolist() == [[False, True], [True, False], [True, True]]
    assert found.picked is None


def coded(n: int = 60) -> tuple[pd.DataFrame, pd.DataFrame]:
    ids = [f"c{number:03d}" for number in range(n)]
    texts = [f"comment {number}" for number in range(n)]
    comments = pd.DataFrame({"comment_id": ids, "text": texts, "says_nothing": [n < 5 for n in range(n)]})
    codes = pd.DataFrame({"comment_id": ids, "code": ["time" if number % 3 else "staff" for number in range(n)]})
    both = pd.DataFrame({"comment_id": ids[10:13], "code": "rare"})
    return pd.concat([codes, both], ignore_index=True), comments


def test_codes_become_examples_and_rare_ones_are_left_out() -> None:
    codes, comments = coded()
    found = taxonomy_from_codes(codes, comments)
    assert found.names == ["staff", "time"]
    assert len(found.texts) == 55
    assert found.picked is None
    assert (found.labels.sum(axis=1) == 1).all()


def test_comments_without_a_code_say_that_none_applies() -> None:
    codes, comments = coded()
    found = taxonomy_from_codes(codes[codes["code"] != "time"], comments)
    assert len(found.texts) == 55
    assert found.complete
    assert found.labels.sum() == (codes["code"].iloc[5:60] == "staff").sum()
    assert not taxonomy_from_codes(codes, comments, per_theme=6).complete


def test_picked_examples_do_not_depend_on_the_order_of_rows() -> None:
    codes, comments = coded()
    found = taxonomy_from_codes(codes, comments, per_theme=6, random_state=3)
    again = taxonomy_from_codes(
        codes.sample(frac=1, random_state=0), comments.sample(frac=1, random_state=1), per_theme=6, random_state=3
    )
    assert found.texts == again.texts
    assert found.labels.tolist() == again.labels.tolist()
    assert found.labels.sum(axis=0).tolist() == [6, 6]
    assert found.picked == 6
    assert taxonomy_from_codes(codes, comments, per_theme=6, random_state=4).texts != found.texts


def test_too_few_codes_and_too_few_per_theme_are_refused() -> None:
    codes, comments = coded()
    with pytest.raises(DataRefusedError, match="none of 3 codes stands on 99"):
        taxonomy_from_codes(codes, comments, min_comments=99)
    with pytest.raises(SettingsError, match="per_theme == 1"):
        taxonomy_from_codes(codes, comments, per_theme=1)


def test_a_rare_theme_gives_all_its_rows() -> None:
    labels, _ = coded()[0].pipe(lambda codes: (pd.crosstab(codes["comment_id"], codes["code"]).to_numpy() > 0, None))
    rows = pick(labels, 10, random_state=0)
    assert labels[rows].sum(axis=0).min() == 3
