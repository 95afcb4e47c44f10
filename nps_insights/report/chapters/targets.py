"""Chapter: targets: how far, how fast, and how likely they are reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from nps_insights.report import words
from nps_insights.report.languages import say
from nps_insights.report.page.blocks import TextTable
from nps_insights.report.page.charts import ACCENT, NEUTRAL, Chart, Mark, time_chart
from nps_insights.report.rows.watch_words import chance, figure_name, level, level_with_range, sentence

MOST_CHARTS = 5
_VERDICTS = {
    "reached": "reached",
    "on_track": "on track",
    "open": "open",
    "unlikely": "unlikely",
    "missed": "missed",
    "not_known": "not known",
}
# What a reader can still do something about comes first.
_ORDER = {name: place for place, name in enumerate(("unlikely", "open", "on_track", "not_known", "missed", "reached"))}
_IN_PERCENT = frozenset({"csat", "ces_top", "promoter", "passive", "detractor", "theme_share"})


@dataclass(frozen=True)
class OneTarget:
    """One target: the verdict in a sentence, what history says of it, chart and table of its path."""

    title: str
    verdict: str
    realistic: str
    figures: TextTable
    chart: Chart | None
    path: TextTable | None


@dataclass(frozen=True)
class Targets:
    """All targets side by side, then each by itself."""

    table: TextTable | None = None
    each: list[OneTarget] = field(default_factory=list)


def targets_chapter(tables: Mapping[str, pd.DataFrame]) -> Targets:
    """Return the chapter; without table `targets` it has no table and does not appear.

    Args:
        tables: Tables as `report_tables` returns them.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> targets_chapter(report_tables({})).table is None
        True
    """
    rows = targets_in_order(tables)
    if rows.empty:
        return Targets()
    path = tables["target_path"]
    each = [_one(at, row, path[path["name"] == row["name"]]) for at, row in rows.iterrows()]
    return Targets(_table(rows), each)


def targets_in_order(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the targets: of everybody before groups, the undecided first.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> len(targets_in_order(report_tables({})))
        0
    """
    rows = tables["targets"]
    keys = rows.assign(of_group=rows["by"] != "", place=rows["verdict"].map(_ORDER))
    return keys.sort_values(["of_group", "place", "due_at", "name"])[rows.columns].reset_index(drop=True)


def target_line(row: pd.Series, *, headline: str = "nps") -> str:
    """Say in one line how likely a target is reached, for the first screen.

    Args:
        row: Row of table `targets`.
        headline: Metric that stands above it and need not be named again.

    Example:
        >>> row = pd.Series({"metric": "nps", "by": "", "group": "", "target": 40.0, "probability": 0.22})
        >>> row = pd.concat([row, pd.Series({"due_at": pd.Timestamp("2027-12-31"), "verdict": "open", "estimate": 30})])
        >>> target_line(row)
        'Target 40 by Dec 2027: 22% likely at today’s pace.'
    """
    figure = "" if row["metric"] == headline and not row["by"] else f"{figure_name(row)}: "
    named = (
        say(
            "{figure}target {level} by {month}",
            figure=figure,
            level=level(row["metric"], row["target"]),
            month=_month(row["due_at"]),
        )
        if figure
        else say(
            "{figure}Target {level} by {month}",
            figure=figure,
            level=level(row["metric"], row["target"]),
            month=_month(row["due_at"]),
        )
    )
    if row["verdict"] in ("reached", "missed") and pd.notna(row["estimate"]):
        return say(
            "{named}: {verdict}, with {figure}.",
            named=named,
            verdict=say(_VERDICTS[row["verdict"]]),
            figure=level_with_range(row["metric"], row),
        )
    if row["verdict"] == "not_known" or pd.isna(row["probability"]):
        return say("{named}: how likely cannot be said yet.", named=named)
    return say("{named}: {chance} likely at today’s pace.", named=named, chance=chance(row["probability"]))


def _table(rows: pd.DataFrame) -> TextTable:
    lines = [
        (
            words.clean(row["name"], most=80),
            figure_name(row),
            level(row["metric"], row["target"]),
            words.day(row["due_at"]),
            level_with_range(row["metric"], row),
            say(_VERDICTS[row["verdict"]]),
            _likely(row),
        )
        for _, row in rows.iterrows()
    ]
    heads = (say("Target"), say("Figure"), say("Asked"), say("By"), say("Measured last"), say("Verdict"), say("Chance"))
    return TextTable(say("Every target"), heads, lines)


def _likely(row: pd.Series) -> str:
    return "–" if pd.isna(row["probability"]) else chance(row["probability"])


def _one(at: int, row: pd.Series, path: pd.DataFrame) -> OneTarget:
    ordered = path[path["estimate"].notna()].sort_values(["period_start", "kind"], ignore_index=True)
    return OneTarget(
        title=words.clean(row["name"], most=80),
        verdict=sentence(row["reason"]),
        realistic=sentence(row["realistic_because"]),
        figures=_figures(row),
        chart=_chart(at, row, ordered) if len(ordered) and at < MOST_CHARTS else None,
        path=_path(row, ordered) if len(ordered) else None,
    )


