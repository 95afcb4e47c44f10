"""What a survey of this size can see: the smallest change, and the answers needed to tell a figure from its target.

Formulas: a difference d of two groups needs n = (s1^2 + s2^2)(z_a + z_b)^2 / d^2 - 3 answers each, s the spread of one
answer, z_a of the confidence level and z_b of the power; the 3 are those the adjusted Wald test adds (Rocks 2016).
A figure against a fixed number: one of the two variances is zero.
"""

import math

from nps_insights.metrics import critical_value

POWER = 0.80
# Beyond this no survey is meant: the figure is at the target, and no number of answers tells them apart.
_MOST_ANSWERS = 1_000_000


def detectable_change(
    spread: float, n_before: float, n_after: float, *, power: float = POWER, confidence_level: float = 0.95
) -> float:
    """Return the smallest change between two periods that would be seen with the power given.

    Args:
        spread: Standard deviation of one answer, in the unit of the metric.
        n_before: Effective number of answers before; infinite where the figure before is taken as known.
        n_after: Effective number of answers after.
        power: Chance of seeing the change.
        confidence_level: Of the two-sided test.

    Returns:
        The change, in the unit of `spread`.

    Example:
        >>> round(detectable_change(78.1, 3828, 3828), 1)
        5.0
    """
    return _distances(power, confidence_level) * spread * math.sqrt(1 / (n_before + 3) + 1 / (n_after + 3))


def answers_needed(
    spread: float, distance: float, n: float, *, power: float = POWER, confidence_level: float = 0.95
) -> float:
    """Return how many more answers tell a figure from a fixed number at this distance, with the power given.

    Args:
        spread: Standard deviation of one answer, in the unit of the metric.
        distance: Between the figure and the number.
        n: Effective answers that are there.
        power: Chance of telling them apart.
        confidence_level: Of the two-sided test.

    Returns:
        A whole number of effective answers, 0 where there are enough; NaN where over a million would be needed.

    Example:
        >>> answers_needed(78.1, 10, 200)
        276.0
    """
    if distance == 0:
        return math.nan
    wanted = (_distances(power, confidence_level) * spread / distance) ** 2 - 3
    return math.nan if wanted > _MOST_ANSWERS else max(0.0, float(math.ceil(wanted - n)))


def _distances(power: float, confidence_level: float) -> float:
    from scipy.special import ndtri

    return critical_value(confidence_level) + float(ndtri(power))
