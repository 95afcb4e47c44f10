"""Who can leave within a horizon, and when each left: by an end date, at a renewal, by silence, or in a snapshot."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.churn.lookup import places
from nps_insights.churn.moments import dates_of
from nps_insights.churn.renewals import next_renewals
from nps_insights.tables import DataRefusedError, SettingsError


@dataclass(frozen=True, eq=False)
class Leaving:
    """What became of each account, before reasons and the moment of the extract are looked at; arrays (n_accounts,).

    Attributes:
        at_risk: Whether it is a customer who can leave within the horizon.
        left: Whether it left within the horizon.
        left_at: When it left, datetime64[us]; NaT where not known or not at all.
        reason_counts: Whether `ended_reason` speaks of this leaving.
        over_at: When its outcome is known for good, datetime64[us]; NaT where time plays no part.
        unknown: Whether its outcome is not known, whatever the time.
        aside: Whether it left in a way that this event does not count.
    """

    at_risk: np.ndarray
    left: np.ndarray
    left_at: np.ndarray
    reason_counts: np.ndarray
    over_at: np.ndarray
    unknown: np.ndarray
    aside: np.ndarray


def customers(accounts: pd.DataFrame, as_of: pd.Timestamp) -> np.ndarray:
    """Return whether each account is a customer: started before `as_of` (or not known), and not ended by it.

    Example:
        >>> accounts = pd.DataFrame({"account_id": ["a", "b"], "ended_at": pd.to_datetime(["2026-03-01", None])})
        >>> customers(accounts, pd.Timestamp("2026-03-01")).tolist()
        [False, True]
    """
    now = as_of.to_datetime64()
    return np.asarray(~(dates_of(accounts, "started_at") >= now) & ~(dates_of(accounts, "ended_at") <= now))


def by_end(accounts: pd.DataFrame, as_of: pd.Timestamp, end: pd.Timestamp) -> Leaving:
    """Return who ended within (as_of, end]."""
    _need(accounts, "ended_at", "ended")
    ended = dates_of(accounts, "ended_at")
    at_risk = customers(accounts, as_of)
    left = at_risk & _within(ended, as_of, end)
    return _leaving(at_risk, left, ended, left, over_at=end)


def at_renewal(
    accounts: pd.DataFrame,
    as_of: pd.Timestamp,
    end: pd.Timestamp,
    *,
    tolerance_days: int,
    months: int | None,
) -> Leaving:
    """Return who did not renew: those whose renewal lies within (as_of, end] can leave, and end around it if they do.

    Who ended earlier than the tolerance before the renewal neither renewed nor let it pass, and is set aside.
    """
    if months is None:
        raise SettingsError(
            "renewal_months == None: event 'renewal' needs the length of contracts in months, such as 12. renewal_at "
            "of those who renewed has moved on to the next renewal; as it stands, hardly any but leavers would be seen."
        )
    _need(accounts, "ended_at", "renewal")
    _need(accounts, "renewal_at", "renewal")
    if tolerance_days < 0:
        raise SettingsError(f"renewal_tolerance_days == {tolerance_days}: must not be below 0.")
    ended = dates_of(accounts, "ended_at")
    now = np.full(len(accounts), as_of.to_datetime64(), dtype="datetime64[us]")
    renewal = next_renewals(dates_of(accounts, "renewal_at"), now, months=months)
    around = np.timedelta64(tolerance_days, "D")
    at_risk = customers(accounts, as_of) & _within(renewal, as_of, end)
    left = at_risk & (ended >= renewal - around) & (ended <= renewal + around)
    last = end + pd.Timedelta(days=tolerance_days)
    early = at_risk & (ended < renewal - around)
    return _leaving(at_risk, left, ended, left, over_at=last, aside=early)


def by_inactivity(
    accounts: pd.DataFrame,
    usage: pd.DataFrame | None,
    as_of: pd.Timestamp,
    end: pd.Timestamp,
    *,
    inactive_days: int | None,
) -> Leaving:
    """Return who fell silent: an account leaves `inactive_days` after a use that no other follows by then.

    Only accounts that used the product within `inactive_days` before as_of can leave. A formal end within the horizon
    is a leaving as well, and its reason speaks.
    """
    if inactive_days is None or inactive_days < 1:
        raise SettingsError(
            f"inactive_days == {inactive_days!r}: event 'inactivity' needs the number of days without use, at least 1, "
            "after which an account counts as gone."
        )
    if usage is None:
        raise DataRefusedError("event 'inactivity' reads who used the product when: give the table usage.")
    active, lapse = _lapses(accounts, usage, as_of, np.timedelta64(inactive_days, "D"))
    ended = dates_of(accounts, "ended_at")
    at_risk = customers(accounts, as_of) & active
    closed, silent = at_risk & _within(ended, as_of, end), at_risk & _within(lapse, as_of, end)
    left_at = np.where(silent & ~(closed & (ended < lapse)), lapse, ended)
    return _leaving(at_risk, closed | silent, left_at, closed, over_at=end)


def by_snapshot(accounts: pd.DataFrame) -> Leaving:
    """Return who has left by the day of the snapshot; accounts without an answer to that are unknown."""
    _need(accounts, "churned", "snapshot")
    churned = accounts["churned"].astype("boolean")
    left = churned.fillna(False).to_numpy(dtype=bool)
    every = np.ones(len(accounts), dtype=bool)
    leaving = _leaving(every, left, dates_of(accounts, "ended_at"), left, over_at=pd.NaT)
    return Leaving(**(vars(leaving) | {"unknown": churned.isna().to_numpy(dtype=bool)}))


def _leaving(
    at_risk: np.ndarray,
    left: np.ndarray,
    left_at: np.ndarray,
    reason_counts: np.ndarray,
    *,
    over_at: pd.Timestamp,
    aside: np.ndarray | None = None,
) -> Leaving:
    nobody = np.zeros(len(at_risk), dtype=bool)
    over = np.full(len(at_risk), over_at.to_datetime64(), dtype="datetime64[us]")
    return Leaving(at_risk, left, left_at, reason_counts, over, nobody, nobody if aside is None else aside)


def _within(moments: np.ndarray, as_of: pd.Timestamp, end: pd.Timestamp) -> np.ndarray:
    return np.asarray((moments > as_of.to_datetime64()) & (moments <= end.to_datetime64()))


def _lapses(
    accounts: pd.DataFrame, usage: pd.DataFrame, as_of: pd.Timestamp, span: np.timedelta64
) -> tuple[np.ndarray, np.ndarray]:
    """Who was in use at as_of, and the first moment after it at which nobody had used the product for `span`."""
    code = places(accounts["account_id"], usage["account_id"], table="accounts")
    used, now = dates_of(usage, "used_at"), as_of.to_datetime64()
    kept = (code >= 0) & ~np.isnat(used)
    code, used = code[kept], used[kept]
    order = np.lexsort((used, code))
    code, used = code[order], used[order]
    lapse = used + span
    follows = np.append(code[1:] == code[:-1], [False]) if len(code) else np.zeros(0, dtype=bool)
    in_time = follows & (np.append(used[1:], used[:1]) <= lapse)
    active = np.zeros(len(accounts), dtype=bool)
    active[code[(used < now) & (lapse > now)]] = True
    found = np.full(len(accounts), np.datetime64("NaT"), dtype="datetime64[us]")
    ends = np.flatnonzero(~in_time & (lapse > now))
    # Rows stand in the order of time: written backwards, the first one stays.
    found[code[ends][::-1]] = lapse[ends][::-1]
    return active, found


def _need(accounts: pd.DataFrame, column: str, event: str) -> None:
    if column not in accounts.columns:
        raise DataRefusedError(
            f"accounts: no column {column}, which event '{event}' reads; give it, or choose another event "
            "(ended, renewal, inactivity, snapshot)."
        )
