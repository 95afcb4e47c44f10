"""Why it moved: the parts shown add up, at most five themes a side, and one sentence on the first screen if clear."""

import pandas as pd
import pytest
from report_driver_tables import TOTAL, change_parts, driver_checks
from report_tables import report_example

from nps_insights.report.chapters.why_moved import MOST_A_SIDE, WHOLE, Explained, why_moved
from nps_insights.report.inputs import report_tables


def explained(parts: pd.DataFrame, **others: pd.DataFrame) -> Explained:
    (change,) = why_moved(report_tables({"change_parts": parts} | others)).changes
    return change


def figure(cell: str) -> float:
    return float(cell.partition(" ")[0].replace("−", "-"))


def many_themes(n: int = 20) -> pd.DataFrame:
    """So many themes, all clear, half of them on either side; the unexplained part takes up what is missing."""
    parts = change_parts()
    parts = parts[~parts["part"].isin(["frequency", "rate"])]
    row = parts[parts["part"] == "silence"].iloc[0].to_dict() | {"part": "frequency", "p_value": 0.001, "q_value": 0.01}
    values = [(-1) ** at * (1 + at / 7) for at in range(n)]
    themes = [
        row
        | {"driver_id": f"theme/m{at}", "label": f"theme {at}", "estimate": value}
        | {"conf_low": value - 0.4, "conf_high": value + 0.4}
        for at, value in enumerate(values)
    ]
    whole = pd.concat([parts, pd.DataFrame(themes)], ignore_index=True)
    rest = whole["part"] == "unexplained"
    whole.loc[rest, "estimate"] = TOTAL - whole.loc[~rest & (whole["part"] != "total"), "estimate"].sum()
    return whole


@pytest.mark.parametrize("parts", [change_parts(), many_themes()], ids=["few", "many"])
def test_the_parts_shown_add_up_to_the_whole(parts: pd.DataFrame) -> None:
    rows = explained(parts).table.rows
    assert rows[-1][0] == WHOLE
    assert sum(figure(row[1]) for row in rows[:-1]) == pytest.approx(figure(rows[-1][1]), abs=1e-9)
    assert all("likely" in row[1] for row in rows)


def test_chart_and_table_show_the_same() -> None:
    change = explained(change_parts())
    shown = change.chart.figure["data"][0]["x"]
    assert shown == pytest.approx([figure(row[1]) for row in change.table.rows])


def test_at_most_five_themes_a_side_and_the_rest_together() -> None:
    rows = [row for row in explained(many_themes()).table.rows if row[0].startswith("theme ")]
    values = [figure(row[1]) for row in rows]
    assert values == sorted(values)
    assert sum(value < 0 for value in values) == sum(value > 0 for value in values) == MOST_A_SIDE
    assert "Other themes: how often (10)" in [row[0] for row in explained(many_themes()).table.rows]


def test_it_says_how_often_a_theme_was_mentioned_before_and_after() -> None:
    said = {row[0]: row[2] for row in explained(change_parts()).table.rows}
    assert said["late delivery"] == "mentioned more often: 10% → 17% of those with a comment"
    assert said["late delivery, per mention"] == "a mention goes with a lower number than before"
    assert "“" not in said[WHOLE]


def test_a_theme_that_only_says_the_feeling_again_goes_with_the_rest() -> None:
    checks = driver_checks().replace({"driver_id": {"theme/t08": "theme/t01"}})
    checks = checks[(checks["driver_id"] != "theme/t01") | ~checks["passed"]].drop_duplicates(["driver_id", "check"])
    rows = explained(change_parts(), driver_checks=checks).table.rows
    assert not [row for row in rows if row[0].startswith("late delivery")]
    assert sum(figure(row[1]) for row in rows[:-1]) == pytest.approx(figure(rows[-1][1]), abs=1e-9)


def test_two_groups_are_a_difference_and_no_move() -> None:
    parts = change_parts("plan", "Basic", "Business")
    (change,) = why_moved(report_tables(report_example() | {"change_parts": parts})).changes
    assert change.title == "From Basic to Business (plan)"
    assert "the number differs by −6.2 points (likely −9.3 to −3.1)" in change.sentence
    assert "a real difference" in change.sentence


def test_where_no_theme_counts_it_says_so() -> None:
    parts = change_parts()
    parts.loc[parts["driver_id"].str.startswith("theme/"), ["conf_low", "conf_high"]] = [-20.0, 20.0]
    change = explained(parts)
    assert "No theme alone can be told from zero here." in change.notes
    assert "Themes: how often (6)" in [row[0] for row in change.table.rows]


def test_without_parts_there_is_no_chapter() -> None:
    assert why_moved(report_tables(report_example())).changes == []
