"""What became of accounts: boundaries of the horizon, open horizons, reasons, renewals, inactivity, snapshots."""

import numpy as np
import pandas as pd
import pytest

from nps_insights.churn.families import units
from nps_insights.churn.labels import churn_labels
from nps_insights.churn.renewals import next_renewals
from nps_insights.simulate import simulate_survey
from nps_insights.tables import DataRefusedError, SettingsError

AS_OF = "2026-03-01"


def accounts_of(**columns: list) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    frame = pd.DataFrame({"account_id": [f"a{number}" for number in range(n)]} | columns)
    return frame.assign(
        **{name: pd.to_datetime(frame[name], format="ISO8601") for name in frame if name.endswith("_at")}
    )


def reasons_of(labels: pd.DataFrame) -> dict[str, str]:
    return dict(zip(labels["account_id"], labels["reason"], strict=True))


def test_the_horizon_is_open_at_its_start_and_closed_at_its_end() -> None:
    accounts = accounts_of(ended_at=["2026-03-01", "2026-03-01 00:00:01", "2026-03-31", "2026-03-31 00:00:01", None])
    labels = churn_labels(accounts, AS_OF, 30, known_until="2026-06-01")
    assert reasons_of(labels) == {"a1": "churned", "a2": "churned", "a3": "stayed", "a4": "stayed"}
    assert labels["churned"].tolist() == [True, True, False, False]
    assert labels["ended_at"].notna().tolist() == [True, True, False, False]


def test_only_customers_at_as_of_are_in_the_table() -> None:
    accounts = accounts_of(
        started_at=["2026-02-28", "2026-03-01", "2026-04-01", None, "2025-01-01"],
        ended_at=[None, None, "2026-05-01", None, "2026-02-01"],
    )
    assert set(churn_labels(accounts, AS_OF, 30, known_until="2027-01-01")["account_id"]) == {"a0", "a3"}


@pytest.mark.parametrize(("known_until", "reason"), [("2026-03-31", "churned"), ("2026-03-30 23:59", "open")])
def test_while_the_horizon_is_open_nobody_is_known_not_even_leavers(known_until: str, reason: str) -> None:
    labels = churn_labels(accounts_of(ended_at=["2026-03-05", None]), AS_OF, 30, known_until=known_until)
    assert labels["reason"].iloc[0] == reason
    assert labels["churned"].isna().all() == (reason == "open")
    assert labels["ended_at"].notna().any() == (reason != "open")


def test_without_known_until_the_latest_event_closes_horizons() -> None:
    accounts = accounts_of(started_at=["2026-01-01", "2026-02-01"], ended_at=["2026-03-20", None])
    assert set(churn_labels(accounts, AS_OF, 30)["reason"]) == {"open"}
    assert set(churn_labels(accounts, AS_OF, 19)["reason"]) == {"churned", "stayed"}
    assert set(churn_labels(accounts_of(ended_at=[None, None]), AS_OF, 1)["reason"]) == {"open"}


def test_reasons_exclude_and_compete_whatever_their_case_and_spaces() -> None:
    accounts = accounts_of(
        ended_at=["2026-03-05", "2026-03-06", "2026-03-07", "2026-09-01", "2026-03-08"],
        ended_reason=["Relocation ", "non  payment", "price", "relocation", "Non Payment"],
    )
    labels = churn_labels(
        accounts,
        AS_OF,
        30,
        known_until="2026-12-01",
        excluded_reasons=["relocation"],
        competing_reasons=["NON PAYMENT"],
    )
    assert labels["reason"].tolist() == ["excluded", "competing", "churned", "stayed", "competing"]
    assert labels["churned"].isna().tolist() == [True, False, False, False, False]
    assert labels["churned"].dropna().tolist() == [False, True, False, False]


def test_an_unknown_reason_is_an_error_that_names_the_known_ones() -> None:
    accounts = accounts_of(ended_at=["2026-03-05"], ended_reason=["price"])
    with pytest.raises(SettingsError, match=r"excluded_reasons: .*'death'; known are: price"):
        churn_labels(accounts, AS_OF, 30, excluded_reasons=["death"])
    with pytest.raises(SettingsError, match="no ended_reason"):
        churn_labels(accounts.drop(columns="ended_reason"), AS_OF, 30, competing_reasons=["death"])
    with pytest.raises(SettingsError, match="excluded and competing"):
        churn_labels(accounts, AS_OF, 30, excluded_reasons=["price"], competing_reasons=["Price"])
    with pytest.raises(SettingsError, match="must be a list"):
        churn_labels(accounts, AS_OF, 30, excluded_reasons="price")


