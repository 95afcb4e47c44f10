"""Chapter: what people talk about, theme by theme, with size, NPS and quotes."""

from dataclasses import dataclass

import pandas as pd

from nps_insights.report import words
from nps_insights.report.inputs import overall_figure
from nps_insights.report.languages import say, say_count
from nps_insights.report.page.blocks import TextTable
from nps_insights.report.page.charts import Chart, Mark, described, range_chart
from nps_insights.report.rows.driver_rows import Driver, Effect, drivers_of
from nps_insights.report.rows.guard_rails import no_causes

QUOTE_LENGTH = 280
MOST_MARKS = 14
MOST_OPEN = 3
# Tone runs from -1 to 1; within a quarter of the middle neither side prevails.
_SURELY = 0.25


@dataclass(frozen=True)
class Leaf:
    """One theme with its texts."""

    label: str
    size: str
    nps: str
    effect: str
    bar: float
    tone: str
    quote: str
    quote_negative: str


@dataclass(frozen=True)
class Top:
    """A theme that gathers others, and those."""

    label: str
    size: str
    nps: str
    together: str
    bar: float
    tone: str
    leaves: list[Leaf]
    is_open: bool


@dataclass(frozen=True)
class ThemeChapter:
    """What people talk about."""

    chart: Chart | None
    table: TextTable | None
    tops: list[Top]
    note: str


def theme_chapter(tables: dict[str, pd.DataFrame], *, min_group_size: int) -> ThemeChapter:
    """Return the chapter: themes from the most to the least mentioned.

    Args:
        tables: Tables as `report_tables` returns them.
        min_group_size: Themes that fewer answers mention show no NPS.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> theme_chapter(report_tables({}), min_group_size=30).tops
        []
    """
    themes = tables["themes"].sort_values(["n_responses", "theme_id"], ascending=[False, True], ignore_index=True)
    if themes.empty:
        return ThemeChapter(None, None, [], "")
    small = themes["n_responses"] < min_group_size
    themes.loc[small, ["nps", "nps_low", "nps_high"]] = float("nan")
    parents = themes[themes["parent_id"].isna() | ~themes["parent_id"].isin(set(themes["theme_id"]))]
    whole = overall_figure(tables["estimates"], "nps")
    feelings = no_causes(tables)
    effects = {driver.theme_id: driver for driver in drivers_of(tables["effects"], "theme")}
    tops = [_top(row, themes, effects, feelings, at < MOST_OPEN) for at, (_, row) in enumerate(parents.iterrows())]
    chart = _chart(parents, 0.0 if whole is None else float(whole["estimate"]))
    return ThemeChapter(chart, _table(parents), tops, _note(int(small.sum()), min_group_size))


def _top(
    row: pd.Series, themes: pd.DataFrame, effects: dict[str, Driver], feelings: frozenset[str], is_open: bool
) -> Top:
    below = themes[themes["parent_id"] == row["theme_id"]]
    rows = [leaf for _, leaf in below.iterrows()] or [row]
    own = [effects.get(leaf["theme_id"]) for leaf in rows]
    said = [_own(driver, feelings) for driver in own]
    leaves = [_leaf(leaf, text) for leaf, text in zip(rows, said, strict=True)]
    gathered, known = effects.get(row["theme_id"]), [driver for driver in own if driver is not None]
    # What only says the feeling again would speak through its top theme's sum.
    by_feelings = any(driver.driver_id in feelings for driver in known)
    together = _together(gathered, known, alone=len(rows) == 1) if len(below) and gathered and not by_feelings else ""
    label, bar = words.clean(row["label"]), _bar(row)
    return Top(label, _size(row), _nps(row), together, bar, _tone(row), leaves, is_open)


def _leaf(row: pd.Series, effect: str) -> Leaf:
    quote = words.clean(row["example"], most=QUOTE_LENGTH, nothing="")
    negative = words.clean(row["example_negative"], most=QUOTE_LENGTH, nothing="")
    negative = "" if negative == quote else negative
    label, bar = words.clean(row["label"]), _bar(row)
    return Leaf(label, _size(row), _nps(row), effect, bar, _tone(row), quote, negative)


