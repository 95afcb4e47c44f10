"""Who is called when there is time for so many calls per date."""

import numpy as np
from numpy.typing import NDArray

from nps_insights.churn.evaluation.rows import Floats

# Most draws call none beyond this multiple of the capacity; more rows are looked at where one does.
_HEADROOM = 3


def called(risk: Floats, date: NDArray[np.int64], weights: Floats, capacity: int) -> tuple[NDArray[np.int64], Floats]:
    """Return who is called when the `capacity` riskiest of each date are: their rows, and the weight called (d, rows).

    Where equal risks do not all fit, each is called in part: what a draw of lots gives on average.

    Args:
        risk: Risks, from the highest down (n,).
        date: Code of each row's date (n,).
        weights: Weights of the rows (d, n).
        capacity: Calls per date.

    Example:
        >>> rows, weight = called(np.array([0.9, 0.5, 0.5, 0.2]), np.array([0, 0, 0, 1]), np.ones((1, 4)), 2)
        >>> rows.tolist(), weight.tolist()
        ([0, 1, 2, 3], [[1.0, 0.5, 0.5, 1.0]])
    """
    dates = np.flatnonzero(np.bincount(date))
    chosen = [_of_one_date(risk, np.flatnonzero(date == one), weights, capacity) for one in dates]
    return np.concatenate([rows for rows, _ in chosen]), np.hstack([weight for _, weight in chosen])


def _of_one_date(
    risk: Floats, rows: NDArray[np.int64], weights: Floats, capacity: int
) -> tuple[NDArray[np.int64], Floats]:
    head = _HEADROOM * capacity + 10
    while True:
        # A group of one risk is never cut.
        n = len(rows) if head >= len(rows) else int((risk[rows] >= risk[rows[head]]).sum())
        own = weights[:, rows[:n]]
        if n == len(rows) or (own.sum(axis=1) >= capacity).all():
            break
        head *= 2
    starts = np.flatnonzero(np.diff(risk[rows[:n]], prepend=np.inf) != 0)
    group = np.add.reduceat(own, starts, axis=1)
    fits = np.clip(capacity - (np.cumsum(group, axis=1) - group), 0, group)
    share = np.divide(fits, group, out=np.zeros_like(fits), where=group > 0)
    return rows[:n], own * np.repeat(share, np.diff(np.append(starts, n)), axis=1)
