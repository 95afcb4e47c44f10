"""How the list moved since the last one: new, still, returned, dropped."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.tables import DataRefusedError

_LISTED = ("flagged", "holdout")


@dataclass(frozen=True, eq=False)
class EarlierLists:
    """What earlier runs decided.

    Attributes:
        was_called: account_ids flagged in the last run.
        was_on: account_ids flagged or held out in the last run: these keep their place more easily.
        ever_called: account_ids flagged in any earlier run.
        last_as_of: as_of of the last run; None without one.
    """

    was_called: frozenset[str] = frozenset()
    was_on: frozenset[str] = frozenset()
    ever_called: frozenset[str] = frozenset()
    last_as_of: pd.Timestamp | None = None


def earlier_lists(previous: Sequence[pd.DataFrame] | None, *, as_of: pd.Timestamp) -> EarlierLists:
    """Return what earlier runs decided; the last run is the one with the latest as_of.

    Args:
        previous: Tables `flags` of earlier runs.
        as_of: The moment of this run.

    Raises:
        DataRefusedError: A table is of this moment or a later one.

    Example:
        >>> flags = pd.DataFrame({"account_id": ["a"], "as_of": pd.Timestamp("2026-03-01"), "status": "flagged"})
        >>> earlier_lists([flags], as_of=pd.Timestamp("2026-03-02")).was_called
        frozenset({'a'})
    """
    rows = [table[["account_id", "as_of", "status"]] for table in previous or () if len(table)]
    if not rows:
        return EarlierLists()
    last = max(table["as_of"].max() for table in rows)
    if last >= as_of:
        raise DataRefusedError(
            f"previous: a list of {last:%Y-%m-%d %H:%M} is not earlier than as_of == {as_of:%Y-%m-%d %H:%M}; give the "
            "flags of earlier runs alone"
        )
    listed = pd.concat([table[table["status"].isin(_LISTED)] for table in rows])
    of_last = listed[listed["as_of"] == last]
    return EarlierLists(
        was_called=frozenset(of_last.loc[of_last["status"] == "flagged", "account_id"]),
        was_on=frozenset(of_last["account_id"]),
        ever_called=frozenset(listed.loc[listed["status"] == "flagged", "account_id"]),
        last_as_of=last,
    )


def changes(account_ids: pd.Series, flagged: np.ndarray, earlier: EarlierLists) -> pd.Series:
    """Return new, still, returned or dropped; missing for who is not called and was not.

    Args:
        account_ids: The accounts.
        flagged: Who is called now.
        earlier: What earlier runs decided.

    Example:
        >>> earlier = EarlierLists(frozenset("ab"), frozenset("ab"), frozenset("abc"))
        >>> changes(pd.Series(list("abcde")), np.array([True, False, True, True, False]), earlier).tolist()
        ['still', 'dropped', 'returned', 'new', nan]
    """
    was, ever = account_ids.isin(earlier.was_called), account_ids.isin(earlier.ever_called)
    found = np.select(
        [flagged & was, flagged & ever, flagged, was], ["still", "returned", "new", "dropped"], default=""
    )
    words = pd.Series(found, index=account_ids.index, dtype="str")
    return words.mask(words == "")


def turnover(change: pd.Series, earlier: EarlierLists) -> dict[str, float | None]:
    """Return how many are new, still, returned and dropped, and which share of the list was not on the last one.

    Args:
        change: Of every account that is or was on the list.
        earlier: What earlier runs decided; without a last run there is no share.

    Example:
        >>> turnover(pd.Series(["new", "still", "dropped"]), EarlierLists(last_as_of=pd.Timestamp("2026-03-01")))
        {'new': 1, 'still': 1, 'returned': 0, 'dropped': 1, 'share_changed': 0.5}
    """
    counts = change.value_counts()
    found: dict[str, float | None] = {
        name: int(counts.get(name, 0)) for name in ("new", "still", "returned", "dropped")
    }
    entered, still = int(counts.get("new", 0)) + int(counts.get("returned", 0)), int(counts.get("still", 0))
    known = earlier.last_as_of is not None and entered + still > 0
    return found | {"share_changed": entered / (entered + still) if known else None}
