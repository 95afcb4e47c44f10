"""Are the answers of both periods composed alike: which values a column has, and whether their shares moved."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics.estimates import group_names
from nps_insights.metrics.mix import NOT_KNOWN

OTHERS = "(others)"
_MOST_LEVELS = 12
_FEWEST = 20
_BANDS = 4


@dataclass(frozen=True)
class Levels:
    """The values of a column, as numbers.

    Attributes:
        codes: Number of each row's value (n,).
        names: The values as text, sorted.
    """

    codes: NDArray[np.int64]
    names: list[str]

    @classmethod
    def of(cls, values: pd.Series) -> "Levels":
        """Number the values of a column as they stand.

        Example:
            >>> Levels.of(pd.Series(["web", "app", "web"])).codes.tolist()
            [1, 0, 1]
        """
        codes, names = pd.factorize(values, sort=True)
        return cls(codes, [str(name) for name in names])

    def counts(self, rows: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return how many of some rows have each value.

        Example:
            >>> Levels.of(pd.Series(["web", "app", "web"])).counts(np.array([True, False, True])).tolist()
            [0, 2]
        """
        return np.bincount(self.codes[rows], minlength=len(self.names))


def levels_of(values: pd.Series) -> Levels:
    """Return the values of a column as they are compared: many numbers in four bands, rare values together.

    Args:
        values: A column of both periods together (n,).

    Returns:
        At most 12 values; missing ones are "(not known)", values of fewer than 20 rows and those beyond the eleven
        most frequent are "(others)".

    Example:
        >>> levels_of(pd.Series(["web"] * 30 + ["app"] * 30 + ["fax"])).names
        ['(others)', 'app', 'web']
    """
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        values = values.astype("float64")
        if values.nunique() > _MOST_LEVELS:
            return _bands(values)
    # Values that no number stands for are read as written.
    written = Levels.of(group_names(values).fillna(NOT_KNOWN))
    counts = np.bincount(written.codes, minlength=len(written.names))
    frequent = np.argsort(-counts, kind="stable")[: int((counts >= _FEWEST).sum())]
    kept = frequent if len(frequent) <= _MOST_LEVELS else frequent[: _MOST_LEVELS - 1]
    if len(kept) == len(written.names):
        return written
    renamed = [name if code in set(kept.tolist()) else OTHERS for code, name in enumerate(written.names)]
    own, names = pd.factorize(np.array(renamed, dtype=object), sort=True)
    return Levels(own[written.codes], [str(name) for name in names])


def _bands(values: pd.Series) -> Levels:
    cuts = np.unique(values.quantile(np.arange(1, _BANDS) / _BANDS).to_numpy())
    names = [f"up to {cuts[0]:g}", *[f"{low:g} to {high:g}" for low, high in pairwise(cuts)]]
    names.append(f"over {cuts[-1]:g}")
    band = np.searchsorted(cuts, values.to_numpy(), side="left")
    return Levels.of(pd.Series(np.where(values.isna(), len(names), band)).map(dict(enumerate([*names, NOT_KNOWN]))))


def shift_p_value(levels: Levels, is_after: NDArray[np.bool_], accounts: NDArray[np.int64]) -> float:
    """Return the p-value of Pearson's test that the shares of the values are the same in both periods.

    Corrected to first order for answers of one account being alike (Rao and Scott 1984): the statistic is divided by
    the mean design effect, never less than 1, and referred to F with k-1 and (k-1)(G-1) degrees of freedom.

    Args:
        levels: Value of each row (n,).
        is_after: Whether each row is of the later period (n,).
        accounts: Number of each row's account (n,), 0 to G-1.

    Example:
        >>> is_after = np.repeat([False, True], 100)
        >>> moved = np.where(np.arange(200) % 100 < np.where(is_after, 80, 20), "sms", "email")
        >>> shift_p_value(Levels.of(pd.Series(moved)), is_after, np.arange(200)) < 0.001
        True
    """
    from scipy.stats import f

    codes = levels.codes
    # A value that no row has, such as "answered" where nobody did, has no share that could shift.
    present = np.unique(codes)
    if len(present) < 2:
        return 1.0
    n = np.array([(~is_after).sum(), is_after.sum()], dtype=float)
    counts = np.stack([levels.counts(side)[present] for side in (~is_after, is_after)])
    pooled = counts.sum(axis=0) / n.sum()
    expected = n[:, None] * pooled
    statistic = ((counts - expected) ** 2 / expected).sum()
    weight = np.where(is_after, 1 / n[1], -1 / n[0])
    n_accounts = int(accounts.max()) + 1
    clustered = np.zeros(len(present))
    if n_accounts < len(codes):
        total = np.bincount(accounts, weights=weight, minlength=n_accounts)
        for place, level in enumerate(present):
            own = np.bincount(accounts, weights=weight * (codes == level), minlength=n_accounts)
            clustered[place] = ((own - pooled[place] * total) ** 2).sum() * n_accounts / (n_accounts - 1)
    effect = max(1.0, float((clustered / pooled).sum() / (1 / n).sum() / (len(present) - 1)))
    degrees = len(present) - 1
    return float(f.sf(statistic / effect / degrees, degrees, degrees * max(n_accounts - 1, 1)))


def described(levels: Levels, is_after: NDArray[np.bool_]) -> tuple[str, str]:
    """Return the shares of the values in words, of each period; those that moved most first, four at most.

    Example:
        >>> described(Levels.of(pd.Series(["sms", "email", "email", "email"])), np.array([False, False, True, True]))
        ('email 50 %, sms 50 %', 'email 100 %, sms 0 %')
    """
    shares = np.stack([levels.counts(side) / max(side.sum(), 1) for side in (~is_after, is_after)])
    shown = np.sort(np.argsort(-np.abs(shares[1] - shares[0]), kind="stable")[:4])
    before, after = (", ".join(f"{levels.names[at]} {100 * side[at]:.0f} %" for at in shown) for side in shares)
    return before, after
