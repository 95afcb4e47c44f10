"""Chapter: why the number moved: the parts of a change, that add up to it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from nps_insights.report import words
from nps_insights.report.languages import say
from nps_insights.report.page.blocks import TextTable
from nps_insights.report.page.charts import ACCENT, GAINS, LOSES, NEUTRAL, Chart, Mark, described, range_chart
from nps_insights.report.rows.change_rows import Comparison, Part, adding_up, comparisons, is_more_often, together
from nps_insights.report.rows.driver_rows import Effect
from nps_insights.report.rows.guard_rails import no_causes

MOST_A_SIDE = 5
MOST_COMPARISONS = 4
_NAMES = {
    "silence": "More or fewer giving a reason",
    "silent": "Those who gave no reason",
    "mix": "A different mix of customers",
    "frequency": "Themes: how often",
    "rate": "Themes: per mention",
    "unexplained": "What none of this explains",
}
_OTHER_NAMES = {"frequency": "Other themes: how often", "rate": "Other themes: per mention"}
# One order for every change: first who answered, then what they spoke of, then what is left.
_BEFORE_THEMES, _THEMED = ("silence", "silent", "mix"), ("frequency", "rate")
WHOLE = "The whole change"


@dataclass(frozen=True)
class Explained:
    """One change: what it was, chart and table of its parts, and what to know about them."""

    title: str
    sentence: str
    chart: Chart
    table: TextTable
    notes: list[str]


@dataclass(frozen=True)
class WhyMoved:
    """The changes that were taken apart, the one to read first in front."""

    changes: list[Explained]


@dataclass(frozen=True)
class Line:
    """A row of the table and a bar of the chart."""

    name: str
    points: Effect
    word: str
    n_parts: int = 1
    whole: bool = False


def why_moved(tables: Mapping[str, pd.DataFrame]) -> WhyMoved:
    """Return the chapter; without table `change_parts` it has no changes and does not appear.

    Args:
        tables: Tables as `report_tables` returns them.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> why_moved(report_tables({})).changes
        []
    """
    found = comparisons(tables)[:MOST_COMPARISONS]
    return WhyMoved([_explained(at, comparison, tables) for at, comparison in enumerate(found)])


def _explained(at: int, comparison: Comparison, tables: Mapping[str, pd.DataFrame]) -> Explained:
    lines = _lines(comparison, tables)
    shown = adding_up([line.points.estimate for line in lines[:-1]], comparison.total.estimate)
    figures = [*shown, comparison.total.estimate]
    rows = [(line.name, _written(value, line.points), line.word) for value, line in zip(figures, lines, strict=True)]
    before, after = (words.clean(name, most=40) for name in (comparison.before, comparison.after))
    title = say("From {before} to {after}", before=before, after=after)
    if comparison.by:
        title = say(
            "From {before} to {after} ({by})", before=before, after=after, by=words.clean(comparison.by, most=40)
        )
    what = say(
        "the parts of the change from {before} to {after} in points, with likely ranges", before=before, after=after
    )
    marks = [_mark(line, value) for line, value in zip(lines, figures, strict=True)]
    return Explained(
        title=title,
        sentence=_sentence(comparison, before, after),
        chart=range_chart(
            f"chart-change-{at}",
            described(what, marks, signed=True),
            marks,
            axis=say("Points of the NPS"),
            reference=0.0,
            bars=True,
        ),
        table=TextTable(
            say("What the change is made of: {before} to {after}", before=before, after=after),
            (say("Part"), say("Points"), say("In words")),
            rows,
        ),
        notes=_notes(comparison, lines),
    )


def _sentence(comparison: Comparison, before: str, after: str) -> str:
    total = comparison.total
    figure = say(
        "{estimate} points ({low})",
        estimate=words.points(total.estimate, signed=True, tenths=True),
        low=words.likely(total.low, total.high, signed=True, tenths=True),
    )
    answers = say(
        "{n_before} and {answers}",
        n_before=words.count(comparison.n_before),
        answers=words.plural(comparison.n, "answer"),
    )
    verdict = words.verdict(total.low, total.high)
    if comparison.by:
        between = say(
            "Between {before} and {after} the number differs by {figure}", before=before, after=after, figure=figure
        )
        apart = say("a real difference") if total.clear else say("too close to call")
        return say(
            "{between}, from {answers}: {apart}. The parts below add up to that.",
            between=between,
            answers=answers,
            apart=apart,
        )
    return say(
        "From {before} to {after} the number changed by {figure}, from {answers}: {verdict}. The "
        "parts below add up to that. A theme can be mentioned more or less often, and a mention of "
        "it can weigh more or less than before.",
        before=before,
        after=after,
        figure=figure,
        answers=answers,
        verdict=verdict,
    )


def _lines(comparison: Comparison, tables: Mapping[str, pd.DataFrame]) -> list[Line]:
    """Who answered, the themes that count, all other themes together, what is left, and the whole."""
    parts = comparison.parts
    listed = _listed(parts, no_causes(tables))
    lines = [_line(name, [own for own in parts if own.part == name]) for name in _BEFORE_THEMES]
    lines += [[Line(_name(part), part.points, _how(part)) for part in listed]]
    for name in _THEMED:
        lines.append(_line(name, [own for own in parts if own.part == name and own not in listed], listed=listed))
    lines.append(_line("unexplained", [own for own in parts if own.part == "unexplained"]))
    whole = words.verdict(comparison.total.low, comparison.total.high)
    return [*(line for own in lines for line in own), Line(say(WHOLE), comparison.total, whole, whole=True)]


def _line(name: str, parts: list[Part], listed: list[Part] | None = None) -> list[Line]:
    """One line for all parts of a kind; none where there are none."""
    if not parts:
        return []
    points, title = together(parts), say(_NAMES[name])
    if name in _THEMED:
        some_listed = any(own.part == name for own in listed or [])
        title = f"{say(_OTHER_NAMES[name]) if some_listed else title} ({len(parts)})"
    return [Line(title, points, _word(points), n_parts=len(parts))]


def _listed(parts: list[Part], without: frozenset[str]) -> list[Part]:
    """The themes that can be told from zero, most costly first, at most five a side."""
    themed = [own for own in parts if own.part in _THEMED and own.points.clear and own.driver_id not in without]
    ordered = sorted(themed, key=lambda own: (own.points.estimate, own.driver_id, own.part))
    costs = [own for own in ordered if own.points.estimate < 0]
    earns = [own for own in ordered if own.points.estimate > 0]
    return costs[:MOST_A_SIDE] + earns[-MOST_A_SIDE:]


def _word(points: Effect) -> str:
    if points.clear:
        return say("goes with a rise") if points.estimate > 0 else say("goes with a drop")
    return say("too close to call")


def _name(part: Part) -> str:
    label = words.clean(part.label)
    return say("{label}, per mention", label=label) if part.part == "rate" else label


def _how(part: Part) -> str:
    if part.part == "rate":
        return (
            say("a mention goes with a higher number than before")
            if part.points.estimate > 0
            else say("a mention goes with a lower number than before")
        )
    if not part.shares:
        return say("mentioned more or less often")
    before, after = (words.percent(share) for share in part.shares)
    more = "mentioned more often: {before} → {after} of those with a comment"
    less = "mentioned less often: {before} → {after} of those with a comment"
    return say(more if is_more_often(part) else less, before=before, after=after)


def _notes(comparison: Comparison, lines: list[Line]) -> list[str]:
    notes = []
    if not any(part.points.clear and part.part in _THEMED for part in comparison.parts):
        notes.append(say("No theme alone can be told from zero here."))
    if any(part.part == "silent" for part in comparison.parts):
        notes.append(say("What moved those who gave no reason nobody knows; their part is kept apart."))
    if any(line.n_parts > 1 for line in lines):
        notes.append(say("The range of several parts together takes their errors to be independent."))
    notes.append(say("Parts are rounded so that they add up. They go with the change; none is a proven cause."))
    return notes


def _written(value: float, points: Effect) -> str:
    return words.with_range(value, points.low, points.high, signed=True, tenths=True)


def _mark(line: Line, value: float) -> Mark:
    points = line.points
    colour = ACCENT if line.whole else NEUTRAL if not points.clear else GAINS if points.estimate > 0 else LOSES
    return Mark(line.name, value, points.low, points.high, colour, words.colon(line.name, _written(value, points)))
