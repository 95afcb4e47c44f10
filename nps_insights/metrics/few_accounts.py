"""What few accounts of unequal size tell less: Student's quantile, degrees of freedom, and what an account pulled.

A figure whose spread was learned from G accounts is known less well than the normal quantile says. Everywhere in the
product the rule is the same: degrees of freedom are Kish's effective number of accounts, (sum of m)^2 / (sum of m^2)
with m their numbers of answers, less one; two sides together by Welch.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nps_insights.metrics.intervals import Figure, critical_value, share_interval

Array = NDArray[np.float64]
# What an account alone on its side has kept of its part: nothing, up to rounding.
_NOTHING = 1e-12


def student_quantile(degrees: ArrayLike, *, confidence_level: float = 0.95) -> Array:
    """Return Student's two-sided quantile; the normal one where the degrees are infinite or missing.

    One degree at least: one account may outweigh all others together.

    Example:
        >>> student_quantile([np.inf, 9.0]).round(2).tolist()
        [1.96, 2.26]
    """
    from scipy.special import stdtrit

    free = np.asarray(degrees, dtype=float)
    plain = ~np.isfinite(free)
    found = stdtrit(np.where(plain, 1.0, np.maximum(free, 1.0)), 0.5 + confidence_level / 2)
    return np.where(plain, critical_value(confidence_level), found)


def student_narrowing(degrees: ArrayLike, *, confidence_level: float = 0.95) -> Array:
    """Return (normal quantile / Student's)^2: of how many answers the normal interval is as wide as Student's of all.

    Example:
        >>> student_narrowing([np.inf, 9.0]).round(2).tolist()
        [1.0, 0.75]
    """
    ratio = critical_value(confidence_level) / student_quantile(degrees, confidence_level=confidence_level)
    return np.asarray(ratio**2)


def two_sided_p(z: ArrayLike, degrees: ArrayLike) -> Array:
    """Return the p-value of estimate / standard error against Student's t; normal where the degrees are infinite.

    Example:
        >>> two_sided_p([2.0, 2.0], [np.inf, 9.0]).round(3).tolist()
        [0.046, 0.077]
    """
    from scipy.special import ndtr, stdtr

    distance, free = -np.abs(np.asarray(z, dtype=float)), np.asarray(degrees, dtype=float)
    plain = ~np.isfinite(free)
    return np.where(plain, 2 * ndtr(distance), 2 * stdtr(np.where(plain, 1.0, np.maximum(free, 1.0)), distance))


def share_of_accounts(share: ArrayLike, n_eff: ArrayLike, degrees: ArrayLike, *, confidence_level: float) -> Figure:
    """Return share, low and high (0..1) by Wilson's interval of `n_eff` answers, whose number was itself learned.

    Args:
        share: Shares (c,).
        n_eff: Effective numbers of answers (c,).
        degrees: Of each `n_eff` (c,), infinite where every answer stands alone.
        confidence_level: Coverage wanted.

    Example:
        >>> plain, learned = (share_of_accounts(0.5, 50, free, confidence_level=0.95)[1] for free in (np.inf, 9.0))
        >>> bool(learned < plain)
        True
    """
    shares = np.asarray(share, dtype=float)
    size = np.asarray(n_eff, dtype=float) * student_narrowing(degrees, confidence_level=confidence_level)
    _, low, high = share_interval(shares * size, size, confidence_level=confidence_level)
    return shares, np.minimum(low, shares), np.maximum(high, shares)


def kept_shares(shares: Array) -> Array:
    """Return what is left of each account's variance, of which it took a part by pulling its side's mean its way.

    CR2 (Bell and McCaffrey 2002): the account of share a has kept 1 - 2a + (sum of a^2) of it. One that is alone on its
    side has kept nothing, and its part is zero: it gets 1.

    Args:
        shares: Each account's share of the answers of one side (a,), 0 for those that are not on it.

    Example:
        >>> kept_shares(np.array([0.5, 0.5])).tolist()
        [0.5, 0.5]
    """
    kept = 1 - 2 * shares + (shares**2).sum()
    return np.where(kept > _NOTHING, kept, 1.0)


def account_degrees(before: Array, after: Array) -> float:
    """Return Welch's degrees of freedom of a difference, from the accounts' shares of the answers of each side.

    The sum of the squared shares is both the variance of a side and one over its effective number of accounts. Accounts
    on both sides make the two variances vary together: with the same accounts on both, G - 1 degrees are left.

    Args:
        before: Each account's share of the answers before (a,), 0 where it has none.
        after: The same accounts' shares after (a,).

    Example:
        >>> round(account_degrees(np.full(20, 0.05), np.full(20, 0.05)), 6)
        19.0
    """
    shares = (np.asarray(before, dtype=float), np.asarray(after, dtype=float))
    squared = [float((one**2).sum()) for one in shares]
    most = [max(1 / one - 1, 1.0) for one in squared]
    together = float((shares[0] * shares[1]).sum()) ** 2 / np.sqrt(most[0] * most[1])
    uncertain = sum(one**2 / degrees for one, degrees in zip(squared, most, strict=True)) + 2 * together
    return float(sum(squared) ** 2 / uncertain)
