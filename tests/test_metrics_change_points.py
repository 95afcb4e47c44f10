"""Change points: where a level begins is found, quiet series stay quiet, and later periods change nothing earlier."""

import numpy as np
import pandas as pd
import pytest

from nps_insights.metrics import nps_interval
from nps_insights.metrics.change_points import bound_of, change_points
from nps_insights.metrics.own_movement import own_movement
from nps_insights.tables import SettingsError


def series(levels: np.ndarray, *, n: int = 200, seed: int = 0, by: str = "plan") -> pd.DataFrame:
    """NPS of groups (rows) by month (columns), drawn around levels (points)."""
    rng = np.random.default_rng(seed)
    shift = (np.asarray(levels) - 30) / 200
    promoters = rng.binomial(n, 0.5 + shift)
    detractors = rng.binomial(n - promoters, (0.2 - shift) / (0.5 - shift))
    estimate, low, high = nps_interval(promoters.ravel(), detractors.ravel(), n)
    groups, periods = levels.shape
    frame = pd.DataFrame({"group": np.repeat([f"g{one:03}" for one in range(groups)], periods)})
    frame["period_start"] = np.tile(pd.date_range("2022-01-01", periods=periods, freq="MS"), groups)
    frame = frame.assign(metric="nps", by=by, estimate=estimate, conf_low=low, conf_high=high, n=n, n_eff=float(n))
    return frame.assign(too_small=False)


def test_a_drop_and_its_recovery_are_found_where_they_begin() -> None:
    levels = np.r_[np.full(14, 30.0), np.full(6, 0.0), np.full(6, 30.0)][None]
    found = change_points(series(levels, n=600), false_alarm_every=500)
    assert found["direction"].tolist() == ["drop", "rise"]
    assert found["at"].dt.strftime("%Y-%m").tolist() == ["2023-03", "2023-09"]
    assert (found["found_at"] - found["at"]).max() <= pd.Timedelta(days=62)
    assert (found["conf_low"] * found["conf_high"] > 0).all()
    assert found["estimate"].round().tolist() == pytest.approx([-30, 30], abs=6)


def test_the_interval_of_a_move_has_the_errors_of_both_levels() -> None:
    drawn = series(np.r_[np.full(14, 30.0), np.full(6, 0.0)][None], n=600)
    found = change_points(drawn, false_alarm_every=500).iloc[0]
    start = drawn["period_start"]
    sides = [start < found["at"], (start >= found["at"]) & (start <= found["found_at"])]
    halves = [(drawn["conf_high"] - drawn["conf_low"])[side] / 2 for side in sides]
    expected = np.sqrt(sum((half**2).mean() / len(half) for half in halves))
    # One answer's variance is pooled over all periods, which have nearly the same.
    assert (found["conf_high"] - found["conf_low"]) / 2 == pytest.approx(expected, rel=0.15)


def test_row_order_and_later_periods_change_nothing() -> None:
    drawn = series(np.tile(np.r_[np.full(14, 30.0), np.full(8, 5.0)], (3, 1)))
    found = change_points(drawn)
    pd.testing.assert_frame_equal(found, change_points(drawn.sample(frac=1, random_state=3)))
    early = change_points(drawn[drawn["period_start"] < "2023-06-01"])
    known = found[found["found_at"] < "2023-06-01"].reset_index(drop=True)
    pd.testing.assert_frame_equal(early, known)


def of_shares(levels: np.ndarray, *, n: int = 200, seed: int = 0) -> pd.DataFrame:
    """Theme shares of groups (rows) by month (columns), drawn around levels."""
    drawn = series(np.full(levels.shape, 30.0), n=n)
    share = np.random.default_rng(seed).binomial(n, levels).ravel() / n
    half = 1.96 * np.sqrt(share * (1 - share) / n)
    return drawn.assign(
        metric="theme_share", by="theme_id", estimate=share, conf_low=share - half, conf_high=share + half
    )


@pytest.mark.parametrize("seed", range(4))
def test_groups_that_appear_later_change_nothing_found_before_them(seed: int) -> None:
    nps = series(np.tile(np.r_[np.full(10, 30.0), np.full(14, 14.0)], (24, 1)), seed=seed)
    shares = of_shares(np.tile(np.r_[np.full(10, 0.08), np.full(8, 0.15), np.full(6, 0.6)], (24, 1)), seed=seed)
    for drawn in (nps, shares):
        is_young = drawn["group"] > "g001"
        drawn = drawn[~is_young | (drawn["period_start"] >= "2023-07-01")]
        early = change_points(drawn[drawn["period_start"] < "2023-07-01"])
        found = change_points(drawn)
        assert len(early)
        pd.testing.assert_frame_equal(early, found[found["found_at"] < "2023-07-01"].reset_index(drop=True))


def test_one_way_looks_one_way_only() -> None:
    drawn = series(np.r_[np.full(12, 10.0), np.full(5, 40.0)][None], n=400)
    assert change_points(drawn, direction="drop", false_alarm_every=1000).empty
    assert change_points(drawn, direction="rise", false_alarm_every=1000)["direction"].tolist() == ["rise"]


def test_a_figure_that_begins_late_has_gaps_or_is_small_is_passed_over() -> None:
    drawn = series(np.full((2, 12), 30.0))
    drawn = drawn[(drawn["group"] == "g000") | (drawn["period_start"] > "2022-10-01")]
    gap = drawn[drawn["period_start"] != "2022-05-01"].assign(
        too_small=lambda frame: frame["period_start"] == "2022-07-01"
    )
    assert set(change_points(gap, false_alarm_every=10_000)["group"]) == set()
    assert change_points(gap.assign(too_small=True)).empty


def test_settings_that_cannot_be_meant_are_refused() -> None:
    drawn = series(np.full((1, 5), 30.0))
    for wrong, match in (
        ({"direction": "up"}, "direction"),
        ({"false_alarm_every": 1}, "false_alarm_every"),
        ({"min_history": 0}, "min_history"),
    ):
        with pytest.raises(SettingsError, match=match):
            change_points(drawn, **wrong)
    with pytest.raises(SettingsError, match="period_start"):
        change_points(drawn.drop(columns="period_start"))


def test_rarer_false_alarms_need_a_higher_bound() -> None:
    bounds = [bound_of(every) for every in (10, 50, 500, 1e6)]
    assert bounds == sorted(bounds)


def test_the_bound_keeps_its_promise() -> None:
    z = np.random.default_rng(1).normal(size=(4000, 60))
    total, alarms = np.zeros(4000), 0
    for t in range(60):
        total = np.maximum(total + z[:, t] - 0.75, 0)
        alarms += int((total > bound_of(50)).sum())
        total[total > bound_of(50)] = 0
    assert 42 < 4000 * 60 / alarms < 62


@pytest.mark.parametrize("spread", [0.0, 2.0, 5.0])
def test_own_movement_is_recovered(spread: float) -> None:
    rng = np.random.default_rng(5)
    seen = 10 + rng.normal(0, spread, (80, 14)) + rng.normal(0, 3.0, (80, 14))
    seen[:4, 7:] += 25
    found = own_movement(seen, np.full(seen.shape, 9.0), np.ones(80))
    assert found == pytest.approx(spread, abs=1.0)
