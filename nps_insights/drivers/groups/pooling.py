"""Partial pooling: each group's figure is drawn towards all groups, as far as chance explains the differences.

Model: b ~ N(theta, V), theta_g ~ N(mu, tau^2). How much truly differs, tau, is poorly known from a handful of groups,
so no single value is plugged in: figures are averaged over tau, weighed by the restricted likelihood of the estimates
and, beforehand, by a half-Cauchy distribution (Gelman 2006). Its scale is `WIDTH` times the typical error of a group's
figure, so that what differs clearly is left nearly alone (`benchmarks/drivers_groups.py` measures how well intervals
cover). Intervals hold what is not known of tau and of mu.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
WIDTH = 3.0
_STEPS = 64


@dataclass(frozen=True)
class Pooled:
    """Figures of K groups after pooling.

    Attributes:
        estimate: Pooled figure of each group (K,).
        std_error: Its standard error (K,).
        weights: What each group's own figure (columns) adds to each pooled one (rows); rows sum to one (K, K).
    """

    estimate: Array
    std_error: Array
    weights: Array


def partially_pooled(estimates: Array, covariance: Array) -> Pooled:
    """Draw the figures of groups towards each other.

    Args:
        estimates: Figure of each group (K,).
        covariance: Of their errors (K, K), with a positive diagonal.

    Example:
        >>> pooled = partially_pooled(np.array([-40.0, -20.0, -22.0]), np.diag([100.0, 25.0, 25.0]))
        >>> pooled.estimate.round(0).tolist()
        [-30.0, -22.0, -23.0]
    """
    n_groups = len(estimates)
    if n_groups == 1:
        return Pooled(estimates, np.sqrt(np.diag(covariance)), np.ones((1, 1)))
    typical = np.sqrt(n_groups / np.sum(1 / np.diag(covariance)))
    # Equally likely values of a half-Cauchy tau: the tangents of equally likely angles.
    tau2 = (WIDTH * typical * np.tan(np.pi / 2 * (np.arange(_STEPS) + 0.5) / _STEPS)) ** 2
    one = np.ones(n_groups)
    inverse = np.linalg.inv(covariance + tau2[:, None, None] * np.eye(n_groups))
    precision = inverse @ one
    total = precision.sum(axis=1)
    mean = precision @ estimates / total
    away = estimates - mean[:, None]
    fit = np.einsum("sg,sgh,sh->s", away, inverse, away)
    log_likelihood = 0.5 * (np.linalg.slogdet(inverse)[1] - np.log(total) - fit)
    likely = np.exp(log_likelihood - log_likelihood.max())
    likely /= likely.sum()

    # V (V + tau^2)^-1: how far each group is drawn to the mean; and with it what is left unknown.
    drawn = covariance @ inverse
    towards_mean = np.einsum("sg,sh->sgh", drawn @ one, precision / total[:, None])
    weights = np.eye(n_groups) - drawn + towards_mean
    figures = weights @ estimates
    left = np.diag(covariance) - np.einsum("sgh,hg->sg", drawn, covariance) + (drawn @ one) ** 2 / total[:, None]
    estimate = likely @ figures
    variance = likely @ (left + (figures - estimate) ** 2)
    return Pooled(estimate, np.sqrt(variance), np.einsum("s,sgh->gh", likely, weights))
