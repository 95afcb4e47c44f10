"""Events beside periods: what happened when. An event annotates a trend; that it explains one is never said."""

import pandas as pd

from nps_insights.tables import conform, empty


def annotated(estimates: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Return which event falls into which period of the estimates.

    An event with `ended_at` falls into every period that it touches; one without, into that of its day. Events
    outside all periods are in no row.

    Args:
        estimates: Table `estimates` per period.
        events: Table `events`.

    Returns:
        Table `period_events`, one row per period and event; empty where there is none.

    Example:
        >>> days = pd.to_datetime(["2026-04-01", "2026-07-01"])
        >>> estimates = pd.DataFrame({"period_start": days, "period_end": pd.to_datetime(["2026-06-30", "2026-09-30"])})
        >>> events = pd.DataFrame({"event_at": pd.to_datetime(["2026-08-03 14:00"]), "label": ["Price rise"]})
        >>> annotated(estimates, events)[["period_start", "label"]].astype("str").values.tolist()
        [['2026-07-01', 'Price rise']]
    """
    if events.empty or "period_start" not in estimates.columns:
        return empty("period_events")
    periods = estimates[["period_start", "period_end"]].dropna().drop_duplicates()
    known = conform("events", events)
    pairs = periods.merge(known, how="cross")
    first = pairs["event_at"].dt.normalize()
    last = pairs["ended_at"].dt.normalize().fillna(first) if "ended_at" in pairs.columns else first
    inside = (first <= pairs["period_end"]) & (last >= pairs["period_start"])
    return conform("period_events", pairs[inside])


def event_words(period_events: pd.DataFrame, period_start: pd.Timestamp) -> str:
    """Return one sentence on what fell into a period, empty where nothing did.

    Example:
        >>> day = pd.Timestamp("2026-08-03")
        >>> rows = {"period_start": [pd.Timestamp("2026-07-01")], "event_at": [day], "label": ["Price rise"]}
        >>> event_words(pd.DataFrame(rows), pd.Timestamp("2026-07-01"))
        'In the same period, without saying that it is why: Price rise (2026-08-03).'
    """
    inside = period_events[period_events["period_start"] == period_start].sort_values(["event_at", "label"])
    if inside.empty:
        return ""
    ends = inside["ended_at"] if "ended_at" in inside.columns else pd.Series(pd.NaT, index=inside.index)
    told = [
        f"{label} ({start:%Y-%m-%d}{'' if pd.isna(end) else f' to {end:%Y-%m-%d}'})"
        for label, start, end in zip(inside["label"], inside["event_at"], ends, strict=True)
    ]
    return f"In the same period, without saying that it is why: {'; '.join(told)}."
