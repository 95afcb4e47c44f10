"""Chapter: the number over time and by group."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from nps_insights.report import words
from nps_insights.report.chapters.groups_over_time import (
    GroupOverTime,
    column_name,
    figure_in_words,
    group_name,
    groups_over_time,
    is_usable,
)
from nps_insights.report.inputs import group_columns, groups, overall_figure, periods, shifted_themes
from nps_insights.report.languages import say, say_count
from nps_insights.report.page.blocks import RowKey, TextTable
from nps_insights.report.page.charts import Chart, Mark, described, range_chart, time_chart
from nps_insights.report.page.keyed_charts import keyed

MOST_GROUPS = 12
MOST_SHIFTED = 5


@dataclass(frozen=True)
class GroupPart:
    """The groups of one column: chart and table of the first ones, the rest apart."""

    name: str
    chart: Chart | None
    table: TextTable
    rest: TextTable
    note: str


@dataclass(frozen=True)
class NumberChapter:
    """The number over time and by group."""

    time_chart: Chart | None
    time_table: TextTable | None
    time_note: str
    changes: TextTable | None
    shifts: TextTable | None
    parts: list[GroupPart]
    over_time: list[GroupOverTime]
    over_time_note: str


def number_chapter(
    tables: dict[str, pd.DataFrame],
    *,
    min_group_size: int,
    left_out: Mapping[str, int] | None = None,
    left_out_periods: int = 0,
) -> NumberChapter:
    """Return the chapter.

    Args:
        tables: Tables as `report_tables` returns them.
        min_group_size: Groups with fewer answers are too small to judge (said in words; the table has the marks).
        left_out: `left_out_groups` of the facts.
        left_out_periods: `left_out_periods` of the facts.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> number_chapter(report_tables({}), min_group_size=30).time_note
        'The answers were not split by time: they have no dates, or all lie in one period.'
    """
    estimates = tables["estimates"]
    rows = periods(estimates)
    whole = overall_figure(estimates, "nps")
    reference = 0.0 if whole is None else float(whole["estimate"])
    chart, table = _over_time(rows, reference) if len(rows) else (None, None)
    none = "The answers were not split by time: they have no dates, or all lie in one period."
    note = "" if len(rows) else say("No period is shown: this edition leaves them out." if left_out_periods else none)
    columns = group_columns(estimates)
    over_time, over_time_note = groups_over_time(tables)
    return NumberChapter(
        time_chart=chart,
        time_table=table,
        time_note=note,
        changes=_changes(tables["changes"]),
        shifts=_shifts(tables),
        parts=[
            _part(at, by, groups(estimates, by), reference, min_group_size, (left_out or {}).get(by, 0))
            for at, by in enumerate(columns)
        ],
        over_time=over_time,
        over_time_note=over_time_note,
    )


def _over_time(rows: pd.DataFrame, reference: float) -> tuple[Chart | None, TextTable]:
    names = [words.period(row["period_start"], row["period_end"]) for _, row in rows.iterrows()]
    shown = [(name, row) for name, (_, row) in zip(names, rows.iterrows(), strict=True) if is_usable(row)]
    marks = [_mark(name, row) for name, row in shown]
    table = TextTable(
        say("NPS over time"),
        (say("Period"), say("NPS"), say("Answers"), say("Versus all")),
        [
            (name, *_figures(row), _remark(row, reference))
            for name, (_, row) in zip(names, rows.iterrows(), strict=True)
        ],
        [
            RowKey(period=name, figure=figure_in_words(row))
            for name, (_, row) in zip(names, rows.iterrows(), strict=True)
        ],
    )
    if len(marks) < 2:
        return None, table
    chart = time_chart("chart-time", described(say("NPS over time"), marks, signed=False), marks, axis=say("NPS"))
    return keyed(chart, [RowKey(period=name) for name, _ in shown]), table


def _part(at: int, by: str, rows: pd.DataFrame, reference: float, min_group_size: int, n_left_out: int) -> GroupPart:
    name = column_name(by)
    known = [(RowKey(name, group_name(row["group"]), "", figure_in_words(row)), row) for _, row in rows.iterrows()]
    shown = [(key, row) for key, row in known if is_usable(row)][:MOST_GROUPS]
    marks = [_mark(key.group, row) for key, row in shown]
    table = TextTable(
        say("NPS by {name}", name=name),
        (name[:1].upper() + name[1:], say("NPS"), say("Answers"), say("Versus all")),
        [(key.group, *_figures(row), _against(row, reference)) for key, row in known],
        [key for key, _ in known],
    )
    body, rest = table.split(MOST_GROUPS)
    described_as = described(say("NPS by {name}", name=name), marks, signed=False)
    chart = (
        range_chart(f"chart-group-{at}", described_as, marks, axis=say("NPS"), reference=reference) if marks else None
    )
    notes = [_too_small(int(rows["too_small"].sum()), min_group_size), _left_out(n_left_out)]
    note = " ".join(filter(None, notes))
    return GroupPart(name, keyed(chart, [key for key, _ in shown]) if chart else None, body, rest, note)


def _too_small(n: int, min_group_size: int) -> str:
    """How many groups show no figure."""
    if not n:
        return ""
    return say_count(
        n,
        "{groups} with fewer than {min_group_size} answers, or too few different people behind them, "
        "shows no figure: too few to judge.",
        "{groups} with fewer than {min_group_size} answers, or too few different people behind them, "
        "show no figure: too few to judge.",
        groups=words.plural(n, "group"),
        min_group_size=min_group_size,
    )


def _left_out(n: int) -> str:
    """How many groups that are no small ones an edition leaves out."""
    if not n:
        return ""
    return say_count(
        n,
        "{n} group of ten answers or more is left out: with it, one of fewer answers, of a single account or of no "
        "known name could be computed.",
        "{n} groups of ten answers or more are left out: with them, one of fewer answers, of a single account or of no "
        "known name could be computed.",
        n=words.count(n),
    )


def _changes(changes: pd.DataFrame) -> TextTable | None:
    rows = changes[changes["metric"] == "nps"].sort_values(
        ["by", "group", "after_start", "before_start"], ascending=[True, True, False, False]
    )
    if rows.empty:
        return None
    lines, keys = [], []
    for _, row in rows.iterrows():
        by, group = (column_name(row["by"]), group_name(row["group"])) if row["by"] else ("", "")
        who = words.colon(by, group) if by else say("All answers")
        before = words.period(row["before_start"], row["before_end"])
        after = words.period(row["after_start"], row["after_end"])
        keys.append(RowKey(by, group, after))
        lines.append(
            (
                who,
                " → ".join(
                    words.colon(when, words.points(row[f"{side}_estimate"]))
                    for side, when in (("before", before), ("after", after))
                ),
                words.with_range(row["estimate"], row["conf_low"], row["conf_high"], signed=True),
                words.verdict(row["conf_low"], row["conf_high"]),
            )
        )
    heads = (say("Who"), say("From → to"), say("Change"), say("In words"))
    return TextTable(say("Changes of the NPS, and whether they are real"), heads, lines, keys)


def _shifts(tables: dict[str, pd.DataFrame]) -> TextTable | None:
    rows = shifted_themes(tables).head(MOST_SHIFTED)
    if rows.empty:
        return None
    before, after = (
        words.period(rows[f"{side}_start"].iloc[0], rows[f"{side}_end"].iloc[0]) for side in ("before", "after")
    )
    lines = [
        (
            words.clean(row["label"]),
            words.percent(row["before_estimate"]),
            words.percent(row["after_estimate"]),
            say("more often") if row["estimate"] > 0 else say("less often"),
        )
        for _, row in rows.iterrows()
    ]
    header = (say("Theme"), before, after, say("In words"))
    return TextTable(say("Themes mentioned more or less often than before, of those with a comment"), header, lines)


def _mark(label: str, row: pd.Series) -> Mark:
    figure = words.with_range(row["estimate"], row["conf_low"], row["conf_high"])
    hover = words.colon(label, f"{figure}, {words.plural(row['n'], 'answer')}")
    return Mark(label, float(row["estimate"]), float(row["conf_low"]), float(row["conf_high"]), hover=hover)


def _figures(row: pd.Series) -> tuple[str, str]:
    figure = words.with_range(row["estimate"], row["conf_low"], row["conf_high"]) if is_usable(row) else "–"
    return figure, words.count(row["n"])


def _remark(row: pd.Series, reference: float) -> str:
    finished = pd.isna(row["finished"]) or bool(row["finished"])
    return _against(row, reference) + ("" if finished else say("; not over yet"))


def _against(row: pd.Series, reference: float) -> str:
    if not is_usable(row):
        return say("too few to judge")
    if row["conf_low"] > reference:
        return say("above")
    return say("below") if row["conf_high"] < reference else say("too close to call")
