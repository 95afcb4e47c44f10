"""What an export and its columns are taken for, and what is set aside, at the row, code or cell that decides it."""

import pandas as pd
import pytest

from nps_insights.survey import admit_survey
from nps_insights.survey.files.delimited import Delimited
from nps_insights.survey.files.raw import RawTable
from nps_insights.survey.files.records import raw_table
from nps_insights.survey.mapping.likely_columns import likely_scores, other_delimiter
from nps_insights.survey.mapping.looks import look_at
from nps_insights.survey.mapping.similar_names import suggestions
from nps_insights.survey.settings import SurveySettings
from nps_insights.survey.sides.attributes import flags_stated, unfit_as_driver
from nps_insights.survey.tools.intercom import one_table
from nps_insights.survey.tools.tool import Tool, named_columns, told_apart
from nps_insights.tables import DataRefusedError

Rows = list[list[str]]


def read(rows: Rows) -> RawTable:
    return raw_table("export.csv", Delimited(rows, list(range(1, len(rows) + 1)), ","), "")


LONG = ["response_id", "question", "answer number", "answer text", "region"]


@pytest.mark.parametrize(
    ("rows", "known"),
    [
        ([["r", "NPS", "9", "", "N"], ["r", "Why?", "", "kind", "N"]], True),
        ([["r", "NPS", "9", "", "N"], ["s", "Why?", "", "kind", "N"]], False),
        ([["r", "NPS", "9", "", "N"], ["r", "NPS", "8", "", "N"]], False),
        ([["r", "NPS", "9", "", "N"], ["r", "Why?"]], False),
    ],
)
def test_a_long_table_is_known_by_two_questions_to_one_response(rows: Rows, known: bool) -> None:
    raw = read([LONG, *rows])
    assert (raw.tool is not None) == known
    if known:
        assert raw.frame.columns.tolist() == ["response_id", "region", "NPS", "Why?"]
        assert raw.frame["NPS"].tolist() == ["9", ""]
        assert raw.frame["Why?"].tolist() == ["", "kind"]


def test_a_long_table_with_a_score_of_its_own_is_none() -> None:
    rows = [[*LONG, "nps"], ["r", "NPS", "9", "", "N", "9"], ["r", "Why?", "", "kind", "N", "9"]]
    assert read(rows).tool is None


@pytest.mark.parametrize(("n", "refused"), [(200, False), (201, True)])
def test_a_survey_has_two_hundred_questions_at_most(n: int, refused: bool) -> None:
    rows = [
        LONG,
        *(["r", f"Question {number}", "9", "", "N"] for number in range(n)),
        ["r", "Question 0", " ", "", "N"],
    ]
    if refused:
        with pytest.raises(DataRefusedError, match="holds 201 different questions, more than the 200 a survey"):
            read(rows)
    else:
        raw = read(rows)
        assert raw.frame.shape == (n, n + 2)
        assert raw.tool is not None
        assert raw.tool.did[0] == "1 row set aside: a question that was not answered"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("0", ""),
        ("1", "a preview of the survey, not an answer"),
        ("2", "a generated test answer"),
        ("4", ""),
        ("8", "marked as spam by Qualtrics"),
        ("16", ""),
        ("17", "a preview of the survey, not an answer"),
        ("18", "a generated test answer"),
        ("24", "marked as spam by Qualtrics"),
        ("101", ""),
        ("IP Address", ""),
        ("Survey Test", "a generated test answer"),
    ],
)
def test_a_status_of_qualtrics_is_a_sum_of_its_codes(code: str, reason: str) -> None:
    names = ["ResponseId", "StartDate", "RecordedDate", "Status", "Q1"]
    raw = read([names, ["R_1", "2026-03-04", "2026-03-04", code, "9"], ["R_2", "2026-03-04", "2026-03-04", "0", "3"]])
    assert raw.set_aside["reason"].tolist() == ([reason] if reason else [])
    assert raw.set_aside["row_number"].tolist() == ([2] if reason else [])
    assert len(raw.frame) == (1 if reason else 2)


@pytest.mark.parametrize(
    ("cells", "footer"),
    [
        (["Copyright (c) 2026", "", ""], True),
        (["", "copyright", "2026"], True),
        (["Copyright", "a", "b"], False),
        (["Not Copyright", "", ""], False),
        (["", " ", ""], False),
    ],
)
def test_a_footer_has_one_cell_or_two(cells: list[str], footer: bool) -> None:
    assert Tool(name="Any", signatures=(), footer="Copyright").is_footer(cells) == footer
    assert not Tool(name="Any", signatures=()).is_footer(cells)


