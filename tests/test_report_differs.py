"""Where it differs: only clear differences, groups side by side; else one sentence."""

import pandas as pd
from report_driver_tables import driver_checks, group_effects

from nps_insights.report.chapters.differs import MOST_DRIVERS, WhereDiffers, where_differs
from nps_insights.report.inputs import report_tables


def shown(frame: pd.DataFrame, **others: pd.DataFrame) -> WhereDiffers:
    return where_differs(report_tables({"group_effects": frame} | others))


def test_only_clear_differences_are_shown_group_by_group() -> None:
    (own,) = shown(group_effects()).differences
    assert own.title == "price went up, by plan"
    assert [row[0] for row in own.table.rows] == ["Basic", "Family", "Business"]
    assert own.table.rows[0][1:] == ("−31 (likely −39 to −23)", "−3 (likely −4 to −2)", "70 of 700")
    assert own.chart is not None


def test_where_nothing_differs_one_sentence_says_so() -> None:
    found = shown(group_effects().assign(q_value=0.5))
    assert found.differences == []
    assert found.note == (
        "2 comparisons by plan: that something weighs more in one group than in another cannot be told from chance."
    )


def test_a_theme_that_only_says_the_feeling_again_is_not_compared() -> None:
    frame = group_effects().replace({"driver_id": {"theme/t07": "theme/t08"}})
    assert shown(frame, driver_checks=driver_checks()).differences == []


def test_long_lists_say_how_many_more_there_are() -> None:
    frames = [group_effects().query("driver_id == 'theme/t07'").assign(driver_id=f"theme/x{at}") for at in range(8)]
    found = shown(pd.concat(frames))
    assert len(found.differences) == MOST_DRIVERS
    assert "3 further differences" in found.note


def test_attributes_have_points_in_total_only() -> None:
    missing = {"per_mention": None, "per_mention_low": None, "per_mention_high": None}
    frame = group_effects().astype(dict.fromkeys(missing, float)).assign(kind="attribute", **missing)
    (own,) = shown(frame).differences
    assert own.table.columns == ("Plan", "Points", "Answers")


def test_without_groups_there_is_no_chapter() -> None:
    assert where_differs(report_tables({})) == WhereDiffers([], "")
