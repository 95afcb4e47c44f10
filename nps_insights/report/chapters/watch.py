"""Chapter: alerts, new levels, events, and issued figures that are others today."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from nps_insights.report import words
from nps_insights.report.languages import say
from nps_insights.report.page.blocks import TextTable
from nps_insights.report.rows.traced_changes import Traced, traced_changes
from nps_insights.report.rows.watch_rows import FIGURE, alerts_in_order, span, standing
from nps_insights.report.rows.watch_words import change_with_range, exact_level, figure_name, level, sentence, short_day

MOST_RAISED = 5
_PARTS = {
    "late_answers": "late answers",
    "changed_answers": "answers corrected or removed",
    "theme_edits": "theme edits",
    "settings": "other settings",
    "unexplained": "not explained",
}
_SCORES_FIRST = {"nps": 0, "nps_account": 1, "nps_revenue": 2, "csat": 3, "ces": 4, "ces_top": 5}


@dataclass(frozen=True)
class Watch:
    """What was watched, what set off an alert and what went with it, and what is different since an earlier issue."""

    lead: str = ""
    raised: list[tuple[str, str]] = field(default_factory=list)
    alerts: TextTable | None = None
    traces: list[Traced] = field(default_factory=list)
    levels: TextTable | None = None
    events: TextTable | None = None
    restated: TextTable | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was watched and nothing restated."""
        return not self.lead and not (self.levels or self.events or self.restated)


def watch_chapter(tables: Mapping[str, pd.DataFrame], *, n_judged: int | None = None) -> Watch:
    """Return the chapter; without the tables of watching it is empty and does not appear.

    Args:
        tables: Tables as `report_tables` returns them.
        n_judged: Number of figures that could be held against earlier periods; None where nobody counted.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> watch_chapter(report_tables({})).is_empty
        True
    """
    alerts = alerts_in_order(tables)
    loud = alerts[alerts["status"] == "raised"]
    return Watch(
        lead=_lead(tables, n_judged, {name: int(n) for name, n in alerts["status"].value_counts().items()}),
        raised=[(str(row["severity"]), sentence(row["reason"])) for _, row in loud.head(MOST_RAISED).iterrows()],
        alerts=_alerts(alerts),
        traces=traced_changes(tables),
        levels=_levels(tables),
        events=_events(tables["period_events"]),
        restated=_restated(tables),
    )


def _lead(tables: Mapping[str, pd.DataFrame], n_judged: int | None, counts: Mapping[str, int]) -> str:
    n_raised = counts.get("raised", 0)
    # Where nothing was raised they are parts of a level that was known already.
    n_parts = counts.get("part", 0) if n_raised else 0
    n_kept = sum(counts.values()) - n_raised - n_parts
    series = tables["series"]
    dated = series[series["period_start"].notna() & ~series["metric"].isin(["promoter", "passive", "detractor"])]
    if dated.empty and not counts:
        return ""
    n = len(dated[FIGURE].drop_duplicates())
    watched = (
        (
            say("{figures} is watched period by period. ", figures=words.plural(n, "figure"))
            if n == 1
            else say("{figures} are watched period by period. ", figures=words.plural(n, "figure"))
        )
        if n
        else ""
    )
    if n_judged == 0:
        found = say(
            "Nothing could be judged: no finished period with enough answers has an earlier one to be held against."
        )
    elif not n_raised:
        found = say("No alert: in the last finished period nothing new moved beyond chance and by enough to matter.")
    else:
        found = (
            say("{alerts} was raised.", alerts=words.plural(n_raised, "alert"))
            if n_raised == 1
            else say("{alerts} were raised.", alerts=words.plural(n_raised, "alert"))
        )
    if n_parts:
        found += (
            say(" {figures} moved with it.", figures=words.plural(n_parts, "other figure"))
            if n_raised == 1
            else say(" {figures} moved with them.", figures=words.plural(n_parts, "other figure"))
        )
    kept = (
        say(" {changes} was known already or kept quiet.", changes=words.plural(n_kept, "change"))
        if n_kept == 1
        else say(" {changes} were known already or kept quiet.", changes=words.plural(n_kept, "change"))
    )
    return watched + found + (kept if n_kept else "")


