import numpy as np
import pandas as pd
import pytest

from nps_insights.metrics.business.account_scores import account_scores
from nps_insights.metrics.estimates import estimates_of
from nps_insights.tables import DataRefusedError, SettingsError


def _b2b(n_accounts: int = 30, *, random_state: int = 0, per_account: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(random_state)
    ids = [f"a{one:03}" for one in range(n_accounts)]
    accounts = pd.DataFrame({"account_id": ids, "value": rng.lognormal(8, 1, n_accounts)})
    own = rng.integers(1, per_account + 1, n_accounts)
    rows = pd.DataFrame({"account_id": np.repeat(ids, own)})
    n = len(rows)
    rows["response_id"] = [f"r{one:04}" for one in range(n)]
    rows["contact_id"] = [f"c{one:04}" for one in range(n)]
    rows["category"] = rng.choice(["promoter", "passive", "detractor"], n, p=[0.5, 0.3, 0.2])
    rows["responded_at"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 180, n), unit="D")
    rows["attribute/region"] = rng.choice(["North", "South"], n)
    return rows, accounts


def _by_metric(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["by"] == ""].set_index("metric")


def test_each_score_is_its_own_mean() -> None:
    accounts = pd.DataFrame({"account_id": ["big", "small"], "value": [900.0, 100.0]})
    responses = pd.DataFrame(
        {
            "response_id": ["1", "2", "3", "4"],
            "account_id": ["big", "small", "small", "small"],
            "category": ["detractor", "promoter", "promoter", "passive"],
        }
    )
    found = _by_metric(account_scores(responses, accounts))
    assert found.loc["nps", "estimate"] == pytest.approx(25)
    assert found.loc["nps_account", "estimate"] == pytest.approx(100 * (-1 + 2 / 3) / 2)
    assert found.loc["nps_revenue", "estimate"] == pytest.approx(100 * (-0.9 + 0.1 * 2 / 3))
    assert found["conf_low"].isna().all()
    assert found["reason"].str.contains("2 accounts; at least 10 are needed").all()
    assert found["too_small"].all()


def test_a_contact_who_answered_often_counts_once_in_its_account() -> None:
    accounts = pd.DataFrame({"account_id": ["a"], "value": [1.0]})
    responses = pd.DataFrame(
        {
            "response_id": list("1234"),
            "account_id": "a",
            "contact_id": ["x", "x", "x", "y"],
            "category": ["promoter", "promoter", "promoter", "detractor"],
        }
    )
    found = _by_metric(account_scores(responses, accounts))
    assert found.loc["nps", "estimate"] == pytest.approx(50)
    assert found.loc["nps_account", "estimate"] == pytest.approx(0)
    assert found["n"].tolist() == [4, 4, 4]


def test_many_accounts_have_the_interval_of_the_estimates() -> None:
    responses, accounts = _b2b(300)
    ours = _by_metric(account_scores(responses, accounts)).loc["nps"]
    theirs = estimates_of(responses).query("metric == 'nps'").iloc[0]
    for column in ("estimate", "conf_low", "conf_high", "n", "n_eff"):
        assert ours[column] == pytest.approx(theirs[column], abs=1e-6)
    assert ours["reason"] == ""


def test_equal_values_make_the_revenue_score_the_account_score() -> None:
    responses, accounts = _b2b()
    found = _by_metric(account_scores(responses, accounts.assign(value=5.0)))
    for column in ("estimate", "conf_low", "conf_high"):
        assert found.loc["nps_revenue", column] == pytest.approx(found.loc["nps_account", column])


def test_accounts_without_a_value_are_counted_and_said() -> None:
    responses, accounts = _b2b()
    known = accounts[accounts["account_id"] != "a000"].copy()
    known.loc[known["account_id"] == "a001", "value"] = np.nan
    left_out = int(responses["account_id"].isin(["a000", "a001"]).sum())
    row = _by_metric(account_scores(responses, known)).loc["nps_revenue"]
    assert row["n"] == len(responses) - left_out
    assert f"2 accounts without a value ({left_out} answers) do not count." in row["reason"]


