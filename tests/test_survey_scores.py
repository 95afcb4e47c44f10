import numpy as np
import pandas as pd
import pytest

from nps_insights.survey import parse_scores


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("9", 9),
        (" 9 ", 9),
        ("９", 9),
        ("9.0", 9),
        ("9,0", 9),
        ("09", 9),
        ("10/10", 10),
        ("9 / 10", 9),
        ("9 out of 10", 9),
        ("9 von 10", 9),
        ("9 - Very likely", 9),
        ("9 – sehr wahrscheinlich", 9),
        ("0 - Not at all likely", 0),
        ("9 (good)", 9),
        ("10: Extremely likely", 10),
        ("8 stars", 8),
        ("Not at all likely - 0", 0),
        ("Extremely likely (10)", 10),
    ],
)
def test_what_a_person_plainly_means_is_understood(text: str, score: float) -> None:
    parsed = parse_scores(pd.Series([text]), low=0, high=10).iloc[0]
    assert parsed["score"] == score
    assert parsed["reason"] == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("11", "is outside 0-10"),
        ("-1", "is outside 0-10"),
        ("7.5", "is not a whole number"),
        ("7,5", "is not a whole number"),
        ("Promoter", "is not a number"),
        ("9 or 10", "is not a number by itself"),
        ("9-10", "is not a number by itself"),
        ("9 to", "is not a number by itself"),
        ("10+", "is not a number by itself"),
        ("7²", "is not a number by itself"),
        ("1,000", "is not a number by itself"),
        ("4/5", "is out of 5, and the scale ends at 10"),
        ("", "blank"),
    ],
)
def test_what_may_mean_something_else_is_refused_with_its_reason(text: str, reason: str) -> None:
    parsed = parse_scores(pd.Series([text]), low=0, high=10).iloc[0]
    assert np.isnan(parsed["score"])
    assert parsed["reason"] == reason


def test_each_row_may_have_its_own_scale() -> None:
    parsed = parse_scores(pd.Series(["7", "7"]), low=pd.Series([1, 1]), high=pd.Series([5, 10]))
    assert parsed["reason"].tolist() == ["is outside 1-5", ""]
