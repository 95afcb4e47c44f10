import numpy as np
import pandas as pd
import pytest

from nps_insights.metrics import (
    benjamini_hochberg,
    categorize,
    choose_period,
    commented_and_silent,
    finest_period,
    nps,
    period_changes,
)
from nps_insights.metrics.periods import nps_difference, nps_differences
from nps_insights.tables import SettingsError


def answers(n: int, *, seed: int = 0, n_accounts: int | None = None, account_spread: float = 0.0) -> pd.DataFrame:
    """Simulated answers; with `account_spread` the answers of one account resemble each other."""
    rng = np.random.default_rng(seed)
    account = rng.integers(n_accounts or n, size=n)
    score = 7.6 + account_spread * rng.normal(size=n_accounts or n)[account] + 1.8 * rng.normal(size=n)
    return pd.DataFrame(
        {
            "response_id": [f"r{i}" for i in range(n)],
            "category": categorize(pd.Series(np.clip(np.round(score), 0, 10))),
            "account_id": [f"a{i}" for i in account],
            "attribute/plan": rng.choice(["Free", "Pro"], size=n),
            "responded_at": pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.uniform(0, 180, size=n), unit="D"),
        }
    )


def worlds(n_worlds: int, n: int, *, n_accounts: int, account_spread: float) -> pd.DataFrame:
    """Simulated answers of many worlds in one table: asked for by world, all are estimated in one pass."""
    drawn = []
    for seed in range(n_worlds):
        one = answers(n, n_accounts=n_accounts, account_spread=account_spread, seed=seed)
        name = f"w{seed:03d}"
        drawn.append(one.assign(world=name, response_id=name + one["response_id"], account_id=name + one["account_id"]))
    return pd.concat(drawn, ignore_index=True)


def test_a_group_has_the_figures_that_it_has_alone() -> None:
    """What lets the tests of coverage ask for all their worlds at once."""
    responses = worlds(3, 200, n_accounts=60, account_spread=1.5)
    together = of(nps(responses, by="world"), "nps")
    for row, (_, alone) in enumerate(responses.groupby("world")):
        pd.testing.assert_series_equal(
            together.drop(columns=["by", "group"]).iloc[row],
            of(nps(alone), "nps").drop(columns=["by", "group"]).iloc[0],
            check_names=False,
        )


def of(estimates: pd.DataFrame, metric: str) -> pd.DataFrame:
    return estimates[estimates["metric"] == metric].reset_index(drop=True)


def test_nps_is_promoters_minus_detractors_in_every_group_and_period() -> None:
    estimates = nps(answers(2000), by="plan", per="month")
    points = of(estimates, "nps")["estimate"]
    difference = 100 * (of(estimates, "promoter")["estimate"] - of(estimates, "detractor")["estimate"])
    pd.testing.assert_series_equal(points, difference, check_names=False)


def test_groups_add_up_to_all_answers() -> None:
    responses = answers(500)
    groups = of(nps(responses, by="plan"), "nps")
    whole = of(nps(responses), "nps")
    assert groups["n"].sum() == 500
    assert np.average(groups["estimate"], weights=groups["n"]) == pytest.approx(whole["estimate"].iloc[0])


def test_row_order_changes_nothing() -> None:
    responses = answers(500, n_accounts=100)
    pd.testing.assert_frame_equal(
        nps(responses, per="month"), nps(responses.sample(frac=1, random_state=1), per="month")
    )


def test_the_interval_of_clustered_answers_covers() -> None:
    population = of(nps(answers(200_000, n_accounts=200_000, account_spread=1.5, seed=99)), "nps")["estimate"].iloc[0]
    rows = of(nps(worlds(300, 500, n_accounts=100, account_spread=1.5), by="world"), "nps")
    assert len(rows) == 300
    assert 0.92 <= ((rows["conf_low"] <= population) & (population <= rows["conf_high"])).mean() <= 0.985


def test_small_groups_are_marked_not_dropped() -> None:
    estimates = of(nps(answers(20), by="plan"), "nps")
    assert estimates["too_small"].all()
    assert estimates["n"].sum() == 20


def test_an_unknown_group_is_refused_with_the_columns_there_are() -> None:
    with pytest.raises(SettingsError, match=r"by == 'country': no such column; the responses have .*plan"):
        nps(answers(5), by="country")


def test_an_attribute_comes_before_a_column_of_the_house_with_its_name() -> None:
    responses = answers(100).rename(columns={"attribute/plan": "attribute/category"})
    assert of(nps(responses, by="category"), "nps")["group"].tolist() == ["Free", "Pro"]


@pytest.mark.parametrize("by", ["category", "score"])
def test_the_answer_itself_is_no_group(by: str) -> None:
    with pytest.raises(SettingsError, match="that is the answer itself"):
        nps(answers(10).assign(score=9), by=by)


def test_numbers_as_groups_read_as_people_write_them() -> None:
    responses = answers(40)
    responses["attribute/store"] = [1.0, 10.0] * 20
    assert of(nps(responses, by="store"), "nps")["group"].tolist() == ["1", "10"]


