"""The figure that the trade reports: NPS less the NPS of those who do not mention the theme.

It is shown beside the adjusted effect for readers who know it, never instead: it blames a harmless theme for the bad
one that it is mentioned with, and counts what two themes share twice.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.matrix.blocks import account_blocks, in_order, summed_within

Array = NDArray[np.float64]


def leave_out_effects(mentioned: Array, y: Array, accounts: NDArray[np.int64]) -> tuple[Array, Array]:
    """Return NPS - NPS(without the responses that mention the driver), on promoters and detractors.

    Formula: p_t (mean of those who mention - mean of those who do not), with influence
    (y - mean) - 1[not mentioned] (y - mean of those who do not) / P(not mentioned).

    Args:
        mentioned: Whether each response mentions each driver, 0 or 1 (n, m); no driver is mentioned by all.
        y: Promoter and detractor indicator (n, 2).
        accounts: Account number of each row (n,), ascending.

    Returns:
        The figures (m, 2), shares of responses; and their variances: of the promoter side, of the detractor side, and
        their covariance (m, 3), robust and clustered by account.

    Example:
        >>> mentioned = np.array([[0.0], [0.0], [1.0], [1.0]])
        >>> y = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
        >>> leave_out_effects(mentioned, y, np.arange(4))[0].tolist()
        [[-0.5, 0.25]]
    """
    n = len(y)
    mean = y.mean(axis=0)
    silent = n - mentioned.sum(axis=0)
    without = (y.sum(axis=0) - mentioned.T @ y) / silent[:, None]

    def of_side(rows: slice, apart: Array, side: int) -> Array:
        own = y[rows, side, None]
        return summed_within((own - mean[side]) - apart * (own - without[:, side]), accounts[rows])

    def of_block(rows: slice) -> Array:
        apart = (1 - mentioned[rows]) * (n / silent)
        sides = [of_side(rows, apart, side) for side in range(2)]
        pairs = ((0, 0), (1, 1), (0, 1))
        return np.column_stack([np.einsum("gm,gm->m", sides[a], sides[b]) for a, b in pairs])

    squares = np.zeros((mentioned.shape[1], 3))
    for part in in_order(of_block, account_blocks(accounts)):
        squares += part
    n_accounts = int(accounts[-1]) + 1
    return mean - without, squares * n_accounts / max(n_accounts - 1, 1) / n**2


def comparable(columns: pd.DataFrame) -> list[bool]:
    """Return which drivers somebody does not mention: for the others there is nobody to compare with.

    Example:
        >>> comparable(pd.DataFrame({"code/Price": [0.0, 1.0], "code/Staff": [1.0, 1.0]}))
        [True, False]
    """
    return [bool((columns[name].to_numpy() == 0).any()) for name in columns.columns]
