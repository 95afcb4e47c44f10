"""Standard errors by influence: how much each response moves an estimate, summed within accounts."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray


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


def clustered_errors(
    influence: NDArray[np.float64], accounts: NDArray[np.int64], n_parameters: int
) -> NDArray[np.float64]:
    """Return the standard error of each estimate, robust and clustered by account.

    Formula: sqrt(sum over accounts of (sum of the account's influence)^2) / n, times the usual small-sample factor
    G/(G-1) (n-1)/(n-k) (CR1; with one response per account it is HC1).

    Args:
        influence: How each response moves each estimate (n, m), columns of mean zero.
        accounts: Account number of each response (n,).
        n_parameters: Parameters that were fitted, k.

    Example:
        >>> errors = clustered_errors(np.array([[1.0], [-1.0], [1.0], [-1.0]]), np.arange(4), 1)
        >>> round(float(errors[0]), 4)
        0.5774
    """
    n = len(accounts)
    n_accounts = int(accounts.max()) + 1
    sums = np.column_stack([np.bincount(accounts, weights=column) for column in influence.T])
    factor = n_accounts / max(n_accounts - 1, 1) * (n - 1) / max(n - n_parameters, 1)
    errors: NDArray[np.float64] = np.sqrt(factor * (sums**2).sum(axis=0)) / n
    return errors
