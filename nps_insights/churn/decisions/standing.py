"""Who can be called at all: not who has left, has not begun, complains already or wants to be left alone."""

import numpy as np
import pandas as pd

from nps_insights.churn.decisions.settings import DecisionSettings


def refusals(accounts: pd.DataFrame, listed: pd.Series, *, as_of: pd.Timestamp) -> pd.Series:
    """Return why an account cannot be judged at as_of, missing where it can.

    Args:
        accounts: One row per account, with account_id.
        listed: bool, same index: whether the account stands in table `accounts`.
        as_of: The moment of knowing.

    Example:
        >>> accounts = pd.DataFrame({"account_id": ["a", "b"], "ended_at": pd.to_datetime(["2026-01-31", None])})
        >>> refusals(accounts, pd.Series([True, True]), as_of=pd.Timestamp("2026-03-01")).tolist()
        ['ended on 2026-01-31', nan]
    """
    because = pd.Series(np.nan, index=accounts.index, dtype="str")
    ended = pd.Series(False, index=accounts.index)
    if "ended_at" in accounts:
        ended = accounts["ended_at"] <= as_of
        because = because.mask(ended, _dated("ended on ", accounts["ended_at"], ended))
    if "churned" in accounts:
        # An end that lies ahead is not yet known to be one.
        ahead = accounts["ended_at"] > as_of if "ended_at" in accounts else False
        left = accounts["churned"].fillna(False).astype(bool) & ~ended & ~ahead
        because = because.mask(left, "has left; no outcome date")
    if "started_at" in accounts:
        ahead = accounts["started_at"] >= as_of
        because = because.mask(ahead, _dated("not started; starts on ", accounts["started_at"], ahead))
    return because.mask(~listed, "not in the table of accounts")


def suppressions(accounts: pd.DataFrame, *, as_of: pd.Timestamp, settings: DecisionSettings) -> pd.Series:
    """Return why an account is to be left alone at as_of, missing where it is not.

    Args:
        accounts: One row per account; opted_out, open_complaint and contacted_at are read where given.
        as_of: The moment of knowing; a contact from then on is not known.
        settings: quiet_days and suppress_complaints.

    Example:
        >>> accounts = pd.DataFrame({"opted_out": [True, False], "open_complaint": [True, True]})
        >>> suppressions(accounts, as_of=pd.Timestamp("2026-03-01"), settings=DecisionSettings(capacity=1)).tolist()
        ['opted out', 'open complaint']
    """
    because = pd.Series(np.nan, index=accounts.index, dtype="str")
    if "contacted_at" in accounts and settings.quiet_days:
        since = as_of - pd.Timedelta(days=settings.quiet_days)
        recent = (accounts["contacted_at"] < as_of) & (accounts["contacted_at"] > since)
        told = _dated("contacted on ", accounts["contacted_at"], recent)
        because = because.mask(recent, told + f", less than {settings.quiet_days} days before")
    if "open_complaint" in accounts and settings.suppress_complaints:
        because = because.mask(accounts["open_complaint"].fillna(False).astype(bool), "open complaint")
    if "opted_out" in accounts:
        because = because.mask(accounts["opted_out"].fillna(False).astype(bool), "opted out")
    return because


def _dated(words: str, dates: pd.Series, where: pd.Series) -> pd.Series:
    """Words and day where asked for; writing a million days that nobody reads takes seconds."""
    days = dates[where].dt.strftime("%Y-%m-%d").astype("str")
    return (words + days).reindex(dates.index).astype("str")
