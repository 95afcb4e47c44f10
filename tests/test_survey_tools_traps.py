"""What people do to exports before we see them: renamed columns, spreadsheets, mixtures, empty and cut off files."""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.tool_exports import ENCODINGS, EXPORTS, FOLDER, Export, mistakes, written
from nps_insights.jobs.inspection import inspection_in_words, inspection_of
from nps_insights.survey import (
    Admission,
    RawTable,
    SurveySettings,
    admit_accounts,
    admit_survey,
    map_columns,
    read_source,
    with_listed_ids,
)
from nps_insights.survey.files.delimited import Delimited
from nps_insights.survey.files.records import raw_table
from nps_insights.survey.ids.salesforce_ids import as_listed, whole_id
from nps_insights.survey.mapping.columns import find_columns
from nps_insights.survey.privacy.pseudonym_key import PseudonymKey
from nps_insights.tables import DataRefusedError

Rows = list[list[str]]
BY_TOOL = {export.tool: export for export in EXPORTS}
SINGLE_FILES = [export for export in EXPORTS if export.file.endswith(".csv")]


def rows_of(file: str) -> Rows:
    with (FOLDER / file).open(encoding="utf-8", newline="") as source:
        return list(csv.reader(source))


def read(rows: Sequence[Sequence[str]], name: str = "export.csv") -> RawTable:
    return raw_table(name, Delimited([list(row) for row in rows], list(range(1, len(rows) + 1)), ","), "")


def admitted(rows: Rows, **settings: object) -> Admission:
    return admit_survey(read(rows), SurveySettings(**settings))  # type: ignore[arg-type]


def changed(rows: Rows, column: str, change: Callable[[str], str], *, first: int = 1) -> Rows:
    place = rows[0].index(column)
    return [
        row if number < first else [*row[:place], change(row[place]), *row[place + 1 :]]
        for number, row in enumerate(rows)
    ]


def adds_up(counts: dict[str, int]) -> bool:
    return counts["read"] == counts["kept"] + counts["quarantined"] + counts["duplicate"] + counts["filtered"]


@pytest.mark.parametrize("tool", ["Qualtrics", "SurveyMonkey", "Delighted", "Salesforce accounts"])
def test_saved_again_with_semicolons_it_is_still_known(tool: str, tmp_path: Path) -> None:
    export = BY_TOOL[tool]
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows_of(export.file))
    path = tmp_path / export.file
    path.write_bytes(text.getvalue().encode("utf-8-sig"))
    assert mistakes(export, path) == []


@pytest.mark.parametrize("export", SINGLE_FILES, ids=lambda export: export.tool)
def test_an_export_without_answers_is_refused_and_says_so(export: Export) -> None:
    head = rows_of(export.file)[: {"Qualtrics": 3, "SurveyMonkey": 2}.get(export.tool, 1)]
    with pytest.raises(DataRefusedError, match=r"header.* and no rows"):
        read(head)


def test_the_rows_of_the_header_are_no_answers_and_previews_are_counted() -> None:
    rows = rows_of("qualtrics.csv")
    admission = admitted(rows)
    assert admission.counts == {"read": 11, "kept": 8, "quarantined": 0, "duplicate": 0, "filtered": 3}
    assert set(admission.breakdown["filtered"]) == {
        "a preview of the survey, not an answer",
        "a generated test answer",
        "marked as spam by Qualtrics",
    }
    assert admission.responses["complete"].value_counts().to_dict() == {True: 7, False: 1}
    assert admission.responses["wording"].unique().tolist() == [
        "How likely are you to recommend Acme to a friend or colleague?"
    ]
    # Row numbers are those of the file, in which the first answer is the fifth row.
    assert admit_survey(read(changed(rows, "Q1", lambda s: "11" if s == "3" else s)), SurveySettings(scale=(0, 10)))
    bad = admitted(changed(rows, "Q1", lambda s: "11" if s == "3" else s), scale=(0, 10)).quarantine
    assert bad["row_number"].tolist() == [6]


