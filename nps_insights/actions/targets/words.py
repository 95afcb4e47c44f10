"""How figures, chances and periods are written in the sentences about targets."""

import math

import pandas as pd

from nps_insights.actions.targets.target import POINTS, SHARES

_MINUS = "−"


def figure(value: float, metric: str, *, change: bool = False, tenths: bool = False) -> str:
    """Write a figure of a metric: NPS points with their sign, shares in per cent, others with one decimal.

    Args:
        value: The figure.
        metric: Its metric.
        change: Whether it is a change, which shows its sign.
        tenths: Whether one more decimal is shown.

    Example:
        >>> figure(42.2, "nps"), figure(-0.04, "nps"), figure(0.128, "detractor"), figure(5.26, "ces")
        ('+42', '0', '13 %', '5.3')
        >>> figure(2.54, "nps", change=True, tenths=True), figure(-0.021, "csat", change=True)
        ('+2.5', '−2 percentage points')
    """
    share = metric in SHARES
    decimals = (0 if metric in POINTS or share else 1) + tenths
    shown = math.floor(abs(100 * value if share else value) * 10**decimals + 0.5) / 10**decimals
    signed = change or metric in POINTS
    sign = "" if shown == 0 else _MINUS if value < 0 else "+" if signed else ""
    number = f"{shown:.{decimals}f}" if shown else "0"
    return f"{sign}{number}{(' percentage points' if change else ' %') if share else ''}"


def ranged(value: float, low: float, high: float, metric: str, *, change: bool = False, tenths: bool = False) -> str:
    """Write a figure with its range.

    Example:
        >>> ranged(42, 37.6, 46.4, "nps")
        '+42 (likely +38 to +46)'
    """
    written = figure(value, metric, change=change, tenths=tenths)
    if math.isnan(low) or math.isnan(high):
        return written
    ends = [figure(end, metric, change=change, tenths=tenths) for end in (low, high)]
    return f"{written} (likely {ends[0]} to {ends[1]})"


def chance(probability: float) -> str:
    """Write a probability; nothing that is only expected is certain.

    Example:
        >>> chance(0.62), chance(0.001), chance(0.999)
        ('about 62 %', 'below 1 %', 'above 99 %')
    """
    if probability < 0.01:
        return "below 1 %"
    return "above 99 %" if probability > 0.99 else f"about {100 * probability:.0f} %"


def period_name(period: pd.Period, per: str) -> str:
    """Write a period.

    Example:
        >>> period_name(pd.Period("2026Q4", freq="Q"), "quarter"), period_name(pd.Period("2026-06", freq="M"), "month")
        ('Q4 2026', 'June 2026')
        >>> period_name(pd.Period("2026-01-08", freq="W-SUN"), "week")
        'the week of 5 January 2026'
    """
    first = period.start_time
    if per in ("day", "week"):
        return f"{'the week of ' if per == 'week' else ''}{day_name(first)}"
    return {"month": f"{first:%B %Y}", "quarter": f"Q{period.quarter} {period.year}", "year": f"{period.year}"}[per]


def day_name(moment: pd.Timestamp) -> str:
    """Write a day.

    Example:
        >>> day_name(pd.Timestamp("2026-01-08"))
        '8 January 2026'
    """
    return f"{moment.day} {moment:%B %Y}"


def plural(n: float, one: str) -> str:
    """Write a count with its noun.

    Example:
        >>> plural(1, "quarter"), plural(1200, "answer")
        ('1 quarter', '1,200 answers')
    """
    return f"{int(n):,} {one}{'' if int(n) == 1 else 's'}"
