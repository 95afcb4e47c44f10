"""How far figures move from period to period by themselves, beyond what drawing other answers explains."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# A step that chance exceeds once in 100 is taken for a real change and counts as no more than this (squared, in
# standard errors); what is left has this mean.
_CAP, _MEAN = 6.6349, 0.9819
_FEWEST_STEPS = 8
# Steps must be wider than chance makes them in about one of ten families before their spread is believed.
_CLEAR = 1.3
_DOUBLINGS, _BISECTIONS = 40, 40


def own_movement(estimates: Array, variances: Array, scale: Array) -> float:
    """Return the standard deviation, in units of `scale`, by which figures of one kind move from period to period.

    Weather, holidays and mailings move every figure a little. Whoever judges a period by its answers alone calls that
    a change. The spread is the one at which the mean of (step between neighbouring periods)^2 / (its variance) is
    what chance gives. Steps are capped, so that a few real changes among many do not hide the next one.

    Args:
        estimates: Figures by period, missing where there is none (f, t).
        variances: Their sampling variances (f, t).
        scale: In what unit each figure moves, p (1 - p) for a share, 1 for points (f,).

    Returns:
        The spread; 0 where chance explains the steps well enough (it makes them wider in one family of ten) or
        there are fewer than 8.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> levels = 5 + rng.normal(0, 3.0, (50, 12))
        >>> seen = levels + rng.normal(0, 2.0, levels.shape)
        >>> 2.5 < own_movement(seen, np.full(seen.shape, 4.0), np.ones(50)) < 3.5
        True
    """
    squared, variance, unit = _steps(estimates, variances, scale)
    if len(squared) < _FEWEST_STEPS:
        return 0.0

    def is_wider(spread: float, than: float = 1.0) -> bool:
        return bool(np.minimum(squared / (variance + 2 * spread**2 * unit), _CAP).mean() / _MEAN > than)

    # Neighbouring steps share a period: the variance of a mean of m squares is 3 / m, not 2 / m.
    if not is_wider(0.0, than=1 + _CLEAR * np.sqrt(3 / len(squared))):
        return 0.0
    high = float(np.sqrt(np.median(variance / unit)))
    for _ in range(_DOUBLINGS):
        if not is_wider(high):
            break
        high *= 2
    low = 0.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_wider(middle) else (low, middle)
    return high


def _steps(estimates: Array, variances: Array, scale: Array) -> tuple[Array, Array, Array]:
    """Squared steps between neighbouring known periods of each figure, their sampling variances, scale squared."""
    figure, period = np.nonzero(np.isfinite(estimates) & (variances > 0))
    same = figure[1:] == figure[:-1]
    later, earlier = (figure[1:][same], period[1:][same]), (figure[:-1][same], period[:-1][same])
    squared = (estimates[later] - estimates[earlier]) ** 2
    return squared, variances[later] + variances[earlier], scale[later[0]] ** 2
