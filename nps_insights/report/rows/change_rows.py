"""Why a number moved, as rows: the change between two periods or groups, and the parts that add up to it."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from nps_insights.report import words
from nps_insights.report.inputs import group_columns
from nps_insights.report.rows.driver_rows import CLEAR_Q, Effect

_QUARTER = re.compile(r"(?:(\d{4})-?Q([1-4])|Q([1-4]) (\d{4}))")
_MONTH, _YEAR, _DAY = (re.compile(form) for form in (r"(\d{4})-(\d\d)", r"(\d{4})", r"(\d{4})-(\d\d)-(\d\d)"))


@dataclass(frozen=True)
class Part:
    """One part of a change.

    Attributes:
        part: silence, silent, mix, frequency, rate or unexplained.
        driver_id: The driver it belongs to; empty where it belongs to none.
        label: Name as it came from the data, not yet cleaned.
        points: Points with their range.
        shares: Share (0..1) of those with a comment who mention the theme, before and after; empty where not known.
    """

    part: str
    driver_id: str
    label: str
    points: Effect
    shares: tuple[float, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """A change and its parts.

    Attributes:
        by: Column of the groups compared; empty where periods are.
        before: Name of the earlier period or the first group.
        after: Name of the later period or the second group.
        total: The whole change.
        parts: What adds up to it.
        n_before: Answers before.
        n: Answers after.
    """

    by: str
    before: str
    after: str
    total: Effect
    parts: list[Part]
    n_before: int
    n: int


def comparisons(tables: Mapping[str, pd.DataFrame]) -> list[Comparison]:
    """Return the changes that were taken apart: periods first and the latest of them first, then groups by name.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> comparisons(report_tables({}))
        []
    """
    parts, columns = tables["change_parts"], set(group_columns(tables["estimates"]))
    found = []
    for (by, before, after), rows in parts.groupby(["by", "before", "after"], sort=True):
        total = rows[rows["part"] == "total"]
        if len(total) == 0 or not math.isfinite(total["estimate"].iloc[0]):
            continue
        over_time = by not in columns and period_start(after) is not None
        moment = period_start(after) if over_time else None
        order = (not over_time, -(moment or date.min).toordinal(), -(period_start(before) or date.min).toordinal(), by)
        found.append((order, _comparison("" if over_time else by, before, after, total.iloc[0], rows)))
    return [comparison for _, comparison in sorted(found, key=lambda pair: pair[0])]


def _comparison(by: str, before: str, after: str, total: pd.Series, rows: pd.DataFrame) -> Comparison:
    rows = rows[(rows["part"] != "total") & rows["estimate"].notna()].sort_values(["part", "driver_id"])
    return Comparison(
        by=by,
        before=before if by else named_period(before),
        after=after if by else named_period(after),
        total=_points(total),
        parts=[
            Part(row["part"], row["driver_id"], row["label"], _points(row), _shares(row)) for _, row in rows.iterrows()
        ],
        n_before=int(total["n_before"]),
        n=int(total["n"]),
    )


def _points(row: pd.Series) -> Effect:
    """Points that are clear by their own range and, where they are one of many, by the rule for many figures."""
    low, high = float(row["conf_low"]), float(row["conf_high"])
    beyond_luck = pd.isna(row["q_value"]) or row["q_value"] < CLEAR_Q
    return Effect(float(row["estimate"]), low, high, clear=bool(beyond_luck and (low > 0 or high < 0)))


def _shares(row: pd.Series) -> tuple[float, ...]:
    known = pd.notna(row["share_before"]) and pd.notna(row["share_after"])
    return (float(row["share_before"]), float(row["share_after"])) if known else ()


def together(parts: Sequence[Part]) -> Effect:
    """Return the sum of parts, with the range it has if their errors do not hang together.

    Example:
        >>> part = Part("frequency", "theme/t01", "price", Effect(-1.0, -4.0, 2.0, clear=False))
        >>> other = Part("frequency", "theme/t02", "queue", Effect(-1.0, -5.0, 3.0, clear=False))
        >>> together([part, other])
        Effect(estimate=-2.0, low=-7.0, high=3.0, clear=False)
    """
    if len(parts) == 1:
        return parts[0].points
    estimate = sum(part.points.estimate for part in parts)
    half = math.sqrt(sum((part.points.high - part.points.low) ** 2 for part in parts)) / 2
    return Effect(estimate, estimate - half, estimate + half, clear=abs(estimate) > half)


def is_more_often(part: Part) -> bool:
    """Return whether a theme is mentioned more often than before.

    Example:
        >>> is_more_often(Part("frequency", "theme/t01", "price", Effect(-1.0, -2.0, -0.5, clear=True), (0.1, 0.2)))
        True
    """
    return part.shares[1] > part.shares[0]


def adding_up(values: Sequence[float], total: float) -> list[float]:
    """Round to tenths so that what is shown adds up to the rounded total.

    Each value is rounded down or up, those nearest to the next tenth up first; where the values do not add up to the
    total, each is rounded for itself.

    Example:
        >>> adding_up([-4.26, 1.33, 0.26], -2.67)
        [-4.3, 1.3, 0.3]
    """
    floors = [math.floor(10 * value) for value in values]
    missing = math.floor(10 * total + 0.5) - sum(floors)
    if not 0 <= missing <= len(values):
        return [round(value, 1) for value in values]
    by_rest = sorted(range(len(values)), key=lambda at: (floors[at] - 10 * values[at], at))
    return [(floor + (at in by_rest[:missing])) / 10 for at, floor in enumerate(floors)]


def adding_up_to(values: Sequence[float], total: float) -> list[float]:
    """Round parts so that they add up to the total as it is shown: whole points, tenths where it is below one.

    Each part is rounded down, and those with the largest remainders up until the sum is reached.

    Example:
        >>> adding_up_to([-3.4, -1.4, -1.4], -6.2), adding_up_to([0.26, 0.26], 0.52)
        ([-3, -1, -2], [0.3, 0.2])
        >>> sum(adding_up_to([-8.3, 2.5, -6.3], -12.1))
        -12
    """
    unit = 10 if abs(total) < 1 else 1
    asked = int(math.copysign(math.floor(abs(total) * unit + 0.5), total))
    floors = [math.floor(value * unit) for value in values]
    # Remainders are compared beyond the noise of sums, so that equal ones go by their place.
    by_rest = sorted(range(len(values)), key=lambda at: (round(floors[at] - values[at] * unit, 9), at))
    for at in by_rest[: asked - sum(floors)]:
        floors[at] += 1
    return [value / unit if unit > 1 else value for value in floors]


def period_start(name: str) -> date | None:
    """Return the first day of a period from its name, or None where the name is no period's.

    Example:
        >>> period_start("2026Q2"), period_start("Q2 2026"), period_start("2026-05"), period_start("Business")
        (datetime.date(2026, 4, 1), datetime.date(2026, 4, 1), datetime.date(2026, 5, 1), None)
    """
    days = period_days(name)
    return None if days is None else days[0]


def named_period(name: str) -> str:
    """Return a period's name as the page writes it; any other text as it stands.

    Example:
        >>> named_period("2026Q2"), named_period("2026-05"), named_period("2026-04-01/2026-06-30")
        ('Q2 2026', 'May 2026', 'Q2 2026')
    """
    days = period_days(name)
    return name if days is None else words.period(*days)


def period_days(name: str) -> tuple[date, date] | None:
    """Return first and last day of a period from its name, or None where the name is no period's.

    Example:
        >>> [day.isoformat() for day in period_days("2026Q2")]
        ['2026-04-01', '2026-06-30']
    """
    ends = [_one(part.strip()) for part in re.split(r"/| to ", name)]
    known = [days for days in ends if days is not None]
    return (known[0][0], known[-1][1]) if len(known) == len(ends) else None


def _one(name: str) -> tuple[date, date] | None:
    try:
        if found := _QUARTER.fullmatch(name):
            year, quarter = (int(x) for x in (found[1] or found[4], found[2] or found[3]))
            return _months(year, 3 * quarter - 2, 3)
        if found := _MONTH.fullmatch(name):
            return _months(int(found[1]), int(found[2]), 1)
        if found := _YEAR.fullmatch(name):
            return _months(int(found[1]), 1, 12)
        if found := _DAY.fullmatch(name):
            only = date(*(int(x) for x in found.groups()))
            return only, only
    except ValueError:
        return None
    return None


def _months(year: int, month: int, n: int) -> tuple[date, date]:
    after = year + (month + n > 12), (month + n - 1) % 12 + 1
    return date(year, month, 1), date(*after, 1) - timedelta(days=1)
