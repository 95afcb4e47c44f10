"""What was told in an earlier period stays what it was, whatever comes later: other periods, other groups."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from nps_insights.actions.monitoring.cells import Cells, cells_of
from nps_insights.actions.monitoring.judge import judge, replayed
from nps_insights.actions.monitoring.settings import AlertSettings
from nps_insights.metrics.change_points import change_points

_YOUNG_FROM = 14
_COLUMNS = ["metric", "by", "group", "why", "status", "severity", "estimate", "conf_low", "conf_high", "p_value"]
_COLUMNS += ["q_value", "before_start", "before_end", "after_start", "after_end", "n_before", "n"]


@cache
def shares(*, n: int = 300, periods: int = 20) -> pd.DataFrame:
    """Theme shares by month: six themes that move by themselves and double for a while, forty that appear later."""
    rng = np.random.default_rng(4)
    level = np.full((46, periods), 0.08) * np.exp(rng.normal(0, 0.25, (46, periods)))
    level[:2, 8:12] *= 2.5
    level[:6, _YOUNG_FROM:] *= 4
    seen = rng.binomial(n, np.minimum(level, 0.9)) / n
    half = 1.96 * np.sqrt(seen * (1 - seen) / n)
    starts = pd.date_range("2024-01-01", periods=periods, freq="MS")
    frame = pd.DataFrame({"group": np.repeat([f"t{one:02}" for one in range(46)], periods)})
    frame = frame.assign(metric="theme_share", by="theme_id", period_start=np.tile(starts, 46), n=n, n_eff=float(n))
    frame = frame.assign(period_end=frame["period_start"] + pd.offsets.MonthEnd(1), too_small=False, finished=True)
    frame = frame.assign(estimate=seen.ravel(), conf_low=(seen - half).ravel(), conf_high=(seen + half).ravel())
    is_young = ~frame["group"].isin([f"t{one:02}" for one in (0, 1, 2, 30, 31, 32)])
    return frame[~is_young | (frame["period_start"] >= starts[_YOUNG_FROM])].reset_index(drop=True)


def until(t: int) -> pd.DataFrame:
    """The shares as they were known when period t was the last."""
    every = shares()
    return every[every["period_start"] <= np.sort(every["period_start"].unique())[t]]


def cells(series: pd.DataFrame) -> Cells:
    found = cells_of(series, "theme_share", confidence_level=0.95)
    assert found is not None
    return found


@pytest.mark.parametrize("t", [6, 10, _YOUNG_FROM - 1])
def test_how_far_figures_move_by_themselves_is_what_was_known_then(t: int) -> None:
    early, late = cells(until(t)), cells(shares())
    known = late.figures["group"].isin(early.figures["group"]).to_numpy()
    assert early.spread(t).max() > 0
    np.testing.assert_array_equal(early.spread(t), late.spread(t)[known])


def test_what_was_told_in_a_period_stays_when_periods_and_groups_are_appended() -> None:
    history = list(replayed(cells(shares()), change_points(shares()), AlertSettings()))
    assert [period.t for period in history] == list(range(1, 20))
    n_told = 0
    for period in history:
        series = until(period.t)
        then = judge(cells(series), change_points(series), AlertSettings())
        assert (len(then.rows), then.n_judged) == (len(period.rows), period.n_judged)
        if len(then.rows):
            pd.testing.assert_frame_equal(then.rows[_COLUMNS], period.rows[_COLUMNS])
            n_told += int((then.rows["status"] == "raised").sum()) if period.t < _YOUNG_FROM else 0
    assert n_told >= 2
