"""Words: how figures are written, by the properties that a reader relies on."""

import math
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nps_insights.report import words

POINTS = st.floats(-100, 100, allow_nan=False)


@settings(deadline=None)
@given(POINTS)
def test_written_points_are_never_further_off_than_their_rounding(value: float) -> None:
    written = float(words.points(value).replace(words.MINUS, "-"))
    assert abs(written - value) <= (0.05 if abs(value) < 1 else 0.5) + 1e-9


@settings(deadline=None)
@given(POINTS)
def test_signs_mirror(value: float) -> None:
    one, other = words.points(value, signed=True), words.points(-value, signed=True)
    assert one.lstrip("+−") == other.lstrip("+−")
    assert "-" not in one
    assert (one[0] == "+") == (value > 0 and one != "0")


@settings(deadline=None)
@given(POINTS, POINTS)
def test_a_range_that_leaves_zero_out_never_reads_as_if_it_held_zero(a: float, b: float) -> None:
    low, high = min(a, b), max(a, b)
    text = words.likely(low, high, signed=True)
    shows_zero = {"0"} & set(text.replace("just above 0", "").replace("just below 0", "").split())
    if (low > 0) or (high < 0):
        assert not shows_zero


@settings(deadline=None)
@given(POINTS, POINTS)
def test_a_change_is_real_exactly_where_its_range_leaves_zero_out(a: float, b: float) -> None:
    low, high = min(a, b), max(a, b)
    assert (words.verdict(low, high) == "too close to call") == (low <= 0 <= high)


def test_unknown_figures_are_said_to_be_unknown() -> None:
    nan = math.nan
    assert words.points(nan) == words.with_range(nan, 1, 2) == words.percent(nan) == "not known"
    assert words.with_range(3, nan, nan) == "3 (range not known)"
    assert words.percent_range(nan, 0.2) == "range not known"
    assert words.change(nan, nan, nan, "Q1 2026") == "The change on Q1 2026 is not known"


def test_a_change_that_rounds_to_nothing_is_level() -> None:
    assert words.change(0.01, -3, 3, "May 2026") == "Level with May 2026 (likely −3 to +3): too close to call"


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        (date(2026, 1, 1), date(2026, 3, 31), "Q1 2026"),
        (date(2026, 10, 1), date(2026, 12, 31), "Q4 2026"),
        (date(2024, 2, 1), date(2024, 2, 29), "February 2024"),
        (date(2025, 1, 1), date(2025, 12, 31), "2025"),
        (date(2025, 4, 1), date(2026, 3, 31), "Q2 2025 to Q1 2026"),
        (date(2026, 2, 1), date(2026, 4, 30), "February 2026 to April 2026"),
        (date(2026, 5, 4), date(2026, 5, 10), "week of 4 May 2026"),
        (date(2026, 5, 4), date(2026, 5, 4), "4 May 2026"),
    ],
)
def test_periods_have_the_names_that_people_use(first: date, last: date, name: str) -> None:
    assert words.period(first, last) == name
    assert words.period(pd.Timestamp(first), pd.Timestamp(last)) == name


@settings(deadline=None)
@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 800))
def test_any_period_has_a_name(start: date, days: int) -> None:
    assert words.period(start, start + timedelta(days=days))


@settings(deadline=None)
@given(st.text())
def test_cleaned_text_is_one_visible_line_of_bounded_length(text: str) -> None:
    cleaned = words.clean(text, most=40)
    assert 0 < len(cleaned) <= 40
    assert not set(cleaned) & set("\n\r\t\x00\u202e\u200b\u2066\ufeff")


def test_missing_text_is_named_not_printed() -> None:
    assert {words.clean(value) for value in (None, float("nan"), pd.NA, "", " \n")} == {"(no name)"}


def test_plurals_and_thousands() -> None:
    assert words.plural(0, "answer") == "0 answers"
    assert words.plural(1_234_567, "answer") == "1,234,567 answers"
    assert words.listed([]) == ""
