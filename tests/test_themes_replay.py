from typing import Any

import numpy as np
import pandas as pd
import pytest
from curated_models import corpus, encode, fitted
from hypothesis import given, settings
from hypothesis import strategies as st

from nps_insights.tables import TABLES
from nps_insights.themes.curation.checked_edits import check_edits
from nps_insights.themes.curation.replay import replay_edits
from nps_insights.themes.curation.report import EditReport
from nps_insights.themes.curation.said import nearest_theme
from nps_insights.themes.model import ThemeModel

LEARNED = (
    "theme_ids_",
    "centres_",
    "theme_of_",
    "threshold_",
    "parents_",
    "labels_",
    "keywords_",
    "owners_",
    "lineage_",
)


def replayed(*edits: dict[str, Any], seeds: tuple[dict[str, Any], ...] = (), model: ThemeModel | None = None):
    segments, vectors = corpus()
    checked = check_edits({"edit": list(edits), "seed": list(seeds)})
    edited, report = replay_edits(model or fitted(), checked, segments, vectors, encode)
    return edited, report


def themes(model: ThemeModel, vectors: np.ndarray | None = None) -> np.ndarray:
    places = nearest_theme(model, corpus()[1] if vectors is None else vectors)
    return np.array([model.theme_ids_[place] if place >= 0 else "" for place in places])


def status(report: EditReport) -> list[str]:
    return report.table["status"].tolist()


def assert_equal(one: ThemeModel, other: ThemeModel) -> None:
    for name in LEARNED:
        left, right = getattr(one, name), getattr(other, name)
        if isinstance(left, np.ndarray):
            assert left.dtype == right.dtype, name
            np.testing.assert_array_equal(left, right, err_msg=name)
        else:
            assert left == right, name


def test_the_model_given_stays_as_it_was() -> None:
    model = fitted()
    replayed({"kind": "merge", "themes": ["t01", "t02"]}, {"kind": "delete", "theme": "t03"}, model=model)
    assert_equal(model, fitted())


def test_without_edits_nothing_changes() -> None:
    edited, report = replayed()
    assert_equal(edited, fitted())
    assert report.table.empty
    assert report.notes == []


def test_rename_and_owner_move_nothing() -> None:
    edited, report = replayed(
        {"kind": "rename", "theme": "t02", "label": "Nurses"}, {"kind": "owner", "theme": "p01", "owner": "Wards"}
    )
    assert edited.labels_["t02"] == "Nurses"
    assert edited.owners_ == dict.fromkeys(["p01", "t01", "t02", "t03"], "Wards")
    assert status(report) == ["applied", "applied"]
    np.testing.assert_array_equal(themes(edited), themes(fitted()))


@given(st.sets(st.sampled_from(range(6)), min_size=2))
@settings(max_examples=10, deadline=None)
def test_a_merge_unites_the_parts_and_moves_nothing_else(chosen: set[int]) -> None:
    ids = [f"t{place + 1:02}" for place in sorted(chosen)]
    edited, _ = replayed({"kind": "merge", "themes": ids})
    before, after = themes(fitted()), themes(edited)
    joined = np.isin(before, ids)
    assert set(after[joined]) == {ids[0]}, "the largest keeps its id"
    np.testing.assert_array_equal(after[~joined], before[~joined])
    assert set(edited.theme_ids_) == set(fitted().theme_ids_) - set(ids[1:])


def test_a_merge_keeps_the_stated_id_and_label() -> None:
    edited, _ = replayed({"kind": "merge", "themes": ["t01", "t05"], "keep": "t05", "label": "Delays"})
    assert "t01" not in edited.theme_ids_
    assert edited.labels_["t05"] == "Delays"
    assert {row["theme_id"] for row in edited.lineage_ if row["previous_theme_id"] == "t01"} == {"t05"}


def test_a_merge_keeps_the_id_that_was_agreed_on_though_another_is_larger_today() -> None:
    segments, vectors = corpus()
    merge = check_edits({"edit": [{"kind": "merge", "themes": ["t01", "t05"]}]})
    larger, smaller = (
        set(replay_edits(fitted(), merge, segments, vectors, encode, agreed=agreed)[0].theme_ids_) & {"t01", "t05"}
        for agreed in ((), ("t02", "t05"))
    )
    assert (larger, smaller) == ({"t01"}, {"t05"})


