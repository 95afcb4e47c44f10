"""A share in each of many cells, with an interval clustered by account: who was asked, who answered, who spoke."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nps_insights.metrics.few_accounts import share_of_accounts
from nps_insights.metrics.figures.cells import cell_moments

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CellShares:
    """Shares of c cells.

    Attributes:
        estimate: Share (c,), 0..1; missing where the cell is empty.
        conf_low: Lower bound (c,).
        conf_high: Upper bound (c,).
        n: Rows (c,).
        n_eff: Effective number of rows (c,).
        degrees: Degrees of freedom of `n_eff` (c,); infinite where no account repeats.
    """

    estimate: Array
    conf_low: Array
    conf_high: Array
    n: NDArray[np.int64]
    n_eff: Array
    degrees: Array


def cell_shares(
    cell: ArrayLike, n_cells: int, holds: ArrayLike, account: ArrayLike | None, *, confidence_level: float = 0.95
) -> CellShares:
    """Return the share of rows for which something holds, in each cell.

    The rows of one account are alike: the interval is Wilson's of the effective number of rows, by Student's t of the
    effective number of accounts less one (`cell_moments`, as for the metrics).

    Args:
        cell: Cell of each row (n,), 0 to `n_cells` - 1.
        n_cells: Number of cells c.
        holds: Whether it holds (n,).
        account: Number of each row's account (n,), 0 or more; None where every row stands alone.
        confidence_level: Coverage wanted.

    Example:
        >>> found = cell_shares([0] * 4, 1, [True, True, False, False], [0, 0, 1, 1])
        >>> found.estimate.tolist(), found.n_eff.tolist()
        ([0.5], [1.0])
    """
    found = cell_moments(
        np.asarray(cell, dtype=np.int64),
        n_cells,
        np.asarray(holds, dtype=bool).astype(np.int8),
        account=None if account is None else np.asarray(account, dtype=np.int32),
    )
    figures = share_of_accounts(found.mean, found.n_eff, found.freedom, confidence_level=confidence_level)
    return CellShares(*figures, found.n, found.n_eff, found.freedom)
