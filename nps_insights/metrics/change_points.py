"""From which period on a figure lies on another level: a cumulative sum of what each period adds to what is known.

Each period is held against the mean of all periods since the last change: (estimate - mean) / its standard error.
As long as nothing changes these are nearly independent draws of one normal distribution, however short the history
(like the recursive residuals of a constant; Brown, Durbin and Evans 1975). Their sum, less an allowance each and never
below zero, is the CUSUM of Page (1954); a change is found where it passes a bound. Periods that the sum is already made
of are not in the mean: they may lie on the new level.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics.intervals import critical_value
from nps_insights.metrics.own_movement import own_movement, own_units
from nps_insights.tables import SettingsError, conform, empty

Array = NDArray[np.float64]
DIRECTIONS = ("both", "drop", "rise")
# In standard errors of a period, half of the move that is found soonest.
ALLOWANCE = 0.75
# Siegmund's correction for looking once a period instead of all the time.
_OVERSHOOT = 1.166
_FIGURE = ["metric", "by", "group"]


def change_points(
    series: pd.DataFrame,
    *,
    direction: str = "both",
    false_alarm_every: float = 50.0,
    min_history: int = 4,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return the periods from which on a figure lies on another level.

    Only what was known in a period decides in it, and only the figures that there were: later periods and groups that
    appear in them change no change point that was found before.
    Figures that move from period to period by themselves (`own_movement`, told from all figures of the same metric and
    column) must move further.

    Args:
        series: Table `estimates` per period; unfinished and too small periods are passed over, as are gaps.
        direction: "drop" or "rise" to look one way only, or "both".
        false_alarm_every: How many periods pass between two false alarms, on average, in a family of figures (those of
            one metric and column together, as many as there are by then) in which nothing ever changes.
        min_history: How many periods a figure needs before it is watched.
        confidence_level: Of the intervals of `series`, and of those returned.

    Returns:
        Table `change_points`: `at` is the first day of the period in which the new level begins, `found_at` of the one
        in which it was found; means before and after (up to `found_at`) with the interval of their difference. That
        interval takes the place of the change for given and is somewhat narrow; there is no p-value: the rule's error
        is how often it cries wolf.

    Raises:
        SettingsError: A setting is out of its range, or the series has no periods.

    Example:
        >>> starts = pd.date_range("2024-01-01", periods=20, freq="MS")
        >>> series = pd.DataFrame({"metric": "nps", "by": "", "group": "", "period_start": starts, "n": 200})
        >>> series["estimate"] = [30.0, 32.0] * 8 + [12.0] * 4
        >>> series = series.assign(conf_low=series["estimate"] - 11, conf_high=series["estimate"] + 11, n_eff=200.0)
        >>> change_points(series.assign(too_small=False))[["at", "direction"]].astype(str).values.tolist()
        [['2025-05-01', 'drop']]
    """
    _check(series, direction, false_alarm_every, min_history)
    usable = usable_periods(series)
    found = [
        _of_family(rows, direction, false_alarm_every, min_history, critical_value(confidence_level))
        for _, rows in usable.groupby(["metric", "by"], sort=True)
    ]
    found = [rows for rows in found if len(rows)]
    return conform("change_points", pd.concat(found, ignore_index=True)) if found else empty("change_points")


