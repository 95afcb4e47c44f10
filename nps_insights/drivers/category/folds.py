"""Whose answers belong together, and samples of whole accounts by a hash: no other row has a say in them."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics import account_of, hashed

FOLDS = 5


def accounts_of(rows: pd.DataFrame) -> pd.Series:
    """Return the account of each response, by response_id; a response without one stands alone.

    Where all responses come from one account, each stands alone: one account is no account.

    Args:
        rows: response_id, and account_id where known.

    Example:
        >>> accounts_of(pd.DataFrame({"response_id": ["r1", "r2"], "account_id": ["a", "b"]})).tolist()
        ['a', 'b']
    """
    accounts = account_of(rows)
    return accounts if len(accounts.unique()) > 1 else account_of(rows[["response_id"]])


def whole_accounts(accounts: pd.Series, most: int) -> NDArray[np.bool_]:
    """Mark the rows of a sample of whole accounts, drawn by their hash, with at most `most` rows.

    The account with the lowest hash enters whole, however large it is.

    Example:
        >>> whole_accounts(pd.Series(["a1", "a2", "a1"]), 2).tolist()
        [True, False, True]
    """
    if len(accounts) <= most:
        return np.ones(len(accounts), dtype=bool)
    codes, unique = pd.factorize(accounts)
    bits = np.array([hashed(str(one)) for one in unique], dtype=np.uint64)[codes]
    drawn, sizes = np.unique(bits, return_counts=True)
    n_accounts = max(int(np.searchsorted(sizes.cumsum(), most, side="right")), 1)
    return bits <= drawn[n_accounts - 1]
