import numpy as np
import pytest
from curated_models import corpus, directions, encode, fitted

from nps_insights.themes.curation.checked_edits import check_edits
from nps_insights.themes.curation.edits import edit_mark, entries
from nps_insights.themes.curation.lineage import lineage_table, match_themes, with_stable_ids
from nps_insights.themes.curation.replay import replay_edits
from nps_insights.themes.model import ThemeModel


def refit(order: list[int], *, noise: float = 0.05) -> ThemeModel:
    """The same themes under other ids: t01 is what was `order[0]`; numbers from 6 on are themes nobody knew."""
    model = fitted()
    rng = np.random.default_rng(1)
    centres = directions(10)[order] + rng.normal(0, noise, (len(order), 32))
    model.centres_ = (centres / np.linalg.norm(centres, axis=1, keepdims=True)).astype(np.float32)
    model.theme_ids_ = [f"t{place + 1:02}" for place in range(len(order))]
    model.theme_of_ = np.arange(len(order))
    model.threshold_ = np.full(len(order), 0.5)
    model.parents_ = {one: "p01" if old >= 3 else "p02" for one, old in zip(model.theme_ids_, order, strict=True)}
    model.labels_ = {one: f"label {old}" for one, old in zip(model.theme_ids_, order, strict=True)} | {
        "p01": "a",
        "p02": "b",
    }
    model.keywords_ = dict(model.labels_)
    return model


def test_a_model_continues_itself() -> None:
    rows = match_themes(fitted(), fitted(), vectors=corpus()[1])
    assert (rows["theme_id"] == rows["previous_theme_id"]).all()
    assert set(rows["relation"]) == {"kept"}
    assert rows["similarity"].tolist() == pytest.approx([1.0] * 6)
    assert rows["shared"].tolist() == [1.0] * 6


@pytest.mark.parametrize("order", [[5, 4, 3, 2, 1, 0], [2, 0, 1, 5, 3, 4]])
def test_ids_stay_with_what_they_name(order: list[int]) -> None:
    stable = with_stable_ids(refit(order), fitted())
    assert stable.theme_ids_ == [f"t{old + 1:02}" for old in order]
    assert all(stable.labels_[f"t{old + 1:02}"] == f"label {old}" for old in order)
    assert stable.parents_ == fitted().parents_, "top themes keep their ids too"


def test_a_new_theme_gets_a_number_that_no_theme_ever_had() -> None:
    # t06 goes, then something new comes; then t05 goes and another comes.
    second = with_stable_ids(refit([0, 1, 2, 3, 4, 6]), fitted())
    assert second.theme_ids_ == ["t01", "t02", "t03", "t04", "t05", "t07"]
    third = with_stable_ids(refit([7, 0, 1, 2, 3, 6]), second)
    assert third.theme_ids_ == ["t08", "t01", "t02", "t03", "t04", "t07"]
    fourth = with_stable_ids(refit([0, 8]), third)
    assert fourth.theme_ids_ == ["t01", "t09"]
    gone = {row["theme_id"] for row in fourth.lineage_ if row["relation"] == "gone"}
    assert {one for one in gone if one.startswith("t")} == {"t02", "t03", "t04", "t05", "t06", "t07", "t08"}


def test_what_came_and_what_went_is_told() -> None:
    rows = match_themes(fitted(), refit([0, 1, 2, 3, 4, 6])).set_index("theme_id")
    assert set(rows.loc["t06", "relation"]) == {"gone", "new"}
    assert set(rows.drop("t06")["relation"]) == {"kept"}


def test_segments_tell_a_split_and_a_merger() -> None:
    segments, vectors = corpus()
    whole = fitted()
    parts, _ = replay_edits(
        whole, check_edits({"edit": [{"kind": "split", "theme": "t01", "into": 2}]}), segments, vectors, encode
    )
    split = match_themes(whole, parts, vectors=vectors).set_index("theme_id")
    assert set(split.loc[["t01a", "t01b"], "relation"]) <= {"kept", "split_from"}
    assert set(split.loc[["t01a", "t01b"], "previous_theme_id"]) == {"t01"}
    merged = match_themes(parts, whole, vectors=vectors)
    assert set(merged.loc[merged["theme_id"] == "t01", "previous_theme_id"]) == {"t01a", "t01b"}


def test_a_theme_that_only_resembles_another_is_new() -> None:
    # A withheld subject: near an old one (cosine .8), yet not the same.
    current = refit([0, 1, 2, 3, 4, 5], noise=0.0)
    current.centres_[5] = 0.8 * directions(10)[5] + 0.6 * directions(10)[8]
    assert with_stable_ids(current, fitted()).theme_ids_[-1] == "t07"


def test_edits_after_stable_ids_need_no_finding_again() -> None:
    segments, vectors = corpus()
    stable = with_stable_ids(refit([5, 4, 3, 2, 1, 0], noise=0.01), fitted())
    was = {"t05": {"label": "anything", "keywords": "words that nobody uses now"}}
    edits = check_edits({"edit": [{"kind": "rename", "theme": "t05", "label": "Trains", "was": was}]})
    edited, report = replay_edits(stable, edits, segments, vectors, encode)
    assert report.table["status"].tolist() == ["applied"]
    assert edited.labels_["t05"] == "Trains"


def test_row_order_of_the_segments_is_no_information() -> None:
    vectors = corpus()[1]
    order = np.random.default_rng(0).permutation(len(vectors))
    one, other = (match_themes(fitted(), refit([1, 0, 2, 6]), vectors=rows) for rows in (vectors, vectors[order]))
    assert one.equals(other)


def test_the_table_of_a_model_tells_matches_and_edits() -> None:
    segments, vectors = corpus()
    edits = check_edits({"edit": [{"kind": "merge", "themes": ["t01", "t02"]}, {"kind": "delete", "theme": "t03"}]})
    edited, _ = replay_edits(with_stable_ids(fitted(), fitted()), edits, segments, vectors, encode)
    table = lineage_table(edited)
    merged, deleted = (edit_mark(entry) for _, entry in entries(edits))
    assert (merged[:15], deleted[:11]) == ("merge t01, t02 ", "delete t03 ")
    assert merged in table["edit"].tolist()
    assert table.loc[table["edit"] == deleted, "relation"].tolist() == ["gone"]
    assert lineage_table(fitted()).empty
