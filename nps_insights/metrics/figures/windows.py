"""Which window of time each answer belongs to: calendar periods, or windows of so many days that roll."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics.periods import PERIOD_STARTS, is_finished, period_ends
from nps_insights.tables import DataRefusedError, SettingsError

Codes = NDArray[np.int32]

_BLOCK = 1 << 18
# 1970-01-01, day 0, was a Thursday; weeks begin on Monday.
_MONDAY = 3


@dataclass(frozen=True)
class Windows:
    """Windows of time that hold answers, all at once or one after the other.

    Attributes:
        rows: Positions of the answers looked at; all of them where None.
        codes: Window of each of these answers, -1 for none.
        starts: First day of each window, NaT where all time is one window.
        ends: Last day of each window.
    """

    rows: NDArray[np.intp] | None
    codes: Codes
    starts: NDArray[np.datetime64]
    ends: NDArray[np.datetime64]


def windows_of(
    responses: pd.DataFrame, *, per: str = "", rolling: int | None = None, as_of: pd.Timestamp | None = None
) -> Iterator[Windows]:
    """Yield the windows into which the answers fall.

    Args:
        responses: Table `responses`.
        per: "day", "week", "month", "quarter" or "year"; "" for all time, or for one rolling window.
        rolling: Days of a window. One window ends with each period of `per`, the last one on the day of `as_of`;
            windows that begin before the first answer are left out, as they are not full. Windows overlap where
            they are longer than the period.
        as_of: Moment of knowing; the last answer if not given.

    Raises:
        SettingsError: `per` is no period, `rolling` no number of days, or there are no dates.
        DataRefusedError: Dates mix time zones, or are no dates.

    Example:
        >>> responses = pd.DataFrame({"responded_at": pd.to_datetime(["2026-01-05", "2026-01-20", "2026-03-30"])})
        >>> next(windows_of(responses, per="month")).starts.astype("str").tolist()
        ['2026-01-01', '2026-03-01']
    """
    if not per and rolling is None:
        nothing = np.array(["NaT"], dtype="datetime64[D]")
        yield Windows(None, np.zeros(len(responses), dtype=np.int32), nothing, nothing)
        return
    if per and per not in PERIOD_STARTS:
        raise SettingsError(f"per == {per!r}: must be one of {', '.join(PERIOD_STARTS)}")
    dates = dates_of(responses, f"per == {per!r}" if per else f"rolling == {rolling}")
    if rolling is None:
        yield _calendar(dates, per)
        return
    if rolling < 1:
        raise SettingsError(f"rolling == {rolling}: must be a number of days, 1 or more")
    yield from _rolling(dates, per, rolling, as_of)


def dates_of(responses: pd.DataFrame, needed_by: str) -> NDArray[np.datetime64]:
    """Return the date of each answer in UTC without zone, NaT where there is none.

    Args:
        responses: Table `responses`.
        needed_by: What needs dates, for the message.

    Raises:
        SettingsError: There are answers, but none with a date.
        DataRefusedError: Some dates carry a time zone and others none, zones differ, or texts stand among them.

    Example:
        >>> zoned = pd.Series(pd.to_datetime(["2026-01-01 00:30+01:00"]))
        >>> str(dates_of(pd.DataFrame({"responded_at": zoned}), "per")[0])[:16]
        '2025-12-31T23:30'
    """
    if len(responses) == 0 and "responded_at" in responses.columns:
        return np.empty(0, dtype="datetime64[us]")
    if "responded_at" not in responses.columns or responses["responded_at"].isna().all():
        raise SettingsError(f"{needed_by}: needs dates; the responses have no responded_at")
    dates = responses["responded_at"]
    if isinstance(dates.dtype, pd.DatetimeTZDtype):
        return dates.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
    if not pd.api.types.is_datetime64_any_dtype(dates):
        raise DataRefusedError(_no_dates(dates.dropna()))
    return dates.to_numpy()


def moment(as_of: pd.Timestamp) -> pd.Timestamp:
    """Return a moment of knowing in UTC without zone, as the dates of the tables are.

    Example:
        >>> str(moment(pd.Timestamp("2026-01-01 00:30+01:00")))
        '2025-12-31 23:30:00'
    """
    given = pd.Timestamp(as_of)
    return given if given.tzinfo is None else given.tz_convert("UTC").tz_localize(None)


def finished(
    starts: pd.Series, ends: pd.Series, as_of: pd.Timestamp | None, dates: NDArray[np.datetime64]
) -> pd.Series:
    """Return which windows are over at `as_of`, the last answer if it is not given."""
    return is_finished(starts, ends, pd.Series(dates).max() if as_of is None else moment(as_of))


def _no_dates(dates: pd.Series) -> str:
    stamps = dates.map(lambda one: hasattr(one, "tzinfo"))
    if not stamps.all():
        return (
            f"responded_at: {int((~stamps).sum()):,} of {len(dates):,} values are no dates "
            f"(first: {dates[~stamps].iloc[0]!r}); read them as dates before figures are asked for"
        )
    zones = dates.map(lambda one: "no time zone" if one.tzinfo is None else str(one.tzinfo)).value_counts().sort_index()
    listed = ", ".join(f"{n:,} with {zone}" for zone, n in zones.items())
    return (
        f"responded_at: the dates mix time zones ({listed}), so that the same hour may fall into two periods; "
        f"turn all of them to UTC without zone, for example by pd.to_datetime(dates, utc=True).dt.tz_localize(None) "
        f"where those without zone are UTC"
    )


def _calendar(dates: NDArray[np.datetime64], per: str) -> Windows:
    """Every date in its calendar period; block by block, as numbers, since millions of `Period`s take seconds."""
    if not len(dates):
        nothing = np.empty(0, dtype="datetime64[D]")
        return Windows(None, np.empty(0, dtype=np.int32), nothing, nothing)
    known = ~np.isnat(dates)
    numbers = np.empty(len(dates), dtype=np.int32)
    for start in range(0, len(dates), _BLOCK):
        part = slice(start, start + _BLOCK)
        numbers[part] = np.where(known[part], _period_numbers(dates[part], per), 0)
    low = int(numbers[known].min())
    present = np.bincount(numbers[known] - low) > 0
    renumbered = np.cumsum(present) - 1
    codes = np.where(known, renumbered[np.where(known, numbers - low, 0)], -1).astype(np.int32)
    starts = _first_days(np.flatnonzero(present) + low, per)
    return Windows(None, codes, starts, _last_days(starts, per))


def _period_numbers(dates: NDArray[np.datetime64], per: str) -> NDArray[np.int64]:
    if per in ("day", "week"):
        days = dates.astype("datetime64[D]").astype(np.int64)
        return days if per == "day" else (days + _MONDAY) // 7
    months = dates.astype("datetime64[M]").astype(np.int64)
    return months // {"month": 1, "quarter": 3, "year": 12}[per]


def _first_days(numbers: NDArray[np.int64], per: str) -> NDArray[np.datetime64]:
    if per in ("day", "week"):
        days = numbers if per == "day" else numbers * 7 - _MONDAY
        return days.astype("datetime64[D]")
    months = numbers * {"month": 1, "quarter": 3, "year": 12}[per]
    return months.astype("datetime64[M]").astype("datetime64[D]")


def _last_days(starts: NDArray[np.datetime64], per: str) -> NDArray[np.datetime64]:
    return period_ends(pd.Series(starts.astype("datetime64[us]")), per).to_numpy().astype("datetime64[D]")


def _rolling(dates: NDArray[np.datetime64], per: str, rolling: int, as_of: pd.Timestamp | None) -> Iterator[Windows]:
    order = np.argsort(dates, kind="stable")[: int((~np.isnat(dates)).sum())]
    if not len(order):
        return
    days = dates[order].astype("datetime64[D]")
    last = days[-1] if as_of is None else np.datetime64(moment(as_of), "D")
    for end in rolling_ends(days[0], last, per):
        start = end - np.timedelta64(rolling - 1, "D")
        if start < days[0]:
            continue
        rows = order[np.searchsorted(days, start) : np.searchsorted(days, end, side="right")]
        if len(rows):
            yield Windows(rows, np.zeros(len(rows), dtype=np.int32), np.array([start]), np.array([end]))


def rolling_ends(first: np.datetime64, last: np.datetime64, per: str) -> NDArray[np.datetime64]:
    """Return the last day of each rolling window: that of each period of `per`, and `last`.

    Example:
        >>> rolling_ends(np.datetime64("2026-01-10"), np.datetime64("2026-03-05"), "month").astype("str").tolist()
        ['2026-01-31', '2026-02-28', '2026-03-05']
    """
    if not per:
        return np.array([last])
    low, high = (int(_period_numbers(np.array([day]), per)[0]) for day in (first, last))
    ends = _last_days(_first_days(np.arange(low, high + 1), per), per)
    return np.minimum(ends, last)
