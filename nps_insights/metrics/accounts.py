"""Who answered: the account of each response, and folds that keep an account together."""

import hashlib
from collections.abc import Iterable

import numpy as np
import pandas as pd


def account_of(responses: pd.DataFrame) -> pd.Series:
    """Return the account of each response, by response_id; one of its own where none is known.

    Example:
        >>> account_of(pd.DataFrame({"response_id": ["r1", "r2"], "account_id": ["a", None]}))["r1"]
        'a'
    """
    ids = pd.Index(responses["response_id"], name="response_id")
    # No account of a file is called so: a NUL is no text.
    own = pd.Series(["\0" + one for one in ids], index=ids, dtype="str")
    if "account_id" not in responses.columns:
        return own
    return pd.Series(responses["account_id"].to_numpy(), index=ids).fillna(own)


def account_codes(rows: pd.DataFrame) -> np.ndarray:
    """Return a number per row that is the same for rows of one account; rows without account stand alone.

    Where all rows are of one account it tells nothing of how accounts differ, and every row stands alone.

    Example:
        >>> account_codes(pd.DataFrame({"account_id": ["a", "b", "a", None]})).tolist()
        [0, 1, 0, 2]
    """
    if "account_id" not in rows.columns:
        return np.arange(len(rows))
    own = pd.Series([f"\0{row}" for row in range(len(rows))], index=rows.index)
    codes, names = pd.factorize(rows["account_id"].fillna(own))
    return np.arange(len(rows)) if len(names) == 1 else np.asarray(codes, dtype=np.int64)


def has_left(accounts: pd.DataFrame, as_of: pd.Timestamp | None) -> pd.Series:
    """Return which accounts had left at `as_of`, in the order of the rows.

    A date of leaving says more than a flag without one: whoever left later was still there. A flag is of the day of
    its snapshot, where that is known, and says nothing of the time before it.

    Args:
        accounts: Table `accounts`, of which ended_at, churned and snapshot_at are read where there are.
        as_of: Moment of knowing; None for all time: whoever has an end has left.

    Example:
        >>> accounts = pd.DataFrame({"account_id": ["a", "b", "c"], "churned": [True, True, False]})
        >>> accounts["ended_at"] = pd.to_datetime(["2026-09-01", None, "2026-01-01"])
        >>> has_left(accounts, pd.Timestamp("2026-06-30")).tolist()
        [False, True, True]
    """
    ended = accounts["ended_at"] if "ended_at" in accounts.columns else pd.Series(pd.NaT, index=accounts.index)
    gone = ended.notna() if as_of is None else ended <= as_of
    if "churned" not in accounts.columns:
        return gone
    flagged = accounts["churned"].astype("boolean").fillna(False).astype(bool) & ended.isna()
    if as_of is not None and "snapshot_at" in accounts.columns:
        flagged &= ~(accounts["snapshot_at"] > as_of)
    return gone | flagged


def fold_of(accounts: Iterable[str], *, folds: int = 5) -> np.ndarray:
    """Return the fold of each account, 0 to `folds` - 1: a hash of its id, so that no other row has a say in it.

    Example:
        >>> fold_of(["a1", "a2", "a1"]).tolist()
        [2, 3, 2]
    """
    codes, unique = pd.factorize(pd.Series(accounts, dtype="str"))
    numbers = np.array([hashed(one) % folds for one in unique], dtype=np.int64)
    return np.asarray(numbers[codes])


def hashed(text: str) -> int:
    """Return 64 bits that depend on `text` alone, the same on every machine.

    Example:
        >>> hashed("a1") == hashed("a1"), hashed("a1") == hashed("a2")
        (True, False)
    """
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