def test_a_merged_theme_without_a_label_is_named_by_its_words() -> None:
    edited, _ = replayed({"kind": "merge", "themes": ["t02", "t03"]})
    assert any(word in edited.labels_["t02"] for word in ("nurse", "toilet"))
    assert "toilet" in edited.keywords_["t02"]


def test_a_theme_that_was_merged_is_still_known_by_its_id() -> None:
    edited, report = replayed(
        {"kind": "merge", "themes": ["t01", "t05"]}, {"kind": "owner", "theme": "t05", "owner": "Rail"}
    )
    assert edited.owners_ == {"t01": "Rail"}
    assert report.table["why"].iloc[1] == "t05 is now part of t01"


def test_a_split_by_number_keeps_the_texts_together_and_apart() -> None:
    edited, report = replayed({"kind": "split", "theme": "t01", "into": 2})
    before, after = themes(fitted()), themes(edited)
    segments = corpus()[0]
    assert set(after[before == "t01"]) == {"t01a", "t01b"}
    np.testing.assert_array_equal(after[before != "t01"], before[before != "t01"])
    till = segments["text"].str.contains("till").to_numpy()
    assert len(set(after[till])) == len(set(after[(before == "t01") & ~till])) == 1
    assert edited.parents_["t01a"] == edited.parents_["t01b"] == "p01"
    assert status(report) == ["applied"]
    assert len(set(edited.labels_.values())) == len(edited.labels_)


def test_a_split_of_the_only_theme_of_a_top_theme_keeps_the_top_themes_name() -> None:
    model = fitted()
    model.parents_ = model.parents_ | {"t01": "p09"}
    model.labels_ = model.labels_ | {"p09": "alone above"}
    model.keywords_ = model.keywords_ | {"p09": "alone, above"}
    edited, _ = replayed({"kind": "split", "theme": "t01", "into": 2}, model=model)
    assert edited.parents_["t01a"] == edited.parents_["t01b"] == "p09"
    assert (edited.labels_["p09"], edited.keywords_["p09"]) == ("alone above", "alone, above")


def with_many_prototypes() -> ThemeModel:
    """The same themes, each with a prototype for every third of its texts, as the engine leaves them."""
    model, (_, vectors) = fitted(), corpus()
    places = nearest_theme(model, vectors)
    model.centres_, model.theme_of_ = vectors[::3], places[::3]
    model.threshold_ = np.full(len(model.centres_), 0.5)
    return model


def test_a_split_among_many_prototypes_moves_nothing_else_at_all() -> None:
    model = with_many_prototypes()
    edited, _ = replayed({"kind": "split", "theme": "t01", "into": 2}, model=model)
    before, after = themes(model), themes(edited)
    np.testing.assert_array_equal(after[before != "t01"], before[before != "t01"])
    till = corpus()[0]["text"].str.contains("till").to_numpy()
    assert len(set(after[till])) == len(set(after[(before == "t01") & ~till])) == 1
    assert len(edited.centres_) == len(model.centres_)


def test_a_seed_draws_what_is_like_its_examples_away_from_many_prototypes() -> None:
    seed = {"name": "Queue on the phone", "examples": ["long queue on the phone", "on the phone in a long queue again"]}
    model = with_many_prototypes()
    edited, _ = replayed(seeds=(seed,), model=model)
    after, text = themes(edited), corpus()[0]["text"]
    assert (after[text.str.contains("phone").to_numpy()] == "queue-on-the-phone").mean() > 0.9
    assert (after[~text.str.contains("phone").to_numpy()] == "queue-on-the-phone").mean() < 0.05
    assert "t01" in edited.theme_ids_


def test_a_split_by_named_parts_follows_the_names() -> None:
    parts = [{"label": "Queue by phone", "phrases": ["on the phone"]}, {"label": "Queue at the till"}]
    edited, _ = replayed({"kind": "split", "theme": "t01", "parts": parts})
    after, text = themes(edited), corpus()[0]["text"]
    assert set(after[text.str.contains("phone").to_numpy()]) == {"t01a"}
    assert set(after[text.str.contains("till").to_numpy()]) == {"t01b"}
    assert edited.labels_["t01a"] == "Queue by phone"


def test_a_split_that_leaves_a_part_empty_is_reported() -> None:
    _, report = replayed({"kind": "split", "theme": "t06", "parts": [{"label": "cold soup"}, {"label": "late train"}]})
    assert status(report) == ["not_applied"]
    assert report.table["why"].iloc[0] == "1 of the 2 parts would hold no text of t06"


