"""The lists of actions as people work through them: in order, under headings in words."""

import pandas as pd

_ORDER = {"call": 0, "convert": 1, "refer": 2}


def work_list(actions: pd.DataFrame) -> pd.DataFrame:
    """Return table `actions` list by list, by rank, who is left alone last; with headings that the door reads back.

    `nps-insights actions --outcomes` takes the file with "Contacted at" and "Closed at" filled in.

    Example:
        >>> actions = pd.DataFrame({"action": ["refer", "call", "call"], "account_id": ["c", "b", "a"],
        ...                         "rank": [1, 2, 1], "suppressed_because": ""})
        >>> work_list(actions)[["Action", "Account id"]].values.tolist()
        [['call', 'a'], ['call', 'b'], ['refer', 'c']]
    """
    rows = actions.assign(_list=actions["action"].map(_ORDER), _last=actions["rank"].isna())
    ordered = rows.sort_values(["_list", "_last", "rank", "account_id"], ignore_index=True)
    return ordered[actions.columns].rename(columns=heading)


def heading(name: str) -> str:
    """Return a column's name in words.

    Example:
        >>> heading("contacted_at")
        'Contacted at'
    """
    return name.replace("_", " ").capitalize()
