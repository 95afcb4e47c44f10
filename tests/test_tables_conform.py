import importlib
import subprocess
import sys
from collections.abc import Iterator

import pandas as pd
import pytest

from nps_insights.tables import TABLES, SchemaError, conform, empty
from nps_insights.tables.columns import Table


@pytest.mark.parametrize("name", TABLES)
def test_an_empty_table_conforms_to_its_own_contract(name: str) -> None:
    assert conform(name, empty(name)).empty


def test_all_problems_of_a_table_come_in_one_error() -> None:
    frame = pd.DataFrame(
        {"response_id": ["r1", "r1"], "score": [9, 9], "scale_max": 10, "category": ["happy", "promoter"]}
    )
    with pytest.raises(SchemaError) as caught:
        conform("responses", frame.assign(mood="x"))
    message = str(caught.value)
    assert "scale_min: the column is missing" in message
    assert "mood: unknown" in message
    with pytest.raises(SchemaError) as caught:
        conform("responses", frame.assign(scale_min=0))
    assert len(caught.value.problems) == 2
    assert (
        "category: 1 of 2 rows: must be one of detractor, passive, promoter (first: response_id 'r1' has 'happy')"
        in str(caught.value)
    )
    assert "response_id: 2 of 2 rows: must be unique" in str(caught.value)


def test_rows_and_columns_come_in_the_contracts_order() -> None:
    frame = pd.DataFrame({"code": ["b", "a"], "response_id": ["r", "r"], "comment_id": ["c", "c"]})
    table = conform("codes", frame)
    assert list(table.columns) == ["comment_id", "response_id", "code"]
    assert table["code"].tolist() == ["a", "b"]


def test_attributes_are_allowed_only_under_their_prefix() -> None:
    accounts = pd.DataFrame({"account_id": ["a"], "attribute/plan": ["Pro"]})
    assert "attribute/plan" in conform("accounts", accounts)
    with pytest.raises(SchemaError, match="plan: unknown"):
        conform("accounts", accounts.rename(columns={"attribute/plan": "plan"}))


def test_values_out_of_bounds_are_named() -> None:
    frame = pd.DataFrame(
        {"code": ["x"], "n_code": [1], "n_theme": [1], "n_both": [1], "precision": [1.2], "recall": [0.5], "f1": [0.7]}
    )
    with pytest.raises(SchemaError, match=r"precision: 1 of 1 rows: must lie in 0 to 1"):
        conform("agreement", frame)


def whole(table: Table) -> pd.DataFrame:
    """Two rows that keep every rule of a table."""
    kinds = {"id": ["a", "b"], "text": ["x", "y"], "date": pd.to_datetime(["2026-01-01", "2026-01-02"]), "flag": True}
    given = kinds | {"integer": [1, 2]} | {kind: [0.25, 0.75] for kind in ("number", "share", "points")}
    words = {one.name: [one.vocabulary[0], one.vocabulary[-1]] for one in table.columns if one.vocabulary}
    return pd.DataFrame({one.name: words.get(one.name, given[one.kind]) for one in table.columns}, index=[0, 1])


def broken(table: Table) -> Iterator[pd.DataFrame]:
    """The two rows with each rule broken in turn, once for every kind of column of the table."""
    frame = whole(table)
    if table.key:
        yield frame.iloc[[0, 0]]
    wrong = {"id": "", "share": 1.01, "points": -100.5}
    for one in {(one.kind, one.nullable, one.vocabulary): one for one in table.columns}.values():
        values = [wrong[one.kind]] if one.kind in wrong else []
        values += [None] if not one.nullable and one.kind in ("id", "text", "number", "share", "points", "date") else []
        values += ["a word of another list"] if one.vocabulary else []
        for value in values:
            yield frame.assign(**{one.name: frame[one.name].astype(object).where([True, False], value)})


@pytest.mark.parametrize("name", TABLES)
def test_no_broken_rule_passes_unnamed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Naming what is broken takes long; that it is asked for is what counts here.
    module = importlib.import_module("nps_insights.tables.conform")
    assert conform(name, whole(TABLES[name])).shape[0] == 2
    monkeypatch.setattr(module, "_value_problems", lambda *_: ["named"])
    assert conform(name, whole(TABLES[name])).shape[0] == 2
    for frame in broken(TABLES[name]):
        with pytest.raises(SchemaError, match="named"):
            conform(name, frame)


def test_a_table_that_keeps_the_rules_costs_no_second_look() -> None:
    code = "import sys; from nps_insights.tables import conform, empty; conform('responses', empty('responses')); "
    subprocess.run([sys.executable, "-c", code + "sys.exit('pandera' in sys.modules)"], check=True)


def test_a_column_that_stands_there_twice_and_words_in_place_of_numbers_are_problems() -> None:
    frame = pd.DataFrame({"response_id": ["r1"], "score": ["nine"], "scale_min": 0, "scale_max": 10})
    with pytest.raises(SchemaError, match="score: must hold number values, got str: could not convert"):
        conform("responses", frame.assign(category="promoter"))
    twice = pd.concat([frame.assign(score=9, category="promoter"), frame[["scale_min"]]], axis="columns")
    with pytest.raises(SchemaError, match="scale_min: the column stands there more than once"):
        conform("responses", twice)
