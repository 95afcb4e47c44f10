"""Which dates a churn model is trained on."""

import numpy as np
import pandas as pd

from nps_insights.churn.moments import Moment, Span, dates_of, latest, moment, whole_days
from nps_insights.tables import DataRefusedError, SettingsError

FEWEST_DATES = 3
# Outcomes of dates closer than this are nearly the same outcomes.
FEWEST_DAYS_APART = 7


def as_of_dates(
    responses: pd.DataFrame,
    accounts: pd.DataFrame,
    *,
    horizon: Span,
    outcome_days: Span | None = None,
    every: Span | None = None,
    first: Moment | None = None,
    known_until: Moment | None = None,
    lookback_days: int = 365,
    n_dates: int = 6,
) -> list[pd.Timestamp]:
    """Return dates at which accounts are looked at, counted back from the last one whose outcomes are known.

    Args:
        responses: Table `responses`, dated.
        accounts: Table `accounts`; only starts and ends of the time that answers speak of matter.
        horizon: Days within which an account leaves.
        outcome_days: Days after a date until its outcomes are known; the horizon where not given. With event "renewal":
            horizon plus tolerance.
        every: Days from one date to the next. Where not given: the horizon, so that no outcome counts twice, or less
            where that gives fewer than three dates.
        first: No date is earlier. Where not given: `lookback_days` after the first answer.
        known_until: When the extract was taken. Where not given, the latest answer. With event "inactivity": no later
            than the latest use.
        lookback_days: History that the first date should have.
        n_dates: Most dates, at least 3; the latest are taken.

    Returns:
        At least three days at 00:00, ascending.

    Raises:
        DataRefusedError: Time does not suffice for three dates; the message says what is missing.
        SettingsError: An argument cannot be used.

    Example:
        >>> days = pd.date_range("2024-01-01", "2026-01-01", freq="D")
        >>> responses = pd.DataFrame({"responded_at": days})
        >>> [f"{one:%Y-%m-%d}" for one in as_of_dates(responses, pd.DataFrame(), horizon=90)]
        ['2025-01-06', '2025-04-06', '2025-07-05', '2025-10-03']
    """
    if n_dates < FEWEST_DATES:
        raise SettingsError(f"n_dates == {n_dates}: must be at least {FEWEST_DATES}.")
    days = whole_days(horizon, "horizon")
    known_after = days if outcome_days is None else whole_days(outcome_days, "outcome_days")
    if known_after < days:
        raise SettingsError(f"outcome_days == {known_after}: must not be below the horizon, {days} days.")
    answered = dates_of(responses, "responded_at")
    newest = latest(answered)
    if newest is None:
        raise DataRefusedError(
            "responses: no answer carries a date (responded_at), so that nothing can be looked at as of a date; give "
            "dates, or train on a snapshot (churned)."
        )
    until = newest if known_until is None else moment(known_until, "known_until")
    oldest = pd.Timestamp(answered[~np.isnat(answered)].min()).normalize()
    earliest = oldest + pd.Timedelta(days=lookback_days) if first is None else moment(first, "first")
    last = (until - pd.Timedelta(days=known_after)).normalize()
    span = (last - earliest).days
    step = whole_days(every, "every") if every is not None else min(days, span // (FEWEST_DATES - 1))
    if span < (FEWEST_DATES - 1) * max(step, FEWEST_DAYS_APART if every is None else 1):
        ahead = f"a horizon of {days} days" + (f" and {known_after - days} more" if known_after > days else "")
        raise DataRefusedError(_missing(accounts, oldest, until, earliest, last, ahead, step if every else None))
    number = min(n_dates, span // step + 1)
    return [last - pd.Timedelta(days=step * back) for back in range(number)][::-1]


def _missing(
    accounts: pd.DataFrame,
    oldest: pd.Timestamp,
    until: pd.Timestamp,
    earliest: pd.Timestamp,
    last: pd.Timestamp,
    ahead: str,
    step: int | None,
) -> str:
    apart = step or FEWEST_DAYS_APART
    short = apart * (FEWEST_DATES - 1) - (last - earliest).days
    start = latest(dates_of(accounts, "started_at")) if len(accounts) else None
    begun = "" if start is None else f" (the youngest account started on {start:%Y-%m-%d})"
    return (
        f"dates: answers from {oldest:%Y-%m-%d}, known until {until:%Y-%m-%d}{begun}. Three dates {apart} days apart "
        f"need history from before {earliest:%Y-%m-%d} and {ahead} after the last of them, which may "
        f"be {last:%Y-%m-%d} at the latest: {short} days are missing. Give older answers, a shorter horizon or "
        "lookback, an earlier first date, or a later known_until."
    )