def test_a_renewal_within_the_horizon_is_at_risk_and_ends_around_it() -> None:
    accounts = accounts_of(
        renewal_at=["2026-03-20", "2026-03-20", "2026-06-30", None, "2026-03-30", "2026-03-31"],
        ended_at=["2026-03-22", None, "2026-03-25", "2026-03-25", "2026-03-05", "2026-04-09"],
    )
    given = {"event": "renewal", "renewal_tolerance_days": 10, "renewal_months": 12}
    labels = churn_labels(accounts, AS_OF, 30, known_until="2026-04-10", **given)
    assert reasons_of(labels) == {"a0": "churned", "a1": "stayed", "a4": "excluded", "a5": "churned"}
    assert set(churn_labels(accounts, AS_OF, 30, known_until="2026-04-09", **given)["reason"]) == {"open"}
    with pytest.raises(SettingsError, match="renewal_tolerance_days"):
        churn_labels(accounts, AS_OF, 30, event="renewal", renewal_tolerance_days=-1, renewal_months=12)
    # As it stands renewal_at shows leavers and hardly anybody else.
    with pytest.raises(SettingsError, match="renewal_months"):
        churn_labels(accounts, AS_OF, 30, known_until="2026-04-10", event="renewal")


def test_contract_terms_bring_renewals_to_the_date() -> None:
    accounts = accounts_of(renewal_at=["2028-03-20", "2025-03-20", "2027-05-01"], ended_at=[None, "2026-03-20", None])
    labels = churn_labels(accounts, AS_OF, 30, known_until="2028-01-01", event="renewal", renewal_months=12)
    assert reasons_of(labels) == {"a0": "stayed", "a1": "churned"}


@pytest.mark.parametrize("months", [1, 3, 12, 24])
def test_the_next_renewal_is_within_one_term_after_and_whole_terms_away(months: int) -> None:
    rng = np.random.default_rng(0)
    given = np.datetime64("2026-01-31", "D") + rng.integers(-900, 900, 200).astype("timedelta64[D]")
    now = np.full(200, np.datetime64("2026-02-10T12:00", "us"))
    found = next_renewals(given.astype("M8[us]"), now, months=months)
    assert (found > now).all()
    one_term = [pd.Timestamp(now[0]) + pd.DateOffset(months=months, days=4)] * 200
    assert (pd.DatetimeIndex(found) <= pd.DatetimeIndex(one_term)).all()
    assert (((found.astype("M8[M]") - given.astype("M8[M]")).astype(int) % months) == 0).all()
    with pytest.raises(SettingsError, match="renewal_months"):
        next_renewals(given.astype("M8[us]"), now, months=0)


def usage_of(rows: dict[str, list[str]]) -> pd.DataFrame:
    pairs = [(account, day) for account, days in rows.items() for day in days]
    return pd.DataFrame(pairs, columns=["account_id", "used_at"]).astype({"used_at": "datetime64[us]"})


def test_inactivity_ends_at_the_last_use_plus_the_days() -> None:
    accounts = accounts_of(ended_at=[None, None, None, None, "2026-03-10"])
    usage = usage_of(
        {
            "a0": ["2026-02-10", "2026-02-20"],
            "a1": ["2026-02-20", "2026-03-22", "2026-04-20"],
            "a2": ["2025-12-01", "2026-05-01"],
            "a3": ["2026-02-25", "2026-05-01"],
            "a4": ["2026-02-20"],
            "unknown": ["2026-02-20"],
        }
    )
    given = {"event": "inactivity", "inactive_days": 30, "usage": usage.sample(frac=1, random_state=1)}
    labels = churn_labels(accounts, AS_OF, 30, known_until="2026-06-01", **given)
    # a2 was gone already; a3 comes back, which does not undo its leaving; a4 closed its account first.
    assert reasons_of(labels) == {"a0": "churned", "a1": "stayed", "a3": "churned", "a4": "churned"}
    ended = dict(zip(labels["account_id"], labels["ended_at"], strict=True))
    assert ended["a0"] == pd.Timestamp("2026-03-22")
    assert ended["a3"] == pd.Timestamp("2026-03-27")
    assert ended["a4"] == pd.Timestamp("2026-03-10")
    with pytest.raises(SettingsError, match="inactive_days"):
        churn_labels(accounts, AS_OF, 30, event="inactivity", usage=usage)
    with pytest.raises(DataRefusedError, match="usage"):
        churn_labels(accounts, AS_OF, 30, event="inactivity", inactive_days=30)


