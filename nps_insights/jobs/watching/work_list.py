"""The lists of actions as people work through them: in order, under headings in words."""

import pandas as pd

from nps_insights.report.rows.action_rows import in_order_of_work


def work_list(actions: pd.DataFrame) -> pd.DataFrame:
    """Return table `actions` list by list, by rank, who is left alone last; with headings that the door reads back.

    `nps-insights actions --outcomes` takes the file with "Contacted at" and "Closed at" filled in.

    Example:
        >>> actions = pd.DataFrame({"action": ["refer", "call", "call"], "account_id": ["c", "b", "a"],
        ...                         "rank": [1, 2, 1], "suppressed_because": ""})
        >>> work_list(actions)[["Action", "Account id"]].values.tolist()
        [['call', 'a'], ['call', 'b'], ['refer', 'c']]
    """
    return in_order_of_work(actions).rename(columns=heading)


def heading(name: str) -> str:
    """Return a column's name in words.

    Example:
        >>> heading("contacted_at")
        'Contacted at'
    """
    return name.replace("_", " ").capitalize()
