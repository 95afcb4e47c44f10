"""Standard errors by influence: how much each response moves an estimate, summed within accounts."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# Numbers in one block of accounts of the same size: 80 MB.
_LARGEST_BLOCK = 10_000_000


def account_codes(matrix: pd.DataFrame) -> NDArray[np.int64]:
    """Return a number per row that is the same for rows of one account; rows without account stand alone.

    Example:
        >>> account_codes(pd.DataFrame({"account_id": ["a", "b", "a", None]})).tolist()
        [0, 1, 0, 2]
    """
    own = pd.Series([f"\0{row}" for row in range(len(matrix))], index=matrix.index)
    accounts = matrix["account_id"].fillna(own) if "account_id" in matrix.columns else own
    codes, _ = pd.factorize(accounts)
    return np.asarray(codes, dtype=np.int64)


def clustered_errors(influence: NDArray[np.float64], accounts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the standard error of each estimate, robust and clustered by account.

    Formula: sqrt(G/(G-1) sum over accounts of (sum of the account's influence)^2) / n.

    Args:
        influence: How each response moves each estimate, times n (n, m).
        accounts: Account number of each response (n,).

    Example:
        >>> errors = clustered_errors(np.array([[1.0], [-1.0], [1.0], [-1.0]]), np.arange(4))
        >>> round(float(errors[0]), 4)
        0.5774
    """
    n, n_accounts = len(accounts), int(accounts.max()) + 1
    sums = np.column_stack([np.bincount(accounts, weights=column) for column in influence.T])
    errors: NDArray[np.float64] = np.sqrt(n_accounts / max(n_accounts - 1, 1) * (sums**2).sum(axis=0)) / n
    return errors


def residuals_without_own_account(
    x: NDArray[np.float64], inverse: NDArray[np.float64], residuals: NDArray[np.float64], accounts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return what the residuals of each account would be had the model been fitted without that account.

    A model bends towards the accounts it was fitted on, so its own residuals are too small, most of all for a level
    that few accounts have. With these, `clustered_errors` is the jackknife over accounts (CR3; HC3 where each account
    answered once; Bell and McCaffrey 2002). Formula: (I - X_g (X'X)^-1 X_g')^-1 e_g.

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
    for size in np.unique(sizes):
        rows = order[starts[sizes == size][:, None] + np.arange(size)]
        for part in np.array_split(rows, max(1, rows.size * x.shape[1] // _LARGEST_BLOCK)):
            own = x[part]
            kept = np.eye(size) - own @ inverse @ own.transpose(0, 2, 1)
            # A level that only one account has leaves nothing to fit it on; its generalised inverse is used.
            adjusted[part] = np.linalg.pinv(kept, rcond=1e-8, hermitian=True) @ residuals[part]
    return adjusted
