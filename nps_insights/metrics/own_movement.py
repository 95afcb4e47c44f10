"""How far figures move from period to period by themselves, beyond what drawing other answers explains."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
SHARES = ("promoter", "passive", "detractor", "csat", "ces_top", "theme_share", "comment_rate")
_FEWEST_STEPS = 8
# The widest tenth of the steps may be real changes.
_LEFT_OUT = 0.1
# Of few steps little is learned: the spread is the one at which they are still wider than chance makes them by half a
# standard error. Neighbouring steps share a period: their mean square, without the widest tenth, has a relative
# variance of 3.8 / m.
_BENEFIT, _RELATIVE_VARIANCE = 0.5, 3.8


def own_movement(estimates: Array, variances: Array, scale: Array) -> float:
    """Return the standard deviation, in units of `scale`, by which figures of one kind move from period to period.

    Weather, holidays and mailings move every figure a little. Whoever judges a period by its answers alone calls that
    a change. The spread is the one at which the mean of (step between neighbouring periods)^2 / (its variance) is
    what chance gives. The widest tenth of the steps is left out, so that a few real changes do not hide the next one.

    Args:
        estimates: Figures by period, missing where there is none (f, t).
        variances: Their sampling variances (f, t).
        scale: In what unit each figure moves, p (1 - p) for a share, 1 for points (f,).

    Returns:
        The spread, cautiously small where there are few steps; 0 where chance explains them or there are fewer than 8.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> levels = 5 + rng.normal(0, 3.0, (50, 12))
        >>> seen = levels + rng.normal(0, 2.0, levels.shape)
        >>> 2.5 < own_movement(seen, np.full(seen.shape, 4.0), np.ones(50)) < 3.5
        True
    """
    from scipy.optimize import brentq

    squared, variance, unit = _steps(estimates, variances, scale)
    if len(squared) < _FEWEST_STEPS:
        return 0.0

    kept, usual = _kept(len(squared))
    bound = usual * (1 + _BENEFIT * np.sqrt(_RELATIVE_VARIANCE / len(squared)))

    def wider(spread: float) -> float:
        return float(np.sort(squared / (variance + 2 * spread**2 * unit))[:kept].mean() - bound)

    # If figures moved by themselves as far as the widest step, no step would be wider than half its variance.
    return float(brentq(wider, 0.0, np.sqrt((squared / unit).max()))) if wider(0.0) > 0 else 0.0


def own_units(metrics: pd.Series, estimates: Array, n_eff: Array) -> Array:
    """Return the unit in which each figure moves by itself: p (1 - p) of its mean for a share, 1 for a score.

    Args:
        metrics: Metric of each figure (f,).
        estimates: Figures by period, missing where there is none; only the periods that are to be known (f, t).
        n_eff: Their effective numbers of answers (f, t).

    Returns:
        Array (f,); the least unit, 0.0001, for a share that has no period yet.

    Example:
        >>> own_units(pd.Series(["csat", "nps"]), np.array([[0.4, 0.6], [10, 20]]), np.full((2, 2), 50.0)).tolist()
        [0.25, 1.0]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.nansum(estimates * n_eff, axis=1) / np.nansum(n_eff, axis=1)
    return np.where(metrics.isin(SHARES), np.fmax(mean * (1 - mean), 1e-4), 1.0)


def _kept(n_steps: int) -> tuple[int, float]:
    """How many of the smallest steps are kept, and their mean square in standard errors where chance alone speaks."""
    from scipy.stats import chi2

    kept = n_steps - int(np.ceil(_LEFT_OUT * n_steps))
    share = kept / n_steps
    return kept, float(chi2.cdf(chi2.ppf(share, 1), 3) / share)


def _steps(estimates: Array, variances: Array, scale: Array) -> tuple[Array, Array, Array]:
    """Squared steps between neighbouring known periods of each figure, their sampling variances, scale squared."""
    figure, period = np.nonzero(np.isfinite(estimates) & (variances > 0))
    same = figure[1:] == figure[:-1]
    later, earlier = (figure[1:][same], period[1:][same]), (figure[:-1][same], period[:-1][same])
    squared = (estimates[later] - estimates[earlier]) ** 2
    return squared, variances[later] + variances[earlier], scale[later[0]] ** 2