def usable_periods(series: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of finished periods with enough answers and an interval, by figure and period.

    Example:
        >>> usable_periods(pd.DataFrame({"metric": ["nps"], "by": "", "group": "", "estimate": 1.0, "conf_low": 0.0,
        ...     "conf_high": 2.0, "too_small": True, "period_start": pd.Timestamp("2026-01-01")})).empty
        True
    """
    keep = series["period_start"].notna() & ~series["too_small"].astype(bool)
    keep &= series[["estimate", "conf_low", "conf_high"]].notna().all(axis=1)
    if "finished" in series.columns:
        keep &= series["finished"].fillna(False).astype(bool)
    return series[keep].sort_values([*_FIGURE, "period_start"], ignore_index=True)


def bound_of(false_alarm_every: float, *, allowance: float = ALLOWANCE) -> float:
    """Return the bound at which a CUSUM of independent normal draws is passed once in so many periods.

    Formula: the bound h with (exp(2kb) - 2kb - 1) / (2 k^2) = `false_alarm_every`, b = h + 1.166, k the allowance
    (Siegmund 1985).

    Example:
        >>> round(bound_of(50), 2)
        1.58
    """
    # x = 2kb solves x = log(1 + 2 k^2 N + x), and each step from below comes nearer to it.
    x = 0.0
    while (better := float(np.log1p(2 * allowance**2 * false_alarm_every + x))) > x:
        x = better
    return max(x / (2 * allowance) - _OVERSHOOT, 0.0)


def figures_by_period(usable: pd.DataFrame, z: float | Array) -> tuple[pd.DataFrame, Array, pd.Series]:
    """Return figures (f rows), and their estimates, n_eff and pooled variance of one answer by period.

    Args:
        usable: As `usable_periods` returns them, of one metric and column.
        z: Half an interval in standard errors, of all rows or of each.

    Returns:
        Figures; array (3, f, t) of estimate, n_eff and variance of one answer, missing where there is no period;
        the periods' first days.

    Example:
        >>> rows = pd.DataFrame({"metric": ["ces"], "by": "", "group": "", "estimate": 1.0, "conf_low": 0.0,
        ...     "conf_high": 2.0, "n_eff": 4.0, "period_start": pd.Timestamp("2026-01-01")})
        >>> figures_by_period(rows, 1.0)[1][:, 0, 0].tolist()
        [1.0, 4.0, 4.0]
    """
    figure, _ = pd.factorize(pd.MultiIndex.from_frame(usable[_FIGURE]))
    starts = pd.Series(np.sort(usable["period_start"].unique()))
    at = starts.searchsorted(usable["period_start"])
    cells = np.full((3, int(figure.max()) + 1, len(starts)), np.nan)
    n_eff = usable["n_eff"].to_numpy(dtype=float)
    # The interval of the NPS reaches half an answer further than its standard error (`nps_interval`).
    continuity = np.where(usable["metric"] == "nps", 50 / n_eff, 0.0)
    half = ((usable["conf_high"] - usable["conf_low"]).to_numpy() / 2 - continuity) / z
    for layer, values in enumerate((usable["estimate"].to_numpy(), n_eff, half**2 * n_eff)):
        cells[layer, figure, at] = values
    figures = usable.drop_duplicates(_FIGURE)[_FIGURE].reset_index(drop=True)
    return figures, cells, starts


@dataclass
class _Watching:
    """What is known of f figures while their periods go by; a row for drops and one for rises (2, f)."""

    total: Array
    since: NDArray[np.int64]
    first: NDArray[np.int64]


def _of_family(
    usable: pd.DataFrame, direction: str, false_alarm_every: float, min_history: int, z: float
) -> pd.DataFrame:
    figures, cells, starts = figures_by_period(usable, z)
    estimate, n_eff, _ = cells
    ways = 2 if direction == "both" else 1
    known = np.isfinite(estimate)
    # Figures that appear later are not yet looked at, so they raise the bound from then on alone.
    n_figures = np.maximum.accumulate(known, axis=1).sum(axis=0)
    bounds = [bound_of(false_alarm_every * int(n) * ways) for n in n_figures]
    state = _Watching(
        np.zeros((2, len(figures))), np.zeros(len(figures), np.int64), np.zeros((2, len(figures)), np.int64)
    )
    looked_at = np.array([direction in ("both", "drop"), direction in ("both", "rise")])
    signs = np.array([[-1.0], [1.0]])
    found = []
    for t in range(len(starts)):
        variance = _variances(figures["metric"], cells[:, :, : t + 1])
        residual = np.stack([_residuals(estimate, variance, known, (state.since, first), t) for first in state.first])
        ready = known[:, t] & (known[:, :t].sum(axis=1) >= min_history)
        state.total = np.where(ready, np.maximum(state.total + signs * residual - ALLOWANCE, 0), state.total)
        state.first = np.where((state.total == 0) & known[:, t], t + 1, state.first)
        passed = (state.total > bounds[t]) & looked_at[:, None] & ready
        for way, f in zip(*np.nonzero(passed), strict=True):
            at = _beginning(estimate[f], variance[f], int(state.since[f]), int(state.first[way, f]), t)
            ends = (int(state.since[f]), at, t + 1)
            found.append(_found(figures.iloc[f], starts, estimate[f], n_eff[f], variance[f], usable, ends, way, z))
            state.since[f], state.first[:, f], state.total[:, f] = at, t + 1, 0.0
    return pd.DataFrame(found)


def _variances(metrics: pd.Series, cells: Array) -> Array:
    """Sampling variance of each period so far, one answer's pooled over them, with the figures' own movement."""
    estimate, n_eff, of_one = cells
    one = np.nansum(of_one * n_eff, axis=1) / np.maximum(np.nansum(n_eff, axis=1), 1e-12)
    sampling = one[:, None] / n_eff
    scale = own_units(metrics, estimate, n_eff)
    # The period that is judged does not say how far figures move while nothing changes.
    spread = own_movement(estimate[:, :-1], sampling[:, :-1], scale)
    return np.asarray(sampling + (spread * scale[:, None]) ** 2)


def _residuals(
    estimate: Array,
    variance: Array,
    known: NDArray[np.bool_],
    ends: tuple[NDArray[np.int64], NDArray[np.int64]],
    t: int,
) -> Array:
    """(estimate of period t - mean of the periods from the first to before the second end) / standard error."""
    period = np.arange(t)
    # At least one period is compared with, though a sum may have begun right after a change.
    inside = known[:, :t] & (period >= ends[0][:, None]) & (period < np.maximum(ends[1], ends[0] + 1)[:, None])
    weight = np.where(inside, 1 / variance[:, :t], 0.0)
    total = weight.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (weight * np.where(inside, estimate[:, :t], 0.0)).sum(axis=1) / total
        residual = (estimate[:, t] - mean) / np.sqrt(variance[:, t] + 1 / total)
    return np.where(np.isfinite(residual), residual, 0.0)


def _beginning(estimate: Array, variance: Array, since: int, first: int, t: int) -> int:
    """The period from `first` to t that parts best what is before from what is after: a sum often begins too early."""
    known = np.flatnonzero(np.isfinite(estimate[: t + 1]))
    weight, value = np.reciprocal(variance[known]), estimate[known]

    def apart(start: int) -> float:
        before, after = (known < start) & (known >= since), known >= start
        means = [float(weight[side] @ value[side] / weight[side].sum()) for side in (before, after)]
        return float(abs(means[1] - means[0]) / np.sqrt(1 / weight[before].sum() + 1 / weight[after].sum()))

    return int(max(known[(known >= first) & (known > known[known >= since][0])], key=apart))


def _found(
    figure: pd.Series,
    starts: pd.Series,
    estimate: Array,
    n_eff: Array,
    variance: Array,
    usable: pd.DataFrame,
    ends: tuple[int, int, int],
    way: int,
    z: float,
) -> dict[str, object]:
    own = usable[(usable["by"] == figure["by"]) & (usable["group"] == figure["group"])].set_index("period_start")["n"]
    means, errors, sizes = [], [], []
    for low, high in pairwise(ends):
        inside = np.flatnonzero(np.isfinite(estimate[low:high])) + low
        weight = n_eff[inside] / n_eff[inside].sum()
        means.append(float(weight @ estimate[inside]))
        errors.append(float(weight**2 @ variance[inside]))
        sizes.append(int(own.reindex(starts.iloc[inside]).sum()))
    half = z * np.sqrt(sum(errors))
    change = means[1] - means[0]
    return {
        **figure.to_dict(),
        "at": starts.iloc[ends[1]],
        "found_at": starts.iloc[ends[2] - 1],
        "before_estimate": means[0],
        "after_estimate": means[1],
        "estimate": change,
        "conf_low": change - half,
        "conf_high": change + half,
        "p_value": np.nan,
        "n_before": sizes[0],
        "n": sizes[1],
        "direction": ("drop", "rise")[way],
    }


def _check(series: pd.DataFrame, direction: str, false_alarm_every: float, min_history: int) -> None:
    if direction not in DIRECTIONS:
        raise SettingsError(f"direction == {direction!r}: must be one of {', '.join(DIRECTIONS)}")
    if not false_alarm_every >= 2:
        raise SettingsError(f"false_alarm_every == {false_alarm_every}: must be 2 periods or more, for example 50")
    if min_history < 1:
        raise SettingsError(f"min_history == {min_history}: must be 1 period or more")
    if "period_start" not in series.columns:
        raise SettingsError("change_points: the series has no period_start; give estimates per period")
