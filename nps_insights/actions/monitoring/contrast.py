"""A contrast of cells of answers, clustered by account: did one group move otherwise than all others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nps_insights.metrics.few_accounts import account_degrees, kept_shares, two_sided_p

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Contrast:
    """A contrast, in the unit of the answers.

    Attributes:
        estimate: The contrast.
        p_value: Against zero; 1 where nothing can be told.
    """

    estimate: float
    p_value: float


def moved_otherwise(
    y: Array, is_member: NDArray[np.bool_], is_after: NDArray[np.bool_], accounts: NDArray[np.int64]
) -> Contrast:
    """Return how much more the mean of a group changed than that of all others.

    Formula: (mean after - before of the members) - (that of the others), its variance clustered by account (CR2),
    against Student's t of the accounts that the members give (`account_degrees`).

    Args:
        y: Answers of both sides (n,).
        is_member: Whose are the group's (n,).
        is_after: Which are of the later side (n,).
        accounts: Account number of each (n,).

    Example:
        >>> y = np.array([1.0, 1, -1, -1] * 20)
        >>> after = np.arange(80) >= 40
        >>> moved_otherwise(y, np.arange(80) % 2 == 0, after, np.arange(80)).p_value
        1.0
    """
    n_accounts = int(accounts.max()) + 1 if len(accounts) else 0
    total, estimate, shares = np.zeros(n_accounts), 0.0, []
    for member in (True, False):
        for after in (False, True):
            inside = (is_member == member) & (is_after == after)
            n = int(inside.sum())
            if n < 2:
                return Contrast(0.0, 1.0)
            sign = 1.0 if member == after else -1.0
            mean = float(y[inside].mean())
            share = np.bincount(accounts[inside], minlength=n_accounts) / n
            own = np.bincount(accounts[inside], (y[inside] - mean) / n, minlength=n_accounts)
            estimate += sign * mean
            total += sign * own / np.sqrt(kept_shares(share))
            shares += [share] if member else []
    error = float(np.sqrt((total**2).sum()))
    if error <= 1e-12 or abs(estimate) <= 1e-12:
        return Contrast(estimate, 1.0 if abs(estimate) <= 1e-12 else 0.0)
    repeats = n_accounts < len(y)
    degrees = account_degrees(shares[0], shares[1]) if repeats else np.inf
    return Contrast(estimate, float(two_sided_p(estimate / error, degrees)))
