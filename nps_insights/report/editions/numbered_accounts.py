"""Accounts by number: a page that shows what is proposed for each account, and not which account it is."""

from collections.abc import Collection, Mapping

import pandas as pd

from nps_insights.report.languages import say

_TABLES = ("actions", "silent_accounts", "closest")
_HIDDEN = ("account_name", "contact_id", "quote")
# Facts whose reason names one account, and how.
_NAMING = ("largest_account", "swing")
_NAMED = ("Account {} holds ", "Without account {} the NPS")
_NOBODY, _LARGEST = "(an answer without an account)", "(the largest)"


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
    numbers = {one: say("account {number}", number=str(at)) for at, one in enumerate(ids, 1)}
    for name in _TABLES:
        rows = found[name]
        hidden = {column: None for column in _HIDDEN if column in rows}
        found[name] = rows.assign(account_id=rows["account_id"].map(numbers).astype("str"), **hidden)
    mix = found["account_mix"]
    known = {*ids, *found["responses"]["account_id"].dropna()}
    found["account_mix"] = mix.assign(reason=_unnamed(mix, known))
    return found


def _unnamed(mix: pd.DataFrame, known: Collection[str]) -> pd.Series:
    """What is told of the largest account, without its id; nothing where no known id stands in the sentence.

    Ids may hold spaces and words of the sentence ("Acme holds Ltd"), so that they are compared and not guessed.
    """
    longest_first = [_NOBODY, *sorted(known, key=lambda one: (-len(one), one))]

    def told(reason: str) -> str:
        for one in longest_first:
            for form in _NAMED:
                if reason.startswith(form.format(one)):
                    shown = form.format(one if one == _NOBODY else _LARGEST)
                    return shown + reason[len(form.format(one)) :]
        return ""

    naming = mix["fact"].isin(_NAMING)
    return mix["reason"].mask(naming, mix["reason"].where(naming).map(told, na_action="ignore")).astype("str")
