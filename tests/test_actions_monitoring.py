"""Alerts: a failing product is found and named within one period, told once, and its recovery is seen."""

from functools import cache

import pandas as pd
import pytest

from nps_insights.actions.monitoring import AlertSettings, Watched, watch
from nps_insights.tables import TABLES, DataRefusedError, SettingsError, conform
from tests.watched_answers import THEMES, end_of, failing_router


@cache
def usual(month: int) -> Watched:
    return watched(month)


def watched(month: int, **more: object) -> Watched:
    responses, mentions = failing_router()
    given = {
        "by": ["product", "region"],
        "mentions": mentions,
        "themes": THEMES,
        "commented": responses[["response_id"]],
    }
    return watch(responses, per="month", as_of=end_of(month), **(given | more))


def row(alerts: pd.DataFrame, metric: str, group: str = "") -> pd.Series:
    found = alerts[(alerts["metric"] == metric) & (alerts["group"] == group)]
    assert len(found) == 1
    return found.iloc[0]


def test_the_failing_product_is_found_and_named_in_its_first_month() -> None:
    alert = row(usual(9).alerts, "nps", "Router")
    assert (alert["status"], alert["direction"], alert["severity"]) == ("raised", "drop", "critical")
    assert alert["reason"].startswith("NPS of product Router (38 % of the answers) fell ")
    assert " in October 2025 against " in alert["reason"]
    assert "mentions of 'disconnects' rose from " in alert["reason"]
    assert "the same move shows in NPS of all answers, " in alert["reason"]


def test_one_event_is_one_alert_and_the_rest_are_its_parts() -> None:
    alerts = usual(9).alerts
    assert alerts.loc[alerts["status"] == "raised", "group"].tolist() == ["Router"]
    parts = alerts[alerts["status"] == "part"]
    assert set(parts["group"]) == {"", "North", "South", "t00"}
    assert set(parts["part_of"]) == {"nps product=Router"}
    company = row(alerts, "nps")
    assert "; answers of product Router make up " in company["reason"]
    assert company["reason"].endswith("a part of what happened to NPS of product Router.")


def test_the_theme_and_the_product_are_told_of_too() -> None:
    alerts = usual(9).alerts
    assert row(alerts, "theme_share", "t00")["reason"].startswith("Mentions of 'disconnects' rose from ")
    assert not alerts["group"].isin(["Phone", "Cloud"]).any()


def test_parts_of_each_dimension_add_to_the_change() -> None:
    result = usual(9)
    keys = ["metric", "by", "group"]
    sums = result.traces.groupby([*keys, "dimension"])["estimate"].sum().reset_index()
    both = sums.merge(result.alerts[[*keys, "estimate"]], on=keys, suffixes=("", "_of_all"))
    assert len(both) == len(sums) >= 5
    assert (both["estimate"] - both["estimate_of_all"]).abs().max() < 0.01


def test_a_level_that_stays_is_known_and_not_raised_again() -> None:
    alert = row(usual(10).alerts, "nps")
    assert alert["status"] == "known"
    assert alert["known_since"] == pd.Timestamp("2025-10-01")
    assert "known since October 2025, the level stays" in alert["reason"]


def test_the_recovery_is_seen_as_a_rise() -> None:
    alert = row(usual(11).alerts, "nps", "Router")
    assert (alert["status"], alert["direction"], alert["severity"]) == ("raised", "rise", "notice")
    assert "the same move shows in" in alert["reason"]
    assert "answers of product Router make up" in row(usual(11).alerts, "nps")["reason"]


def test_alerts_handed_in_say_what_was_told() -> None:
    told = usual(9).alerts
    assert row(watched(10, previous_alerts=told).alerts, "nps")["status"] == "known"
    nothing = watched(10, previous_alerts=told[told["metric"] == "theme_share"]).alerts
    assert row(nothing, "nps")["status"] == "part"
    assert row(nothing, "nps", "Router")["status"] == "raised"


def test_before_the_failure_all_is_quiet() -> None:
    result = usual(8)
    assert not (result.alerts["status"] == "raised").any() or len(result.alerts) <= 1
    assert any("moved beyond chance" in note for note in result.notes) or len(result.alerts)


def test_row_order_and_answers_of_the_future_change_nothing() -> None:
    responses, mentions = failing_router()
    mixed = responses.sample(frac=1, random_state=1)
    mixed.loc[mixed["responded_at"] > end_of(9), "category"] = "detractor"
    again = watch(
        mixed, per="month", as_of=end_of(9), by=["product", "region"],
        mentions=mentions.sample(frac=1, random_state=2), themes=THEMES, commented=mixed[["response_id"]],
    )  # fmt: skip
    pd.testing.assert_frame_equal(again.alerts, usual(9).alerts)
    pd.testing.assert_frame_equal(again.traces, usual(9).traces)


def test_every_table_is_of_the_contract() -> None:
    result = usual(9)
    for name, table in (
        ("estimates", result.series),
        ("alerts", result.alerts),
        ("traces", result.traces),
        ("change_points", result.change_points),
    ):
        assert name in TABLES
        pd.testing.assert_frame_equal(conform(name, table), table)


def test_events_stand_beside_without_explaining() -> None:
    events = pd.DataFrame({"event_at": pd.to_datetime(["2025-10-07", "2024-01-01"]), "label": ["Firmware 9", "Old"]})
    reason = row(watched(9, events=events, mentions=None, commented=None).alerts, "nps")["reason"]
    assert reason.endswith("In the same period, without saying that it is why: Firmware 9 (2025-10-07).")


