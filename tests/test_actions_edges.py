"""Alerts of satisfaction beside the number, money and lists where little is known."""

import numpy as np
import pandas as pd
import pytest
from test_actions_lists import AS_OF, answers, on, why
from test_actions_money import AS_OF as TODAY
from test_actions_money import customers, figure
from test_actions_monitoring_events import STARTS, lower, raised
from test_actions_monitoring_events import answers as monthly

from nps_insights.actions.lists import ActionSettings, action_lists
from nps_insights.actions.money import money
from nps_insights.actions.monitoring import Watched, watch
from nps_insights.metrics import Scale


@pytest.fixture(scope="module")
def watched() -> Watched:
    """In August the North falls by 40 points, and its satisfaction with it."""
    responses = monthly(0, lower({"North": 40.0}), n=700)
    score = responses["category"].map({"promoter": 5.0, "passive": 4.0, "detractor": 1.0})
    return watch(
        responses.assign(csat=score),
        per="month",
        by=["region"],
        metrics=("nps", "csat"),
        csat_scale=Scale(1, 5),
        as_of=STARTS[7] + pd.offsets.MonthEnd(1),
    )


class TestSatisfactionBesideTheNumber:
    def test_it_is_a_part_of_the_alert_on_the_number_of_the_same_people(self, watched: Watched) -> None:
        north = watched.alerts[watched.alerts["group"] == "North"].set_index("metric")
        assert raised(watched.alerts) == ["North"]
        assert north.loc["nps", "status"] == "raised"
        assert (north.loc["csat", "status"], north.loc["csat", "part_of"]) == ("part", "nps region=North")

    def test_where_it_falls_alone_it_is_told_and_not_taken_apart(self) -> None:
        responses = monthly(0, n=200)
        low = (responses["region"] == "North") & (responses["responded_at"] >= STARTS[7])
        both = {"metrics": ("nps", "csat"), "csat_scale": Scale(1, 5), "as_of": pd.Timestamp("2026-08-31")}
        found = watch(responses.assign(csat=np.where(low, 2.0, 5.0)), per="month", by=["region"], **both)
        told = found.alerts[found.alerts["status"] == "raised"].iloc[0]
        assert (told["metric"], told["direction"]) == ("csat", "drop")
        assert "fell" in told["reason"]
        assert "csat" not in set(found.traces["metric"])

    def test_groups_that_are_gone_are_told_once_for_all_metrics(self) -> None:
        responses = monthly(0, n=200)
        gone = (responses["region"] == "West") & (responses["responded_at"] >= STARTS[7])
        given = responses[~gone].assign(csat=4.0)
        found = watch(
            given,
            per="month",
            by=["region"],
            metrics=("nps", "csat"),
            csat_scale=Scale(1, 5),
            as_of=pd.Timestamp("2026-08-31"),
        )
        assert sum("West gave no answers in August 2026" in note for note in found.notes) == 1


class TestMoney:
    def test_accounts_whose_beginning_is_not_known_count_as_customers_since_ever(self) -> None:
        given = customers(300)
        given["accounts"].loc[:99, "started_at"] = pd.Timestamp("2026-06-01")
        dated = money(**given, as_of=TODAY, n_draws=100)
        undated = money(given["responses"], given["accounts"].drop(columns="started_at"), as_of=TODAY, n_draws=100)
        both = [figure(table, "retention_difference", "promoter") for table in (dated, undated)]
        assert both[1]["n"] > both[0]["n"] > 0

    def test_a_number_with_gaps_can_be_adjusted_for(self) -> None:
        given = customers(300)
        accounts = given["accounts"]
        seats = pd.Series(np.arange(300.0) % 50).where(np.arange(300) % 7 > 0)
        table = money(
            given["responses"],
            accounts.assign(**{"attribute/seats": seats}),
            as_of=TODAY,
            adjust=["seats"],
            n_draws=100,
        )
        row = figure(table, "retention_difference", "promoter")
        assert np.isfinite(row["estimate"])
        assert "seats" in row["reason"]


def test_who_was_asked_yesterday_is_asked_again_where_nobody_wants_a_pause() -> None:
    responses, outcomes = answers(good="promoter"), pd.DataFrame({"action": ["refer"], "account_id": ["good"]})
    outcomes = outcomes.assign(proposed_at=pd.Timestamp("2026-02-10"), contacted_at=pd.Timestamp("2026-02-11"))
    outcomes = outcomes.assign(closed_at=pd.NaT, result=None)
    accounts = pd.DataFrame({"account_id": ["good"], "value": 10.0})
    lists = {
        days: action_lists(
            responses,
            accounts,
            as_of=AS_OF,
            outcomes=outcomes,
            settings=ActionSettings(ask_again_days=days, quiet_days=0),
        ).actions
        for days in (0, 90)
    }
    assert on(lists[0], "refer") == ["good"]
    assert why(lists[90]) == {"good": "asked on 2026-02-11"}
