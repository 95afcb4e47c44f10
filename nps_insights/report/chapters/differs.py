"""Chapter: which drivers weigh differently among groups of customers."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from nps_insights.report import words
from nps_insights.report.inputs import top_themes
from nps_insights.report.languages import say, say_count
from nps_insights.report.page.blocks import RowKey, TextTable
from nps_insights.report.page.charts import Chart, Mark, described, range_chart
from nps_insights.report.page.keyed_charts import keyed
from nps_insights.report.rows.driver_rows import CLEAR_Q
from nps_insights.report.rows.guard_rails import no_causes

MOST_DRIVERS = 5
MOST_GROUPS = 8
_TOTAL = ("estimate", "conf_low", "conf_high")


@dataclass(frozen=True)
class Difference:
    """One driver, group beside group."""

    title: str
    chart: Chart | None
    table: TextTable
    rest: TextTable


@dataclass(frozen=True)
class WhereDiffers:
    """Drivers that weigh differently among groups; or a sentence that none can be told to."""

    differences: list[Difference]
    note: str


def where_differs(tables: Mapping[str, pd.DataFrame]) -> WhereDiffers:
    """Return the chapter; without table `group_effects` it has neither differences nor a note and does not appear.

    Args:
        tables: Tables as `report_tables` returns them.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> where_differs(report_tables({})).note
        ''
    """
    rows = _judged(tables)
    if rows.empty:
        return WhereDiffers([], "")
    columns = words.listed([words.clean(by, most=40) for by in sorted(rows["by"].unique())])
    drivers = rows[rows["q_value"] < CLEAR_Q].groupby(["q_value", "by", "driver_id"], sort=True)
    found = [_difference(at, own) for at, (_, own) in enumerate(drivers) if at < MOST_DRIVERS]
    n_judged = rows.groupby(["by", "driver_id"]).ngroups
    compared = say("{comparisons} by {columns}", comparisons=words.plural(n_judged, "comparison"), columns=columns)
    if not found:
        return WhereDiffers(
            [],
            say(
                "{compared}: that something weighs more in one group than in another cannot be told from chance.",
                compared=f"{compared[:1].upper()}{compared[1:]}",
            ),
        )
    further = drivers.ngroups - len(found)
    more = say_count(
        further,
        " {n} further difference that can be told from chance, but smaller or less sure, stands in the tables of the "
        "run.",
        " {n} further differences that can be told from chance, but smaller or less sure, stand in the tables of the "
        "run.",
        n=words.count(further),
    )
    return WhereDiffers(
        found,
        say(
            "Of {compared}, these differ by more than chance explains; of such a list about one in "
            "{one_in} may be there by luck.{more}",
            compared=compared,
            one_in=round(1 / CLEAR_Q),
            more=more if further else "",
        ),
    )


def _judged(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    rows = tables["group_effects"]
    tops = {f"theme/{theme_id}" for theme_id in top_themes(tables["themes"])}
    return rows[~rows["driver_id"].isin(tops | no_causes(tables)) & rows["q_value"].notna()]


def _difference(at: int, rows: pd.DataFrame) -> Difference:
    figure = "per_mention" if rows["per_mention"].notna().any() else "estimate"
    names = ("per_mention", "per_mention_low", "per_mention_high") if figure == "per_mention" else _TOTAL
    shown = rows[rows[figure].notna()].sort_values([figure, "group"], ignore_index=True)
    by = words.clean(rows["by"].iloc[0], most=40)
    label = words.clean(rows["label"].iloc[0], most=70)
    unit = say("points per mention") if figure == "per_mention" else say("points")
    marks = [_mark(row, names, unit) for _, row in shown.head(MOST_GROUPS).iterrows()]
    what = say("{unit} of {label} by {by}, with likely ranges", unit=unit, label=label, by=by)
    chart = (
        range_chart(
            f"chart-differs-{at}",
            described(what, marks, signed=True),
            marks,
            axis=f"{unit[:1].upper()}{unit[1:]}",
            reference=0.0,
        )
        if all(mark.low == mark.low for mark in marks)
        else None
    )
    lines = [
        (
            _group(row),
            *_figures(row, names),
            say("{n_present} of {n}", n_present=words.count(row["n_present"]), n=words.count(row["n"])),
        )
        for _, row in shown.iterrows()
    ]
    heads: tuple[str, ...] = (f"{by[:1].upper()}{by[1:]}", say("Per mention"), say("In total"), say("Mentioned in"))
    if figure != "per_mention":
        heads = (heads[0], say("Points"), say("Answers"))
    keys = [RowKey(by, _group(row)) for _, row in shown.iterrows()]
    title = say("{label}, by {by}", label=label, by=by)
    body, rest = TextTable(title, heads, lines, keys).split(MOST_GROUPS)
    return Difference(title, keyed(chart, keys[:MOST_GROUPS]) if chart else None, body, rest)


def _figures(row: pd.Series, names: tuple[str, str, str]) -> tuple[str, ...]:
    """Points per mention, and in total; of an attribute the total alone."""
    each = [names] if names == _TOTAL else [names, _TOTAL]
    return tuple(words.with_range(*(row[name] for name in own), signed=True) for own in each)


def _mark(row: pd.Series, names: tuple[str, str, str], unit: str) -> Mark:
    estimate, low, high = (float(row[name]) for name in names)
    hover = words.colon(_group(row), f"{words.with_range(estimate, low, high, signed=True)} {unit}")
    return Mark(_group(row), estimate, low, high, hover=hover)


def _group(row: pd.Series) -> str:
    return words.clean(row["group"], most=60, nothing=say("(not stated)"))
