"""Part of the chapter on the number: the stored figures of each group in each period."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from nps_insights.metrics import COMMENTED
from nps_insights.report import words
from nps_insights.report.languages import say, say_count
from nps_insights.report.page.blocks import RowKey, TextTable
from nps_insights.report.page.charts import Chart, Mark, described, time_chart
from nps_insights.report.page.keyed_charts import keyed

MOST_GROUPS = 40
_NAME_LENGTHS = {"by": 40, "group": 60}


@dataclass(frozen=True)
class GroupOverTime:
    """One group: chart and table of its figures per period."""

    by: str
    group: str
    chart: Chart | None
    table: TextTable


def groups_over_time(tables: Mapping[str, pd.DataFrame]) -> tuple[list[GroupOverTime], str]:
    """Return every group with its figures per period, and what was left out.

    The figures are those of the tables, with their own ranges; none is added up from others.

    Args:
        tables: Tables as `report_tables` returns them.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> groups_over_time(report_tables({}))
        ([], '')
    """
    rows = _figures(tables)
    sizes = rows.groupby(["by", "group"], sort=True)["n"].sum().sort_values(ascending=False, kind="stable")
    kept = sorted(sizes.index[:MOST_GROUPS], key=lambda pair: (pair[0], list(sizes.index).index(pair)))
    each = dict(list(rows.groupby(["by", "group"])))
    left_out = len(sizes) - len(kept)
    note = (
        say_count(
            left_out,
            "The {n} groups with the most answers; {groups} stands in the tables of the run.",
            "The {n} groups with the most answers; {groups} stand in the tables of the run.",
            n=words.count(MOST_GROUPS),
            groups=words.plural(left_out, "smaller group"),
        )
        if left_out
        else ""
    )
    return [_group(at, each[pair]) for at, pair in enumerate(kept)], note


def column_name(by: str) -> str:
    """Return a column's name as the page shows it.

    Example:
        >>> column_name("plan")
        'plan'
    """
    return words.clean(by, most=_NAME_LENGTHS["by"])


def group_name(group: str) -> str:
    """Return a group's name as the page shows it.

    Example:
        >>> group_name("")
        '(not stated)'
    """
    return words.clean(group, most=_NAME_LENGTHS["group"], nothing=say("(not stated)"))


def figure_in_words(row: pd.Series) -> str:
    """Say a figure of the number with its range and number of answers.

    Args:
        row: A row of `estimates` or `series`.

    Example:
        >>> row = {"estimate": 30.0, "conf_low": 20.0, "conf_high": 40.0, "n": 95, "too_small": False}
        >>> figure_in_words(pd.Series(row))
        'NPS 30 (likely 20 to 40), 95 answers'
    """
    n = words.plural(row["n"], "answer")
    if not is_usable(row):
        return say("{n}, too few to judge", n=n)
    figure = words.with_range(row["estimate"], row["conf_low"], row["conf_high"])
    return say("NPS {figure}, {n}", figure=figure, n=n)


def is_usable(row: pd.Series) -> bool:
    """Return whether a row has a figure that may be shown.

    Example:
        >>> is_usable(pd.Series({"too_small": True, "estimate": 30.0, "conf_low": 10.0}))
        False
    """
    return not row["too_small"] and pd.notna(row["estimate"]) and pd.notna(row["conf_low"])


def _figures(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """NPS of groups per period, once each: those of the watched series where both tables hold one."""
    both = pd.concat([tables["series"].assign(first=0), tables["estimates"].assign(first=1)], ignore_index=True)
    rows = both[(both["metric"] == "nps") & ~both["by"].isin(["", COMMENTED]) & both["period_start"].notna()]
    ordered = rows.sort_values(["by", "group", "period_start", "first"], kind="stable")
    return ordered.drop_duplicates(["by", "group", "period_start"])


def _group(at: int, rows: pd.DataFrame) -> GroupOverTime:
    by, group = column_name(rows["by"].iloc[0]), group_name(rows["group"].iloc[0])
    lines, keys, marks, marked = [], [], [], []
    for _, row in rows.iterrows():
        name = words.period(row["period_start"], row["period_end"])
        key = RowKey(by, group, name, figure_in_words(row))
        usable = is_usable(row)
        figure = (
            words.with_range(row["estimate"], row["conf_low"], row["conf_high"]) if usable else say("too few to judge")
        )
        over = "" if pd.isna(row["finished"]) or bool(row["finished"]) else say("; not over yet")
        lines.append((name, figure + over, words.count(row["n"])))
        keys.append(key)
        if usable:
            estimate, low, high = (float(row[end]) for end in ("estimate", "conf_low", "conf_high"))
            marks.append(Mark(name, estimate, low, high, hover=words.colon(name, key.figure)))
            marked.append(key)
    what = say("NPS of {by}: {group} over time", by=by, group=group)
    chart = time_chart(f"chart-over-time-{at}", described(what, marks, signed=False), marks, axis=say("NPS"))
    table = TextTable(what, (say("Period"), say("NPS"), say("Answers")), lines, keys)
    return GroupOverTime(by, group, keyed(chart, marked) if len(marks) > 1 else None, table)
