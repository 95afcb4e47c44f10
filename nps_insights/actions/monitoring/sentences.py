"""The reason of an alert in one sentence."""

from collections.abc import Mapping, Sequence

import pandas as pd

from nps_insights.actions.monitoring.settings import AlertSettings
from nps_insights.metrics.periods import PERIOD_STARTS

THEME_SHARE = "theme_share"
_MOST_NAMED = 5
_SCORES = {"nps": "NPS", "csat": "CSAT", "ces": "CES", "ces_top": "CES (top boxes)"}


def theme_labels(themes: pd.DataFrame | None) -> dict[str, str]:
    """Return the label of each theme by its id; empty where no themes are given.

    Example:
        >>> theme_labels(pd.DataFrame({"theme_id": ["t1"], "label": ["disconnects"]}))
        {'t1': 'disconnects'}
    """
    return {} if themes is None else dict(zip(themes["theme_id"], themes["label"], strict=True))


def parents_of(themes: pd.DataFrame | None) -> dict[str, str]:
    """Return the top theme of each theme by its id; empty where no themes are given, or none has one.

    Example:
        >>> parents_of(pd.DataFrame({"theme_id": ["t1", "p1"], "parent_id": ["p1", None]}))
        {'t1': 'p1'}
    """
    if themes is None or "parent_id" not in themes.columns:
        return {}
    known = themes[themes["parent_id"].notna()]
    return dict(zip(known["theme_id"], known["parent_id"], strict=True))


def period_name(start: pd.Timestamp, end: pd.Timestamp, per: str) -> str:
    """Return how a reader calls one or more periods.

    Example:
        >>> period_name(pd.Timestamp("2026-01-01"), pd.Timestamp("2026-06-30"), "month")
        'January to June 2026'
        >>> period_name(pd.Timestamp("2026-07-01"), pd.Timestamp("2026-09-30"), "quarter")
        'Q3 2026'
    """
    first, last = _one(start, per), _one(end, per)
    if first == last:
        return first
    if per == "month" and start.year == end.year:
        return f"{start:%B} to {last}"
    return f"{first} to {last}"


def _one(day: pd.Timestamp, per: str) -> str:
    if per == "month":
        return f"{day:%B %Y}"
    if per == "quarter":
        return f"Q{day.quarter} {day.year}"
    if per == "year":
        return str(day.year)
    return (
        f"the week of {day.to_period(PERIOD_STARTS[per]).start_time:%Y-%m-%d}" if per == "week" else f"{day:%Y-%m-%d}"
    )


def moved(row: Mapping[str, object], *, per: str, label: str = "", share: float | None = None) -> str:
    """Return what moved, by how much with its interval, from when to when; without a full stop.

    Args:
        row: Of table `alerts`.
        per: The period.
        label: Of the theme, where it is one.
        share: Share of all answers of the later periods that the group gave, where it is one.

    Example:
        >>> days = ["2026-06-01", "2026-06-30", "2026-07-01", "2026-07-31"]
        >>> names = ["before_start", "before_end", "after_start", "after_end"]
        >>> row = dict(zip(names, map(pd.Timestamp, days))) | {"metric": "nps", "by": "", "group": ""}
        >>> row |= {"estimate": -9.0, "conf_low": -13.0, "conf_high": -5.0, "before_estimate": 30, "after_estimate": 21}
        >>> moved(row, per="month")
        'NPS fell 9 points (-13 to -5), from June 2026 to July 2026'
    """
    metric, estimate = str(row["metric"]), float(row["estimate"])  # type: ignore[arg-type]
    low, high, was, now = (float(row[name]) for name in ("conf_low", "conf_high", "before_estimate", "after_estimate"))  # type: ignore[arg-type]
    verb = "rose" if estimate > 0 else "fell"
    when = _when(row, per)
    if metric == THEME_SHARE:
        ends = f"{100 * was:.0f} to {100 * now:.0f} % of comments ({_end(100 * low)} to {_end(100 * high)} points)"
        return f"Mentions of '{label or row['group']}' {verb} from {ends}{when}"
    of = f" of {row['by']} {row['group']}" if row["by"] else ""
    of += f" ({100 * share:.0f} % of the answers)" if row["by"] and share is not None else ""
    name = _SCORES.get(metric, metric)
    if metric.startswith("nps"):
        return f"{name}{of} {verb} {abs(estimate):.0f} points ({_end(low)} to {_end(high)}){when}"
    if metric in ("csat", "ces_top"):
        return f"{name}{of} {verb} {100 * abs(estimate):.0f} points ({_end(100 * low)} to {_end(100 * high)}){when}"
    return f"{name}{of} {verb} {abs(estimate):.2f} ({low:+.2f} to {high:+.2f}){when}"


