import pandas as pd
import pytest

from nps_insights.survey import says_nothing
from nps_insights.survey.comments import cleaned


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
