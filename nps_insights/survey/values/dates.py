"""Read dates: one way of writing per column, taken only where the column allows no other."""

import re
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from nps_insights.tables import DataRefusedError, SettingsError, counted

# Later than nearly all others by more than this, a date without a stated moment of knowing is doubted aloud.
FAR_DAYS = 366
_FEWEST_TO_JUDGE = 20
_FORMAT_OPTION = "`--date-format` (in a pipeline file `[dates] format`)"
_TIME = r"(?:[T ,]+(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: ?[AaPp][Mm])?))?"
# Hours alone ("+02", as PostgreSQL writes them) are a zone only behind a time; behind a day they may be anything.
_ZONE = r"(?: ?(?P<zone>Z|(?:UTC|GMT)(?:[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{2}:?\d{2}|(?(time)[+-]\d{2}|(?!))))?"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>(?i:" + "|".join(_MONTHS) + r"))[a-zA-Z]*\.?"
_END = _TIME + _ZONE
_WAYS = {
    "Y-m-d": re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _END),
    "Ymd": re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>[01]\d)(?P<day>[0-3]\d)" + _END),
    "d.m.Y": re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}|\d{2})" + _END),
    "a/b/Y": re.compile(r"(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year>\d{4}|\d{2})" + _END),
    "a-b-Y": re.compile(r"(?P<first>\d{1,2})-(?P<second>\d{1,2})-(?P<year>\d{4}|\d{2})" + _END),
    "d month Y": re.compile(r"(?P<day>\d{1,2})[ -]" + _MONTH + r"[ ,-]+(?P<year>\d{4}|\d{2})" + _END),
    "month d, Y": re.compile(_MONTH + r" (?P<day>\d{1,2}),? (?P<year>\d{4})" + _END),
    "unix seconds": re.compile(r"(?P<seconds>\d{10})"),
    "unix milliseconds": re.compile(r"(?P<milliseconds>\d{13})"),
}
_PARTS = {"%d": "day", "%m": "month", "%b": "month", "%B": "month", "%Y": "year", "%y": "year"} | {
    "%H": "hour",
    "%I": "hour",
    "%M": "minute",
    "%S": "second",
    "%p": "am/pm",
}
# Fewer strangers than this are typing errors (quarantined); more are a second way of writing (refused).
_STRANGERS = 0.02
_YEARS = (1900, 2100)


@dataclass(frozen=True, eq=False)
class DateColumn:
    """A column of dates.

    Attributes:
        dates: datetime64[us], UTC where the file gives a zone; missing where blank, unknown or refused.
        reasons: "" or why the text was refused, per row.
        format: How the column is written, e.g. "d/m/Y".
        n_missing: Rows whose date was stated to mean "unknown".
        notes: What was done, in sentences.
    """

    dates: pd.Series
    reasons: pd.Series
    format: str
    n_missing: int = 0
    notes: tuple[str, ...] = field(default=())


