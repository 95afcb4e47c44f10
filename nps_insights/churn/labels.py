"""What became of each account within the horizon after a date: churned, stayed, or not known."""

from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from nps_insights.churn.leaving import Leaving, at_renewal, by_end, by_inactivity, by_snapshot
from nps_insights.churn.moments import Moment, Span, dates_of, latest, moment, whole_days
from nps_insights.tables import SettingsError, conform

Event: TypeAlias = Literal["ended", "renewal", "inactivity", "snapshot"]
RENEWAL_TOLERANCE_DAYS = 31


def churn_labels(
    accounts: pd.DataFrame,
    as_of: Moment | None,
    horizon: Span | None,
    *,
    known_until: Moment | None = None,
    event: Event = "ended",
    excluded_reasons: Sequence[str] = (),
    competing_reasons: Sequence[str] = (),
    inactive_days: int | None = None,
    usage: pd.DataFrame | None = None,
    renewal_tolerance_days: int = RENEWAL_TOLERANCE_DAYS,
    renewal_months: int | None = None,
) -> pd.DataFrame:
    """Return what became of each account that is a customer at `as_of`, within (as_of, as_of + horizon].

    A customer has started before `as_of` (or nobody knows when) and has not ended by then: who ends at `as_of` itself
    is gone. While the horizon is not over at `known_until` the outcome is open for everybody, those who have left
    already included: otherwise only leavers would be known.

    Args:
        accounts: Table `accounts`, as of `known_until`.
        as_of: The moment of knowing; a bare day is that day at 00:00. None with event "snapshot".
        horizon: Days, or a Timedelta of whole days. None with event "snapshot".
        known_until: When the extract was taken. Where not given, the latest use, or without usage the latest start or
            end of an account: state it where ends lie in the future, such as cancellations with notice. With event
            "inactivity" never later than the latest use: after it nobody can be told from the silent.
        event: What counts as leaving:
            "ended": `ended_at` within the horizon.
            "renewal": only accounts whose next renewal lies within the horizon are in the table, and churned if they
            ended within `renewal_tolerance_days` of it; who ended even earlier is set aside ("excluded"). The outcome
            is open until the horizon and the tolerance are over.
            "inactivity": `inactive_days` without a row of `usage`, at the last use plus `inactive_days`; only accounts
            used within `inactive_days` before `as_of` are in the table; an `ended_at` within the horizon counts too.
            "snapshot": the column `churned`, as of `snapshot_at` where that is given; all accounts are in the table.
        excluded_reasons: `ended_reason`s that leave the outcome empty ("excluded"), such as relocation or death.
        competing_reasons: `ended_reason`s that count as not churned ("competing"), such as non-payment. Reasons match
            whatever their case and spaces.
        inactive_days: See event "inactivity".
        usage: Table `usage`, for event "inactivity".
        renewal_tolerance_days: See event "renewal".
        renewal_months: Length of contracts, from which the renewal that was next at `as_of` follows (see
            `next_renewals`). Event "renewal" needs it: `renewal_at` of those who renewed has moved on since, and as it
            stands would leave hardly anyone but leavers in the table.

    Returns:
        Table `churn_labels`: account_id, as_of, churned (empty where open or excluded), reason, ended_at (where it
        left within the horizon, for whatever reason, and that is known).

    Raises:
        SettingsError: An argument cannot be used, or a reason is not among those of the accounts.
        DataRefusedError: The accounts lack a column that the event reads, or hold texts where dates belong.

    Example:
        >>> accounts = pd.DataFrame({"account_id": ["a", "b"], "ended_at": pd.to_datetime(["2026-03-15", None])})
        >>> labels = churn_labels(accounts, "2026-03-01", 30, known_until="2026-06-01")
        >>> labels[["account_id", "churned", "reason"]].to_numpy().tolist()
        [['a', True, 'churned'], ['b', False, 'stayed']]
    """
    reason = _reasons(accounts)
    excluded = _named(reason, excluded_reasons, "excluded_reasons")
    competing = _named(reason, competing_reasons, "competing_reasons")
    if (excluded & competing).any():
        both = sorted(set(accounts["ended_reason"][excluded & competing]))
        raise SettingsError(f"{', '.join(both)}: is excluded and competing; name it in one of the two.")
    if event == "snapshot":
        return _label_table(
            accounts, by_snapshot(accounts), dates_of(accounts, "snapshot_at"), None, excluded, competing
        )
    now, days = _dated(as_of, horizon, event)
    end = now + pd.Timedelta(days=days)
    known = _known_until(known_until, accounts, usage, event)
    if event == "ended":
        leaving = by_end(accounts, now, end)
    elif event == "renewal":
        leaving = at_renewal(accounts, now, end, tolerance_days=renewal_tolerance_days, months=renewal_months)
    else:
        leaving = by_inactivity(accounts, usage, now, end, inactive_days=inactive_days)
    moments = np.full(len(accounts), now.to_datetime64(), dtype="datetime64[us]")
    return _label_table(accounts, leaving, moments, known, excluded, competing)


