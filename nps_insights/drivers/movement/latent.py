"""What customers would answer on average, were it not for the noise of one answer: a deconvolution.

The true level T lies on a fine grid; an answer is T plus normal noise, read at the cut points between the possible
answers. The density of T is the exponential of a polynomial, fitted to how often each answer was given (g-modelling,
Efron 2016, Biometrika 103; terms beyond the normal density are held small by a ridge). The noise is as large as makes
two answers of a customer who does not move correlate as the reliability says.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nps_insights.drivers.movement.scale import AnswerScale

Array = NDArray[np.float64]
_DEGREE = 6
_RIDGE = 1.0
_POINTS_PER_LEVEL = 4
# Steps of the scale; below, noise is lost in the rounding of the answers.
_LEAST_NOISE, _MOST_NOISE = 0.1, 6.0
_ROUNDS, _TOLERANCE = 100, 1e-7


@dataclass(frozen=True)
class TrueLevels:
    """Where customers truly stand, and what they then answer.

    Attributes:
        level: Grid of true levels (m,).
        density: Share of customers at each (m,).
        answers: Probability of each answer at each true level (m, k).
        category: True category, 0..2, of each level (m,).
        noise: Standard deviation of the noise, in steps of the scale.
    """

    level: Array
    density: Array
    answers: Array
    category: NDArray[np.int64]
    noise: float


def noise_of_answers(answered: Array, scale: AnswerScale, reliability: float) -> float:
    """Return the noise (standard deviation, in steps of the scale) that the reliability stands for.

    Args:
        answered: How often each level of the scale was answered (k,).
        scale: The scale.
        reliability: Correlation of two answers of customers who do not move, above 0 and below 1. Where only
            categories are known: share of the true level in the variance of the scale under them.

    Example:
        >>> scale = AnswerScale(np.arange(11.0), np.array([6.5, 8.5]), False)
        >>> given = np.array([1.0, 1, 2, 3, 5, 8, 12, 20, 24, 14, 10])
        >>> noise_of_answers(given, scale, 0.9) < noise_of_answers(given, scale, 0.7)
        True
    """
    from scipy.optimize import brentq

    grid, shape = _grid(scale)
    start = np.zeros(shape.shape[1])

    def surplus(log_noise: float) -> float:
        nonlocal start
        noise = float(np.exp(log_noise))
        likely = _answers_at(grid, scale.levels, noise)
        start, density = _fitted_density(answered, shape, likely, start)
        if scale.categories_alone:
            spread = density @ grid**2 - (density @ grid) ** 2
            return float(spread / (spread + noise**2) - reliability)
        return _correlation(density, likely, scale.levels) - reliability

    low, high = np.log(_LEAST_NOISE), np.log(_MOST_NOISE)
    if surplus(low) <= 0:
        return _LEAST_NOISE
    return _MOST_NOISE if surplus(high) >= 0 else float(np.exp(brentq(surplus, low, high, xtol=1e-4)))


def true_levels(answered: Array, scale: AnswerScale, noise: float) -> TrueLevels:
    """Return the density of true levels behind the answers, the noise known.

    Args:
        answered: How often each level of the scale was answered (k,).
        scale: The scale.
        noise: Standard deviation, in steps of the scale, of `noise_of_answers`.

    Example:
        >>> scale = AnswerScale(np.arange(11.0), np.array([6.5, 8.5]), False)
        >>> found = true_levels(np.array([1.0, 1, 2, 3, 5, 8, 12, 20, 24, 14, 10]), scale, 0.9)
        >>> round(float(found.density.sum()), 6)
        1.0
    """
    grid, shape = _grid(scale)
    likely = _answers_at(grid, scale.levels, noise)
    density = _fitted_density(answered, shape, likely, np.zeros(shape.shape[1]))[1]
    return TrueLevels(grid, density, likely, (grid[:, None] > scale.borders).sum(axis=1), noise)


def _grid(scale: AnswerScale) -> tuple[Array, Array]:
    """True levels, beyond both ends too, and the polynomials that the log of their density is made of."""
    lowest, highest = float(scale.levels[0]), float(scale.levels[-1])
    beyond = float(np.ceil(max(0.25 * (highest - lowest), 2.0)))
    step = 1 / _POINTS_PER_LEVEL
    grid = np.arange(lowest - 0.5 - beyond + step / 2, highest + 0.5 + beyond, step)
    shape = np.polynomial.legendre.legvander(2 * (grid - grid.mean()) / (grid[-1] - grid[0]), _DEGREE)[:, 1:]
    # Three categories tell a place and a width, no shape.
    return grid, shape[:, :2] if scale.categories_alone else shape


def _answers_at(grid: Array, levels: Array, noise: float) -> Array:
    from scipy.special import ndtr

    cuts = (levels[1:] + levels[:-1]) / 2
    below = ndtr((cuts - grid[:, None]) / noise)
    return np.diff(below, axis=1, prepend=0.0, append=1.0)


def _correlation(density: Array, likely: Array, levels: Array) -> float:
    """Of two answers from one true level."""
    expected = likely @ levels
    mean = density @ expected
    both = float(density @ expected**2 - mean**2)
    return both / max(float(density @ (likely @ levels**2) - mean**2), 1e-12)


def _fitted_density(answered: Array, shape: Array, likely: Array, start: Array) -> tuple[Array, Array]:
    """Coefficients and density by Fisher scoring of the penalised likelihood, with step halving."""
    ridge = np.full(shape.shape[1], _RIDGE)
    ridge[:2] = 1e-3
    total = answered.sum()

    def at(coefficients: Array) -> tuple[Array, Array, float]:
        exponent = shape @ coefficients
        density = np.exp(exponent - exponent.max())
        density /= density.sum()
        share = np.maximum(density @ likely, 1e-300)
        value = float(answered @ np.log(share)) - 0.5 * float(ridge @ coefficients**2)
        return density, share, value

    now = start
    density, share, value = at(now)
    for _ in range(_ROUNDS):
        slopes = shape.T @ (density[:, None] * (likely - share))
        gradient = slopes @ (answered / share) - ridge * now
        direction = np.linalg.solve(slopes / share @ slopes.T * total + np.diag(ridge), gradient)
        size = 1.0
        while size > 1e-6:
            tried = at(now + size * direction)
            if tried[2] >= value:
                break
            size /= 2
        else:
            break
        gain = tried[2] - value
        now, (density, share, value) = now + size * direction, tried
        if gain < _TOLERANCE * total:
            break
    return now, density
