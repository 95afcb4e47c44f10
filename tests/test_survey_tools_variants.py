"""Other forms of the exports of tools: fewer columns or rows, other kinds of survey, files that lack their partner."""

import csv
import io
from pathlib import Path

import pytest
from test_survey_limits import zipped
from test_survey_tools_traps import adds_up, admitted, changed, read, rows_of

from nps_insights.survey import RawTable, SurveySettings, admit_survey, read_source
from nps_insights.tables import DataRefusedError

ASKED, WHY = "How likely are you to recommend us?", "Why?"
ANSWERS = [
    ["receipt_id", "question", "answer"],
    ["rc-1", ASKED, "10"],
    ["rc-1", WHY, "kind"],
    ["rc-2", ASKED, "3"],
]


def as_csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def unzipped(folder: Path, files: dict[str, list[list[str]]]) -> RawTable:
    path = folder / "intercom.zip"
    path.write_bytes(zipped({name: as_csv(rows) for name, rows in files.items()}))
    return read_source(path)


def test_answers_of_intercom_are_read_without_their_receipts(tmp_path: Path) -> None:
    raw = unzipped(tmp_path, {"answers.csv": ANSWERS, "clicks.csv": [["click_id", "at"], ["1", "2"]]})
    assert raw.tool is not None
    assert raw.tool.tool == "Intercom"
    assert "the answers are those of 'answers.csv'" in raw.told
    assert admit_survey(raw, SurveySettings()).responses["score"].tolist() == [10, 3]


def test_a_torn_receipt_of_intercom_leaves_its_answers_without_a_person(tmp_path: Path) -> None:
    receipts = [["receipt_id", "user_id"], ["rc-1", "u1"], ["rc-2"]]
    raw = unzipped(tmp_path, {"answers.csv": ANSWERS, "receipts.csv": receipts})
    assert raw.frame["user_id"].tolist() == ["u1", "u1", ""]
    assert any(said.endswith("; 1 answer has no receipt there") for said in raw.told)
    assert admit_survey(raw, SurveySettings()).responses["score"].tolist() == [10, 3]


def test_a_table_of_answers_that_has_a_score_of_its_own_is_not_spread() -> None:
    rows = [["response_id", "question", "answer", "NPS"], ["1", ASKED, "x", "9"], ["1", WHY, "kind", "9"]]
    assert read(rows).tool is None
    spread = read([row[:3] for row in rows])
    assert spread.tool is not None
    assert spread.tool.tool == "a warehouse (one row per answer)"


def test_numbers_and_texts_of_a_warehouse_may_stand_in_two_columns() -> None:
    rows = [
        ["response_id", "question", "answer text", "answer number"],
        *[["1", ASKED, "", "9"], ["1", WHY, "kind", ""], ["2", ASKED, "", "3"], ["2", WHY, "", ""]],
    ]
    raw = read(rows)
    assert raw.frame[ASKED].tolist() == ["9", "", "3"]
    assert raw.frame[WHY].tolist() == ["", "kind", ""]
    assert raw.set_aside["reason"].tolist() == ["a question that was not answered"]


def test_a_warehouse_of_many_surveys_is_refused() -> None:
    rows = [["response_id", "question", "answer"], *(["1", f"Question {place}", "yes"] for place in range(201))]
    with pytest.raises(DataRefusedError, match="'question' holds 201 different questions, more than the 200 a survey"):
        read(rows)


def test_help_scout_without_an_nps_survey_says_so() -> None:
    rows = changed(rows_of("help_scout.csv"), "category", lambda _: "")
    with pytest.raises(
        DataRefusedError, match=r"holds no answer to an NPS survey of Help Scout .* export the NPS survey"
    ):
        admitted(rows)


def test_wootric_needs_no_column_of_exclusions() -> None:
    rows = rows_of("wootric.csv")
    kept = [place for place, name in enumerate(rows[0]) if name != "excluded_from_calculations"]
    whole = admitted([[row[place] for place in kept] for row in rows])
    assert whole.counts["filtered"] == 0
    assert whole.counts["kept"] == whole.counts["read"] == len(rows) - 1
    assert admitted(rows).counts["filtered"] == 1


def test_wootric_with_every_answer_excluded_is_refused_with_the_count() -> None:
    rows = changed(rows_of("wootric.csv"), "excluded_from_calculations", lambda _: "true")
    told = rf"none of the {len(rows) - 1} rows of this Wootric .* is an answer \({len(rows) - 1}: excluded from the"
    with pytest.raises(DataRefusedError, match=told):
        read(rows)


def test_a_surveymonkey_export_with_one_header_row_loses_no_answer() -> None:
    first, second, *rest = rows_of("surveymonkey.csv")
    names = [name or f"Other {place}" for place, name in enumerate(first)]
    whole, usual = admitted([names, *rest]), admitted([first, second, *rest])
    assert whole.counts == usual.counts
    assert adds_up(whole.counts)
    assert whole.responses["score"].tolist() == usual.responses["score"].tolist()
