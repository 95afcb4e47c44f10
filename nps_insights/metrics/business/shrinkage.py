"""Many noisy figures of one kind: how far each lies from their mean once luck is taken out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nps_insights.tables import SettingsError

Array = NDArray[np.float64]
FEWEST_FIGURES = 3
_GRID = 401
_BISECTIONS = 40
_NO_MASS = 1e-8


@dataclass(frozen=True)
class Shrunken:
    """Figures shrunken towards their mean.

    Attributes:
        estimate: Posterior mean of each figure (m,).
        conf_low: Lower bound (m,).
        conf_high: Upper bound (m,).
        reliability: Share of what sets a raw figure apart that is not luck, 0..1 (m,).
        p_value: Twice the posterior probability of lying on the other side of the mean (m,).
        mean: Mean of all figures.
        spread: Standard deviation of the true figures (posterior mean).
    """

    estimate: Array
    conf_low: Array
    conf_high: Array
    reliability: Array
    p_value: Array
    mean: float
    spread: float


def shrunken(
    figures: ArrayLike, std_errors: ArrayLike, *, confidence_level: float = 0.95, largest_spread: float = 100.0
) -> Shrunken:
    """Return figures shrunken towards their mean, by as much as their spread is luck.

    Model: figure ~ N(true, std_error^2), true ~ N(mean, spread^2), flat priors on mean and spread. The posterior is
    summed over a grid of spreads (Rubin 1981; Gelman et al., Bayesian Data Analysis, ch. 5), so that the intervals
    know that the spread is not known: plugging one estimate of it in makes them too narrow where figures are few.

    Args:
        figures: Raw figures (m,), 3 or more.
        std_errors: Their standard errors (m,), above 0.
        confidence_level: Coverage of the intervals, on average over the figures.
        largest_spread: No spread beyond it is considered; a score of -100..100 has none beyond 100.

    Raises:
        SettingsError: Fewer than 3 figures, or a standard error that is not above 0.

    Example:
        >>> found = shrunken([10.0, 20.0, 30.0, 60.0], [10.0, 10.0, 10.0, 10.0])
        >>> found.estimate.round().tolist(), round(found.mean)
        ([13.0, 22.0, 30.0, 55.0], 30)
    """
    raw, errors = np.asarray(figures, dtype=float), np.asarray(std_errors, dtype=float)
    if len(raw) < FEWEST_FIGURES or not np.all(errors > 0):
        raise SettingsError(
            f"{len(raw)} figures, smallest standard error {errors.min(initial=np.inf):g}: shrinking needs at least "
            f"{FEWEST_FIGURES} figures with standard errors above 0"
        )
    # Steps grow with the square: fine near 0, where the shrinkage turns.
    steps = np.linspace(0.0, 1.0, _GRID)
    spread = largest_spread * steps**2
    total = errors**2 + spread[:, None] ** 2
    precision = (1 / total).sum(axis=1)
    mean = (raw / total).sum(axis=1) / precision
    log_posterior = -0.5 * (np.log(precision) + (np.log(total) + (raw - mean[:, None]) ** 2 / total).sum(axis=1))
    mass = np.exp(log_posterior - log_posterior.max()) * steps
    mass = mass / mass.sum()
    likely = mass > _NO_MASS
    spread, total, mean, precision = spread[likely], total[likely], mean[likely], precision[likely]
    mass = (mass[likely] / mass[likely].sum())[:, None]

    kept = spread[:, None] ** 2 / total
    own = kept * errors**2
    centre = mean[:, None] + kept * (raw - mean[:, None])
    deviation = np.sqrt(own + (1 - kept) ** 2 / precision[:, None])
    off = kept * (raw - mean[:, None]) / np.sqrt(own + kept**2 / precision[:, None])
    bounds = [_quantile(centre, deviation, mass, q) for q in (0.5 - confidence_level / 2, 0.5 + confidence_level / 2)]
    estimate = (mass * centre).sum(axis=0)
    return Shrunken(
        estimate=estimate,
        conf_low=np.minimum(bounds[0], estimate),
        conf_high=np.maximum(bounds[1], estimate),
        reliability=(mass * kept).sum(axis=0),
        p_value=_both_sides(off, mass),
        mean=float(mass[:, 0] @ mean),
        spread=float(mass[:, 0] @ spread),
    )


def _both_sides(off: Array, mass: Array) -> Array:
    from scipy.special import ndtr

    below = (mass * ndtr(-off)).sum(axis=0)
    return np.asarray(np.clip(2 * np.minimum(below, 1 - below), 0.0, 1.0))


def _quantile(centre: Array, deviation: Array, mass: Array, q: float) -> Array:
    """Quantile of a mixture of normals (grid, m), by bisection."""
    from scipy.special import ndtr

    low, high = (centre - 10 * deviation).min(axis=0), (centre + 10 * deviation).max(axis=0)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        below = (mass * ndtr((middle - centre) / deviation)).sum(axis=0) < q
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)