def test_an_event_on_the_first_day_of_the_next_month_is_not_of_this_one() -> None:
    days = pd.to_datetime(["2025-10-31 18:00", "2025-11-01 00:00", "2025-09-20 00:00", "2025-08-01 00:00"])
    events = pd.DataFrame({"event_at": days, "label": ["Last day", "Next month", "Campaign", "Over"]})
    events["ended_at"] = pd.to_datetime([None, None, "2025-10-02", "2025-09-30"])
    reason = row(watched(9, events=events, mentions=None, commented=None).alerts, "nps")["reason"]
    told = "Campaign (2025-09-20 to 2025-10-02); Last day (2025-10-31)."
    assert reason.endswith(f"In the same period, without saying that it is why: {told}")


def test_a_period_set_to_quiet_is_listed_and_not_raised() -> None:
    quiet = AlertSettings(quiet=(("2025-10-05", "2025-10-09"),))
    alerts = watched(9, settings=quiet).alerts
    assert row(alerts, "nps")["status"] == "quiet"
    assert not (alerts["status"] == "raised").any()
    assert row(watched(10, settings=quiet).alerts, "nps", "Router")["status"] == "raised"


def test_a_move_too_small_to_matter_is_quiet() -> None:
    alerts = watched(9, settings=AlertSettings(min_effect={"nps": 90.0})).alerts
    assert set(alerts.loc[alerts["metric"] == "nps", "status"]) == {"quiet"}
    assert "less than the 90 that matter" in row(alerts, "nps")["reason"]


def plain(responses: pd.DataFrame, **more: object) -> Watched:
    return watch(responses, per="month", **more)


def test_no_dates_or_one_month_say_so() -> None:
    responses, _ = failing_router()
    undated = plain(responses.drop(columns="responded_at"))
    assert undated.alerts.empty
    assert "carry no dates" in undated.notes[0]
    first = plain(responses[responses["responded_at"] <= end_of(0)], as_of=end_of(0))
    assert first.alerts.empty
    assert any("only finished month" in note for note in first.notes)


def test_gaps_future_and_unfinished_months_are_named() -> None:
    responses, _ = failing_router()
    gone = responses[responses["responded_at"].dt.month != 6]
    notes = plain(gone, as_of=pd.Timestamp("2025-09-10")).notes
    assert any(note.startswith("No answers in June 2025") for note in notes)
    assert any("dated after 2025-09-10" in note for note in notes)
    assert any("September 2025 is not finished" in note for note in notes)
    late = plain(responses, as_of=pd.Timestamp("2026-03-15")).notes
    assert any(note.startswith("No answers since January 2026") for note in late)


def test_groups_that_appear_die_or_are_small_are_named() -> None:
    responses, _ = failing_router()
    dies = (responses["product"] == "Cloud") & (responses["responded_at"] > end_of(6))
    young = (responses["product"] == "Phone") & (responses["responded_at"] <= end_of(6))
    notes = plain(responses[~dies & ~young], by=["product"], as_of=end_of(7)).notes
    assert any("Cloud gave no answers in August 2025" in note for note in notes)
    assert any("Phone has no earlier period" in note for note in notes)
    few = (responses["product"] != "Cloud") | (
        responses.groupby(["product", responses["responded_at"].dt.month]).cumcount() < 12
    )
    notes = plain(responses[few], by=["product"], as_of=end_of(7)).notes
    assert any("Cloud gave fewer than 30 answers" in note for note in notes)


def test_too_few_answers_stay_quiet() -> None:
    responses, _ = failing_router()
    thin = responses.groupby(responses["responded_at"].dt.month).head(20)
    result = plain(thin, as_of=end_of(9))
    assert result.alerts.empty
    assert any("fewer than 30" in note for note in result.notes)


def test_nothing_judged_is_told_apart_from_nothing_moved() -> None:
    responses, _ = failing_router()
    calm = plain(responses, by=["product"], as_of=end_of(8))
    assert calm.n_judged == 4
    assert usual(9).n_judged == 1 + 3 + 2 + len(THEMES)
    thin = responses.groupby(responses["responded_at"].dt.month).head(20)
    first = responses[responses["responded_at"] <= end_of(0)]
    undated = responses.drop(columns="responded_at")
    only_last = responses[responses["response_id"].isin(thin["response_id"]) | (responses["responded_at"] > end_of(7))]
    assert [plain(one).n_judged for one in (undated, first)] == [0, 0]
    assert plain(thin, as_of=end_of(9)).n_judged == 0
    after_small = plain(only_last, as_of=end_of(8))
    assert after_small.n_judged == 0
    assert "No earlier month has 30 answers to compare September 2025 with: nothing is judged." in after_small.notes
    assert not any("moved beyond chance" in note for note in after_small.notes)


def test_time_zones_are_turned_and_mixed_ones_refused() -> None:
    responses, _ = failing_router()
    zoned = responses.assign(responded_at=responses["responded_at"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo"))
    pd.testing.assert_frame_equal(plain(zoned, as_of=end_of(9)).alerts, plain(responses, as_of=end_of(9)).alerts)
    mixed = responses.assign(responded_at=responses["responded_at"].astype(object))
    mixed.loc[0, "responded_at"] = pd.Timestamp("2025-01-05", tz="UTC")
    with pytest.raises(DataRefusedError, match="zone"):
        plain(mixed)


def test_what_cannot_be_meant_is_refused() -> None:
    responses, mentions = failing_router()
    with pytest.raises(SettingsError, match="per =="):
        watch(responses, per="fortnight")
    with pytest.raises(SettingsError, match="commented"):
        watch(responses, per="month", mentions=mentions)
    with pytest.raises(SettingsError, match="no such column"):
        watch(responses, per="month", by=["colour"])
    with pytest.raises(SettingsError, match="false_share"):
        AlertSettings(false_share=2.0)