def test_the_longest_signature_counts_and_only_where_the_rows_fit() -> None:
    one, two = frozenset({"id"}), frozenset({"id", "score"})
    tool = Tool(name="Any", signatures=(one, two))
    assert tool.signature_in([["ID", "Score", "more"]]) == two
    assert tool.signature_in([["ID"]]) == one
    assert tool.signature_in([["Score"]]) == frozenset()
    assert (
        Tool(name="Any", signatures=(one, two), fits=lambda rows: len(rows) > 1).signature_in([["ID"]]) == frozenset()
    )


def test_of_several_names_the_first_wins_and_comments_are_all_taken() -> None:
    names = ["End Date", "Ended", "Why", "Reason", "End date", "#"]
    wanted = {"responded_at": "ended|end date", "event_at": "end date|ended", "comment": "why|reason", "id": "#"}
    assert named_columns(names, wanted) == {
        "responded_at": ("Ended",),
        "event_at": ("End Date", "End date"),
        "comment": ("Why", "Reason"),
        "id": ("#",),
    }
    assert told_apart(["a", "", "a", "", "a", "b"]) == ["a", "", "a (2)", "", "a (3)", "b"]


@pytest.mark.parametrize(
    ("receipts", "told", "widened"),
    [
        ({}, "the answers are those of 'answers.csv'", []),
        ({"receipts.csv": ["7", "8"]}, "with what 'receipts.csv' says of each receipt", ["a7", "a8"]),
        ({"receipts.csv": ["7"]}, "; 1 answer has no receipt there", ["a7", ""]),
        ({"receipts.csv": ["9"]}, "; 2 answers have no receipt there", ["", ""]),
        ({"receipts.csv": ["7", "7", "8"]}, "says of each receipt", ["a7", "a8"]),
        ({"receipts.csv": ["7"], "receipts2.csv": ["7"]}, "the answers are those of 'answers.csv'", []),
        ({"people.csv": ["7"]}, "the answers are those of 'answers.csv'", []),
    ],
)
def test_what_receipts_of_intercom_know_is_laid_beside_each_answer(
    receipts: dict[str, list[str]], told: str, widened: list[str]
) -> None:
    answers = Delimited(
        [["receipt_id", "question", "answer"], ["7", "NPS", "9"], [], ["8 ", "NPS", "3"]], [1, 2, 3, 4], ","
    )
    others = {
        name: Delimited([["receipt_id", "email"], *([one, f"a{one}"] for one in ids), ["8"]], [], ",")
        for name, ids in receipts.items()
    }
    found = one_table({"answers.csv": answers, **others})
    assert found is not None
    assert found[1][0].endswith(told)
    assert [row[3] for row in found[0].rows[1:] if len(row) > 3] == widened
    assert found[0].rows[2] == []
    assert one_table({"a.csv": answers, "b.csv": answers}) is None


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([f"s{number}" for number in range(20)], ""),
        ([f"s{number}" for number in range(21)], "nearly every account has another text in it"),
        ([f"s{number % 25}" for number in range(50)], ""),
        ([f"s{number % 25}" for number in range(49)], "nearly every account has another text in it"),
        (list(range(40)), ""),
        ([None, None], "it is empty"),
    ],
)
def test_a_column_is_a_name_or_an_id_above_twenty_texts_or_half_of_the_accounts(values: list[object], why: str) -> None:
    found = unfit_as_driver(pd.DataFrame({"attribute/Site": values}))
    assert found.get("attribute/Site", "").startswith(why)
    assert bool(found) == bool(why)


def test_yes_and_no_are_read_in_three_languages_and_nothing_else() -> None:
    said = {True: ["1", "YES", " y ", "true", "Oui", "ja", "X"], False: ["0", "No", "n", "FALSE", "non", "nein"]}
    for value, texts in said.items():
        assert flags_stated(pd.Series(texts)).tolist() == [value] * len(texts)
    assert flags_stated(pd.Series(["", "n/a", "2", "maybe"])).isna().all()


