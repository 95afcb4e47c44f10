"""Chapter: what the number would be if part of the mentions of some themes went away."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from nps_insights.metrics import COMMENTED
from nps_insights.report import words
from nps_insights.report.languages import say, say_count
from nps_insights.report.page.blocks import TextTable
from nps_insights.report.page.charts import ACCENT, NEUTRAL, Chart, Mark, described, range_chart

MOST_SCENARIOS = 8


@dataclass(frozen=True)
class WhatIf:
    """Scenarios side by side: chart, table, the line they are held against, and what they take for granted."""

    chart: Chart | None = None
    table: TextTable | None = None
    rest: TextTable | None = None
    line: str = ""


def what_if(tables: Mapping[str, pd.DataFrame]) -> WhatIf:
    """Return the chapter; without table `scenarios` it has no table and does not appear.

    Today's row comes first, then the scenarios as they were asked for.

    Args:
        tables: Tables as `report_tables` returns them.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> what_if(report_tables({})).table is None
        True
    """
    rows = tables["scenarios"]
    rows = rows[rows["estimate"].notna()]
    if rows.empty:
        return WhatIf()
    ordered = rows.sort_values(["position", "scenario"], ignore_index=True)
    targets = rows["target"].dropna()
    target = float(targets.iloc[0]) if len(targets) else None
    body, rest = _table(ordered, target).split(MOST_SCENARIOS)
    line = _line(ordered, target) + _unread(ordered, tables["estimates"])
    return WhatIf(_chart(ordered.head(MOST_SCENARIOS), target), body, rest if rest.rows else None, line)


def _is_today(row: pd.Series) -> bool:
    return bool(row["driver_ids"] == "")


def _name(row: pd.Series) -> str:
    return say("Today") if _is_today(row) else words.clean(row["scenario"], most=120)


def _table(rows: pd.DataFrame, target: float | None) -> TextTable:
    with_target = target is not None and rows["reaches_target"].notna().any()
    heads: tuple[str, ...] = (say("If"), say("NPS"), say("Change"))
    lines = []
    for _, row in rows.iterrows():
        line = (_name(row), words.with_range(row["estimate"], row["conf_low"], row["conf_high"]), _change(row))
        lines.append((*line, words.odds(row["reaches_target"])) if with_target else line)
    if target is not None and with_target:
        heads = (*heads, say("{target} or more", target=words.points(target)))
    caption = say("What the number would be among those with a comment, and the change on today")
    return TextTable(
        say("{caption}; the odds of the target", caption=caption) if with_target else caption, heads, lines
    )


def _change(row: pd.Series) -> str:
    if _is_today(row):
        return "–"
    return words.with_range(row["change"], row["change_low"], row["change_high"], signed=True)


def _line(rows: pd.DataFrame, target: float | None) -> str:
    answers = words.plural(int(rows["n"].max()), "answer")
    if target is None:
        return say("Dotted line: today. From {answers} with a comment.", answers=answers)
    return say(
        "Dotted line: the target of {target}. From {answers} with a comment.",
        target=words.points(target),
        answers=answers,
    )


def _unread(rows: pd.DataFrame, estimates: pd.DataFrame) -> str:
    """Why today's number is another than that of all who commented, where it is."""
    of_all = estimates[(estimates["metric"] == "nps") & (estimates["by"] == COMMENTED)]
    of_all = of_all[(of_all["group"] == "commented") & of_all["period_start"].isna()]
    n_unread = int(of_all["n"].sum()) - int(rows["n"].max())
    if n_unread <= 0:
        return ""
    return say_count(
        n_unread,
        " {n} further comment could not be read: today’s number is not that of all who commented.",
        " {n} further comments could not be read: today’s number is not that of all who commented.",
        n=words.count(n_unread),
    )


def _chart(rows: pd.DataFrame, target: float | None) -> Chart | None:
    rows = rows[rows["conf_low"].notna() & rows["conf_high"].notna()]
    if rows.empty:
        return None
    marks = [
        Mark(
            _name(row),
            float(row["estimate"]),
            float(row["conf_low"]),
            float(row["conf_high"]),
            NEUTRAL if _is_today(row) else ACCENT,
            words.colon(_name(row), words.with_range(row["estimate"], row["conf_low"], row["conf_high"])),
        )
        for _, row in rows.iterrows()
    ]
    today = [mark.estimate for mark, (_, row) in zip(marks, rows.iterrows(), strict=True) if _is_today(row)]
    reference = target if target is not None else today[0] if today else marks[0].estimate
    return range_chart(
        "chart-scenarios",
        described(say("what the number would be in each case, with likely ranges"), marks, signed=False),
        marks,
        axis=say("NPS"),
        reference=reference,
    )
