"""Do the groups differ? One test per driver across all groups."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def difference_p_value(estimates: Array, covariance: Array, degrees_of_freedom: Array) -> float:
    """Return the p-value of "all groups have the same figure".

    Formula: Wald's statistic W of the figures' distances from their weighted mean, held against F with Welch's
    (1951) correction for errors that are themselves estimated: W / (K - 1) / (1 + 2 (K - 2) l / (K^2 - 1)) on K - 1
    and (K^2 - 1) / (3 l) degrees of freedom, where l = sum (1 - w_g / w)^2 / df_g and w_g = 1 / variance.

    Args:
        estimates: Figure of each of K groups (K,).
        covariance: Of their errors (K, K); off the diagonal where accounts answered in several groups.
        degrees_of_freedom: Of each group's error (K,).

    Returns:
        The p-value; missing for a single group.

    Example:
        >>> round(difference_p_value(np.array([-40.0, -10.0]), np.diag([25.0, 25.0]), np.array([50.0, 60.0])), 5)
        5e-05
    """
    from scipy.stats import f

    n_groups = len(estimates)
    if n_groups < 2:
        return float("nan")
    inverse = np.linalg.inv(covariance)
    precision = inverse.sum(axis=1)
    away = estimates - precision @ estimates / precision.sum()
    wald = float(away @ inverse @ away)
    weights = 1 / np.diag(covariance)
    lack = float(np.sum((1 - weights / weights.sum()) ** 2 / degrees_of_freedom))
    correction = 1 + 2 * (n_groups - 2) * lack / (n_groups**2 - 1)
    return float(f.sf(wald / (n_groups - 1) / correction, n_groups - 1, (n_groups**2 - 1) / (3 * lack)))