def parse_dates(
    texts: pd.Series, column: str, *, date_format: str | None = None, missing: tuple[str, ...] = (), zone: str = ""
) -> DateColumn:
    """Read a column of dates in the one way of writing that fits it.

    Args:
        texts: Cells of the column; blank means no date.
        column: Name of the column, for messages.
        date_format: The format as for strptime, where the user states it.
        missing: Dates or texts that mean "unknown".
        zone: Time zone of the times that state none, such as "Europe/Berlin"; "" leaves them as they are.

    Returns:
        The dates, and the reason for every text that is none.

    Raises:
        SettingsError: `date_format` is no format.
        DataRefusedError: No way of writing fits the column, two do, or it mixes two; or most dates are not written
            as stated.

    Example:
        >>> parse_dates(pd.Series(["31/05/2022", "01/06/2022", ""]), "Date").dates.dt.day.tolist()
        [31.0, 1.0, nan]
    """
    codes, unique = pd.factorize(texts.str.strip())
    unique = pd.Series(unique, dtype="str")
    weights = pd.Series(np.bincount(codes, minlength=len(unique))[: len(unique)])
    given = (unique != "") & ~unique.isin(missing)
    if date_format is not None:
        stamps, zones, shown = (
            _as_stated(unique.where(given, ""), date_format),
            pd.Series("", unique.index, dtype="str"),
            date_format,
        )
    else:
        stamps, zones, shown = _inferred(unique, given, weights, column)
    notes = _notes(column, stamps, zones, weights)
    if zone:
        bare = (zones == "") & unique.str.contains(":")
        stamps = stamps.mask(bare, in_utc(stamps[bare], zone))
        notes += [f"{column}: times are in {zone}, as the export says, and were turned to UTC"] if bare.any() else []
    plausible = stamps.dt.year.between(*_YEARS)
    reasons = pd.Series("", index=unique.index, dtype="str")
    reasons = reasons.mask(given & stamps.isna(), f"is not a date written as {shown}")
    reasons = reasons.mask(given & stamps.notna() & ~plausible, f"is not in the years {_YEARS[0]} to {_YEARS[1]}")
    unknown = unique.isin(missing) | stamps.dt.strftime("%Y-%m-%d").isin(missing)
    reasons = reasons.mask(unknown, "")
    stamps = stamps.where(plausible & ~unknown)
    n_unread, n_given = int(weights[reasons != ""].sum()), int(weights[given].sum())
    if date_format is not None and 2 * n_unread > n_given:
        raise DataRefusedError(
            f"{column}: {n_unread:,} of {n_given:,} dates are not {format_in_words(date_format)}, as {_FORMAT_OPTION} "
            f"{date_format!r} states; state the format of most of them, or leave it out to have it inferred"
        )
    return DateColumn(
        dates=pd.Series(stamps.to_numpy()[codes], index=texts.index).astype("datetime64[us]"),
        reasons=pd.Series(reasons.to_numpy()[codes], index=texts.index, dtype="str"),
        format=shown,
        n_missing=int(weights[unknown & (unique != "")].sum()),
        notes=tuple(notes),
    )


def in_utc(stamps: pd.Series, zone: str) -> pd.Series:
    """Return local times as UTC; of an hour that the clock shows twice the first is taken, one that it skips ends.

    Args:
        stamps: Times in the zone.
        zone: Its name, such as "Europe/Berlin".

    Example:
        >>> noons = pd.Series(pd.to_datetime(["2026-07-01 12:00", "2026-01-01 12:00"]))
        >>> in_utc(noons, "Europe/Berlin").dt.hour.tolist()
        [10, 11]
    """
    first = np.ones(len(stamps), dtype=bool)
    local = stamps.dt.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")
    return local.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")


def after_moment(dates: pd.Series, as_of: pd.Timestamp) -> pd.Series:
    """Return which dates are later than the moment of knowing; a day means its end, and what has no date is not later.

    Example:
        >>> days = pd.Series(pd.to_datetime(["2026-03-31 18:00", "2026-04-01 00:00", None]))
        >>> after_moment(days, pd.Timestamp("2026-03-31")).tolist()
        [False, True, False]
    """
    known = dates.dt.floor("D") if as_of == as_of.normalize() else dates
    return known > as_of


def implausibly_late(dates: pd.Series) -> pd.Series:
    """Return which dates can hardly be meant: one row in a hundred at most, far behind all others.

    Far: more than a year after the date that 99 % of the rows do not pass, and by more than the time in which 98 % of
    them lie. So the few first answers of a survey that rested for long stay, where it ran for longer than
    it rested. Of fewer than 20 dates nothing is said. A moment of knowing would be moved by one slip of the pen: every
    period before 2062 would be over, and the last one judged that of a single answer.

    Example:
        >>> days = pd.Series([*pd.date_range("2026-01-01", periods=90), pd.Timestamp("2062-03-01"), None])
        >>> implausibly_late(days).sum().item()
        1
    """
    known = dates.dropna()
    if len(known) < _FEWEST_TO_JUDGE:
        return pd.Series(False, index=dates.index)
    first, usual = (known.quantile(share, interpolation="lower") for share in (0.01, 0.99))
    return dates > usual + max(usual - first, pd.Timedelta(days=FAR_DAYS))


def format_in_words(date_format: str) -> str:
    """Return a strptime format as a person would say it; one with rarer parts stays as it is.

    Example:
        >>> format_in_words("%d/%m/%Y"), format_in_words("%Y-%j")
        ('day/month/year', '%Y-%j')
    """
    words = date_format
    for part, word in _PARTS.items():
        words = words.replace(part, word)
    return date_format if "%" in words else words