def _alerts(alerts: pd.DataFrame) -> TextTable | None:
    if alerts.empty:
        return None
    lines = [
        (
            figure_name(row),
            standing(row),
            words.colon(span(row, "before"), level(row["metric"], row["before_estimate"])),
            words.colon(span(row, "after"), level(row["metric"], row["after_estimate"])),
            change_with_range(row["metric"], row),
            say("{n_before} and {n}", n_before=words.count(row["n_before"]), n=words.count(row["n"])),
        )
        for _, row in alerts.iterrows()
    ]
    heads = (say("Figure"), say("Standing"), say("Before"), say("Now"), say("Change"), say("Answers"))
    return TextTable(say("Every change beyond chance, those that were raised first"), heads, lines)


def _levels(tables: Mapping[str, pd.DataFrame]) -> TextTable | None:
    rows = _labelled(tables["change_points"], tables)
    if rows.empty:
        return None
    ordered = rows.sort_values(["at", *FIGURE], ascending=[False, True, True, True])
    lines = [
        (
            figure_name(row),
            short_day(row["at"]),
            short_day(row["found_at"]),
            level(row["metric"], row["before_estimate"]),
            level(row["metric"], row["after_estimate"]),
            change_with_range(row["metric"], row),
        )
        for _, row in ordered.iterrows()
    ]
    heads = (say("Figure"), say("Since"), say("Seen in"), say("Level before"), say("Level after"), say("Change"))
    return TextTable(say("Figures that came to lie on another level, the latest first"), heads, lines)


def _labelled(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    labels = tables["themes"].drop_duplicates("theme_id").set_index("theme_id")["label"]
    return rows.assign(label=rows["group"].map(labels).where(rows["metric"] == "theme_share"))


def _events(rows: pd.DataFrame) -> TextTable | None:
    if rows.empty:
        return None
    lines = []
    ordered = rows.sort_values(["event_at", "label", "period_start"], ascending=[False, True, True])
    for (when, label), own in ordered.groupby(["event_at", "label"], sort=False):
        first, last = own.iloc[0], own.iloc[-1]
        names = [words.period(one["period_start"], one["period_end"]) for one in (first, last)]
        days = say(" to {short_day}", short_day=short_day(first["ended_at"])) if pd.notna(first["ended_at"]) else ""
        fell = names[0] if names[0] == names[1] else say("{names} to {names2}", names=names[0], names2=names[1])
        kind = words.clean(first["kind"], most=40, nothing="–")
        lines.append((words.clean(label, most=120), kind, f"{short_day(when)}{days}", fell))
    return TextTable(
        say("Events, the latest first"), (say("Event"), say("Kind"), say("When"), say("Periods it falls into")), lines
    )


def _restated(tables: Mapping[str, pd.DataFrame]) -> TextTable | None:
    rows = _labelled(tables["restatements"], tables)
    if rows.empty:
        return None
    ordered = rows.assign(place=rows["metric"].map(_SCORES_FIRST).fillna(len(_SCORES_FIRST))).sort_values(
        ["period_start", "place", *FIGURE, "published_at"], ascending=[False, True, True, True, True, True]
    )
    lines = [_restatement(row) for _, row in ordered.iterrows()]
    heads = (say("Figure"), say("Issued"), say("Said then"), say("Says today"), say("Made of"))
    return TextTable(
        say("Figures issued before that are others today; the parts add up to the difference"), heads, lines
    )


def _restatement(row: pd.Series) -> tuple[str, ...]:
    metric = str(row["metric"])
    when = say("all time") if pd.isna(row["period_start"]) else words.period(row["period_start"], row["period_end"])
    now = exact_level(metric, row["now"]) if pd.notna(row["now"]) else say("no longer computed")
    return (
        f"{figure_name(row)}, {when}",
        short_day(row["published_at"]),
        exact_level(metric, row["published"]),
        now,
        _made_of(row, metric),
    )


def _made_of(row: pd.Series, metric: str) -> str:
    """The parts of the difference that are not zero, with tenths so that a reader can add them up."""
    scale = 1.0 if metric.startswith("nps") or metric == "ces" else 100.0
    counts = {"late_answers": row["n_late"], "changed_answers": row["n_changed"]}
    said = []
    for name, called in _PARTS.items():
        if pd.isna(row[name]) or row[name] == 0:
            continue
        n = counts.get(name)
        many = f" ({words.count(n)})" if n is not None and pd.notna(n) else ""
        said.append(f"{say(called)}{many} {words.points(scale * row[name], signed=True, tenths=True)}")
    return words.apart(said) or say("cannot be told")
