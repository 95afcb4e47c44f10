"""Folds and sets of accounts by a hash of the account: no other row has a say in where one belongs."""

import hashlib

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics import account_of

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


def hashes(accounts: pd.Series) -> NDArray[np.uint64]:
    """Return 64 bits per row that depend on its account alone, the same on every machine.

    Example:
        >>> one, other, again = hashes(pd.Series(["a1", "a2", "a1"]))
        >>> bool(one == again), bool(one == other)
        (True, False)
    """
    codes, unique = pd.factorize(accounts)
    bits = [hashlib.blake2b(str(one).encode("utf-8", "surrogatepass"), digest_size=8).digest() for one in unique]
    return np.array([int.from_bytes(one, "big") for one in bits], dtype=np.uint64)[codes]


def fold_of(accounts: pd.Series) -> NDArray[np.int64]:
    """Return the fold of each account, 0 to 4.

    Example:
        >>> fold_of(pd.Series(["a1", "a2", "a1"])).tolist()
        [2, 3, 2]
    """
    return (hashes(accounts) % np.uint64(FOLDS)).astype(np.int64)


def whole_accounts(accounts: pd.Series, most: int) -> NDArray[np.bool_]:
    """Mark the rows of a sample of whole accounts, drawn by their hash, with at most `most` rows.

    The account with the lowest hash enters whole, however large it is.

    Example:
        >>> whole_accounts(pd.Series(["a1", "a2", "a1"]), 2).tolist()
        [True, False, True]
    """
    if len(accounts) <= most:
        return np.ones(len(accounts), dtype=bool)
    bits = hashes(accounts)
    drawn, sizes = np.unique(bits, return_counts=True)
    n_accounts = max(int(np.searchsorted(sizes.cumsum(), most, side="right")), 1)
    return bits <= drawn[n_accounts - 1]