def looks_like_dates(texts: pd.Series) -> bool:
    """Return whether nearly all texts of a column are written as dates, in any way.

    Example:
        >>> looks_like_dates(pd.Series(["2026-03-04", "2026-03-05"]))
        True
    """
    given = texts[texts.str.strip() != ""]
    if given.empty:
        return False
    counts = given.str.strip().value_counts()
    fits = [_way_of(str(text)) is not None for text in counts.index]
    return float(counts[fits].sum()) >= 0.8 * len(given)


def _way_of(text: str) -> str | None:
    return next((way for way, pattern in _WAYS.items() if pattern.fullmatch(text)), None)


def _as_stated(texts: pd.Series, date_format: str) -> pd.Series:
    if "%" not in date_format:
        raise SettingsError(f"date_format: {date_format!r} is no format; write it as for strptime, e.g. %d/%m/%Y")
    try:
        parsed = pd.to_datetime(texts, format=date_format, errors="coerce", utc=True)
    except (ValueError, re.error) as error:
        raise SettingsError(f"date_format: {date_format!r} is not understood ({error}); e.g. %d/%m/%Y") from error
    return parsed.dt.tz_localize(None).astype("datetime64[us]")


def _inferred(unique: pd.Series, given: pd.Series, weights: pd.Series, column: str) -> tuple[pd.Series, pd.Series, str]:
    nothing = pd.Series(pd.NaT, index=unique.index, dtype="datetime64[us]")
    if not given.any():
        return nothing, pd.Series("", index=unique.index, dtype="str"), "anything"
    ways = unique.where(given, "").map(lambda text: _way_of(text) or "")
    shares = weights[ways != ""].groupby(ways[ways != ""]).sum().sort_values(ascending=False, kind="stable")
    n_given = int(weights[given].sum())
    if shares.empty or shares.iloc[0] < 0.5 * n_given:
        raise DataRefusedError(
            f"{column}: no one way of writing dates fits it; state it as {_FORMAT_OPTION}, e.g. "
            f'format = "%d/%m/%Y", or name another column for responded_at'
        )
    if len(shares) > 1 and shares.iloc[1] > _STRANGERS * n_given:
        listed = " and ".join(f"{way} ({n:,} rows)" for way, n in shares.iloc[:2].items())
        raise DataRefusedError(
            f"{column}: mixes two ways of writing dates, {listed}; mend the export, or state one as "
            f'{_FORMAT_OPTION}, e.g. format = "%Y-%m-%d"; the other rows lose their date'
        )
    way = str(shares.index[0])
    parts = unique.where(ways == way, "").str.extract(_WAYS[way])
    if "first" in parts:
        parts, way = _ordered(parts, weights, column, way)
    stamps = nothing if parts.empty else _stamps(parts)
    zones = parts["zone"].fillna("") if "zone" in parts else pd.Series("", index=unique.index, dtype="str")
    return stamps, zones, way


def _ordered(parts: pd.DataFrame, weights: pd.Series, column: str, way: str) -> tuple[pd.DataFrame, str]:
    """Name the first two numbers day and month, if the column itself decides which is which."""
    first, second = (pd.to_numeric(parts[name]) for name in ("first", "second"))
    n_day_first = int(weights[(first > 12) & (second <= 12)].sum())
    n_month_first = int(weights[(second > 12) & (first <= 12)].sum())
    sign = way[1]
    day_first, month_first = f"%d{sign}%m{sign}%Y", f"%m{sign}%d{sign}%Y"
    most, least = max(n_day_first, n_month_first), min(n_day_first, n_month_first)
    if least > _STRANGERS * most:
        raise DataRefusedError(
            f"{column}: {n_day_first:,} rows can only be day{sign}month{sign}year and {n_month_first:,} only "
            f"month{sign}day{sign}year; the column mixes both. State the one that holds as {_FORMAT_OPTION}, "
            f'e.g. format = "{day_first}" (the other rows lose their date), or mend the export'
        )
    if most == 0 and (first != second)[first.notna()].any():
        index = first[(first != second) & first.notna()].index[0]
        a, b, year = int(first[index]), int(second[index]), parts["year"][index]
        raise DataRefusedError(
            f"{column}: {a:02d}{sign}{b:02d}{sign}{year} may be day {a} of month {b} or day {b} of month {a}, and no "
            f"row decides; state {_FORMAT_OPTION}: format = "
            f'"{day_first}" (day first) or "{month_first}" (month first)'
        )
    days_lead = n_day_first >= n_month_first
    names = {"first": "day", "second": "month"} if days_lead else {"first": "month", "second": "day"}
    return parts.rename(columns=names), way.replace("a", "dm"[not days_lead]).replace("b", "md"[not days_lead])


