"""Moments and spans of time as arguments: as_of, horizon, and up to when the tables know."""

from datetime import date, timedelta
from typing import TypeAlias

import numpy as np
import pandas as pd

from nps_insights.tables import DataRefusedError, SettingsError

Moment: TypeAlias = str | date | pd.Timestamp
Span: TypeAlias = int | timedelta | pd.Timedelta

# Days as floats of microseconds: exact for any date of a contract table.
MICROSECONDS_PER_DAY = 86_400_000_000.0


def moment(given: Moment, name: str) -> pd.Timestamp:
    """Return a moment without zone; a bare day is that day at 00:00.

    Args:
        given: A day or a moment, as text or as a date.
        name: Name of the argument, for the message.

    Raises:
        SettingsError: It is no moment, or carries a zone.

    Example:
        >>> moment("2026-03-01", "as_of")
        Timestamp('2026-03-01 00:00:00')
    """
    try:
        read = pd.Timestamp(given)
    except (ValueError, TypeError):
        read = pd.NaT
    if read is pd.NaT or read.tz is not None:
        raise SettingsError(
            f"{name} == {given!r}: must be a day such as '2026-03-01', or a moment without zone (UTC, as the tables)."
        )
    return read


def whole_days(given: Span, name: str) -> int:
    """Return a span as whole days, at least 1.

    Raises:
        SettingsError: It is not a positive number of whole days.

    Example:
        >>> whole_days(pd.Timedelta(days=90), "horizon"), whole_days(30, "horizon")
        (90, 30)
    """
    # A bool is an int to Python, and never a number of days to its user.
    usable = isinstance(given, int | np.integer | timedelta) and not isinstance(given, bool)
    days = given / timedelta(days=1) if isinstance(given, timedelta) else given
    if not usable or days < 1 or days != int(days):
        raise SettingsError(f"{name} == {given!r}: must be a whole number of days, at least 1 (an int or a Timedelta).")
    return int(days)


def dates_of(frame: pd.DataFrame, name: str) -> np.ndarray:
    """Return a date column as datetime64[us]; NaT everywhere where the column is not given.

    Raises:
        DataRefusedError: The column does not hold dates.

    Example:
        >>> dates_of(pd.DataFrame({"account_id": ["a"]}), "ended_at")
        array(['NaT'], dtype='datetime64[us]')
    """
    if name not in frame.columns:
        return np.full(len(frame), np.datetime64("NaT"), dtype="datetime64[us]")
    column = frame[name]
    if not pd.api.types.is_datetime64_dtype(column):
        if column.notna().any():
            raise DataRefusedError(
                f"{name}: must hold dates without zone, got {column.dtype}; read it with pandas.to_datetime, "
                "or bring the table through the survey door."
            )
        return np.full(len(frame), np.datetime64("NaT"), dtype="datetime64[us]")
    return np.asarray(column.to_numpy("datetime64[us]"))


def days_between(earlier: np.ndarray, later: np.ndarray) -> np.ndarray:
    """Return days from one array of moments to another, NaN where one is missing.

    Example:
        >>> days_between(np.array(["2026-01-01"], "M8[us]"), np.array(["2026-01-02T12:00"], "M8[us]")).tolist()
        [1.5]
    """
    gap = (later - earlier).astype("timedelta64[us]")
    return np.asarray(np.where(np.isnat(gap), np.nan, gap.astype("int64") / MICROSECONDS_PER_DAY))


def latest(*columns: np.ndarray) -> pd.Timestamp | None:
    """Return the latest moment of some arrays; None where they hold none.

    Example:
        >>> latest(np.array(["2026-01-01", "NaT"], "M8[us]"), np.array([], "M8[us]"))
        Timestamp('2026-01-01 00:00:00')
    """
    known = [column[~np.isnat(column)] for column in columns]
    tops = [column.max() for column in known if len(column)]
    return pd.Timestamp(max(tops)) if tops else None
