import numpy as np
import pandas as pd
import pytest

from nps_insights.metrics.business.account_mix import account_mix
from nps_insights.metrics.business.account_scores import account_scores

AS_OF = pd.Timestamp("2026-06-30")


def _world() -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(4)
    ids = [f"a{one:02}" for one in range(40)]
    accounts = pd.DataFrame({"account_id": ids, "value": [3000.0] + [100.0] * 39})
    rows = pd.DataFrame({"account_id": np.repeat(ids[:30], 3)})
    rows["response_id"] = [f"r{one:03}" for one in range(len(rows))]
    rows["category"] = rng.choice(["promoter", "passive", "detractor"], len(rows), p=[0.6, 0.2, 0.2])
    rows.loc[rows["account_id"] == "a00", "category"] = "detractor"
    rows["contact_role"] = ["buyer", "user", None] * 30
    rows["responded_at"] = AS_OF - pd.Timedelta(days=10)
    return rows, accounts


def _facts(responses: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    return account_mix(responses, accounts, as_of=AS_OF).set_index(["fact", "group"])


def test_coverage_counts_accounts_and_value() -> None:
    facts = _facts(*_world())
    assert facts.loc[("account_coverage", ""), "estimate"] == pytest.approx(30 / 40)
    assert facts.loc[("value_coverage", ""), "estimate"] == pytest.approx((3000 + 29 * 100) / (3000 + 39 * 100))
    assert facts.loc[("account_coverage", ""), "reason"] == "30 of 40 active accounts answered."


def test_accounts_that_ended_or_had_not_begun_are_not_active() -> None:
    responses, accounts = _world()
    accounts["started_at"] = pd.Timestamp("2024-01-01")
    accounts["ended_at"] = pd.NaT
    accounts.loc[39, "started_at"] = AS_OF + pd.Timedelta(days=1)
    accounts.loc[38, "ended_at"] = AS_OF - pd.Timedelta(days=1)
    accounts.loc[37, "ended_at"] = AS_OF + pd.Timedelta(days=1)
    assert _facts(responses, accounts).loc[("account_coverage", ""), "n"] == 38


def test_effective_accounts_and_the_largest() -> None:
    facts = _facts(*_world())
    weight = np.array([3000.0] + [100.0] * 29)
    assert facts.loc[("effective_accounts", "nps_revenue"), "estimate"] == pytest.approx(
        weight.sum() ** 2 / (weight**2).sum()
    )
    assert facts.loc[("effective_accounts", "nps_account"), "estimate"] == pytest.approx(30)
    assert facts.loc[("largest_account", "nps_revenue"), "estimate"] == pytest.approx(3000 / 5900)
    assert facts.loc[("largest_account", "nps_revenue"), "reason"] == "Account a00 holds 50.8% of the value."


def test_the_swing_is_the_score_without_the_largest_less_the_score() -> None:
    responses, accounts = _world()
    facts = _facts(responses, accounts)
    left = account_scores(responses[responses["account_id"] != "a00"], accounts).set_index("metric")["estimate"]
    whole = account_scores(responses, accounts).set_index("metric")["estimate"]
    for metric in ("nps", "nps_account", "nps_revenue"):
        row = facts.loc[("swing", metric)]
        assert row["estimate"] == pytest.approx(left[metric] - whole[metric])
        assert row["conf_low"] < row["estimate"] < row["conf_high"]
        assert row["reason"].startswith("Without account a00")


def test_role_shares_add_to_one_and_hold_their_intervals() -> None:
    roles = _facts(*_world()).loc["role_mix"]
    assert sorted(roles.index) == ["(not known)", "buyer", "user"]
    assert roles["estimate"].sum() == pytest.approx(1)
    assert ((roles["conf_low"] <= roles["estimate"]) & (roles["estimate"] <= roles["conf_high"])).all()


def test_answers_that_cannot_be_weighted_are_counted() -> None:
    responses, accounts = _world()
    responses.loc[[3, 4], "account_id"] = None
    facts = _facts(responses, accounts[accounts["account_id"] != "a05"])
    assert facts.loc[("without_account", ""), "estimate"] == pytest.approx(2 / 90)
    assert facts.loc[("without_value", ""), "estimate"] == pytest.approx(3 / 90)
    assert "3 of 90 answers are of 1 accounts" in facts.loc[("without_value", ""), "reason"]


def test_row_order_changes_nothing_and_nothing_asked_gives_nothing() -> None:
    responses, accounts = _world()
    shuffled = account_mix(
        responses.sample(frac=1, random_state=1), accounts.sample(frac=1, random_state=2), as_of=AS_OF
    )
    pd.testing.assert_frame_equal(account_mix(responses, accounts, as_of=AS_OF), shuffled, check_exact=True)
    assert account_mix(responses.head(0), accounts, as_of=AS_OF).empty


def test_without_values_or_accounts_it_still_speaks() -> None:
    responses, accounts = _world()
    facts = _facts(responses, accounts[["account_id"]])
    assert np.isnan(facts.loc[("value_coverage", ""), "estimate"])
    assert facts.loc[("effective_accounts", "nps_revenue"), "n"] == 0
    nobody = _facts(responses.drop(columns="account_id"), accounts)
    assert nobody.loc[("without_account", ""), "estimate"] == 1.0