def test_statuses_in_words_mean_what_their_codes_mean() -> None:
    words = {"0": "IP Address", "1": "Survey Preview", "2": "Survey Test", "8": "Spam"}
    rows = changed(rows_of("qualtrics.csv"), "Status", lambda code: words[code], first=3)
    assert admitted(rows).counts["filtered"] == 3


def test_the_group_of_a_qualtrics_score_is_never_the_score() -> None:
    rows = rows_of("qualtrics.csv")
    place = rows[0].index("Q1")
    without = [[cell for i, cell in enumerate(row) if i != place] for row in rows]
    with pytest.raises(DataRefusedError, match="no column that is known to hold the recommendation score"):
        admitted(without)
    stated = map_columns(read(without), SurveySettings(columns={"score": "Q1_NPS_GROUP"}))
    assert stated.one("score") == "Q1_NPS_GROUP"


def test_two_nps_questions_need_a_decision() -> None:
    rows = rows_of("qualtrics.csv")
    twice = [[*row, *row[11:13]] for row in rows]
    twice[0][-2:] = ["Q9_NPS_GROUP", "Q9"]
    with pytest.raises(DataRefusedError, match="'Q1' and 'Q9' could both be it"):
        admitted(twice)
    assert admitted(twice, columns={"score": "Q9"}).mapping.how["score"] == "stated"


def test_times_in_a_stated_zone_become_utc_whatever_their_format() -> None:
    rows = rows_of("qualtrics.csv")
    american = changed(rows, "RecordedDate", lambda text: pd.Timestamp(text).strftime("%m/%d/%Y %I:%M:%S %p"), first=3)
    expected = admitted(rows).responses["responded_at"].tolist()
    assert expected[0] == pd.Timestamp("2026-02-14 09:30:05")
    assert admitted(american).responses["responded_at"].tolist() == expected
    stated = admitted(american, date_format="%m/%d/%Y %I:%M:%S %p")
    assert stated.responses["responded_at"].tolist() == expected


def test_a_zone_nobody_knows_is_said_and_changes_nothing() -> None:
    rows = [[cell.replace("America/Denver", "Middle/Earth") for cell in row] for row in rows_of("qualtrics.csv")]
    admission = admitted(rows)
    assert admission.responses["responded_at"].iloc[0] == pd.Timestamp("2026-02-14 02:30:05")
    assert any("'Middle/Earth'" in note and "not known" in note for note in admission.notes)


def test_ids_that_a_spreadsheet_rounded_are_not_taken_and_this_is_said() -> None:
    rows = changed(rows_of("surveymonkey.csv"), "Respondent ID", lambda text: "1.18E+11" if text else text)
    admission = admitted(rows)
    assert admission.counts["kept"] == 8
    assert admission.mapping.one("response_id") is None
    assert admission.responses["response_id"].is_unique
    assert any("exponent form (1.18E+11)" in note for note in admission.notes)
    with pytest.raises(DataRefusedError, match="exponent form"):
        admit_accounts(read([["Account ID", "Name"], ["1,18E+11", "Acme"]]), SurveySettings())


def test_a_condensed_surveymonkey_export_has_an_empty_second_row() -> None:
    rows = rows_of("surveymonkey.csv")
    narrow = [row[:11] for row in rows]
    narrow[1] = [""] * 11
    admission = admitted(narrow)
    assert admission.counts["kept"] == 8
    assert admission.mapping.one("comment") == "What is the main reason for your score?"


def test_a_choice_of_surveymonkey_is_named_by_its_question() -> None:
    names = read(rows_of("surveymonkey.csv")).frame.columns.tolist()
    assert names[-2:] == ["Which of these do you use?: App", "Which of these do you use?: Other (please specify)"]