def _stamps(parts: pd.DataFrame) -> pd.Series:
    for unit in ("seconds", "milliseconds"):
        if unit in parts:
            numbers = pd.to_numeric(parts[unit]).astype("float64")
            in_us = numbers * (1e6 if unit == "seconds" else 1e3)
            # Beyond the year 2200 the conversion overflows; such a number is no date.
            return pd.to_datetime(in_us.where(in_us < 7.2e15), unit="us").astype("datetime64[us]")
    month = parts["month"]
    if not month.dropna().str.isdigit().all():
        month = month.str.lower().map({name: i + 1 for i, name in enumerate(_MONTHS)})
    year = pd.to_numeric(parts["year"]).astype("float64")
    two_digits = parts["year"].str.len() == 2
    # As strptime does: 69 to 99 are the last century.
    year = year + two_digits * np.where(year < 69, 2000, 1900)
    frame = pd.DataFrame({"year": year, "month": pd.to_numeric(month), "day": pd.to_numeric(parts["day"])})
    frame = frame.where(frame["year"].between(*_YEARS))
    stamps = pd.to_datetime(frame, errors="coerce").astype("datetime64[us]")
    stamps = stamps + _time_of_day(parts["time"])
    return stamps - _offsets(parts["zone"])


def _time_of_day(texts: pd.Series) -> pd.Series:
    found = texts.str.extract(r"(?P<h>\d+):(?P<m>\d+)(?::(?P<s>\d+(?:[.,]\d+)?))? ?(?P<half>[AaPp])?")
    hours, minutes = pd.to_numeric(found["h"]), pd.to_numeric(found["m"])
    seconds = pd.to_numeric(found["s"].str.replace(",", ".", regex=False)).fillna(0.0)
    half = found["half"].str.lower()
    hours = hours.mask(half.notna(), hours % 12) + 12 * (half == "p")
    total = hours * 3600 + minutes * 60 + seconds
    good = texts.isna() | ((hours < 24) & (minutes < 60) & (seconds < 60))
    micros = (total.fillna(0.0) * 1e6).round()
    return pd.to_timedelta(micros.where(good), unit="us").astype("timedelta64[us]")


def _offsets(texts: pd.Series) -> pd.Series:
    found = texts.str.extract(r"([+-])(\d{1,2})(?::?(\d{2}))?$")
    minutes = pd.to_numeric(found[1]) * 60 + pd.to_numeric(found[2]).fillna(0.0)
    minutes = (minutes * np.where(found[0] == "-", -1, 1)).fillna(0.0)
    return pd.to_timedelta(minutes, unit="m").astype("timedelta64[us]")


def _notes(column: str, stamps: pd.Series, zones: pd.Series, weights: pd.Series) -> list[str]:
    notes = []
    zoned = zones != ""
    n_zoned, n_dated = int(weights[zoned & stamps.notna()].sum()), int(weights[stamps.notna()].sum())
    if n_zoned:
        bare = "" if n_zoned == n_dated else f"; the other {n_dated - n_zoned:,} are taken as UTC"
        offsets = sorted(_offsets(zones[zoned & stamps.notna()]).unique())
        listed = ", ".join(_offset_in_words(pd.Timedelta(offset)) for offset in offsets[:4])
        mixed = f" ({len(offsets)} different ones: {listed}{', ...' if len(offsets) > 4 else ''})"
        several = mixed if len(offsets) > 1 else ""
        notes.append(f"{column}: {n_zoned:,} dates carry a time zone{several} and were turned to UTC{bare}")
    days = stamps.dt.strftime("%Y-%m-%d")
    for day in ("1900-01-01", "1970-01-01"):
        n_day = int(weights[days == day].sum())
        if n_day and n_day >= 0.001 * n_dated:
            notes.append(
                f'{column}: {counted(n_day, "row is", "rows are")} dated {day}, which often means "unknown"; '
                f'if so, state `[dates] missing = ["{day}"]`'
            )
    return notes


def _offset_in_words(offset: pd.Timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