@pytest.mark.parametrize(
    ("kinds", "kept", "aside"),
    [
        (["nps", "csat", ""], 2, ["an answer to a csat survey"]),
        (["NPS", "ces", "csat"], 1, ["an answer to a ces survey", "an answer to a csat survey"]),
        (["", "", ""], 3, []),
    ],
)
def test_answers_to_other_surveys_are_set_aside_by_their_kind(kinds: list[str], kept: int, aside: list[str]) -> None:
    names = ["Record ID", "Survey type", "Rating", "Response", "Sentiment"]
    raw = read([names, *([str(number), kind, "9", "kind", "Promoter"] for number, kind in enumerate(kinds))])
    assert raw.tool is not None
    assert len(raw.frame) == kept
    assert sorted(raw.set_aside["reason"]) == aside
    assert len(admit_survey(raw, SurveySettings()).responses) == kept


@pytest.mark.parametrize(
    ("cells", "kind", "words"),
    [
        ([str(number) for number in range(12)], "rating", "whole numbers 0 to 11"),
        ([str(number) for number in range(13)], "number", "numbers 0 to 12 (each once)"),
        (["-1", "100"], "rating", "whole numbers -1 to 100"),
        (["-2", "100"], "number", "numbers -2 to 100 (each once)"),
        (["1", "101"], "number", "numbers 1 to 101 (each once)"),
        (["9"] * 4 + ["soon"], "rating", "whole numbers 9 to 9, and 1 other"),
        (["9"] * 8 + ["soon"] * 2, "rating", "whole numbers 9 to 9, and 2 others"),
        (["9"] * 7 + ["soon"] * 2, "label", "2 different labels"),
        (["9 good"] * 5, "rating", "whole numbers 9 to 9 with words"),
        (["1.5"] * 9 + ["soon"], "number", "numbers 1.5 to 1.5"),
        (["1.5"] * 8 + ["soon"], "label", "2 different labels"),
        (["ab", "cd"], "id", "a different short text in every row"),
        (["ab"], "label", "1 different labels"),
        (["ab", "cd ef"], "label", "2 different labels"),
        ([f"a{number}" for number in range(20)] * 2, "label", "20 different labels"),
        ([f"a{number}" for number in range(21)] * 2, "text", "text, about 1 word each"),
        ([f"a{number}" for number in range(22)] * 5, "label", "22 different labels"),
        (["one two three"] * 50, "label", "1 different labels"),
        (["one two three"] * 49, "text", "text, about 3 words each"),
        (["one two", "one two three"] * 24, "text", "text, about 2 words each"),
        (["one two"] * 3 + ["one two three"] * 2, "label", "2 different labels"),
        (["20260304", "20260305"], "date", "dates"),
        (["19991231", "20260305"], "number", "numbers 1.99912e+07 to 2.02603e+07 (each once)"),
        (["1767225600", "1767225601"], "date", "dates"),
        (["2767225600", "1767225601"], "number", "numbers 1.76723e+09 to 2.76723e+09 (each once)"),
    ],
)
def test_a_column_looks_as_its_cells_say_up_to_the_last_one(cells: list[str], kind: str, words: str) -> None:
    look = look_at(pd.Series(cells))
    assert (look.kind, look.words) == (kind, words)
    assert look.n_given == len(cells)


def test_the_likeliest_score_comes_first_and_a_ticked_box_is_none() -> None:
    cells = {
        "Stars": "5",
        "Grade": "9",
        "Points": "11",
        "csat": "10",
        "NPS": "3",
        "Ticked": "1",
        "Nps recommendation score": "2",
    }
    raw = read([list(cells), ["0"] * len(cells), list(cells.values())])
    ranked = likely_scores(raw, list(cells))
    assert ranked == ["NPS", "Nps recommendation score", "Grade", "Stars", "Points", "csat"]


@pytest.mark.parametrize(("header", "mark"), [("a~b^c^d", "^"), ("a^b~c~d", "~"), ("a", ""), ("a\x01b", "\x01")])
def test_a_header_of_one_name_is_cut_by_its_most_frequent_strange_mark(header: str, mark: str) -> None:
    assert other_delimiter(header) == mark


def test_three_similar_names_are_shown_at_most() -> None:
    assert len(suggestions("NPS score", [f"NPS score {letter}" for letter in "abcd"])) == 3
    assert suggestions("NPS score", ["Country", "Zip"]) == []