def test_one_account_is_no_account() -> None:
    responses = answers(200)
    alone = nps(responses.drop(columns="account_id"))
    pd.testing.assert_frame_equal(nps(responses.assign(account_id="everybody")), alone)


def test_periods_without_dates_are_refused() -> None:
    with pytest.raises(SettingsError, match="needs dates"):
        nps(answers(5).drop(columns="responded_at"), per="month")


def test_commenters_and_the_silent_are_told_apart() -> None:
    responses = answers(1000)
    unhappy = responses.loc[responses["category"] == "detractor", "response_id"]
    comments = pd.DataFrame({"response_id": unhappy, "says_nothing": False})
    estimates = commented_and_silent(responses, comments)
    sides = of(estimates, "nps").set_index("group")["estimate"]
    assert sides["commented"] == -100
    assert sides["silent"] > 0
    assert of(estimates, "comment_rate")["estimate"].iloc[0] == pytest.approx(len(unhappy) / 1000)


def test_a_change_of_nothing_is_called_real_no_more_often_than_promised() -> None:
    responses = worlds(250, 400, n_accounts=60, account_spread=1.0)
    # Each account answers in one of the months alone: its mood is luck of that month, and does not cancel.
    codes, _ = pd.factorize(responses["account_id"])
    january = pd.Series(codes % 2 == 0, index=responses.index)
    responses["responded_at"] = pd.Timestamp("2026-01-15")
    responses["responded_at"] = responses["responded_at"].where(january, pd.Timestamp("2026-02-27"))
    sides = [list(responses[kept].groupby("world")) for kept in (january, ~january)]
    p_values = [nps_difference(before, after)["p_value"] for (_, before), (_, after) in zip(*sides, strict=True)]
    # The test is the one of `period_changes`, which writes a table around it.
    for number, (_, one) in enumerate(list(responses.groupby("world"))[:3]):
        change = period_changes(one, nps(one, per="month"), per="month").iloc[0]
        assert change["p_value"] == pytest.approx(p_values[number])
    called = np.array(p_values) < 0.05
    assert len(called) == 250
    assert np.mean(called) <= 0.055 + 2 * np.sqrt(0.055 * 0.945 / 250)
    alone = [[one.drop(columns="account_id") for _, one in side] for side in sides]
    unclustered = [nps_difference(*both)["p_value"] < 0.05 for both in zip(*alone, strict=True)]
    assert np.mean(unclustered) > 0.12


def test_a_planted_change_is_found_with_its_sign() -> None:
    responses = answers(2000)
    responses["category"] = responses["category"].where(responses["responded_at"] < "2026-06-01", "detractor")
    changes = period_changes(responses, nps(responses, per="month"), per="month")
    assert changes["after_start"].iloc[0] == pd.Timestamp("2026-06-01")
    assert changes["conf_high"].iloc[0] < 0


def test_one_period_gives_no_change() -> None:
    responses = answers(300).assign(responded_at=pd.Timestamp("2026-01-31"))
    assert period_changes(responses, nps(responses, per="month"), per="month").empty


def test_the_period_fits_the_number_of_answers() -> None:
    assert choose_period(answers(3000)) == "month"
    assert choose_period(answers(500)) == "quarter"
    assert choose_period(answers(500).drop(columns="responded_at")) == ""


def test_watching_looks_by_the_finest_period_that_the_answers_bear() -> None:
    # A hundred a month are watched by month for years on end, while a chart takes quarters after 16 of them.
    years = answers(3000).assign(responded_at=pd.date_range("2024-01-01", "2025-12-31", periods=3000))
    assert (choose_period(years), finest_period(years)) == ("quarter", "month")
    assert finest_period(answers(300)) == choose_period(answers(300))
    assert finest_period(answers(500).drop(columns="responded_at")) == ""


def test_an_unfinished_or_too_small_period_is_not_compared() -> None:
    responses = answers(600)
    estimates = nps(responses, per="month")
    months = estimates.loc[estimates["metric"] == "nps", "period_start"].tolist()
    for mark in ("finished", "too_small"):
        last = estimates["period_start"] == months[-1]
        marked = estimates.assign(**{mark: estimates[mark].mask(last, mark == "too_small")})
        change = period_changes(responses, marked, per="month").iloc[0]
        assert [change["before_start"], change["after_start"]] == months[-3:-1]


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_a_level_of_confidence_beyond_its_range_is_refused(level: float) -> None:
    with pytest.raises(SettingsError, match="confidence_level"):
        nps_differences((5, 2, 10), (5, 2, 10), confidence_level=level)


def test_an_unfinished_last_period_is_marked() -> None:
    responses = answers(600)
    estimates = of(nps(responses, per="month", as_of=pd.Timestamp("2026-06-10")), "nps")
    assert estimates["finished"].tolist() == [True] * 5 + [False]


def test_q_values_are_monotone_and_at_least_p() -> None:
    p = np.array([0.2, 0.001, np.nan, 0.03, 0.8])
    q = benjamini_hochberg(p)
    assert np.isnan(q[2])
    known = ~np.isnan(p)
    assert np.all(q[known] >= p[known])
    assert np.all(np.diff(q[known][np.argsort(p[known])]) >= 0)
