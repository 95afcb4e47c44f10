"""Accounts drawn with replacement, the same draws for every figure, so that figures can be combined."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics import hashed

Array = NDArray[np.float64]
# Beyond this many units they are drawn in sets, as valid, and no larger.
_MOST_SETS = 2_000


class AccountDraws:
    """Bootstrap samples of accounts, or of parents where accounts belong together.

    Args:
        units: Unit of each row (n,): the parent, else the account.
        number: How many samples.
        random_state: Seed.

    Example:
        >>> draws = AccountDraws(pd.Series(["a", "b", "b"]), number=100, random_state=0)
        >>> total, drawn = draws.sums(np.ones((3, 1)))
        >>> total.tolist(), drawn.shape
        ([3.0], (100, 1))
    """

    def __init__(self, units: pd.Series, *, number: int, random_state: int) -> None:
        codes, names = pd.factorize(units, sort=True)
        # Neighbours by id may be alike: sets are drawn by a hash of it.
        if len(names) > _MOST_SETS:
            codes = np.array([hashed(str(one)) % _MOST_SETS for one in names], dtype=np.int64)[codes]
        self.n_units = len(names)
        self._sets = np.asarray(codes, dtype=np.int64)
        self._n_sets = min(len(names), _MOST_SETS)
        rng = np.random.default_rng(random_state)
        share = np.full(self._n_sets, 1 / max(self._n_sets, 1))
        self._counts: Array = rng.multinomial(self._n_sets, share, size=number).astype(float)

    def sums(self, rows: Array) -> tuple[Array, Array]:
        """Return the sums of columns over all rows (m,), and over the rows of each draw (number, m)."""
        by_set = np.column_stack([np.bincount(self._sets, column, self._n_sets) for column in rows.T])
        return rows.sum(axis=0), self._counts @ by_set


def middle(drawn: Array, confidence_level: float) -> tuple[float, float]:
    """Return the bounds of the middle share of the draws; a draw that knows nothing does not count.

    Example:
        >>> middle(np.array([1.0, 2.0, 3.0, np.nan]), 0.5)
        (1.5, 2.5)
    """
    known = drawn[np.isfinite(drawn)]
    if not len(known):
        return np.nan, np.nan
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)