def test_answers_without_an_account_count_among_respondents_alone() -> None:
    responses, accounts = _b2b()
    responses.loc[:4, "account_id"] = None
    found = _by_metric(account_scores(responses, accounts))
    assert found.loc["nps", "n"] == len(responses)
    assert found.loc["nps_account", "n"] == len(responses) - 5
    assert "5 answers without an account do not count." in found.loc["nps_account", "reason"]


def test_no_values_and_no_accounts_at_all_are_said_not_raised() -> None:
    responses, accounts = _b2b()
    without = _by_metric(account_scores(responses, accounts.drop(columns="value"))).loc["nps_revenue"]
    assert np.isnan(without["estimate"])
    assert without["n"] == 0
    assert "No account counts here." in without["reason"]
    found = _by_metric(account_scores(responses.drop(columns="account_id"), accounts))
    assert np.isfinite(found.loc["nps", "conf_low"])
    assert np.isnan(found.loc["nps_account", "estimate"])


def test_a_value_below_zero_is_refused() -> None:
    responses, accounts = _b2b()
    accounts.loc[2, "value"] = -4.0
    with pytest.raises(DataRefusedError, match=r"accounts: value: 1 of 30 .* 'a002' has -4"):
        account_scores(responses, accounts)


def test_two_surveys_are_not_pooled_silently() -> None:
    responses, accounts = _b2b()
    responses["survey"] = np.where(responses.index % 2 == 0, "relational", "transactional")
    with pytest.raises(DataRefusedError, match="two surveys"):
        account_scores(responses, accounts)
    found = account_scores(responses, accounts, survey="relational")
    assert found.loc[found["metric"] == "nps", "n"].tolist() == [int((responses["survey"] == "relational").sum())]


def test_row_order_changes_nothing() -> None:
    responses, accounts = _b2b()
    shuffled = responses.sample(frac=1, random_state=1), accounts.sample(frac=1, random_state=2)
    first, second = (
        account_scores(*tables, per="month", by=("region",)) for tables in ((responses, accounts), shuffled)
    )
    pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_groups_and_periods_are_those_of_their_own_answers() -> None:
    responses, accounts = _b2b(60)
    table = account_scores(responses, accounts, per="quarter", by=("region",))
    inside = (responses["attribute/region"] == "North") & (responses["responded_at"] < "2026-04-01")
    alone = _by_metric(account_scores(responses[inside], accounts))
    rows = table[(table["group"] == "North") & (table["period_start"] == "2026-01-01")].set_index("metric")
    for metric in ("nps", "nps_account", "nps_revenue"):
        for column in ("estimate", "conf_low", "conf_high", "n_eff"):
            assert rows.loc[metric, column] == pytest.approx(alone.loc[metric, column], nan_ok=True)


def test_answers_after_as_of_move_nothing() -> None:
    responses, accounts = _b2b()
    as_of = pd.Timestamp("2026-04-15")
    edited = responses.assign(category=responses["category"].where(responses["responded_at"] <= as_of, "detractor"))
    first, second = (account_scores(rows, accounts, per="month", as_of=as_of) for rows in (responses, edited))
    pd.testing.assert_frame_equal(first, second)


def test_rolling_windows_are_those_of_the_estimates() -> None:
    responses, accounts = _b2b(60)
    table = account_scores(responses, accounts, per="month", rolling=60)
    theirs = estimates_of(responses, per="month", rolling=60).query("metric == 'nps'")
    assert table.loc[table["metric"] == "nps", "period_start"].tolist() == theirs["period_start"].tolist()
    assert table.loc[table["metric"] == "nps", "estimate"].tolist() == pytest.approx(theirs["estimate"].tolist())


def test_a_period_without_dates_is_refused() -> None:
    responses, accounts = _b2b()
    with pytest.raises(SettingsError, match="needs dates"):
        account_scores(responses.drop(columns="responded_at"), accounts, per="month")
    with pytest.raises(SettingsError, match="per == 'fortnight'"):
        account_scores(responses, accounts, per="fortnight")


def test_no_answers_make_an_empty_table() -> None:
    responses, accounts = _b2b()
    assert account_scores(responses.head(0), accounts).empty
