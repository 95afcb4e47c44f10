"""Why it moved, for the first screen: at most five parts in whole points that add up to the change shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from nps_insights.metrics import COMMENTED
from nps_insights.report import words
from nps_insights.report.first.change import last_changes
from nps_insights.report.inputs import groups, overall_figure
from nps_insights.report.languages import say
from nps_insights.report.rows.change_rows import Comparison, Part, adding_up_to, comparisons, is_more_often, together
from nps_insights.report.rows.driver_rows import NAMELESS, Effect
from nps_insights.report.rows.guard_rails import no_causes

MOST_THEMES = 2
# With what is left over, five lines.
_MOST_PIECES = 4
# Of a change of ten points, less than one is not worth a busy reader's eye.
SMALLEST_WORTH = 0.1
SAME_POINTS = 0.5
_COULD_NOT = (
    "This change could not be taken apart: too few answers of the two periods have a comment, or no theme is frequent "
    "enough. {left_out} says which."
)

# Part -> how all themes are called together, and how the others are where some are named.
_TOGETHER = {
    "frequency": (
        "how often the themes are mentioned, all together",
        "how often the other themes are mentioned, all together",
    ),
    "rate": (
        "how much a mention weighs, all themes together",
        "how much a mention of the other themes weighs, all together",
    ),
}


@dataclass(frozen=True)
class Cause:
    """One part of the change: what it goes with, its points, and their range where it is known."""

    label: str
    points: str
    likely: str = ""


@dataclass(frozen=True)
class Why:
    """What the change goes with; without parts it says why there are none.

    Attributes:
        heading: "Why it fell on Q2 2026 (parts add to −6)".
        causes: Its parts.
        note: What they rest on, and what they do not prove.
    """

    heading: str = ""
    causes: list[Cause] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True)
class _Piece:
    label: str
    points: Effect
    likely: bool = True


def why_of(tables: Mapping[str, pd.DataFrame], *, withheld: bool = False) -> Why:
    """Return what the last real change goes with; empty where no change was taken apart.

    Args:
        tables: Tables as `report_tables` returns them.
        withheld: Whether an edition left figures out: then nothing is said not to have been taken apart.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> why_of(report_tables({})).causes
        []
    """
    comparison = told_change(tables)
    if comparison is not None:
        return _why(comparison, tables)
    return Why() if withheld else _not_taken_apart(tables)


def told_change(tables: Mapping[str, pd.DataFrame]) -> Comparison | None:
    """Return the last real change, the one on the period before or else on the year before, if it was taken apart.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> told_change(report_tables({})) is None
        True
    """
    for _, row in last_changes(tables["changes"]).iterrows():
        comparison = _taken_apart(tables, row)
        if comparison is not None and comparison.total.clear:
            return comparison
    return None


def _not_taken_apart(tables: Mapping[str, pd.DataFrame]) -> Why:
    """A real change without parts: said, with what stood against it or the setting that would take it apart."""
    rows = last_changes(tables["changes"])
    clear = rows[(rows["conf_low"] > 0) | (rows["conf_high"] < 0)]
    if clear.empty:
        return Why()
    row = clear.iloc[0]
    since = words.period(row["before_start"], row["before_end"])
    heading = say("Why it fell on {since}" if row["estimate"] < 0 else "Why it rose on {since}", since=since)
    if any(_is_of(own, row) for own in comparisons(tables)):
        # Its parts stand in the chapter; as a whole it could not be told from zero among those they are of.
        return Why()
    # A report takes the change on the period before apart by itself; without any parts that came to nothing.
    on_the_one_before = row["before_end"] + pd.Timedelta(days=1) == row["after_start"] or len(rows) > 1
    if clear.index[0] == 0 and on_the_one_before and all(own.by for own in comparisons(tables)):
        return Why(heading, note=say(_COULD_NOT, left_out=words.quoted(say("What was left out, and why"))))
    days = ["/".join(f"{row[f'{side}_{end}']:%Y-%m-%d}" for end in ("start", "end")) for side in ("before", "after")]
    said = say("This change was not taken apart. The option “--between {days}” does it.", days="..".join(days))
    return Why(heading, note=said)


def _taken_apart(tables: Mapping[str, pd.DataFrame], row: pd.Series) -> Comparison | None:
    """The parts of exactly this change; one among some of the answers only is another change."""
    for own in comparisons(tables):
        if _is_of(own, row) and abs(own.total.estimate - float(row["estimate"])) < SAME_POINTS:
            return own
    return None


def _is_of(comparison: Comparison, row: pd.Series) -> bool:
    sides = tuple(words.period(row[f"{side}_start"], row[f"{side}_end"]) for side in ("before", "after"))
    return not comparison.by and (comparison.before, comparison.after) == sides


def _why(comparison: Comparison, tables: Mapping[str, pd.DataFrame]) -> Why:
    total = comparison.total.estimate
    pieces = _pieces(comparison, no_causes(tables))
    rest = total - sum(piece.points.estimate for piece in pieces)
    shown = adding_up_to([*(piece.points.estimate for piece in pieces), rest], total)
    causes = [
        Cause(piece.label, words.points(value, signed=True), _likely(piece))
        for piece, value in zip(pieces, shown[:-1], strict=True)
        if value
    ]
    if shown[-1]:
        label = say("everything else, and what is not explained") if causes else say("not explained")
        causes.append(Cause(label, words.points(shown[-1], signed=True)))
    fell, rose = "Why it fell on {since} (parts add to {total})", "Why it rose on {since} (parts add to {total})"
    heading = say(
        fell if total < 0 else rose,
        since=comparison.before,
        total=words.points(total, signed=True),
    )
    return Why(heading, causes, _note(comparison, tables))


def _likely(piece: _Piece) -> str:
    if not piece.likely:
        return ""
    low, high = piece.points.low, piece.points.high
    likely = words.likely(low, high, signed=True)
    return f"{likely}, {words.verdict(low, high)}" if low <= 0 <= high else likely


def _pieces(comparison: Comparison, without: frozenset[str]) -> list[_Piece]:
    """Themes that stand out, the others together, those without a comment, another mix; the largest first."""
    total, parts = comparison.total, comparison.parts
    themes = [own for own in parts if _stands_out(own, total) and own.driver_id not in without]
    themes = sorted(themes, key=lambda own: (-abs(own.points.estimate), own.part, own.driver_id))[:MOST_THEMES]
    pieces = [_Piece(_theme(own), own.points) for own in themes]
    silent = [own for own in parts if own.part in ("silent", "silence")]
    mix = [own for own in parts if own.part == "mix"]
    for label, own in ((say("those who wrote no comment"), silent), (say("another mix of customers"), mix)):
        points = together(own) if own else None
        if points is not None and abs(points.estimate) >= SMALLEST_WORTH * abs(total.estimate):
            pieces.append(_Piece(label, points, likely=own is silent))
    pieces += [piece for part in _TOGETHER for piece in _others_together(part, comparison, themes)]
    return sorted(pieces, key=lambda piece: -abs(piece.points.estimate))[:_MOST_PIECES]


def _others_together(part: str, comparison: Comparison, named: list[Part]) -> list[_Piece]:
    """The themes that are not named, where they can be told from zero taken together, as none of them can alone."""
    others = [own for own in comparison.parts if own.part == part and own not in named]
    points = together(others) if len(others) > 1 else None
    if points is None or not points.clear or abs(points.estimate) < SMALLEST_WORTH * abs(comparison.total.estimate):
        return []
    all_of_them, rest_of_them = _TOGETHER[part]
    return [_Piece(say(rest_of_them if any(own.part == part for own in named) else all_of_them), points)]


def _stands_out(part: Part, total: Effect) -> bool:
    named = part.part in ("frequency", "rate") and not part.label.startswith(NAMELESS)
    return named and part.points.clear and abs(part.points.estimate) >= SMALLEST_WORTH * abs(total.estimate)


def _theme(part: Part) -> str:
    label = words.quoted(words.clean(part.label, most=60))
    if part.part == "rate":
        return (
            say("a mention of {label} goes with fewer points than before", label=label)
            if part.points.estimate < 0
            else say("a mention of {label} goes with more points than before", label=label)
        )
    if not part.shares:
        return say("how often {label} is mentioned", label=label)
    before, after = (words.percent(share) for share in part.shares)
    more, less = (
        "{label} mentioned more often ({before} → {after})",
        "{label} mentioned less often ({before} → {after})",
    )
    return say(more if is_more_often(part) else less, label=label, before=before, after=after)


def _note(comparison: Comparison, tables: Mapping[str, pd.DataFrame]) -> str:
    said = say("Associated, not proven causes")
    rate = overall_figure(tables["estimates"], "comment_rate")
    if rate is None:
        return f"{said}."
    said += say("; based on the {share} who commented", share=words.percent(rate["estimate"]))
    sides = groups(tables["estimates"], COMMENTED).set_index("group")["estimate"].dropna()
    if {"commented", "silent"} <= set(sides.index):
        said += say(
            " (their NPS is {commented}, that of silent answerers {silent}, over all periods)",
            commented=words.points(sides["commented"]),
            silent=words.points(sides["silent"]),
        )
    silent = sum(own.points.estimate for own in comparison.parts if own.part in ("silent", "silence"))
    if abs(silent) > abs(comparison.total.estimate) / 2 and silent * comparison.total.estimate > 0:
        said += say(". Most of it is among those who wrote no comment: why, they did not say")
    return f"{said}."
