"""How many of a group of accounts will leave, from the risk of each."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nps_insights.tables import SettingsError


class Leavers(NamedTuple):
    """A number of accounts and its range.

    Attributes:
        estimate: Expected number: the sum of the risks.
        low: Lower end of the range of the number itself.
        high: Upper end.
    """

    estimate: float
    low: float
    high: float


def expected_leavers(risks: ArrayLike, *, confidence_level: float = 0.95) -> Leavers:
    """Return how many accounts are expected to leave, with the range in which their number lies.

    The number of leavers is a sum of independent draws, one per account with its own chance (the Poisson binomial
    distribution; Le Cam 1960), and the range holds its central quantiles, exactly. The range is that of chance alone:
    it takes the risks at their word, and accounts as leaving apart from each other.

    Args:
        risks: Calibrated risk of each account, shape (n_accounts,), 0 to 1; their order makes no difference.
        confidence_level: Chance of the range to hold the number.

    Raises:
        SettingsError: A risk is missing or outside 0 to 1, or the level is not between 0 and 1.

    Example:
        >>> expected_leavers([0.5, 0.5, 1.0])
        Leavers(estimate=2.0, low=1.0, high=3.0)
        >>> expected_leavers([])
        Leavers(estimate=0.0, low=0.0, high=0.0)
    """
    chances = np.sort(np.asarray(risks, dtype=float))
    if not ((chances >= 0) & (chances <= 1)).all():
        raise SettingsError("risks: every risk must be given and lie between 0 and 1; leave out accounts without one")
    if not 0 < confidence_level < 1:
        raise SettingsError(f"confidence_level == {confidence_level}: must be between 0 and 1")
    up_to = np.cumsum(_chances_of_counts([np.array([1 - one, one]) for one in chances]))
    tail = (1 - confidence_level) / 2
    # Sums of chances end a rounding error below 1.
    low, high = (int(np.searchsorted(up_to, end * up_to[-1] - 1e-12)) for end in (tail, 1 - tail))
    return Leavers(float(chances.sum()), float(low), float(high))


def _chances_of_counts(parts: list[np.ndarray]) -> np.ndarray:
    """Chance of 0, 1, 2, ... leavers among all parts; neighbours are joined first, so that lengths stay alike."""
    if not parts:
        return np.ones(1)
    while len(parts) > 1:
        joined = [np.convolve(*pair) for pair in zip(parts[::2], parts[1::2], strict=False)]
        parts = [*joined, *parts[len(joined) * 2 :]]
    return parts[0]
