"""What a side file, a column or a cell leads to: what is told of it, what is kept, what is set aside."""

import stat
from pathlib import Path

import pandas as pd
import pytest
from survey_tables import raw_table

from nps_insights.survey import (
    Forgotten,
    SurveySettings,
    admit_accounts,
    admit_benchmark,
    admit_comments,
    admit_events,
    admit_survey,
    read_source,
)
from nps_insights.survey.files.limits import Limits
from nps_insights.survey.sides.proxies import proxies
from nps_insights.survey.values.reversal import reversal_hint
from nps_insights.tables import DataRefusedError, replace_file


def test_dates_of_events_in_a_time_zone_are_told() -> None:
    rows = {"date": ["2026-03-01 12:00+01:00", "2026-04-01 12:00+01:00"], "label": ["Outage", "Release"]}
    told = admit_events(raw_table(rows), SurveySettings())
    assert [note for note in told.notes if "2 dates carry a time zone" in note]


def test_a_trigger_stands_with_the_answer() -> None:
    rows = {"NPS": ["9", "3"], "Trigger": ["after a call", ""]}
    found = admit_survey(raw_table(rows), SurveySettings(columns={"score": "NPS", "trigger": "Trigger"}))
    assert found.responses["trigger"].fillna("none").tolist() == ["after a call", "none"]


def test_an_answer_long_after_all_others_is_set_aside_with_what_stood_there() -> None:
    days = [f"2026-03-{1 + row % 28:02d}" for row in range(199)]
    rows = {"NPS": ["9"] * 200, "Date": [*days, "2031-01-01"]}
    found = admit_survey(raw_table(rows), SurveySettings(columns={"score": "NPS", "responded_at": "Date"}))
    (row,) = found.quarantine.to_dict("records")
    assert (row["field"], row["reason"]) == ("responded_at", "lies implausibly long after nearly all others")
    assert len(found.responses) == 199


def test_a_blank_weight_is_none_and_a_word_is_set_aside() -> None:
    rows = {"NPS": ["9", "8", "7", "6"], "Weight": ["1.5", "", "heavy", "-1"]}
    found = admit_survey(raw_table(rows), SurveySettings(columns={"score": "NPS", "weight": "Weight"}))
    assert found.counts["quarantined"] == 2
    assert set(found.quarantine["reason"]) == {"is not a number of at least 0"}
    assert found.responses["weight"].isna().sum() == 1


def test_a_benchmark_without_an_end_is_set_aside_as_blank_and_one_in_words_as_no_number() -> None:
    rows = {"Metric": ["NPS"] * 3, "Low": ["15", "", "low"], "High": ["45", "45", "45"], "Source": ["own"] * 3}
    found = admit_benchmark(raw_table(rows), SurveySettings())
    assert sorted(found.quarantine["reason"]) == ["is blank", "is not a number"]


def test_a_comment_without_an_id_is_no_repetition_of_another() -> None:
    rows = {"Comment": ["late", "kind", "dear", ""], "comment_id": ["", "", "c1", "c1"]}
    found = admit_comments(raw_table(rows), {"comment": "Comment", "comment_id": "comment_id"})
    assert found.comments["text"].tolist() == ["late", "kind", "dear"]


@pytest.mark.parametrize("n", [5, 6])
def test_repeated_accounts_are_named_up_to_five(n: int) -> None:
    ids = [f"a{row}" for row in range(n) for _ in range(2)]
    rows = {"account_id": ids, "plan": [f"p{row}" for row in range(2 * n)]}
    with pytest.raises(DataRefusedError, match=f"{n} accounts stand in") as refused:
        admit_accounts(raw_table(rows), SurveySettings())
    assert ("'a4'" in str(refused.value), ", ...)" in str(refused.value)) == (True, n > 5)


def test_who_was_forgotten_beside_others_counts_as_somebody() -> None:
    other = Forgotten(salt="s" * 32, marks=frozenset({"mark"}))
    assert not Forgotten().anybody
    assert Forgotten(beside=(Forgotten(), other)).anybody
    assert not Forgotten(beside=(Forgotten(), Forgotten())).anybody


def test_a_line_of_a_text_file_and_a_sheet_of_a_workbook_have_their_bounds(tmp_path: Path) -> None:
    endless = tmp_path / "survey.csv"
    endless.write_text("NPS,Why\n9," + "x" * 200_000 + "\n", encoding="utf-8")
    with pytest.raises(DataRefusedError, match="characters"):
        read_source(endless, limits=Limits(cell_characters=1000))
    wide = tmp_path / "survey.xlsx"
    pd.DataFrame({f"c{column}": range(30) for column in range(5)}).to_excel(wide, index=False)
    with pytest.raises(DataRefusedError, match="rows"):
        read_source(wide, limits=Limits(rows=20))


def test_a_column_of_levels_that_tells_the_answer_is_looked_at_where_both_are_known() -> None:
    category = pd.Series((["promoter", "detractor"] * 40) + ["promoter"] * 30)
    levels = pd.Series((["gold", "grey"] * 40) + [None] * 30, dtype="str")
    score = pd.Series(([10.0, 2.0] * 40) + [10.0] * 30)
    assert set(proxies(pd.DataFrame({"attr_medal": levels}), score, category)) == {"attr_medal"}
    assert proxies(pd.DataFrame({"attr_medal": levels.head(58)}), score.head(58), category.head(58))
    few = pd.DataFrame({"attr_medal": levels.where(levels.index < 29)})
    assert proxies(few, score, category) == {}, "29 rows tell nothing, however many answers there are without a level"


@pytest.mark.parametrize(("n", "is_proxy"), [(11, True), (12, False)])
def test_eleven_whole_numbers_that_go_with_the_score_are_a_rating_and_twelve_are_none(n: int, is_proxy: bool) -> None:
    # Half of the rows agree with the score: too little for a twin, enough for a rating of the same experience.
    score = pd.Series([float(row % 11) for row in range(1320)])
    other = pd.Series([row // 11 % n for row in range(1320)], dtype="float64") * (10 / (n - 1))
    values = score.where(score.index % 8 < 6, other.round() if n == 11 else other)
    found = proxies(pd.DataFrame({"attr_x": values}), score, pd.Series(["passive"] * 1320))
    assert ("attr_x" in found) == is_proxy


@pytest.mark.parametrize(("n_unhappy", "is_told"), [(4, False), (40, True)])
def test_a_turned_scale_is_told_by_comments_where_both_sides_spoke(n_unhappy: int, is_told: bool) -> None:
    scores = pd.Series([1.0] * 40 + [9.0] * n_unhappy)
    comments = pd.Series(["great, thank you"] * 40 + ["terrible, awful"] * n_unhappy)
    assert bool(reversal_hint(scores, header="Q1", comments=comments)) == is_told


def test_a_file_that_is_replaced_is_read_by_the_same_people(tmp_path: Path) -> None:
    new, old = tmp_path / "new.toml", tmp_path / "old.toml"
    old.write_text("was", encoding="utf-8")
    old.chmod(0o640)
    for path in (new, old):
        replace_file(path, b"is")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (new, old)] == [0o644, 0o640]