def test_partial_answers_are_marked() -> None:
    rows = rows_of("typeform.csv")
    partial = changed(rows, "Response Type", lambda kind: "partial" if kind == "completed" else kind)
    assert not admitted(partial).responses["complete"].any()
    assert admitted(rows).responses["complete"].all()


@pytest.mark.parametrize("file", ["delighted.csv", "asknicely.csv", "hubspot_feedback.csv"])
def test_without_an_nps_survey_nothing_is_taken_for_one(file: str) -> None:
    rows = rows_of(file)
    column = next(name for name in ("survey_type", "question_type", "Survey type") if name in rows[0])
    others = changed(rows, column, lambda kind: "csat" if kind.lower() == "nps" else kind)
    with pytest.raises(DataRefusedError, match=r"answers to .*csat.* surveys and none to an NPS survey"):
        admitted(others)


def test_numbers_of_other_surveys_of_help_scout_are_no_nps() -> None:
    rows = [
        ["value", "category", "comment", "timestamp"],
        *(["9", "promoter", "kind", "2026-01-02T00:00:00Z"], ["0", "detractor", "late", "2026-01-04T00:00:00Z"]),
        *(["3", "", "rating of a call", "2026-01-03T00:00:00Z"], ["2", "", "another", "2026-01-03T00:00:00Z"]),
    ]
    admission = admitted(rows)
    assert admission.responses["score"].tolist() == [9.0, 0.0]
    assert admission.counts == {"read": 4, "kept": 2, "quarantined": 0, "duplicate": 0, "filtered": 2}


def test_a_rating_beside_an_nps_is_an_attribute_and_no_reason_to_refuse() -> None:
    head = ["id", "nps", "comment", "satisfaction rating", "date"]
    rows = [[f"r{i}", str(i % 11), f"said {i}", "good" if i % 2 else "bad", f"2026-01-{i + 1:02}"] for i in range(20)]
    admission = admitted([head, *rows], attributes=("satisfaction rating",))
    assert admission.mapping.one("score") == "nps"
    assert set(admission.responses["attribute/satisfaction rating"]) == {"good", "bad"}
    tickets = [[*head, "ticket id"], *([*row, str(n)] for n, row in enumerate(rows))]
    assert admitted(tickets).mapping.one("score") == "nps"


def test_a_list_of_companies_with_their_nps_is_a_survey() -> None:
    rows = [["Company ID", "Name", "Company owner", "NPS score", "Comment"]]
    rows += [[f"c{i}", f"Firm {i}", "Anna", str(i % 11), f"said {i}"] for i in range(12)]
    admission = admitted(rows)
    assert (admission.mapping.one("score"), admission.mapping.one("account_id")) == ("NPS score", "Company ID")
    lead = [["Score" if name == "NPS score" else name for name in rows[0]], *rows[1:]]
    with pytest.raises(DataRefusedError, match="list of companies"):
        admitted(lead)


def test_flattened_properties_of_delighted_are_known_by_what_they_are() -> None:
    admission = admitted(rows_of("delighted.csv"))
    assert admission.mapping.one("account_id") == "person_properties.Customer ID"
    assert admission.responses["account_id"].iloc[0] == "001"
    named = admitted(rows_of("delighted.csv"), attributes=("person_properties.Plan",))
    assert "attribute/person_properties.Plan" in named.responses


def test_a_company_of_minus_one_is_nobody(tmp_path: Path) -> None:
    admission = admit_survey(read_source(written(BY_TOOL["Intercom"], "UTF-8", tmp_path)), SurveySettings())
    ids = admission.responses.set_index("response_id")["account_id"]
    assert ids.isna().sum() == 1
    assert ids["rc-4"] == "co-1"


def test_a_zip_of_files_nobody_knows_is_refused_until_one_is_stated(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "id,nps\n1,9\n2,0\n")
        archive.writestr("b.csv", "id,plan\n1,gold\n")
        archive.writestr("__MACOSX/._a.csv", "\0\1")
    with pytest.raises(DataRefusedError, match=r"several files \('a.csv', 'b.csv'\).*--sheet"):
        read_source(path)
    assert read_source(path, sheet="a.csv").frame["nps"].tolist() == ["9", "0"]