def _bar(row: pd.Series) -> float:
    """How much of a bar's length the share of those with a comment takes, of 100."""
    return round(100 * float(row["share"]), 1)


def _tone(row: pd.Series) -> str:
    """How people speak of it; between the two ends both stand beside each other."""
    if pd.isna(row["tone"]):
        return ""
    if row["tone"] > _SURELY:
        return say("mostly praise")
    return say("mostly complaint") if row["tone"] < -_SURELY else say("praise and complaint")


def _own(driver: Driver | None, feelings: frozenset[str]) -> str:
    if driver is None:
        return ""
    if driver.driver_id in feelings:
        return say("It only says again how people feel; no points are read into it.")
    if not driver.total.clear:
        return say("No effect of its own on the number was found.")
    costs, earns = "Of its own it costs {points}.", "Of its own it earns {points}."
    return say(costs if driver.total.estimate < 0 else earns, points=_points(driver.total))


def _together(top: Driver, leaves: list[Driver], *, alone: bool) -> str:
    effect = top.total
    who = say("Its one theme") if alone else say("Together its themes")
    if effect.clear and alone:
        costs, earns = "Its one theme costs {points}.", "Its one theme earns {points}."
        return say(costs if effect.estimate < 0 else earns, points=_points(effect))
    if effect.clear:
        cost, earn = "Together its themes cost {points}.", "Together its themes earn {points}."
        return say(cost if effect.estimate < 0 else earn, points=_points(effect))
    # Themes that pull both ways have effects of their own, and only their sum cannot be told from zero.
    if any(leaf.total.clear for leaf in leaves):
        return say(
            "{who}: too close to call ({likely}).", who=who, likely=words.likely(effect.low, effect.high, signed=True)
        )
    return (
        say("{who}: no effect of its own found.", who=who)
        if alone
        else say("{who}: no effect of their own found.", who=who)
    )


def _points(effect: Effect) -> str:
    """Size and range of an effect, whichever way it goes."""
    size = words.points(abs(effect.estimate))
    likely = words.likely(effect.low, effect.high, signed=True)
    one, many = "{size} point ({likely})", "{size} points ({likely})"
    return say(one if size == "1" else many, size=size, likely=likely)


def _note(n_small: int, min_group_size: int) -> str:
    if not n_small:
        return ""
    return say_count(
        n_small,
        "{n} theme with fewer than {least} answers shows no NPS: too few to judge.",
        "{n} themes with fewer than {least} answers show no NPS: too few to judge.",
        n=words.count(n_small),
        least=min_group_size,
    )


def _size(row: pd.Series) -> str:
    return say(
        "{answers}, {share} of those with a comment",
        answers=words.plural(row["n_responses"], "answer"),
        share=words.percent(row["share"]),
    )


def _nps(row: pd.Series) -> str:
    if pd.isna(row["nps"]):
        return say("too few to judge")
    return words.with_range(row["nps"], row["nps_low"], row["nps_high"])


def _table(tops: pd.DataFrame) -> TextTable:
    rows = [
        (
            words.clean(row["label"]),
            words.count(row["n_responses"]),
            f"{words.percent(row['share'])} ({words.percent_range(row['share_low'], row['share_high'])})",
            _nps(row),
        )
        for _, row in tops.iterrows()
    ]
    columns = (say("Theme"), say("Answers"), say("Share of those with a comment"), say("Their NPS"))
    return TextTable(say("Themes by size"), columns, rows)


def _chart(tops: pd.DataFrame, reference: float) -> Chart | None:
    shown = tops[tops["nps"].notna() & tops["nps_low"].notna()].head(MOST_MARKS)
    marks = [
        Mark(
            words.clean(row["label"]),
            float(row["nps"]),
            float(row["nps_low"]),
            float(row["nps_high"]),
            hover=words.colon(words.clean(row["label"]), f"{_nps(row)}, {_size(row)}"),
        )
        for _, row in shown.iterrows()
    ]
    if not marks:
        return None
    what = say("NPS of those who mention each theme, most mentioned first")
    description = described(what, marks, signed=False)
    return range_chart("chart-themes", description, marks, axis=say("NPS"), reference=reference)
