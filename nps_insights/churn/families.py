"""Accounts that belong together: those under one top parent."""

import numpy as np
import pandas as pd

from nps_insights.tables import DataRefusedError


def units(accounts: pd.DataFrame) -> np.ndarray:
    """Return the top parent of each account, itself where it has none: what folds and draws must not split.

    Args:
        accounts: Table `accounts`; `parent_id` may name an account of the table or a name of its own.

    Returns:
        Ids (n_accounts,), object.

    Raises:
        DataRefusedError: Accounts are their own parents in a circle.

    Example:
        >>> accounts = pd.DataFrame({"account_id": ["a", "b", "c"], "parent_id": ["b", "group", None]})
        >>> units(accounts).tolist()
        ['group', 'group', 'c']
    """
    own = accounts["account_id"].to_numpy(dtype=object)
    if "parent_id" not in accounts.columns or accounts["parent_id"].isna().all():
        return own
    given = accounts["parent_id"].notna().to_numpy()
    codes, names = pd.factorize(np.concatenate([own, accounts["parent_id"].to_numpy(dtype=object)[given]]))
    parent = np.arange(len(names))
    parent[codes[: len(own)][given]] = codes[len(own) :]
    top = parent
    # Each round doubles the steps taken, so that a few reach the top of any chain.
    for _ in range(len(names).bit_length() + 1):
        top = top[top]
    circle = parent[top] != top
    if circle.any():
        some = ", ".join(sorted(map(str, names[np.flatnonzero(circle)[:3]])))
        raise DataRefusedError(
            f"parent_id: {int(circle.sum()):,} accounts are their own parents in a circle (such as {some}); "
            "mend parent_id so that every chain ends."
        )
    return np.asarray(names[top[codes[: len(own)]]])