def _label_table(
    accounts: pd.DataFrame,
    leaving: Leaving,
    as_of: np.ndarray,
    known_until: pd.Timestamp | None,
    excluded: np.ndarray,
    competing: np.ndarray,
) -> pd.DataFrame:
    timed = ~np.isnat(leaving.over_at)
    known = np.ones(len(accounts), dtype=bool)
    if timed.any():
        # Without any date in the tables nothing says that a horizon is over.
        known = leaving.over_at <= known_until.to_datetime64() if known_until is not None else ~timed
    spoken = leaving.reason_counts
    cases = {
        "open": ~known | leaving.unknown,
        "excluded": leaving.aside | (spoken & excluded),
        "competing": spoken & competing,
        "churned": leaving.left,
    }
    reason = np.select(list(cases.values()), list(cases), "stayed")
    churned = pd.array(reason == "churned", dtype="boolean")
    churned[np.isin(reason, ["open", "excluded"])] = pd.NA
    told = np.isin(reason, ["churned", "excluded", "competing"])
    columns = {
        "account_id": accounts["account_id"].to_numpy(),
        "as_of": as_of,
        "churned": churned,
        "reason": reason,
        "ended_at": np.where(told, leaving.left_at, np.datetime64("NaT", "us")),
    }
    return conform("churn_labels", pd.DataFrame(columns)[leaving.at_risk])


def _dated(as_of: Moment | None, horizon: Span | None, event: str) -> tuple[pd.Timestamp, int]:
    if event not in get_args(Event):
        raise SettingsError(f"event == {event!r}: must be one of {', '.join(get_args(Event))}.")
    if as_of is None or horizon is None:
        raise SettingsError(f"event '{event}' needs as_of and horizon; only a snapshot does without.")
    return moment(as_of, "as_of"), whole_days(horizon, "horizon")


def _known_until(
    given: Moment | None, accounts: pd.DataFrame, usage: pd.DataFrame | None, event: str
) -> pd.Timestamp | None:
    used = None if usage is None else latest(dates_of(usage, "used_at"))
    if given is None:
        return used if used is not None else latest(dates_of(accounts, "started_at"), dates_of(accounts, "ended_at"))
    stated = moment(given, "known_until")
    # A table of usage that ends early would make everybody silent at once.
    return min(stated, used) if event == "inactivity" and used is not None else stated


def _reasons(accounts: pd.DataFrame) -> pd.Series:
    if "ended_reason" not in accounts.columns:
        return pd.Series(pd.NA, index=accounts.index, dtype="str")
    return accounts["ended_reason"]


def _plain(reason: str) -> str:
    return "".join(reason.split()).casefold()


def _named(reasons: pd.Series, wanted: Sequence[str], argument: str) -> np.ndarray:
    """Whether each account ended for one of the wanted reasons."""
    if isinstance(wanted, str):
        raise SettingsError(f"{argument} == {wanted!r}: must be a list of reasons, such as [{wanted!r}].")
    known = {_plain(str(one)): str(one) for one in sorted(reasons.dropna().unique())}
    absent = [one for one in wanted if _plain(one) not in known]
    if absent:
        have = ", ".join(known.values()) or "none (the accounts carry no ended_reason)"
        raise SettingsError(
            f"{argument}: no account ended because of {', '.join(map(repr, absent))}; known are: {have}."
        )
    names = [known[plain] for plain in known if plain in {_plain(one) for one in wanted}]
    spelt = {one for one in reasons.dropna().unique() if _plain(str(one)) in set(map(_plain, names))}
    return reasons.isin(spelt).to_numpy(dtype=bool)