def _end(points: float) -> str:
    """An end of a range in whole points; with a decimal where it would read as nothing."""
    return f"{points:+.0f}" if abs(points) >= 0.5 else f"{points:+.1f}"


def _when(row: Mapping[str, object], per: str) -> str:
    before, after = (
        period_name(pd.Timestamp(row[f"{side}_start"]), pd.Timestamp(row[f"{side}_end"]), per)
        for side in ("before", "after")
    )
    return f", from {before} to {after}" if " to " not in before else f" in {after} against {before} together"


def explained(
    part: pd.Series | None,
    theme: pd.Series | None,
    *,
    metric: str,
) -> str:
    """Return what goes with a change, to follow the sentence of it; empty where nothing clear was found.

    Args:
        part: Row of table `traces` of a group, or None.
        theme: What of a theme changed where the part lies: label, before_estimate, after_estimate; or None.
        metric: What changed.

    Example:
        >>> part = pd.Series({"part": "rate", "dimension": "product", "part_group": "Router", "estimate": -8.0})
        >>> theme = pd.Series({"label": "disconnects", "before_estimate": 0.04, "after_estimate": 0.19})
        >>> explained(part, theme, metric="nps")
        "; answers of product Router make up 8 of them, where mentions of 'disconnects' rose from 4 to 19 %"
    """
    mentions = ""
    if theme is not None:
        was, now = float(theme["before_estimate"]), float(theme["after_estimate"])
        verb = "rose" if now > was else "fell"
        mentions = f"mentions of '{theme['label']}' {verb} from {100 * was:.0f} to {100 * now:.0f} %"
    if part is None:
        return f"; {mentions} in the same time" if mentions else ""
    size = abs(float(part["estimate"])) * (1.0 if metric.startswith("nps") else 100.0)
    whose = f"{part['dimension']} {part['part_group']}"
    who = f"answers of {whose}" if part["part"] == "rate" else f"another share of {whose} among those who answered"
    verb = "make up" if part["part"] == "rate" else "makes up"
    return f"; {who} {verb} {size:.0f} of them" + (f", where {mentions}" if mentions else "")


def kept_quiet(row: Mapping[str, object], settings: AlertSettings, *, per: str, in_quiet: bool) -> str:
    """Return why an alert is not raised, to follow the sentence of the change; empty for a raised one.

    Example:
        >>> row = {"why": "stays", "status": "known", "known_since": pd.Timestamp("2026-05-01")}
        >>> kept_quiet(row, AlertSettings(), per="month", in_quiet=False)
        '; known since May 2026, the level stays'
    """
    if row["status"] == "known":
        since = row.get("known_since")
        known = "" if since is None or pd.isna(since) else f"known since {_one(pd.Timestamp(since), per)}"
        what = {"no further": "not clearly further since", "told": "told of before, and no further today"}
        return "; " + ", ".join(part for part in (known, what.get(str(row["why"]), "the level stays")) if part)
    if row["status"] == "quiet":
        least = settings.effect_that_matters(str(row["metric"]))
        return "; the period is set to quiet" if in_quiet else f"; less than the {least:g} that matter"
    return ""


def figure_name(row: Mapping[str, object], label: str = "") -> str:
    """Return how a figure is called within a sentence.

    Example:
        >>> figure_name({"metric": "nps", "by": "plan", "group": "Pro"}), figure_name({"metric": "nps", "by": ""})
        ('NPS of plan Pro', 'NPS of all answers')
    """
    metric = str(row["metric"])
    if metric == THEME_SHARE:
        return f"mentions of '{label or row['group']}'"
    return f"{_SCORES.get(metric, metric)} of " + (f"{row['by']} {row['group']}" if row["by"] else "all answers")


def with_it(parts: Sequence[str]) -> str:
    """Return the figures that moved because this one did, to follow its sentence; empty for none.

    Example:
        >>> with_it(["NPS of all answers", "mentions of 'price'"])
        "; the same move shows in NPS of all answers, mentions of 'price'"
    """
    if not parts:
        return ""
    named, rest = list(parts[:_MOST_NAMED]), len(parts) - _MOST_NAMED
    return "; the same move shows in " + ", ".join(named) + (f" and {rest} more" if rest > 0 else "")
