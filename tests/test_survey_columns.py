import re

import pytest
from survey_tables import raw_table

from nps_insights.survey import SurveySettings, map_columns
from nps_insights.survey.files import records
from nps_insights.survey.files.delimited import Delimited
from nps_insights.survey.mapping.suggestion import suggest
from nps_insights.tables import DataRefusedError, SettingsError

SCORES = ["9", "0", "10"]
TEXTS = ["quick and very kind", "slow and rude again", "all as it should be"]


@pytest.mark.parametrize(
    "header",
    ["NPS", " nps_score ", "How likely are you to recommend Acme to a friend?", "Note NPS", "Weiterempfehlung"],
)
def test_known_names_are_taken_whatever_their_case_and_punctuation(header: str) -> None:
    assert map_columns(raw_table({header: SCORES}), SurveySettings()).columns == {"score": (header,)}


def test_a_score_column_without_scores_is_no_score() -> None:
    groups = raw_table({"NPS": ["Promoter", "Detractor", "Promoter"], "1_NPS_GROUP": ["3", "1", "3"]})
    with pytest.raises(DataRefusedError) as refused:
        map_columns(groups, SurveySettings())
    assert '--columns score="' in str(refused.value)
    assert "'1_NPS_GROUP': whole numbers 1 to 3" in str(refused.value)


def test_two_candidates_stop_and_show_the_line_to_type() -> None:
    with pytest.raises(DataRefusedError, match=r'"?NPS.*could both be it.*--columns score="NPS"'):
        map_columns(raw_table({"NPS": SCORES, "Score": SCORES}), SurveySettings())
    stated = map_columns(raw_table({"NPS": SCORES, "Score": SCORES}), SurveySettings(columns={"score": "Score"}))
    assert stated.columns == {"score": ("Score",)}
    assert stated.how == {"score": "stated"}
    assert stated.unused == ("NPS",)


def test_no_fuzzy_name_is_ever_taken() -> None:
    with pytest.raises(DataRefusedError, match="has no column that is known"):
        map_columns(raw_table({"NPS Scroe": SCORES}), SurveySettings())


def test_what_is_stated_must_exist() -> None:
    raw = raw_table({"NPS": SCORES, "Customer Feedback": TEXTS})
    with pytest.raises(SettingsError, match="did you mean 'Customer Feedback'"):
        map_columns(raw, SurveySettings(columns={"comment": "Custmer Feedbck"}))
    with pytest.raises(SettingsError, match="'scroe' is no field; did you mean 'score'"):
        map_columns(raw, SurveySettings(columns={"scroe": "NPS"}))
    with pytest.raises(SettingsError, match="only comment takes several"):
        map_columns(raw, SurveySettings(columns={"score": ["NPS", "Customer Feedback"]}))


def test_an_id_is_the_response_only_if_it_is_unique() -> None:
    unique = map_columns(raw_table({"id": ["1", "2", "3"], "nps": SCORES}), SurveySettings())
    assert unique.one("response_id") == "id"
    repeated = map_columns(raw_table({"id": ["1", "1", "3"], "nps": SCORES}), SurveySettings())
    assert repeated.one("response_id") is None
    assert "its values repeat" in repeated.notes[0]


def test_every_comment_column_is_a_question() -> None:
    raw = raw_table({"nps": SCORES, "What was good?": TEXTS, "What could we do better?": TEXTS, "why": ["1", "2", "3"]})
    mapping = map_columns(raw, SurveySettings())
    assert mapping.columns["comment"] == ("What was good?", "What could we do better?")
    assert "why" in mapping.unused


def test_a_tool_is_known_by_its_signature() -> None:
    header = ["StartDate", "EndDate", "RecordedDate", "ResponseId", "NPS"]
    days = ["2026-01-01", "2026-01-02", "2026-01-03"]
    rows = [header, *([*days, f"R_{place}", score] for place, score in enumerate(SCORES))]
    raw = records.raw_table("export.csv", Delimited(rows, [1, 2, 3, 4], ","), "")
    mapping = map_columns(raw, SurveySettings())
    assert mapping.one("responded_at") == "RecordedDate"
    assert mapping.how["response_id"] == "Qualtrics export"


def test_a_range_of_code_columns_is_resolved() -> None:
    raw = raw_table({"nps": SCORES, "a": SCORES, "b": SCORES, "c": SCORES})
    assert map_columns(raw, SurveySettings(theme_columns=("a..c",))).theme_columns == ("a", "b", "c")
    assert map_columns(raw, SurveySettings(theme_columns=("c", "a"))).theme_columns == ("c", "a")
    with pytest.raises(SettingsError, match="turn the range round"):
        map_columns(raw, SurveySettings(theme_columns=("c..a",)))


def test_a_column_named_like_a_flag_that_says_neither_yes_nor_no_is_not_taken() -> None:
    for internal, taken in [(["yes", "no", ""], True), (["yes", "head office", "shop"], False)]:
        mapping = map_columns(raw_table({"nps": SCORES, "why": TEXTS, "internal": internal}), SurveySettings())
        assert ("internal" in mapping.columns) is taken
        assert any("'internal' is named like internal and was not taken" in note for note in mapping.notes) is not taken


@pytest.mark.parametrize(("dates", "suggested"), [(["Seen"], True), (["Seen", "Sold"], False)])
def test_the_one_column_of_dates_is_suggested_and_of_two_none(dates: list[str], suggested: bool) -> None:
    days = {name: ["2026-01-01", "2026-01-02", "2026-01-03"] for name in dates}
    raw = raw_table({"nps": SCORES, **days})
    found = suggest(raw, SurveySettings(), map_columns(raw, SurveySettings()), lambda settings: None)
    assert ("responded_at" in found.columns) is suggested


@pytest.mark.parametrize(
    ("column", "cells", "told"),
    [
        ("Date", ["early", "late", "on time"], r"named like responded_at and was not taken: .*, not like dates"),
        ("Trigger", ["1", "2", "3"], r"named like trigger and was not taken: it looks like whole numbers 1 to 3"),
    ],
)
def test_a_column_whose_cells_do_not_fit_its_name_is_told_and_left(column: str, cells: list[str], told: str) -> None:
    mapping = map_columns(raw_table({"nps": SCORES, "why": TEXTS, column: cells}), SurveySettings())
    assert mapping.unused == (column,)
    assert any(re.search(told, note) for note in mapping.notes)
