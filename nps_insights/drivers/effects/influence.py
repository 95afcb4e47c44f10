"""What each account's residuals would be without it in the fit."""

import numpy as np
from numpy.typing import NDArray

from nps_insights.drivers.matrix.blocks import ROWS_AT_ONCE, in_order

# Numbers in one block of accounts of the same size: 80 MB.
_LARGEST_BLOCK = 10_000_000
_SINGULAR = 1e-8
_HALF = 0.5


def residuals_without_own_account(
    x: NDArray[np.float64], inverse: NDArray[np.float64], residuals: NDArray[np.float64], accounts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return what the residuals of each account would be had the model been fitted without that account.

    A model bends towards the accounts it was fitted on, so its own residuals are too small, most of all for a level
    that few accounts have. With these, the errors of `covariance` are CR3 (HC3 where each account answered once;
    Bell and McCaffrey 2002) times G/(G-1), which errs on the side of wide intervals where accounts are few.

    Formula: (I - X_g (X'X)^-1 X_g')^-1 e_g, or e_g + X_g (X'X - X_g'X_g)^-1 X_g' e_g, whichever matrix is smaller.

    Args:
        x: Model columns (n, k).
        inverse: (X'X)^-1 (k, k).
        residuals: Residuals (n, m).
        accounts: Account number of each row (n,).

    Example:
        >>> x = np.ones((4, 1))
        >>> residuals_without_own_account(x, np.array([[0.25]]), np.array([[3.0], [-1], [-1], [-1]]), np.arange(4))[0]
        array([4.])
    """
    adjusted = np.empty_like(residuals)
    order = np.argsort(accounts, kind="stable")
    sizes = np.bincount(accounts)
    starts = np.cumsum(sizes) - sizes
    alone = order[starts[sizes == 1]]
    blocks = [slice(start, start + ROWS_AT_ONCE) for start in range(0, len(alone), ROWS_AT_ONCE)]
    for rows, part in zip(
        blocks, in_order(lambda rows: _alone(x, inverse, residuals, alone[rows]), blocks), strict=True
    ):
        adjusted[alone[rows]] = part
    for size in np.unique(sizes[sizes > 1]):
        rows = order[starts[sizes == size][:, None] + np.arange(size)]
        for part in np.array_split(rows, max(1, rows.size * max(x.shape[1], size) // _LARGEST_BLOCK)):
            adjusted[part] = _without_own(x[part], inverse, residuals[part])
    return adjusted


def _alone(
    x: NDArray[np.float64], inverse: NDArray[np.float64], residuals: NDArray[np.float64], rows: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The formula for accounts of one row: e / (1 - leverage), or e where the row is fitted by itself alone."""
    own = x[rows]
    left = 1 - np.einsum("nk,nk->n", own @ inverse, own)
    return np.asarray(residuals[rows] / np.where(left > _SINGULAR, left, 1.0)[:, None])


def _without_own(
    x: NDArray[np.float64], inverse: NDArray[np.float64], residuals: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The formula for a block of accounts of one size: x (accounts, size, k), residuals (accounts, size, m)."""
    turned = x.transpose(0, 2, 1)
    # A level that only one account has leaves nothing to fit it on; the generalised inverse stands in there.
    if x.shape[1] <= x.shape[2]:
        leverage = x @ inverse @ turned
        kept = np.eye(x.shape[1]) - leverage
        # No eigenvalue of the leverage exceeds its trace: most accounts are far from singular and quickly solved.
        near = np.trace(leverage, axis1=1, axis2=2) > _HALF
        solved = np.linalg.solve(np.where(near[:, None, None], np.eye(x.shape[1]), kept), residuals)
        if near.any():
            solved[near] = np.linalg.pinv(kept[near], rcond=_SINGULAR, hermitian=True) @ residuals[near]
        return np.asarray(solved)
    rest = np.linalg.inv(inverse) - turned @ x
    return np.asarray(residuals + x @ (np.linalg.pinv(rest, rcond=_SINGULAR, hermitian=True) @ (turned @ residuals)))
