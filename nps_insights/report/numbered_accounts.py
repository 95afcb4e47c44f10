"""Accounts by number: a page that shows what is proposed for each account, and not which account it is."""

import re
from collections.abc import Mapping

import pandas as pd

_TABLES = ("actions", "silent_accounts", "closest")
_HIDDEN = ("account_name", "contact_id", "quote")
_NAMED_ACCOUNT = re.compile(r"\b([Aa]ccount) .+?(?= (?:holds|the NPS|nps)\b)")


def numbered(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables with accounts numbered in the order of their ids, without their names and contacts.

    The same account has the same number on the whole page; another run may number it otherwise.

    Args:
        tables: Tables as `report_tables` returns them.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> silent = pd.DataFrame({"account_id": ["x9", "b2"], "rank": [1, 2], "value": None, "n_invited": 1,
        ...     "last_sent_at": pd.Timestamp("2026-05-01")})
        >>> numbered(report_tables({"silent_accounts": silent}))["silent_accounts"]["account_id"].tolist()
        ['account 1', 'account 2']
    """
    found = dict(tables)
    ids = sorted(set().union(*(found[name]["account_id"].dropna() for name in _TABLES)))
    numbers = {one: f"account {at}" for at, one in enumerate(ids, 1)}
    for name in _TABLES:
        rows = found[name]
        hidden = {column: None for column in _HIDDEN if column in rows}
        found[name] = rows.assign(account_id=rows["account_id"].map(numbers).astype("str"), **hidden)
    mix = found["account_mix"]
    told = (
        mix["reason"].astype("str").map(lambda text: _NAMED_ACCOUNT.sub(r"\1 (the largest)", text), na_action="ignore")
    )
    found["account_mix"] = mix.assign(reason=told.astype("str"))
    return found