def _figures(row: pd.Series) -> TextTable:
    metric, per = str(row["metric"]), words.clean(row["per"], most=12, nothing="period")
    lines = [
        (
            say("Measured last"),
            level_with_range(metric, row),
            say("from {answers}", answers=words.plural(row["n"], "answer")),
        )
    ]
    start = "" if pd.isna(row["baseline"]) else say("from {level}", level=level(metric, row["baseline"]))
    since = "" if pd.isna(row["baseline_at"]) else say("since {day}", day=words.day(row["baseline_at"]))
    # A way that starts at its end has no share that was done.
    backwards = metric.startswith("nps") and pd.notna(row["baseline"]) and row["baseline"] >= row["target"]
    if pd.notna(row["progress"]) and not backwards:
        ends = [row["progress"], row["progress_low"], row["progress_high"]]
        lines.append((say("Way done"), _signed_percent(*ends), " ".join(part for part in (start, since) if part)))
    if pd.notna(row["pace"]):
        lines.append((say("Moved a {per}", per=per), _change(metric, row, "pace"), say("over the way so far")))
    if pd.notna(row["needed_pace"]):
        needed = words.points(_scale(metric) * row["needed_pace"], signed=True, tenths=True)
        lines.append((say("Needed a {per}", per=per), needed, say("from the last figure to the target")))
    if pd.notna(row["expected"]):
        expected = pd.Series(
            {"estimate": row["expected"], "conf_low": row["expected_low"], "conf_high": row["expected_high"]}
        )
        lines.append((say("Expected at the end"), level_with_range(metric, expected), say("as it would be measured")))
    if pd.notna(row["detectable"]):
        seen = words.points(_scale(metric) * row["detectable"])
        lines.append(
            (say("Smallest change that would show"), seen, say("between two {per}s as large as the last", per=per))
        )
    if pd.notna(row["responses_needed"]):
        more = words.count(row["responses_needed"]) if row["responses_needed"] else say("none")
        lines.append((say("Answers still needed"), more, say("to tell on which side of the target the figure lies")))
    unit = "" if _scale(metric) == 1.0 else say("; changes in percentage points")
    return TextTable(
        say("The target in figures{unit}", unit=unit), (say("What"), say("Figure"), say("In words")), lines
    )


def _change(metric: str, row: pd.Series, name: str) -> str:
    ends = [_scale(metric) * float(row[f"{name}{end}"]) for end in ("", "_low", "_high")]
    return words.with_range(*ends, signed=True, tenths=True)


def _signed_percent(value: float, low: float, high: float) -> str:
    """Write a share of the way; it may lie below zero or beyond the whole."""
    shown = [
        words.percent_sign(words.points(round(100 * one))) if pd.notna(one) else say(words.UNKNOWN)
        for one in (value, low, high)
    ]
    return say("{share} (likely {low} to {high})", share=shown[0], low=shown[1], high=shown[2])


def _scale(metric: str) -> float:
    return 100.0 if metric in _IN_PERCENT else 1.0


def _chart(at: int, row: pd.Series, path: pd.DataFrame) -> Chart:
    metric, scale = str(row["metric"]), _scale(str(row["metric"]))
    sides = [[_mark(own, metric, scale) for _, own in _of_kind(path, kind).iterrows()] for kind in _KINDS]
    planned = [scale * float(one) for kind in _KINDS for one in _of_kind(path, kind)["planned"]]
    name = figure_name(row)
    last = f", {sides[0][-1].label} {level(metric, sides[0][-1].estimate / scale)}" if sides[0] else ""
    return time_chart(
        f"chart-target-{at}",
        say(
            "Chart: {name} as measured{last}, as expected until {day}, and as planned. The table beside "
            "it holds every figure.",
            name=name,
            last=last,
            day=words.day(row["due_at"]),
        ),
        sides[0],
        axis="NPS" if metric == "nps" else name,
        expected=sides[1],
        planned=planned if any(pd.notna(one) for one in planned) else (),
        percent=scale != 1.0,
    )


_KINDS = {"measured": "measured", "expected": "expected"}


def _of_kind(path: pd.DataFrame, kind: str) -> pd.DataFrame:
    return path[path["kind"] == kind]


def _mark(own: pd.Series, metric: str, scale: float) -> Mark:
    start, end = own["period_start"], own["period_end"]
    label = words.period(start, end)
    # A whole month's name is too long for an axis of many.
    name = _month(start) if label == say("{month} {year}", month=words.month(start), year=start.year) else label
    estimate, low, high = (scale * float(own[one]) for one in ("estimate", "conf_low", "conf_high"))
    said = words.colon(f"{label}, {say(_KINDS[own['kind']])}", level_with_range(metric, own))
    return Mark(name, estimate, low, high, ACCENT if own["kind"] == "measured" else NEUTRAL, said)


def _month(when: pd.Timestamp) -> str:
    return say("{month} {year}", month=words.month(when, short=True), year=when.year)


def _path(row: pd.Series, path: pd.DataFrame) -> TextTable:
    metric = str(row["metric"])
    lines = [
        (
            words.period(own["period_start"], own["period_end"]),
            say(_KINDS[own["kind"]]),
            level_with_range(metric, own),
            "–" if pd.isna(own["planned"]) else level(metric, own["planned"]),
        )
        for _, own in path.iterrows()
    ]
    name = words.clean(row["name"], most=80)
    return TextTable(
        say("{name}, period by period", name=name), (say("Period"), say("Kind"), say("Figure"), say("Planned")), lines
    )