def test_a_deleted_theme_leaves_its_segments_nowhere_and_counts_them() -> None:
    edited, report = replayed({"kind": "delete", "theme": "t04"})
    before, after = themes(fitted()), themes(edited)
    assert set(after[before == "t04"]) == {""}
    np.testing.assert_array_equal(after[before != "t04"], before[before != "t04"])
    assert report.table["why"].iloc[0] == f"{(before == 't04').sum()} segments fit nowhere now"
    assert "t04" not in edited.labels_


def test_every_theme_may_be_deleted() -> None:
    edited, _ = replayed(*({"kind": "delete", "theme": one} for one in fitted().theme_ids_))
    assert edited.theme_ids_ == []
    assert set(themes(edited)) == {""}


def test_pinned_phrases_belong_to_their_theme() -> None:
    phrases = ["cold soup case1", "the bus never came"]
    edited, report = replayed({"kind": "pin", "theme": "t05", "phrases": phrases})
    assert set(themes(edited, encode(phrases))) == {"t05"}
    assert edited.labels_ == fitted().labels_
    assert status(report) == ["applied"]


def test_a_pinned_text_wins_even_against_a_theme_of_that_one_text() -> None:
    model = fitted()
    model.centres_ = np.concatenate([model.centres_[:5], encode(["cold soup case1"])])
    edited, _ = replayed({"kind": "pin", "theme": "t01", "phrases": ["cold soup case1"]}, model=model)
    assert themes(edited, encode(["cold soup case1"])).tolist() == ["t01"]


def test_pinning_to_a_new_name_makes_a_theme() -> None:
    edited, report = replayed(
        {"kind": "pin", "theme": "Ward noise", "phrases": ["it is loud at night", "so much noise"]},
        {"kind": "owner", "theme": "Ward noise", "owner": "Nights"},
    )
    assert edited.labels_["ward-noise"] == "Ward noise"
    assert edited.owners_ == {"ward-noise": "Nights"}
    assert themes(edited, encode(["so much noise"])).tolist() == ["ward-noise"]
    assert edited.parents_["ward-noise"] in {"p01", "p02"}
    assert status(report) == ["applied", "applied"]


def test_a_mistyped_id_makes_no_theme() -> None:
    edited, report = replayed({"kind": "pin", "theme": "t40", "phrases": ["noise"]})
    assert status(report) == ["not_applied"]
    assert_equal(edited, fitted())


def test_a_seed_that_was_found_takes_the_theme_over() -> None:
    seed = {
        "name": "Trains",
        "examples": ["late train again", "a late train today", "late train case99"],
        "owner": "Rail",
    }
    edited, report = replayed(seeds=(seed,))
    before, after = themes(fitted()), themes(edited)
    assert set(after[before == "t05"]) == {"trains"}
    np.testing.assert_array_equal(after[before != "t05"], before[before != "t05"])
    assert report.table["why"].iloc[0] == "it coincides with the found theme t05 and took it over"
    assert edited.owners_ == {"trains": "Rail"}
    assert edited.parents_["trains"] == "p02"
    assert "t05" not in edited.theme_ids_


def test_a_seed_of_something_else_stands_beside_the_found_themes() -> None:
    edited, report = replayed(seeds=({"name": "Parking", "examples": ["no space to park", "dear car park"]},))
    assert set(edited.theme_ids_) == {*fitted().theme_ids_, "parking"}
    assert themes(edited, encode(["no space to park"])).tolist() == ["parking"]
    np.testing.assert_array_equal(themes(edited), themes(fitted()))
    assert report.table["why"].isna().all()


EVERYTHING = (
    {"kind": "rename", "theme": "t02", "label": "Nurses"},
    {"kind": "merge", "themes": ["t03", "t04"]},
    {"kind": "split", "theme": "t01", "into": 2},
    {"kind": "rename", "theme": "t01b", "label": "The other queue"},
    {"kind": "delete", "theme": "t06"},
    {"kind": "pin", "theme": "Noise", "phrases": ["so loud"]},
    {"kind": "owner", "theme": "p01", "owner": "Wards"},
    {"kind": "split", "theme": "t77", "into": 2},
)
SEEDED = ({"name": "Trains", "examples": ["late train again", "a late train today"]},)


def test_a_second_replay_changes_nothing() -> None:
    once, first = replayed(*EVERYTHING, seeds=SEEDED)
    again, _ = replayed(*EVERYTHING, seeds=SEEDED)
    assert_equal(once, again)
    twice, second = replayed(*EVERYTHING, seeds=SEEDED, model=once)
    assert_equal(once, twice)
    assert status(second) == status(first)
    assert (first.table["status"] == "not_applied").sum() == 1


