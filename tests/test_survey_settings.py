"""What is stated of a survey is checked where it is stated, and a refusal shows how it is written."""

import pytest
from survey_tables import raw_table

from nps_insights.survey import SurveySettings, admit_comments, read_source
from nps_insights.tables import SettingsError

SAID = raw_table({"who": ["r1", "r2"], "said": ["too slow", "kind"]}, "said.csv")


@pytest.mark.parametrize("scale", ["0-10", 10, (0, 5, 10), ("zero", "ten"), (0, float("nan"))])
def test_a_scale_that_is_no_pair_of_numbers_is_refused_with_an_example(scale: object) -> None:
    with pytest.raises(SettingsError, match=r"^scale: .* is not a pair of numbers; give e\.g\. 1-10$"):
        SurveySettings(scale=scale)  # type: ignore[arg-type]


@pytest.mark.parametrize("entry", ["2026-01-31", ("2026-01-31",), ("2026-01-31", (0, 10), (6, 9), "more")])
def test_a_scale_of_a_time_shows_its_two_forms(entry: object) -> None:
    with pytest.raises(SettingsError, match=r"scales: .* must be \(until, \(low, high\)\) or \(until, "):
        SurveySettings(scale=(0, 10), scales=(entry,))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "scales",
    [
        (("2026-06-30", (0, 10)), ("2026-01-31", (1, 10))),
        (("2026-01-31", (0, 10)), ("2026-01-31", (1, 10))),
        ((None, (0, 10)), ("2026-01-31", (1, 10))),
    ],
)
def test_scales_out_of_order_are_refused(scales: tuple) -> None:
    with pytest.raises(SettingsError, match="list them oldest first, each with a later `until`, only the last without"):
        SurveySettings(scale=(0, 10), scales=scales)


@pytest.mark.parametrize("as_of", [20260331, "", "NaT", "the other day"])
def test_a_moment_that_is_no_date_is_refused(as_of: object) -> None:
    with pytest.raises(SettingsError, match=r"as_of: .* is not a date; write it as 2026-03-31"):
        SurveySettings(as_of=as_of)  # type: ignore[arg-type]


def test_comments_alone_ask_for_their_column_and_name_what_there_is() -> None:
    with pytest.raises(SettingsError, match=r"(?s)Name it with --columns comment=COLUMN\. It has:.*'who'.*'said'"):
        admit_comments(SAID, {"response_id": "who"})
    with pytest.raises(SettingsError, match=r"'comments' is no field of a file of comments; did you mean 'comment'\?"):
        admit_comments(SAID, {"comments": "said"})
    with pytest.raises(SettingsError, match=r"'score' is no field .* known are comment, response_id, comment_id"):
        admit_comments(SAID, {"comment": "said", "score": "who"})
    with pytest.raises(SettingsError, match="comment names 2 columns, must name one"):
        admit_comments(SAID, {"comment": ("said", "who")})


def test_a_query_is_for_a_database_alone(tmp_path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("id,score\n1,9\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"only a database URL takes a query, and 'survey\.csv' is a file"):
        read_source(path, query="SELECT 1")
    with pytest.raises(SettingsError) as secret:
        read_source("host=db password=hunter2", query="SELECT 1")
    assert "hunter2" not in str(secret.value)
