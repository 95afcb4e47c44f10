"""Days, spans and numbers as a person would say them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nps_insights.tables import counted

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS_PER_MONTH = 30.4375
_DAYS_PER_YEAR = 365.25
# Longer ago than this, a month without its year could be taken for this year's.
_SAME_YEAR_DAYS = 330
# From this share of the accounts on, "most".
_MOST = 0.6


def whole(number: float) -> int:
    """Return the nearest whole number; a value within 1e-6 of a half goes the same way as the half.

    Example:
        >>> whole(2.5), whole(2.5 - 1e-9), whole(2.4)
        (3, 3, 2)
    """
    return int(np.floor(round(number, 6) + 0.5))


def span(days: float) -> str:
    """Return a length of time: days below 60, months below two years, then years.

    Example:
        >>> [span(days) for days in (1, 59, 60, 425, 1100)]
        ['1 day', '59 days', '2 months', '14 months', '3 years']
    """
    n = whole(days)
    if n < 60:
        return counted(max(n, 1), "day", "days")
    if n < 2 * _DAYS_PER_YEAR:
        return counted(whole(n / _DAYS_PER_MONTH), "month", "months")
    return counted(whole(n / _DAYS_PER_YEAR), "year", "years")


def times(n: int) -> str:
    """Return `once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(n, f"{n:,} times")


def day(moment: pd.Timestamp, as_of: pd.Timestamp) -> str:
    """Return a day, with its year where it is long ago.

    Example:
        >>> day(pd.Timestamp("2026-05-12"), pd.Timestamp("2026-07-01"))
        '12 May'
    """
    return f"{moment.day} {month(moment, as_of)}"


def month(moment: pd.Timestamp, as_of: pd.Timestamp) -> str:
    """Return a month, with its year where it is long ago.

    Example:
        >>> month(pd.Timestamp("2025-03-12"), pd.Timestamp("2026-07-01"))
        'March 2025'
    """
    name = MONTHS[moment.month - 1]
    return f"{name} {moment.year}" if (as_of - moment).days > _SAME_YEAR_DAYS else name


def number(value: float) -> str:
    """Return a number to four digits, whole ones in full.

    Example:
        >>> number(1200000.0), number(3.14159), number(0.2)
        ('1,200,000', '3.142', '0.2')
    """
    near = whole(value)
    if abs(value - near) < 1e-6 * max(1.0, abs(value)):
        return f"{near:,}"
    return f"{_snapped(value):,.0f}" if abs(value) >= 1000 else f"{_snapped(value):.4g}"


def compared(value: float, reference: Mapping[str, list[float]] | None) -> str:
    """Return `, less than most` or `, more than most` against the accounts in training; nothing in between.

    Args:
        value: The value of one account.
        reference: Edges and shares of the feature in training, as in `ChurnModel.reference`; None for no comparison.

    Example:
        >>> compared(1.0, {"edges": [5.0], "shares": [0.2, 0.8, 0.0]})
        ', less than most'
    """
    if not reference:
        return ""
    edges = np.array([_snapped(edge) for edge in reference["edges"]])
    place = int(np.searchsorted(edges, _snapped(value), side="left"))
    known = np.array(reference["shares"][:-1])
    if known[place + 1 :].sum() >= _MOST * known.sum():
        return ", less than most"
    return ", more than most" if known[:place].sum() >= _MOST * known.sum() else ""


def _snapped(value: float) -> float:
    """To eight digits: values that differ in the last bits alone are the same value to a reader."""
    return float(f"{value:.8g}")
