import pandas as pd
import pytest
from survey_tables import raw_table

from nps_insights.survey import SurveySettings, admit_comments, admit_survey, says_nothing
from nps_insights.survey.comments import cleaned, comments_table


@pytest.mark.parametrize(
    "text",
    [
        "N/A",
        "n.a.",
        "none",
        "-",
        ".",
        "...",
        "Nothing",
        "nothing.",
        "No",
        "no comment",
        "ras",
        "R.A.S.",
        "Rien",
        "NIL",
        "Did not answer",
        "AUCUNE",
        "nichts",
        "k.A.",
        "👍",
        "?",
        "Don’t know",
        " none ",
        "néant",
    ],
)
def test_an_answer_that_says_nothing_is_recognised(text: str) -> None:
    assert says_nothing(pd.Series([text])).item()


@pytest.mark.parametrize(
    "text", ["No parking", "nothing works", "non pratique", "10", "ok", "好", "the staff said nothing to us at all"]
)
def test_short_opinions_are_opinions(text: str) -> None:
    assert not says_nothing(pd.Series([text])).item()


def test_wording_is_kept_and_control_characters_are_not() -> None:
    assert cleaned(pd.Series(["  Très  BIEN!\r\nmerci\x07 \x00"])).tolist() == ["Très  BIEN!\nmerci"]


def test_equal_comments_of_one_response_have_the_same_ids_in_any_row_order() -> None:
    cells = pd.DataFrame({"why": ["slow", "slow", "kind"], "seen": ["tue", "mon", "wed"]}, dtype="str")
    found = []
    for order in ([0, 1, 2], [1, 0, 2], [2, 1, 0]):
        turned = cells.iloc[order].reset_index(drop=True)
        rows = pd.DataFrame({"response_id": ["r1"] * 3}, dtype="str")
        places = comments_table(rows, ("why",), turned)[1].set_index("row")["comment_id"]
        found.append(dict(zip(turned["seen"], places.reindex(turned.index), strict=True)))
    assert found[0] == found[1] == found[2]
    assert set(found[0].values()) == {"r1/1", "r1/2", "r1/3"}


def test_comments_alone_keep_their_ids_and_one_that_stands_twice_is_nobodys() -> None:
    said = {
        "who": ["r1", "r2", "r3", "r4", "r5"],
        "said": ["slow", "kind", "dear", "quick", ""],
        "no": ["c1", "c2", "c2", "", "c1"],
    }
    columns = {"comment": "said", "response_id": "who", "comment_id": "no"}
    found = admit_comments(raw_table(said, "said.csv"), columns)
    # An id beside an empty comment takes nothing from the one that has words.
    assert found.comments["comment_id"].tolist() == ["c1", "r4/1"]
    assert found.comments["text"].tolist() == ["slow", "quick"]
    assert (found.counts["kept"], found.counts["quarantined"], found.counts["filtered"]) == (2, 2, 1)


def test_two_questions_of_one_row_have_the_stated_id_and_their_number() -> None:
    cells = {"nps": ["9", "3"], "What was good?": ["kind", ""], "What was bad?": ["dear", "slow"], "no": ["c1", "c2"]}
    columns = {"comment": ("What was good?", "What was bad?"), "comment_id": "no"}
    found = admit_survey(raw_table(cells), SurveySettings(scale=(0, 10), columns=columns)).comments
    assert dict(zip(found["comment_id"], found["text"], strict=True)) == {
        "c1/1": "kind",
        "c1/2": "dear",
        "c2/2": "slow",
    }


def test_codes_that_nobody_gave_are_an_empty_table() -> None:
    cells = {"nps": ["9", "3"], "why": ["kind", "slow"], "price": ["0", ""], "staff": ["no", ""]}
    stated = SurveySettings(scale=(0, 10), columns={"comment": "why"}, theme_columns=("price", "staff"))
    codes = admit_survey(raw_table(cells), stated).codes
    assert list(codes.columns) == ["comment_id", "response_id", "code"]
    assert codes.empty