@pytest.mark.parametrize("known_until", ["2026-03-31", "2026-06-01", None])
def test_where_usage_ends_nobody_fell_silent_for_that(known_until: str | None) -> None:
    accounts = accounts_of(ended_at=[None] * 20 + ["2026-03-10"])
    used = [f"{day:%Y-%m-%d}" for day in pd.date_range("2026-02-02", "2026-03-31", freq="3D")]
    usage = usage_of({account: [*used, "2026-03-31"] for account in accounts["account_id"][:20]} | {"a20": used[:8]})
    given = {"event": "inactivity", "inactive_days": 10, "known_until": known_until}
    # The horizon ends with the table of usage, and a day later: then its end would look like everybody's leaving.
    labels = churn_labels(accounts, AS_OF, 30, usage=usage, **given)
    assert reasons_of(labels) == {f"a{number}": "stayed" if number < 20 else "churned" for number in range(21)}
    assert set(churn_labels(accounts, AS_OF, 31, usage=usage, **given)["reason"]) == {"open"}
    # Whoever uses it later, known or not, tells that the table goes on: then the others did fall silent.
    longer = pd.concat([usage, usage_of({"unknown": ["2026-05-01"]})])
    later = churn_labels(accounts, AS_OF, 60, usage=longer, **(given | {"known_until": "2026-06-01"}))
    assert set(later["reason"]) == {"churned"}


def test_a_snapshot_tells_who_had_left() -> None:
    accounts = accounts_of(ended_reason=["price", "death", None, None]).assign(
        churned=pd.array([True, True, False, None], dtype="boolean")
    )
    labels = churn_labels(accounts, None, None, event="snapshot", excluded_reasons=["death"])
    assert labels["reason"].tolist() == ["churned", "excluded", "stayed", "open"]
    assert labels["as_of"].isna().all()
    dated = churn_labels(accounts.assign(snapshot_at=pd.Timestamp(AS_OF)), None, None, event="snapshot")
    assert set(dated["as_of"]) == {pd.Timestamp(AS_OF)}


def test_arguments_that_cannot_be_used_are_named() -> None:
    accounts = accounts_of(ended_at=[None])
    with pytest.raises(SettingsError, match="event == 'gone'"):
        churn_labels(accounts, AS_OF, 30, event="gone")
    for horizon in (0, 1.5, pd.Timedelta(hours=30), True, "30"):
        with pytest.raises(SettingsError, match="horizon"):
            churn_labels(accounts, AS_OF, horizon)
    for as_of in ("yesterday", pd.Timestamp(AS_OF, tz="UTC"), None):
        with pytest.raises(SettingsError, match="as_of"):
            churn_labels(accounts, as_of, 30)
    with pytest.raises(DataRefusedError, match="no column ended_at"):
        churn_labels(accounts[["account_id"]], AS_OF, 30)
    with pytest.raises(DataRefusedError, match="must hold dates"):
        churn_labels(accounts.assign(ended_at="2026-03-04"), AS_OF, 30)
    assert len(churn_labels(accounts, AS_OF, pd.Timedelta(days=30))) == 1


def test_the_simulated_leavers_are_found_whatever_the_order_of_rows() -> None:
    survey = simulate_survey(400, random_state=3)
    truth = survey.truth_churn
    for start, rows in truth.groupby("quarter_start"):
        end = start + pd.offsets.QuarterEnd()
        before = start - pd.Timedelta(seconds=1)
        labels = churn_labels(survey.accounts, before, (end.normalize() - before).ceil("D"), known_until="2027-01-01")
        joined = rows.merge(labels, on="account_id")
        assert len(joined) >= len(rows) - (survey.accounts["started_at"] == start).sum()
        assert (joined["left"] == joined["churned"].astype(bool)).all()
    shuffled = survey.accounts.sample(frac=1, random_state=0)
    one, other = (
        churn_labels(frame, "2025-07-01", 90, known_until="2026-06-30") for frame in (survey.accounts, shuffled)
    )
    pd.testing.assert_frame_equal(one, other)


def test_units_follow_chains_to_the_top_and_refuse_circles() -> None:
    accounts = pd.DataFrame({"account_id": list("abcde"), "parent_id": ["b", "c", "c", None, "x"]})
    assert units(accounts).tolist() == ["c", "c", "c", "d", "x"]
    circle = pd.DataFrame({"account_id": list("abc"), "parent_id": ["b", "a", "a"]})
    with pytest.raises(DataRefusedError, match="circle"):
        units(circle)
