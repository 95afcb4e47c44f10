"""Actions, money, alerts and targets at their edges: what is refused with advice, and what is said of nothing."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from target_programmes import STORY, TARGET, measured

from nps_insights.actions.account_draws import middle
from nps_insights.actions.known_answers import moment_of
from nps_insights.actions.lists import ActionSettings
from nps_insights.actions.lists.calls import flags_of_moment
from nps_insights.actions.lists.held_back import promoter_loss
from nps_insights.actions.lists.totals import _willing
from nps_insights.actions.money import money
from nps_insights.actions.monitoring import AlertSettings, watch
from nps_insights.actions.monitoring.contrast import moved_otherwise
from nps_insights.actions.monitoring.sentences import moved
from nps_insights.actions.monitoring.traces import traced
from nps_insights.actions.targets import judge_targets
from nps_insights.actions.targets.words import ranged
from nps_insights.actions.waiting import median_days
from nps_insights.tables import DataRefusedError, SettingsError

AS_OF = pd.Timestamp("2026-07-01")


def answers(*categories: str, day: str | None = "2026-05-10") -> pd.DataFrame:
    rows = pd.DataFrame({"response_id": [f"r{n}" for n in range(len(categories))], "category": categories})
    rows["account_id"] = [f"a{n}" for n in range(len(categories))]
    return rows if day is None else rows.assign(responded_at=pd.Timestamp(day))


class TestSettings:
    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"agreed_results": "agreed"}, r'must be a list of texts, for example \["agreed"\]'),
            ({"offer_cost": 20.0, "contact_cost": 5.0, "acceptance": 0.0}, "acceptance.*above 0 and at most 1"),
            ({"offer_cost": -1.0, "contact_cost": 5.0, "acceptance": 0.3}, "offer_cost == -1.0.*must not be below 0"),
            ({"willing": (5, 4)}, "0 <= agreed <= asked"),
            ({"willing": (0, 0)}, "0 <= agreed <= asked"),
        ],
    )
    def test_lists_refuse_what_cannot_be_meant(self, wrong: dict[str, object], message: str) -> None:
        with pytest.raises(SettingsError, match=message):
            ActionSettings(**wrong)  # type: ignore[arg-type]

    def test_a_false_alarm_in_every_period_is_no_rule(self) -> None:
        with pytest.raises(SettingsError, match="false_alarm_every == 1: must be 2 periods or more, for example 50"):
            AlertSettings(false_alarm_every=1)

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [({"horizon_days": 0}, "horizon_days == 0: must be at least 1"), ({"n_draws": 50}, "must be at least 100")],
    )
    def test_money_needs_a_horizon_and_enough_draws(self, wrong: dict[str, int], message: str) -> None:
        accounts = pd.DataFrame({"account_id": ["a0"], "value": [1.0]})
        with pytest.raises(SettingsError, match=message):
            money(answers("promoter"), accounts, as_of=AS_OF, **wrong)

    @pytest.mark.parametrize("given", [pd.NaT, "2026-07-01T00:00:00+02:00"])
    def test_a_moment_with_a_zone_is_no_moment(self, given: object) -> None:
        with pytest.raises(SettingsError, match=r"must be a moment without a zone \(UTC\), for example"):
            moment_of(given)  # type: ignore[arg-type]


class TestLists:
    def test_an_account_that_is_flagged_twice_in_one_night_is_refused(self) -> None:
        flags = pd.DataFrame({"account_id": ["b", "a", "b"], "as_of": AS_OF})
        with pytest.raises(DataRefusedError, match="account_id 'b' stands twice in one night"):
            flags_of_moment(flags, as_of=AS_OF)

    def test_no_promoter_was_asked_before_so_nobody_knows_how_many_agree(self) -> None:
        chosen = ActionSettings(agreed_results=("agreed",))
        outcomes = pd.DataFrame({"action": ["call", "refer", "refer"], "result": ["agreed", "agreed", None]})
        outcomes["contacted_at"] = pd.to_datetime(["2026-05-01", None, "2026-05-01"])
        assert _willing(chosen, outcomes) == (None, "")
        outcomes["contacted_at"] = pd.Timestamp("2026-05-01")
        assert _willing(chosen, outcomes) == ((1, 1), "Of 1 promoter asked before, 1 agreed")

    def test_effects_without_themes_hold_nobody_back(self) -> None:
        effects = pd.DataFrame({"outcome": ["promoter"], "method": ["adjusted"], "per_mention": [-4.0]})
        assert promoter_loss(effects).empty
        assert promoter_loss(effects.assign(theme_id="t1")).to_dict() == {"t1": -4.0}


class TestFiguresOfNothing:
    def test_draws_that_know_nothing_have_no_middle(self) -> None:
        assert np.isnan(middle(np.array([np.nan, np.inf]), 0.9)).all()
        assert middle(np.array([1.0, np.nan, 3.0]), 0.5) == (1.5, 2.5)

    def test_nobody_who_waits_has_no_median(self) -> None:
        none = pd.Series(dtype="datetime64[us]")
        assert np.isnan(median_days(none, none, as_of=AS_OF)).all()

    def test_a_figure_without_a_range_is_written_alone(self) -> None:
        assert ranged(12.0, float("nan"), float("nan"), "nps") == ranged(12.0, 9.0, 15.0, "nps").partition(" (")[0]

    def test_a_group_of_one_answer_moved_like_all_others(self) -> None:
        member, after = np.array([True, True, False, False]), np.array([False, True, False, True])
        found = moved_otherwise(np.array([1.0, -1.0, 1.0, 1.0]), member, after, np.arange(4))
        assert (found.estimate, found.p_value) == (0.0, 1.0)

    def test_accounts_without_a_risk_column_have_no_revenue_at_risk(self) -> None:
        accounts = pd.DataFrame({"account_id": [f"a{n}" for n in range(4)], "value": 10.0})
        given = answers("promoter", "passive", "detractor", "promoter")
        risk = pd.DataFrame({"account_id": [], "as_of": pd.to_datetime([])})
        table = money(given, accounts, risk=risk, as_of=AS_OF, n_draws=100).set_index(["metric", "category"])
        assert table.loc[("value", "all"), "estimate"] == 40
        assert "revenue_at_risk" not in table.index or table.loc[("revenue_at_risk", "all"), "n"] == 0


class TestTakingApart:
    def test_a_side_without_answers_is_refused(self) -> None:
        with pytest.raises(DataRefusedError, match="2 answers before and 0 after; both sides need answers"):
            traced(answers("promoter", "passive"), answers(), dimensions=["plan"])

    def test_there_must_be_something_to_take_it_apart_by(self) -> None:
        with pytest.raises(SettingsError, match="name columns in `dimensions` or give mentions"):
            traced(answers("promoter"), answers("passive", day="2026-06-10"), dimensions=[])

    def test_without_dates_the_periods_must_be_said(self) -> None:
        sides = answers("promoter", day=None), answers("passive", day=None)
        with pytest.raises(SettingsError, match="say in `figure` which periods are compared"):
            traced(*sides, dimensions=["account_id"])


class TestWords:
    @pytest.mark.parametrize(
        ("metric", "size", "said"),
        [
            (
                "csat",
                0.125,
                r"of plan Pro fell 12 points \(.*\), from the week of 2026-06-22 to the week of 2026-06-29",
            ),
            ("ces", 0.5, r"of plan Pro fell 0\.50 \(-0\.75 to -0\.25\)"),
        ],
    )
    def test_satisfaction_is_told_in_points_and_effort_in_its_own_unit(
        self, metric: str, size: float, said: str
    ) -> None:
        row = {"metric": metric, "by": "plan", "group": "Pro", "before_estimate": 0.8, "after_estimate": 0.8 - size}
        row |= {"estimate": -size, "conf_low": -1.5 * size, "conf_high": -size / 2}
        days = ("before_start", "2026-06-22"), ("before_end", "2026-06-28"), ("after_start", "2026-06-29")
        row |= {name: pd.Timestamp(day) for name, day in (*days, ("after_end", "2026-07-05"))}
        assert pd.Series([moved(row, per="week")]).str.contains(said).all(), moved(row, per="week")

    def test_a_first_period_that_is_still_open_is_not_judged(self) -> None:
        found = watch(answers("promoter", "passive"), per="month", as_of=pd.Timestamp("2026-05-20"))
        assert "No month is finished yet: nothing is judged." in found.notes
        assert found.alerts.empty
        assert found.n_judged == 0

    def test_a_target_without_any_figure_is_not_known(self) -> None:
        target = replace(TARGET, baseline=None, baseline_at=None)
        told = judge_targets([target], measured(*STORY).head(0), as_of=pd.Timestamp("2025-04-01")).targets.iloc[0]
        assert told["verdict"] == "not_known"
        assert told["reason"] == "Not known: no finished period was measured by 1 April 2025."
        assert np.isnan(told["baseline"])
