"""The churn room at its edges: few facts, unknown values, dates where numbers are read, and nobody to compare with."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from churn_tables import AS_OF

from nps_insights.churn.decisions import DecisionSettings
from nps_insights.churn.decisions.answers import _before
from nps_insights.churn.drift import _bin_words
from nps_insights.churn.economics import ContactEconomics
from nps_insights.churn.evaluation.calls import called
from nps_insights.churn.evaluation.words import evaluation_in_words
from nps_insights.churn.features.facts import as_numbers
from nps_insights.churn.features.spec import FeatureSpec
from nps_insights.churn.leaks.reading import as_dates, as_read
from nps_insights.churn.moments import dates_of
from nps_insights.churn.outcomes import flag_outcomes
from nps_insights.churn.reasons.facts import Facts
from nps_insights.churn.reasons.groups import is_silent
from nps_insights.churn.reasons.words import Case, reason_words
from nps_insights.tables import DataRefusedError, SettingsError
from tests.churn_decision_world import DAY, EVERYBODY, run, world


def case(facts: Facts | None = None, *, lead: str = "", names: tuple[str, ...] = (), **known: float) -> Case:
    features = {name.replace("__", "/"): value for name, value in known.items()}
    return Case("a", features, lead, FeatureSpec(names), {"t1": "slow support"}, {}, {}, facts or Facts(AS_OF, AS_OF))


class TestReasons:
    def test_a_score_is_told_by_what_is_known_of_it(self) -> None:
        assert reason_words("score", case(score__last=6.0, score__mean=7.0)) == "last answer was 6"
        assert reason_words("score", case(score__mean=7.0)) == "mean score is 7"
        assert reason_words("score", case()) == "score"

    def test_who_wrote_nothing_in_the_lookback_has_no_month_of_a_last_comment(self) -> None:
        assert reason_words("comment", case()) == "no comment in the last 12 months"
        wrote = replace(Facts(AS_OF, AS_OF), commented_at={"a": pd.Timestamp("2025-03-10")})
        assert reason_words("comment", case(wrote)) == "no comment since March"

    def test_a_mention_without_a_day_is_counted_alone(self) -> None:
        undated = {"n": 2, "first": pd.NaT, "last": pd.NaT}
        told = replace(Facts(AS_OF, AS_OF), mentions={("a", "t1"): undated})
        assert reason_words("theme/t1", case(told)) == "mentioned slow support twice"

    @pytest.mark.parametrize(
        ("part", "value", "said"),
        [
            ("days_since", 60.0, "no use of logins for 2 months"),
            ("change", 1.0, "use of logins began in the last 90 days"),
        ],
    )
    def test_use_that_stopped_or_began_is_told_as_that(self, part: str, value: float, said: str) -> None:
        lead = f"usage/logins/{part}"
        assert reason_words("usage/logins", case(lead=lead, **{f"usage__logins__{part}": value})) == said

    def test_who_is_silent_is_read_off_what_the_model_knows(self) -> None:
        features = pd.DataFrame({"answers/count": [0.0, 2.0, np.nan], "account/tenure_days": 5.0})
        assert is_silent(features, FeatureSpec(("answers/count",))).tolist() == [True, False, True]
        assert is_silent(features, FeatureSpec(("account/tenure_days",))).tolist() == [False] * 3


class TestReading:
    def test_a_date_is_no_number(self) -> None:
        assert np.isnan(as_numbers(pd.Series(pd.to_datetime(["2026-01-01", None])))).all()
        assert as_numbers(pd.Series(["3", "inf", None]))[0] == 3

    def test_dates_are_read_as_they_are_and_without_their_zone(self) -> None:
        dates = pd.Series(pd.to_datetime(["2026-01-01", "2026-02-01"]))
        assert as_read(dates) is dates
        pd.testing.assert_series_equal(as_dates(dates.dt.tz_localize("UTC")), dates)

    def test_a_column_of_dates_that_holds_none_is_unknown_and_one_of_texts_is_refused(self) -> None:
        assert np.isnat(dates_of(pd.DataFrame({"ended_at": [None, None]}, dtype="object"), "ended_at")).all()
        with pytest.raises(DataRefusedError, match="ended_at: must hold dates without zone, got"):
            dates_of(pd.DataFrame({"ended_at": ["2026-01-01"]}), "ended_at")

    @pytest.mark.parametrize(
        ("position", "edges", "said"),
        [(0, [], "known"), (1, [], "missing"), (0, [5.0], "at most 5"), (1, [5.0], "above 5"), (2, [5.0], "missing")],
    )
    def test_a_bin_is_named_by_its_edges(self, position: int, edges: list[float], said: str) -> None:
        assert _bin_words(position, np.array(edges)) == said

    def test_money_that_is_negative_is_refused(self) -> None:
        with pytest.raises(SettingsError, match=r"offer_cost == 20, contact_cost == -5: must not be below 0"):
            ContactEconomics(offer_cost=20, contact_cost=-5, acceptance=0.3)


class TestEvaluation:
    def test_a_capacity_that_a_drawn_sample_does_not_fill_is_called_from_further_down(self) -> None:
        # The sample of the second draw holds only the last rows: far below three times the capacity.
        weights = np.ones((2, 60))
        weights[1, :50] = 0
        rows, weight = called(np.linspace(0.9, 0.1, 60), np.zeros(60, dtype=np.int64), weights, 5)
        assert weight.sum(axis=1).tolist() == [5.0, 5.0]
        assert rows[weight[1] > 0].tolist() == [50, 51, 52, 53, 54]

    def test_what_was_not_measured_is_not_told(self) -> None:
        one = {"model": "chosen", "by": "", "part": "holdout", "n": 400, "n_churned": 40, "conf_low": 0.6}
        rows = [one | {"metric": "auc", "estimate": 0.7, "conf_high": 0.8}]
        parts = pd.DataFrame(rows).assign(part="rolling")
        said = evaluation_in_words(parts)
        assert len(said) == 2
        assert "gives the first the higher risk in 70" in said[1]
        off = [
            {"metric": "ece", "estimate": 0.09, "conf_high": 0.12},
            {"metric": "ece_if_calibrated", "estimate": 0.02},
        ]
        off[1]["conf_high"] = 0.04
        said = evaluation_in_words(pd.DataFrame([one | row for row in off]).assign(part="rolling"))
        assert said[1:] == ["Its risks are off by 9.0 points on average, at most 12.0; chance alone would show 2.0."]


class TestDecisions:
    def test_where_every_account_has_a_value_nothing_is_said_of_values(self) -> None:
        tables = world(60)
        settings = DecisionSettings(capacity=5, offer_cost=20, contact_cost=5, acceptance=0.3)
        assert any("have no value" in note for note in run(tables, settings).notes)
        tables["accounts"]["value"] = 100.0
        assert not any("have no value" in note for note in run(tables, settings).notes)

    def test_accounts_without_a_risk_are_placed_by_the_rule_and_counted(self) -> None:
        tables = world(60)
        tables["risk"] = tables["risk"].iloc[:40]
        notes = run(tables, DecisionSettings(threshold=0.6, categories=EVERYBODY)).notes
        assert any("accounts have no risk; the rule places them after those that have one" in note for note in notes)
        assert any("neither threshold nor costs can judge them; state a capacity" in note for note in notes)

    def test_answers_of_nobody_that_carry_no_dates_are_none(self) -> None:
        rows, notes = _before(pd.DataFrame({"account_id": [None, None], "score": [1.0, 2.0]}), DAY)
        assert rows.empty
        assert notes == ()


class TestOutcomes:
    def test_values_that_the_list_lacked_are_those_of_the_accounts(self) -> None:
        flags, accounts = listed("holdout", "flagged", "flagged")
        found = flag_outcomes(flags, accounts.assign(value=[10.0, 20.0, 30.0]), horizon=30, known_until=AS_OF)
        assert (
            found.table["metric"].nunique()
            > flag_outcomes(flags, accounts, horizon=30, known_until=AS_OF).table["metric"].nunique()
        )

    def test_an_empty_list_has_no_outcome(self) -> None:
        flags, accounts = listed("refused")
        found = flag_outcomes(flags, accounts, horizon=30, known_until=AS_OF)
        assert found.table.empty
        assert "No outcome is known yet." in found.notes

    def test_a_holdout_alone_has_nobody_to_be_compared_with(self) -> None:
        flags, accounts = listed("holdout", "holdout")
        notes = flag_outcomes(flags, accounts, horizon=30, known_until=AS_OF).notes
        assert any(note.startswith("No called account has a known outcome, so the holdout") for note in notes)


def listed(*status: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    accounts = pd.DataFrame({"account_id": [f"a{n}" for n in range(len(status))], "ended_at": pd.NaT})
    accounts["ended_at"] = accounts["ended_at"].astype("datetime64[us]")
    rows = accounts[["account_id"]].assign(
        as_of=pd.Timestamp("2025-10-01"), lane="model", status=list(status), risk=0.3
    )
    return rows, accounts
