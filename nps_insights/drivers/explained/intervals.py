"""Intervals of parts of R2, which cannot be negative and are far from normal near zero."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def part_intervals(
    parts: Array, errors: Array, n_columns: Array, *, degrees_of_freedom: float, confidence_level: float
) -> tuple[Array, Array]:
    """Return the lower and the upper end of the interval of each part of R2, the last part being R2 itself.

    A part is a mean of squares, so its root r, not the part itself, has an error s that does not hang on its size:
    s = error / 2r, by the delta method, and the upper end is (r + t s)^2. Columns that explain nothing still add the
    square of their noise, v = s^2 / (1 - R2) each at most (the residuals that s averages over orders vary more one by
    one). The lower end is therefore (sqrt(part - c v) - t s)^2, or 0, with c such that d columns of noise alone pass
    zero as often as their chi-square does: c = chi-square quantile of d - t^2.

    Args:
        parts: Parts of R2 and, last, R2 (m + 1,), not negative.
        errors: Their standard errors (m + 1,).
        n_columns: Columns d of each (m + 1,).
        degrees_of_freedom: Of Student's t.
        confidence_level: Coverage of the intervals.

    Example:
        >>> low, high = part_intervals(np.array([0.25, 0.5]), np.array([0.02, 0.02]), np.array([1, 2]),
        ...                            degrees_of_freedom=1000, confidence_level=0.95)
        >>> low.round(3).tolist(), high.round(3).tolist()
        ([0.211, 0.46], [0.291, 0.54])
    """
    from scipy.stats import chi2, norm, t

    root = np.sqrt(parts)
    spread = np.divide(errors, 2 * root, out=np.zeros_like(root), where=root > 0)
    times = float(t.ppf(0.5 + confidence_level / 2, degrees_of_freedom))
    by_chance = chi2.isf(norm.sf(times), n_columns) - times**2
    unexplained = max(1 - float(parts[-1]), np.finfo(float).eps)
    lower_root = np.sqrt(np.maximum(parts - by_chance * spread**2 / unexplained, 0.0))
    return np.maximum(lower_root - times * spread, 0.0) ** 2, (root + times * spread) ** 2
