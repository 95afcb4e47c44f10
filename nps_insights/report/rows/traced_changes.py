"""What changed together with an alert: the change taken apart by one column after the other, as chart and tables."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from nps_insights.report import words
from nps_insights.report.languages import say
from nps_insights.report.page.blocks import TextTable
from nps_insights.report.page.charts import ACCENT, GAINS, LOSES, NEUTRAL, Chart, Mark, described, range_chart
from nps_insights.report.rows.change_rows import adding_up
from nps_insights.report.rows.driver_rows import CLEAR_Q
from nps_insights.report.rows.watch_rows import FIGURE, in_brief, raised, span

MOST_TRACED = 3
MOST_PARTS = 7
_THEME = "theme"


@dataclass(frozen=True)
class Traced:
    """One alert taken apart: by the column that says most, then by the others."""

    title: str
    sentence: str
    chart: Chart
    table: TextTable
    others: TextTable | None


@dataclass(frozen=True)
class _Line:
    name: str
    value: float
    low: float
    high: float
    word: str


def traced_changes(tables: Mapping[str, pd.DataFrame]) -> list[Traced]:
    """Return what changed with the loudest alerts; none without table `traces`.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> traced_changes(report_tables({}))
        []
    """
    traces = tables["traces"]
    found: list[Traced] = []
    for _, alert in raised(tables).iterrows():
        same = (traces[FIGURE] == alert[FIGURE]).all(axis=1) & (traces["after_start"] == alert["after_start"])
        parts = traces[same & traces["estimate"].notna()]
        if len(parts) and len(found) < MOST_TRACED:
            found.append(_traced(len(found), alert, parts))
    return found


def _traced(at: int, alert: pd.Series, parts: pd.DataFrame) -> Traced:
    scale = 1.0 if str(alert["metric"]).startswith("nps") else 100.0
    unit = say("points") if scale == 1.0 else say("percentage points")
    first = _leading(parts)
    total = scale * float(parts.loc[parts["dimension"] == first, "estimate"].sum())
    lines = _lines(parts[parts["dimension"] == first], scale, total)
    whole = _whole(alert, scale, total)
    shown = adding_up([line.value for line in lines], whole.value)
    rows = [(line.name, _written(value, line), line.word) for value, line in zip(shown, lines, strict=True)]
    rows.append((whole.name, _written(whole.value, whole), whole.word))
    title, called = in_brief(alert), words.clean(first, most=40)
    marks = [_mark(line, value) for line, value in zip(lines, shown, strict=True)]
    marks.append(_mark(whole, whole.value, ACCENT))
    what = say("the parts of the change by {column} in {unit}, with likely ranges", column=called, unit=unit)
    ends = [span(alert, side) for side in ("before", "after")]
    sizes = [words.count(alert[name]) for name in ("n_before", "n")]
    return Traced(
        title=title,
        sentence=say(
            "From {before} to {after}, taken apart by {column}; from {n_before} and {n} answers. "
            "The parts add up to the whole change.",
            before=ends[0],
            after=ends[1],
            column=called,
            n_before=sizes[0],
            n=sizes[1],
        ),
        chart=range_chart(
            f"chart-trace-{at}",
            described(what, marks, signed=True),
            marks,
            axis=_headed(unit),
            reference=0.0,
            bars=True,
        ),
        table=TextTable(
            say("The change by {column}, in {unit}", column=called, unit=unit),
            (say("Part"), _headed(unit), say("In words")),
            rows,
        ),
        others=_others(parts[parts["dimension"] != first], scale, unit, total),
    )


def _leading(parts: pd.DataFrame) -> str:
    """The column with the part that stands out most clearly; of equals the one that goes furthest."""
    named = parts[parts["part"] != "rest"]
    named = named if len(named) else parts
    clear = _is_clear(named) & (named["rank"] == 1)
    keys = named.assign(unclear=~clear, q=named["q_value"].fillna(1.0), size=-named["estimate"].abs())
    # Where a group moved otherwise than the others did, it is named before how often a theme is mentioned.
    keys = keys.assign(of_theme=keys["dimension"] == _THEME)
    return str(keys.sort_values(["unclear", "of_theme", "q", "size", "dimension"]).iloc[0]["dimension"])


def _is_clear(parts: pd.DataFrame) -> pd.Series:
    return (parts["q_value"] < CLEAR_Q) & ((parts["conf_low"] > 0) | (parts["conf_high"] < 0))


def _lines(parts: pd.DataFrame, scale: float, total: float) -> list[_Line]:
    """The largest parts, and all others as one."""
    keys = parts.assign(is_rest=parts["part"] == "rest", size=-parts["estimate"].abs())
    ordered = keys.sort_values(["is_rest", "size", "part", "part_group"])
    if len(ordered) > MOST_PARTS + 1:
        kept, small = ordered.iloc[:MOST_PARTS], ordered.iloc[MOST_PARTS:]
    else:
        kept, small = ordered, ordered.iloc[:0]
    lines = [_line(row, scale, total) for _, row in kept.iterrows()]
    if len(small):
        value = scale * float(small["estimate"].sum())
        name = say("All other parts ({n})", n=len(small))
        lines.append(_Line(name, value, float("nan"), float("nan"), say("not told apart")))
    return lines


def _line(row: pd.Series, scale: float, total: float) -> _Line:
    value, low, high = (scale * float(row[name]) for name in ("estimate", "conf_low", "conf_high"))
    return _Line(_name(row), value, low, high, _word(row, [value, low, high], total))


def _name(row: pd.Series) -> str:
    label = row["label"] if isinstance(row["label"], str) and row["label"] else row["part_group"]
    name = words.clean(label, most=60, nothing=say("(not stated)"))
    if row["part"] == "rest":
        return say("What none of them tells")
    if row["dimension"] == _THEME:
        if row["part_group"] == "(commented)":
            return say("More or fewer giving a reason")
        return say("{theme} mentioned more or less", theme=words.quoted(name))
    said = "{group}: other answers" if row["part"] == "rate" else "{group}: more or fewer of them"
    return say(said, group=name)


def _word(row: pd.Series, ends: list[float], total: float) -> str:
    clear, apart = ends[1] > 0 or ends[2] < 0, pd.notna(row["q_value"]) and row["q_value"] < CLEAR_Q
    if row["part"] == "rate" and apart:
        return say("moved otherwise than the others")
    if row["part"] == "rate" and clear:
        return say("moved, as others may have")
    if clear and (apart or row["part"] == "rest"):
        return say("goes with the change") if ends[0] * total > 0 else say("goes against it")
    return say("too close to call")


def _whole(alert: pd.Series, scale: float, total: float) -> _Line:
    low, high = (scale * float(alert[name]) for name in ("conf_low", "conf_high"))
    return _Line(say("The whole change"), total, low, high, words.verdict(low, high))


def _written(value: float, line: _Line) -> str:
    if pd.isna(line.low) or pd.isna(line.high):
        return words.points(value, signed=True, tenths=True)
    return words.with_range(value, line.low, line.high, signed=True, tenths=True)


def _mark(line: _Line, value: float, colour: str = "") -> Mark:
    clear = line.low > 0 or line.high < 0
    tone = NEUTRAL if not clear else GAINS if value > 0 else LOSES
    low, high = (value if pd.isna(end) else end for end in (line.low, line.high))
    return Mark(line.name, value, low, high, colour or tone, words.colon(line.name, _written(value, line)))


def _others(parts: pd.DataFrame, scale: float, unit: str, total: float) -> TextTable | None:
    rows = []
    for name, own in parts.groupby("dimension", sort=True):
        lines = _lines(own, scale, total)
        shown = adding_up([line.value for line in lines], total)
        rows += [
            (line.name, words.clean(name, most=40), _written(value, line), line.word)
            for value, line in zip(shown, lines, strict=True)
        ]
    if not rows:
        return None
    heads = (say("Part"), say("By"), _headed(unit), say("In words"))
    caption = say("The same change by other columns, in {unit}; the parts of each add up to it", unit=unit)
    return TextTable(caption, heads, rows)


def _headed(unit: str) -> str:
    return unit[:1].upper() + unit[1:]