def test_rows_of_a_long_table_are_one_response_each_and_add_up() -> None:
    rows = rows_of("warehouse_long.csv")
    admission = admitted(rows)
    assert len(admission.responses) == 8
    assert admission.counts == {"read": 24, "kept": 23, "quarantined": 0, "duplicate": 0, "filtered": 1}
    assert admission.responses["account_id"].notna().all()
    shuffled = admitted([rows[0], *rows[:0:-1]])
    pd.testing.assert_frame_equal(shuffled.responses, admission.responses)
    pd.testing.assert_frame_equal(shuffled.comments, admission.comments)
    wrong = admitted(changed(rows, "answer", lambda text: "11" if text == "3" else text), scale=(0, 10))
    assert adds_up(wrong.counts)
    assert wrong.counts["quarantined"] == 3


def test_a_google_form_gets_ids_of_its_content_and_refuses_undecided_times() -> None:
    rows = rows_of("google_forms.csv")
    assert admitted(rows).responses["response_id"].is_unique
    early = [rows[0], *([f"0{n}/0{n + 1}/2026 10:00:00", *row[1:]] for n, row in enumerate(rows[1:], 1))]
    with pytest.raises(DataRefusedError, match="no row decides"):
        admitted(early)


@pytest.mark.parametrize("export", [e for e in SINGLE_FILES if e.score], ids=lambda export: export.tool)
def test_a_renamed_score_is_refused_or_still_right(export: Export) -> None:
    rows = rows_of(export.file)
    asked = next((name for name in rows[0] if name == export.score or "ow likely" in name), "question")
    raw = read([["Xyz" if name == asked else name for name in rows[0]], *rows[1:]])
    mapping, problems = find_columns(raw, SurveySettings())
    # Qualtrics tells the question in its second row, and a long table asks it in its cells.
    right = {"Qualtrics": "Xyz"}.get(export.tool, export.score)
    assert mapping.one("score") == right or (mapping.one("score") is None and "score" in problems[0])


