"""The monitoring table: groups, windows of time, weights, clusters, and what must be said of the answers."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from nps_insights.metrics.estimates import estimates_of, nps, nps_by
from nps_insights.metrics.figures.answer_notes import estimate_notes
from nps_insights.metrics.figures.cells import cell_moments
from nps_insights.metrics.figures.satisfaction import Scale
from nps_insights.tables import DataRefusedError, SettingsError

SIGN = {"promoter": 1, "passive": 0, "detractor": -1}


def answers(n: int = 1200, *, seed: int = 0, days: int = 360) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    account = rng.integers(n // 3, size=n)
    return pd.DataFrame(
        {
            "response_id": [f"r{i:05}" for i in range(n)],
            "category": rng.choice(["promoter", "passive", "detractor"], p=[0.5, 0.3, 0.2], size=n),
            "account_id": pd.Series([f"a{i}" for i in account]).where(rng.random(n) < 0.9),
            "attribute/plan": rng.choice(["Free", "Pro", "Team"], size=n),
            "attribute/region": rng.choice(["EU", "US"], size=n),
            "responded_at": pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.uniform(0, days, size=n), unit="D"),
            "weight": rng.lognormal(0, 0.5, size=n),
            "csat": rng.integers(1, 6, size=n).astype(float),
            "ces": rng.uniform(1, 7, size=n),
        }
    )


def whole(responses: pd.DataFrame, **settings: Any) -> pd.DataFrame:
    given: dict[str, Any] = {"csat_scale": Scale(1, 5), "ces_scale": Scale(1, 7), **settings}
    return estimates_of(responses, metrics=("nps", "csat", "ces", "ces_top"), **given)


def of_nps(estimates: pd.DataFrame, by: str = "") -> pd.DataFrame:
    return estimates[(estimates["metric"] == "nps") & (estimates["by"] == by)].reset_index(drop=True)


def by_hand(rows: pd.DataFrame, weight: pd.Series) -> tuple[float, float]:
    """Weighted NPS, and n_eff by the account-clustered sandwich written out."""
    y, w = rows["category"].map(SIGN).astype(float), weight
    mean = float((w * y).sum() / w.sum())
    own = pd.Series([f"own{i}" for i in range(len(rows))], index=rows.index)
    u = (w * (y - mean)).groupby(rows["account_id"].fillna(own)).sum()
    variance = float((u**2).sum() * len(u) / (len(u) - 1) / w.sum() ** 2)
    spread = float((w * (y - mean) ** 2).sum() / w.sum())
    return 100 * mean, min(spread / variance, len(rows))


@pytest.mark.parametrize("weighted", [False, True])
def test_every_cell_is_the_formula_written_out(weighted: bool) -> None:
    responses = answers()
    found = of_nps(
        estimates_of(responses, by=["plan"], per="quarter", weights="weight" if weighted else None), "plan"
    ).set_index(["group", "period_start"])
    quarter = responses["responded_at"].dt.to_period("Q").dt.start_time
    for cell, rows in responses.groupby(["attribute/plan", quarter]):
        expected = by_hand(rows, rows["weight"] if weighted else pd.Series(1.0, index=rows.index))
        assert found.loc[cell, ["estimate", "n_eff"]].tolist() == pytest.approx(expected)
        assert found.loc[cell, "n"] == len(rows)


def test_it_is_nps_by_where_nothing_else_is_asked() -> None:
    responses = answers()
    found = estimates_of(responses, by=["plan", "region"]).drop(columns="reason")
    pd.testing.assert_frame_equal(found, nps_by(responses, ["plan", "region"]), check_exact=True)


@pytest.mark.parametrize("factor", [1.0, 7.5])
def test_equal_weights_change_no_estimate(factor: float) -> None:
    responses = answers().drop(columns="account_id")
    weighted = of_nps(estimates_of(responses.assign(weight=factor), weights="weight"))
    plain = of_nps(estimates_of(responses))
    assert weighted["estimate"].tolist() == pytest.approx(plain["estimate"].tolist())
    assert weighted["n_eff"].tolist() == pytest.approx(plain["n_eff"].tolist(), rel=2e-3)


def test_weights_by_response_id_are_those_of_the_column() -> None:
    responses = answers()
    series = responses.set_index("response_id")["weight"].sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(whole(responses, weights=series), whole(responses, weights="weight"))


@pytest.mark.parametrize("settings", [{"per": "month"}, {"per": "month", "rolling": 90}, {"weights": "weight"}])
def test_row_order_changes_no_bit(settings: dict[str, Any]) -> None:
    responses = answers()
    shuffled = responses.sample(frac=1, random_state=1)
    once, again = (whole(rows, by=["plan"], **settings) for rows in (responses, shuffled))
    pd.testing.assert_frame_equal(once, again, check_exact=True)


@pytest.mark.parametrize("per", ["day", "week", "month", "quarter", "year"])
def test_periods_partition_the_answers(per: str) -> None:
    responses = answers(days=800)
    found = of_nps(estimates_of(responses, per=per))
    assert found["n"].sum() == len(responses)
    letter = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}[per]
    periods = responses["responded_at"].dt.to_period(letter)
    assert set(found["period_start"]) == set(periods.dt.start_time)
    assert set(found["period_end"]) == set(periods.dt.end_time.dt.normalize())
    rows = responses[periods == periods.iloc[0]]
    one = found[found["period_start"] == periods.iloc[0].start_time]["estimate"].item()
    assert one == pytest.approx(100 * rows["category"].map(SIGN).mean())


def test_answers_before_1970_fall_into_their_periods_too() -> None:
    days = pd.to_datetime(["1969-12-28 23:00", "1969-12-29 01:00", "1970-01-04 12:00"])
    responses = pd.DataFrame({"category": "promoter", "responded_at": days})
    assert of_nps(nps(responses, per="week"))["n"].tolist() == [1, 2]
    assert of_nps(nps(responses, per="quarter"))["n"].tolist() == [2, 1]


def test_columns_are_grouped_alone_or_crossed() -> None:
    responses = answers()
    found = estimates_of(responses, by=["plan", ("plan", "region")])
    crossed = of_nps(found, "plan & region").set_index("group")
    assert len(crossed) == 6
    rows = responses[(responses["attribute/plan"] == "Pro") & (responses["attribute/region"] == "EU")]
    assert crossed.loc["Pro & EU", "n"] == len(rows)
    assert crossed.loc["Pro & EU", "estimate"] == pytest.approx(100 * rows["category"].map(SIGN).mean())
    assert crossed["n"].sum() == of_nps(found, "plan")["n"].sum() == len(responses)


def test_many_small_groups_need_no_more_cells_than_answers() -> None:
    responses = answers(900).assign(contact=lambda rows: rows["response_id"])
    found = of_nps(estimates_of(responses, by=["contact"], per="day"), "contact")
    assert len(found) == 900
    assert (found["n"] == 1).all()


def test_a_rolling_window_holds_the_answers_of_its_days() -> None:
    responses = answers()
    found = of_nps(estimates_of(responses, per="month", rolling=90))
    assert ((found["period_end"] - found["period_start"]).dt.days == 89).all()
    day = responses["responded_at"].dt.normalize()
    for row in found.itertuples():
        rows = responses[(day >= row.period_start) & (day <= row.period_end)]
        assert (row.n, row.estimate) == (len(rows), pytest.approx(100 * rows["category"].map(SIGN).mean()))
    assert found["period_start"].min() >= day.min()
    assert found["period_end"].iloc[-1] == day.max()
    assert found["finished"].all()


def test_one_rolling_window_ends_on_the_day_of_knowing() -> None:
    responses = answers()
    found = of_nps(estimates_of(responses, rolling=30, as_of=pd.Timestamp("2025-06-30 23:59:59")))
    assert found["period_start"].tolist() == [pd.Timestamp("2025-06-01")]
    assert found["n"].item() == (responses["responded_at"].dt.to_period("M") == "2025-06").sum()


@pytest.mark.parametrize("settings", [{"per": "month"}, {"per": "week", "rolling": 28}, {}])
def test_nothing_after_the_moment_of_knowing_moves_a_figure(settings: dict[str, Any]) -> None:
    responses, as_of = answers(), pd.Timestamp("2025-07-15")
    later = responses["responded_at"] > as_of
    edited = responses.assign(category=responses["category"].mask(later, "detractor"))
    edited["responded_at"] = edited["responded_at"].mask(later, pd.Timestamp("2099-01-01"))
    once, again = (whole(rows, by=["plan"], as_of=as_of, **settings) for rows in (responses, edited))
    pd.testing.assert_frame_equal(once, again, check_exact=True)
    assert once["n"].max() < len(responses)


def test_zoned_dates_are_taken_in_utc() -> None:
    responses = answers(300)
    zoned = responses.assign(responded_at=responses["responded_at"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo"))
    as_of = pd.Timestamp("2025-12-01", tz="UTC")
    pd.testing.assert_frame_equal(
        estimates_of(zoned, per="day", as_of=as_of),
        estimates_of(responses, per="day", as_of=pd.Timestamp("2025-12-01")),
    )
    assert any("time zone Asia/Tokyo" in note for note in estimate_notes(zoned, per="day"))


def test_mixed_time_zones_and_texts_are_refused() -> None:
    mixed = pd.Series([pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-01", tz="Asia/Tokyo")], dtype=object)
    responses = pd.DataFrame({"category": ["promoter", "passive"], "responded_at": mixed})
    with pytest.raises(DataRefusedError, match=r"mix time zones \(1 with Asia/Tokyo, 1 with no time zone\)"):
        estimates_of(responses, per="month")
    with pytest.raises(DataRefusedError, match="2 of 2 values are no dates"):
        estimates_of(responses.assign(responded_at=["1.1.2026", "2.1.2026"]), per="month")


def test_no_dates_an_unknown_period_metric_or_window_are_refused() -> None:
    with pytest.raises(SettingsError, match="rolling == 30: needs dates"):
        estimates_of(answers(10).drop(columns="responded_at"), rolling=30)
    with pytest.raises(SettingsError, match="per == 'hour'"):
        estimates_of(answers(10), per="hour")
    with pytest.raises(SettingsError, match="rolling == 0"):
        estimates_of(answers(10), rolling=0)
    with pytest.raises(SettingsError, match=r"metrics == \('npx',\)"):
        estimates_of(answers(10), metrics=["npx"])
    with pytest.raises(DataRefusedError, match=r"category: every answer must be one of .*found fan"):
        estimates_of(answers(10).assign(category="fan"))


def test_no_answers_give_an_empty_table() -> None:
    early = {"as_of": pd.Timestamp("2020-01-01")}
    windows: list[dict[str, Any]] = [{}, {"per": "month"}, {"per": "month", "rolling": 30}]
    for settings in windows:
        for found in (
            estimates_of(answers(50).head(0), by=["plan"], **settings),
            estimates_of(answers(50), by=["plan"], **settings, **early),
        ):
            assert found.empty
            assert {"metric", "estimate", "conf_low", "conf_high", "n", "n_eff"} <= set(found.columns)


def test_cells_do_not_see_each_other() -> None:
    rng = np.random.default_rng(2)
    cell, y = rng.integers(-1, 5, size=500).astype(np.int32), rng.integers(-1, 2, size=500).astype(np.int8)
    account, weight = rng.integers(0, 40, size=500).astype(np.int32), rng.uniform(0.5, 2, size=500)
    both: dict[str, Any] = {"account": account, "weight": weight}
    for given in ({}, {"account": account}, {"weight": weight}, both):
        found = cell_moments(cell, 5, y, **given)
        for one in range(5):
            inside = cell == one
            own = {name: values[inside] for name, values in given.items()}
            alone = cell_moments(np.zeros(inside.sum(), dtype=np.int32), 1, y[inside], **own)
            for name in ("n", "mean", "second", "spread", "n_accounts", "n_eff", "freedom"):
                assert getattr(found, name)[one] == pytest.approx(getattr(alone, name)[0])


def test_whole_numbers_in_either_form_give_the_same_moments() -> None:
    rng = np.random.default_rng(4)
    cell, y = rng.integers(0, 6, size=800).astype(np.int32), rng.integers(-1, 2, size=800).astype(np.int8)
    account = rng.integers(0, 90, size=800).astype(np.int32)
    packed, ordered = (cell_moments(cell, 6, one, account=account) for one in (y, y.astype(float)))
    assert np.array_equal(packed.n_eff, ordered.n_eff)


def test_everything_a_reader_must_know_is_said() -> None:
    responses = answers(600, days=100).assign(scale_min=0.0, scale_max=10.0, survey="relational")
    responses.loc[responses["responded_at"] >= "2025-03-01", "scale_max"] = 5.0
    responses.loc[:9, "survey"] = None
    responses["responded_at"] = responses["responded_at"].mask(responses["responded_at"].dt.month == 2)
    early = responses["responded_at"] < "2025-02-01"
    responses["attribute/plan"] = np.where(early, "Free", "Team")
    responses.loc[5, "responded_at"] = pd.Timestamp("2099-01-01")
    notes = " | ".join(estimate_notes(responses, by=["plan"], per="month", as_of=pd.Timestamp("2025-06-30")))
    assert "10 of 600 answers do not say of which survey they are; they count as relational" in notes
    assert "the score was asked on 2 scales: 0 to 5" in notes
    assert "since 2025-03-01" in notes
    assert "have no date and belong to no period" in notes
    assert "1 of 600 answers are dated after 2025-06-30 00:00, the last on 2099-01-01; they are left out" in notes
    assert "no answers in 1 month: 2025-02-01" in notes
    assert "plan: groups that appear midway, first in the month from Team (2025-03-01)" in notes
    assert "plan: groups that died midway, last seen in the month from Free (2025-01-01)" in notes


def test_a_single_period_no_dates_and_short_windows_are_said() -> None:
    short = answers(50, days=20)
    assert estimate_notes(short, per="month") == ["all answers lie in one month, 2025-01-01: nothing can be compared"]
    assert "the answers have no dates" in estimate_notes(short.drop(columns="responded_at"), per="month")[0]
    said = estimate_notes(short, per="week", rolling=60)
    assert said[0].startswith("the answers span ")
    assert estimates_of(short, per="week", rolling=60).empty
    assert any(
        "begin before 2025-01-01 are left out" in one for one in estimate_notes(answers(), per="week", rolling=60)
    )
    both = answers(40).assign(survey=["relational", "transactional"] * 20)
    assert "taken together, as was asked" in estimate_notes(both, survey="pooled")[0]


def test_clean_answers_need_no_word() -> None:
    assert estimate_notes(answers(), by=["plan"], per="month") == []


def of_accounts(*sizes: int, seed: int = 0) -> pd.DataFrame:
    """Answers of accounts of these sizes, each of its own mood."""
    rng = np.random.default_rng(seed)
    account = np.repeat(np.arange(len(sizes)), sizes)
    mood = rng.normal(size=len(sizes))[account] + rng.normal(size=len(account))
    category = np.where(mood > 0, "promoter", np.where(mood < -1, "detractor", "passive"))
    ids = [f"r{i:05}" for i in range(len(account))]
    return pd.DataFrame({"response_id": ids, "category": category, "account_id": [f"a{i:04}" for i in account]})


def test_fewer_than_ten_accounts_that_repeat_are_too_few_to_judge() -> None:
    for n_accounts in (1, 2, 9, 10, 40):
        responses = pd.concat(
            [of_accounts(*[40] * n_accounts).assign(region="this"), of_accounts(*[4] * 30).assign(region="other")]
        )
        responses["response_id"] = [f"r{i:05}" for i in range(len(responses))]
        found = of_nps(estimates_of(responses, by=["region"]), "region").set_index("group")
        few = n_accounts < 10
        assert found.loc["this", "too_small"] == few
        wanted = f"{40 * n_accounts} answers of {n_accounts} account{'s' if n_accounts > 1 else ''}; at least 10"
        assert found.loc["this", "reason"].startswith(wanted) if few else found.loc["this", "reason"] == ""
        assert not found.loc["other", "too_small"]
        assert of_nps(nps(responses, by="region"), "region")["too_small"].tolist() == [False, few]


def test_one_account_that_holds_most_of_the_answers_is_too_few() -> None:
    found = of_nps(estimates_of(of_accounts(2000, *[20] * 30))).iloc[0]
    assert found["too_small"]
    assert found["reason"].startswith("2,600 answers of 31 accounts, which count as 1.7 of equal size; at least 4")


def test_groups_that_are_accounts_speak_of_themselves() -> None:
    responses = of_accounts(*[40] * 12)
    by_account = of_nps(estimates_of(responses.assign(customer=responses["account_id"]), by=["customer"]), "customer")
    assert not by_account["too_small"].any()
    alone = nps(responses.query("account_id == 'a0003'").drop(columns="account_id"))
    assert by_account["conf_low"].iloc[3] == of_nps(alone)["conf_low"].item()


@pytest.mark.parametrize("n_accounts", [12, 30, 300])
def test_equal_weights_change_nothing_where_accounts_repeat(n_accounts: int) -> None:
    """Whether few accounts are few does not hang on a weight of 1 being written beside each answer."""
    responses = of_accounts(*np.random.default_rng(1).integers(2, 30, size=n_accounts)).assign(weight=1.0)
    weighted, plain = (estimates_of(responses, weights=weights) for weights in ("weight", None))
    for name in ("estimate", "conf_low", "conf_high", "n_eff"):
        assert weighted[name].tolist() == pytest.approx(plain[name].tolist())


def test_accounts_that_answered_once_change_no_bit() -> None:
    responses = of_accounts(*[1] * 60)
    with_accounts, without = (whole_nps(rows) for rows in (responses, responses.drop(columns="account_id")))
    pd.testing.assert_frame_equal(with_accounts, without, check_exact=True)


def whole_nps(responses: pd.DataFrame) -> pd.DataFrame:
    return estimates_of(responses.assign(half=["a", "b"] * (len(responses) // 2)), by=["half"])


@pytest.mark.parametrize(("gaps", "end"), [(5, "2025-01-06"), (6, "2025-01-06 and 1 more")])
def test_five_gaps_are_named_and_the_others_counted(gaps: int, end: str) -> None:
    days = pd.to_datetime(["2025-01-01", pd.Timestamp("2025-01-02") + pd.Timedelta(days=gaps)])
    responses = pd.DataFrame({"response_id": ["r1", "r2"], "category": ["promoter"] * 2, "responded_at": days})
    assert estimate_notes(responses, per="day")[0].endswith(f"2025-01-02, 2025-01-03, 2025-01-04, 2025-01-05, {end}")
