"""Watched: alerts in their order, what changed with them adds up, new levels, events, and restatements."""

import re

import pandas as pd
import pytest
from report_tables import themes
from report_watch_tables import DROP, absent, alert, alerts, changed_to, days, restatements, series, traces

from nps_insights.report.chapters.watch import Watch, watch_chapter
from nps_insights.report.inputs import report_tables
from nps_insights.report.rows.traced_changes import MOST_PARTS, traced_changes
from nps_insights.report.rows.watch_rows import alerts_in_order, raised


def chapter(**changed: pd.DataFrame) -> Watch:
    return watch_chapter(changed_to(**changed))


def test_raised_alerts_come_first_the_loudest_first_the_whole_before_groups_before_themes() -> None:
    rows = alerts_in_order(report_tables({"alerts": alerts().sample(frac=1, random_state=4)}))
    assert rows["group"].tolist() == ["", "Router", "t01", "South", "North", "West", "Basic"]
    assert raised(report_tables({"alerts": alerts()}))["status"].eq("raised").all()


def test_the_lead_counts_what_is_watched_raised_and_kept_quiet() -> None:
    found = chapter()
    assert found.lead == (
        "2 figures are watched period by period. 5 alerts were raised. 2 changes were known already or kept quiet."
    )
    assert found.alerts is not None
    assert [row[1] for row in found.alerts.rows][-2:] == ["known already", "kept quiet"]
    assert found.raised[0][0] == "critical"
    assert "(−9.00)" in found.raised[0][1]


def test_without_an_alert_that_is_said() -> None:
    found = watch_chapter(report_tables({"series": series()}))
    assert "No alert" in found.lead
    assert found.alerts is None
    assert not found.is_empty


def test_changes_of_shares_are_in_percentage_points_and_named_by_their_theme() -> None:
    table = chapter().alerts
    assert table is not None
    row = next(row for row in table.rows if row[0] == "Mentions of “late delivery”")
    assert row[4] == "+8 (likely +4 to +12) percentage points"


def test_parts_of_a_traced_change_add_up_in_what_is_shown() -> None:
    found = traced_changes(changed_to())
    assert len(found) == 1
    shown = [float(re.match(r"[+−]?[\d.]+", row[1]).group().replace("−", "-")) for row in found[0].table.rows]  # type: ignore[union-attr]
    assert sum(shown[:-1]) == pytest.approx(shown[-1])
    assert shown[-1] == pytest.approx(DROP)


def test_the_column_whose_part_stands_out_leads() -> None:
    found = traced_changes(changed_to())[0]
    assert "by product" in found.table.caption
    assert found.table.rows[0][0] == "Router: other answers"
    assert found.table.rows[0][2] == "moved otherwise than the others"
    assert found.others is not None
    assert {row[1] for row in found.others.rows} == {"region", "theme"}
    words = {row[0]: row[3] for row in found.others.rows}
    assert words["“late delivery” mentioned more or less"] == "goes with the change"
    assert "What none of them tells" in words
    assert len(found.chart.figure["data"][0]["x"]) == len(found.table.rows)


def test_many_parts_are_shown_as_one_and_still_add_up() -> None:
    row = traces().query("dimension == 'region'").iloc[[0]]
    many = pd.concat([row.assign(part_group=f"g{at:02}", estimate=DROP / 20, rank=at + 1) for at in range(20)])
    table = traced_changes(report_tables({"alerts": alerts(), "traces": many}))[0].table
    assert len(table.rows) == MOST_PARTS + 2
    assert table.rows[-2][0] == f"All other parts ({20 - MOST_PARTS})"


def test_changes_kept_quiet_are_not_traced() -> None:
    known = days(pd.DataFrame([alert("", "", "critical", "known", DROP)]))
    assert traced_changes(report_tables({"alerts": known, "traces": traces()})) == []


def test_an_event_is_one_row_with_all_its_periods() -> None:
    events = chapter().events
    assert events is not None
    assert len(events.rows) == 1
    assert events.rows[0][-1] == "Q1 2026 to Q2 2026"


def test_a_restatement_names_its_parts_and_leaves_out_those_that_are_nothing() -> None:
    table = chapter().restated
    assert table is not None
    assert table.rows[0][2:] == ("21.9", "24.4", "late answers (47) +3.1; other settings −0.6")
    assert table.rows[1][3] == "no longer computed"


def test_restatements_alone_make_the_chapter() -> None:
    found = watch_chapter(report_tables({"restatements": restatements()}))
    assert not found.is_empty
    assert found.lead == ""


def test_new_levels_name_the_theme() -> None:
    levels = chapter(themes=themes()).levels
    assert levels is not None
    assert {row[0] for row in levels.rows} == {"NPS", "Mentions of “late delivery”"}


def test_without_the_tables_there_is_no_chapter() -> None:
    assert watch_chapter(absent()) == Watch()