def test_signatures_of_two_tools_at_once_are_read_as_a_plain_table_and_it_is_said() -> None:
    rows = rows_of("delighted.csv")
    both = [[*rows[0], "Respondent ID", "Collector ID"], *([*row, "1", "2"] for row in rows[1:])]
    raw = read(both)
    assert raw.tool is None
    assert any("Delighted" in note and "SurveyMonkey" in note for note in raw.notes)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_of_nobody_stays_as_it_is(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_bytes(ENCODINGS[encoding]("id,NPS,Kommentar\n1,9,gut gewählt\n2,0,zu spät geliefert\n"))
    raw = read_source(path)
    assert raw.tool is None
    assert raw.notes == ()
    assert raw.frame.columns.tolist() == ["id", "NPS", "Kommentar"]


def test_what_the_user_states_wins() -> None:
    rows = rows_of("hubspot_feedback.csv")
    stated = admitted(rows, columns={"responded_at": "Date", "comment": "Survey name"})
    assert stated.mapping.how["comment"] == "stated"
    assert stated.mapping.one("comment") == "Survey name"
    zendesk = map_columns(read(rows_of("zendesk.csv")), SurveySettings(columns={"score": "ticket_id"}))
    assert zendesk.one("score") == "ticket_id"
    accounts = SurveySettings(account_columns={"value": "Annual Revenue"})
    assert admit_accounts(read(rows_of("hubspot_companies.csv")), accounts).accounts["value"].notna().all()


def test_inspect_says_which_tool_it_is_why_and_what_was_done(tmp_path: Path) -> None:
    found = inspection_of(FOLDER / "qualtrics.csv", settings=SurveySettings())
    words = inspection_in_words(found)
    assert "Recognised as an export of Qualtrics: it has the columns" in words
    assert "'Q1_NPS_GROUP' is the category of 'Q1', not the score" in words
    assert found.n_rows == found.counts["read"] == 11
    refused = inspection_of(FOLDER / "zendesk.csv", settings=SurveySettings())
    assert not refused.ready
    assert any("--attributes" in warning for warning in refused.warnings)


SHORT, OTHER = "0013000000abcDE", "0013000000ABCde"


def test_salesforce_ids_keep_their_case_and_15_joins_18() -> None:
    survey = [["id", "nps", "Account ID"], ["1", "9", whole_id(SHORT)], ["2", "0", SHORT], ["3", "7", OTHER]]
    accounts = read(rows_of("salesforce_accounts.csv"), "accounts.csv")
    admission = admit_survey(read(survey), SurveySettings(), accounts)
    assert admission.responses["account_id"].tolist() == [SHORT, SHORT, OTHER]
    assert admission.responses_without_account == ()
    names = admission.accounts.set_index("account_id")["account_name"]
    assert (names[SHORT], names[OTHER]) == ("Größer AG", "Plain Ltd")
    assert any("15 with 18" in note for note in admission.notes)


def test_only_an_id_that_the_list_has_is_rewritten() -> None:
    ids = pd.Series([SHORT, whole_id(OTHER), SHORT.lower(), "001-7", None], dtype="str")
    listed = pd.Series([whole_id(SHORT), OTHER], dtype="str")
    found, changed_ids = as_listed(ids, listed)
    assert found.dropna().tolist() == [whole_id(SHORT), OTHER, SHORT.lower(), "001-7"]
    assert changed_ids == 2


def test_footer_lines_of_a_report_are_counted_and_an_account_is_never_one() -> None:
    rows = rows_of("salesforce_accounts.csv")
    padded = [[*row, *[""] * (6 - len(row))] if row else row for row in rows]
    for variant in (rows, padded):
        admission = admit_accounts(read(variant), SurveySettings())
        assert admission.counts == {"read": 10, "kept": 4, "quarantined": 0, "duplicate": 0, "filtered": 6}
    named = changed(rows[:5], "Account Name", lambda name: "Copyright Office" if name == "Plain Ltd" else name)
    assert admit_accounts(read(named), SurveySettings()).counts["kept"] == 4


def test_both_writings_of_an_account_have_one_pseudonym_and_join() -> None:
    key = PseudonymKey(b"sixteen letters and more")
    survey = [["id", "nps", "Account ID"], ["1", "9", whole_id(SHORT)], ["2", "0", SHORT], ["3", "7", OTHER]]
    accounts = read(rows_of("salesforce_accounts.csv"), "accounts.csv")
    admission = admit_survey(read(survey), SurveySettings(pseudonym_key=key), accounts)
    ids = admission.responses.sort_values("score")["account_id"].tolist()
    assert ids[0] == ids[2] != ids[1]
    assert admission.responses_without_account == ()


def test_files_beside_the_survey_are_written_like_the_list_of_accounts() -> None:
    usage = pd.DataFrame({"account_id": [whole_id(SHORT), "x"], "used_at": pd.to_datetime(["2026-01-01"] * 2)})
    assert with_listed_ids(usage, pd.DataFrame({"account_id": [SHORT]}))["account_id"].tolist() == [SHORT, "x"]
    assert with_listed_ids(usage, None) is usage


def test_scores_spread_over_a_column_per_choice_need_a_decision() -> None:
    rows = rows_of("surveymonkey.csv")
    asked, choices = rows[0][9], ["Not at all likely - 0", *map(str, range(1, 10)), "Extremely likely - 10"]
    spread = [[*rows[0][:9], asked, *[""] * 10], [*rows[1][:9], *choices]]
    for row in rows[2:]:
        number = int(row[9].rpartition(" ")[2])
        spread.append([*row[:9], *(row[9] if place == number else "" for place in range(11))])
    with pytest.raises(DataRefusedError, match="could both be it"):
        admitted(spread)
