"""Parts of a change as rows: they add up as shown, periods are named, and what is clear passes both rules."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_driver_tables import change_parts
from report_tables import report_example

from nps_insights.report.inputs import report_tables
from nps_insights.report.rows.change_rows import adding_up, comparisons, named_period, period_start

POINTS = st.floats(-60, 60, allow_nan=False)


@given(st.lists(POINTS, min_size=1, max_size=30))
def test_what_is_shown_adds_up_and_is_nearly_what_was_estimated(values: list[float]) -> None:
    shown = adding_up(values, sum(values))
    assert round(10 * sum(shown)) == pytest.approx(10 * sum(values), abs=0.51)
    assert max(abs(a - b) for a, b in zip(shown, values, strict=True)) <= 0.1 + 1e-9


def test_parts_that_do_not_add_up_are_rounded_and_not_bent() -> None:
    assert adding_up([1.26, 2.0], 9.0) == [1.3, 2.0]


@pytest.mark.parametrize(
    ("name", "start", "written"),
    [
        ("2026Q2", date(2026, 4, 1), "Q2 2026"),
        ("2026-12", date(2026, 12, 1), "December 2026"),
        ("2026", date(2026, 1, 1), "2026"),
        ("2026-05-04/2026-05-10", date(2026, 5, 4), "week of 4 May 2026"),
        ("2026-05-04", date(2026, 5, 4), "4 May 2026"),
        ("2026-13", None, "2026-13"),
        ("Business", None, "Business"),
    ],
)
def test_periods_are_named_as_the_page_names_them(name: str, start: date | None, written: str) -> None:
    assert period_start(name) == start
    assert named_period(name) == written


def test_the_latest_period_comes_first_and_groups_last() -> None:
    import pandas as pd

    parts = [change_parts(), change_parts(before="2025Q2"), change_parts(before="2025Q4", after="2026Q1")]
    parts.append(change_parts("plan", "Basic", "Business"))
    found = comparisons(report_tables(report_example() | {"change_parts": pd.concat(parts)}))
    assert [(own.by, own.before, own.after) for own in found] == [
        ("", "Q1 2026", "Q2 2026"),
        ("", "Q2 2025", "Q2 2026"),
        ("", "Q4 2025", "Q1 2026"),
        ("plan", "Basic", "Business"),
    ]


def test_one_of_many_must_pass_the_rule_for_many() -> None:
    parts = change_parts()
    parts.loc[parts["driver_id"] == "theme/t09", "q_value"] = 0.2
    (found,) = comparisons(report_tables({"change_parts": parts}))
    clear = {own.driver_id: own.points.clear for own in found.parts if own.part == "frequency"}
    assert clear["theme/t01"]
    assert not clear["theme/t09"]