def test_row_order_and_partition_change_nothing() -> None:
    segments, vectors = corpus()
    order = np.random.default_rng(0).permutation(len(segments))
    edits = check_edits({"edit": list(EVERYTHING), "seed": list(SEEDED)})
    one, told = replay_edits(fitted(), edits, segments, vectors, encode)
    other, retold = replay_edits(fitted(), edits, segments.iloc[order], vectors[order], encode)
    assert_equal(one, other)
    pd.testing.assert_frame_equal(told.table, retold.table)


def test_every_edit_has_one_row_in_the_report() -> None:
    _, report = replayed(*EVERYTHING, seeds=SEEDED)
    assert report.table["position"].tolist() == list(range(1, 10))
    assert report.table["entry"].iloc[[0, 1]].tolist() == ["seed 1", "edit 1"]
    assert list(report.table.columns) == [column.name for column in TABLES["theme_edits"].columns]
    assert report.notes[0] == "8 of 9 edits of themes are in effect."
    assert report.notes[-1] == "edit 8 (split t77 into 2) was not applied: no theme has the id or label 't77'."


class TestAfterARefitFromScratch:
    """Ids have changed: what was t05 is now t02, and so on."""

    @staticmethod
    def refitted() -> ThemeModel:
        model = fitted()
        order = [3, 4, 5, 0, 1, 2]
        model.centres_ = np.ascontiguousarray(model.centres_[order])
        for name in ("labels_", "keywords_"):
            before = getattr(model, name)
            after = {f"t{place + 1:02}": before[f"t{old + 1:02}"] for place, old in enumerate(order)}
            setattr(model, name, before | after)
        return model

    def test_an_edit_finds_its_theme_by_its_words(self) -> None:
        was = {"t05": {"label": "Delays", "keywords": "late train, late, train"}}
        edited, report = replayed(
            {"kind": "rename", "theme": "t05", "label": "Trains", "was": was}, model=self.refitted()
        )
        assert edited.labels_["t02"] == "Trains"
        assert status(report) == ["adapted"]
        assert report.table["why"].iloc[0] == "t05 was 'Delays', found again as t02 'late train'"

    def test_an_edit_finds_its_theme_by_its_label(self) -> None:
        was = {"t05": {"label": "late train", "keywords": "late train, late, train"}}
        edited, report = replayed({"kind": "delete", "theme": "t05", "was": was}, model=self.refitted())
        assert "t02" not in edited.theme_ids_
        assert status(report) == ["adapted"]

    def test_an_edit_of_a_theme_that_is_gone_is_reported(self) -> None:
        was = {"t05": {"label": "Parking", "keywords": "car park, parking fee, no space"}}
        edited, report = replayed({"kind": "delete", "theme": "t05", "was": was}, model=self.refitted())
        assert_equal(edited, self.refitted())
        assert status(report) == ["not_applied"]
        assert "no theme is like it now" in report.table["why"].iloc[0]

    def test_an_id_that_lineage_vouches_for_is_believed(self) -> None:
        model = self.refitted()
        model.lineage_ = [{"theme_id": "t05", "previous_theme_id": "t05", "relation": "kept"}]
        was = {"t05": {"label": "Delays", "keywords": "late train, late, train"}}
        edited, report = replayed({"kind": "rename", "theme": "t05", "label": "Nurses", "was": was}, model=model)
        assert edited.labels_["t05"] == "Nurses"
        assert status(report) == ["applied"]


@pytest.mark.parametrize(
    "edit",
    [
        {"kind": "merge", "themes": ["p01", "t04"]},
        {"kind": "delete", "theme": "p02"},
        {"kind": "split", "theme": "p02", "into": 2},
        {"kind": "pin", "theme": "p02", "phrases": ["x"]},
    ],
)
def test_a_top_theme_is_edited_through_the_themes_under_it(edit: dict[str, Any]) -> None:
    edited, report = replayed(edit)
    assert_equal(edited, fitted())
    assert status(report) == ["not_applied"]
    assert "under" in report.table["why"].iloc[0]


def test_a_label_that_a_found_theme_bears_goes_to_the_theme_that_was_given_it() -> None:
    edited, _ = replayed({"kind": "rename", "theme": "t02", "label": "cold soup"})
    assert edited.labels_["t02"] == "cold soup"
    assert edited.labels_["t06"] == "cold soup (t06)"
