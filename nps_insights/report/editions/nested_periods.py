"""Periods beside and within one another: which can be shown together, and what the shown ones leave of a longer one."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

Span = tuple[pd.Timestamp, pd.Timestamp]
ALL_TIME: Span = (pd.Timestamp.min, pd.Timestamp.max)


@dataclass
class Left:
    """What the shown periods within a shown one leave of it.

    Attributes:
        n: Answers that they leave; those of a period that one account gave count as one answer.
        within: The longest shown periods within it.
    """

    n: int
    within: list[Span] = field(default_factory=list)


def spans_of(rows: pd.DataFrame, side: str) -> list[Span]:
    """Return first and last day of each row's period; `ALL_TIME` where it has none.

    Args:
        rows: A table with `{side}_start`, and `{side}_end` where the period is longer than its first day says; or, for
            a single day, with a column of that name.
        side: Such as "period", "before" or "at".

    Example:
        >>> rows = pd.DataFrame({"at": pd.to_datetime(["2026-04-01", None])})
        >>> spans_of(rows, "at")[1] == ALL_TIME
        True
    """
    starts = rows[f"{side}_start" if f"{side}_start" in rows else side]
    ends = rows.get(f"{side}_end", starts)
    ends = ends.where(ends.notna(), starts)
    return [
        ALL_TIME if pd.isna(start) else (start, end) for start, end in zip(starts, ends, strict=True)
    ]  # fmt: skip


def overlaps(one: Span, other: Span) -> bool:
    """Return whether two periods have a day in common.

    Example:
        >>> april, second = (pd.Timestamp(f"2026-04-{day}") for day in ("01", "30")), (pd.Timestamp("2026-05-01"),) * 2
        >>> overlaps(tuple(april), second)
        False
    """
    return one[0] <= other[1] and other[0] <= one[1]


def side_by_side(wanted: Iterable[Span]) -> frozenset[Span]:
    """Return the periods that lie within one another or apart, the first ones first.

    Of periods that overlap in part, such as rolling windows, or weeks and months, what one has and the other has not
    could be computed: the later ones of them are left out.

    Example:
        >>> days = [("2026-04-01", "2026-06-30"), ("2026-04-01", "2026-04-30"), ("2026-04-27", "2026-05-03")]
        >>> len(side_by_side([tuple(map(pd.Timestamp, pair)) for pair in days]))
        2
    """
    kept: list[Span] = []
    for span in dict.fromkeys(wanted):
        if all(_holds(one, span) or _holds(span, one) or not overlaps(one, span) for one in kept):
            kept.append(span)
    return frozenset(kept)


def left_over(sizes: Mapping[Span, int], hidden: Collection[Span], of_one: Collection[Span] = ()) -> dict[Span, Left]:
    """Return, for every shown period with shown periods within it, what these leave.

    Args:
        sizes: Answers of every period, `ALL_TIME` among them; each lies within another one or apart from it.
        hidden: Periods that are not shown.
        of_one: Periods all of whose answers one account gave.

    Example:
        >>> april, june = ((pd.Timestamp(f"2026-{m}-01"), pd.Timestamp(f"2026-{m}-30")) for m in ("04", "06"))
        >>> left_over({ALL_TIME: 100, april: 40, june: 57}, [])[ALL_TIME].n
        3
    """
    found: dict[Span, Left] = {}
    around: list[Span] = []
    counted_as_one: list[Span] = []
    for span in sorted(sizes, key=lambda one: (one[0], -one[1].value)):
        while around and not _holds(around[-1], span):
            around.pop()
        if span not in hidden:
            found[span] = Left(sizes[span])
            if around:
                found[around[-1]].n -= sizes[span]
                found[around[-1]].within.append(span)
            around.append(span)
        elif span in of_one and around and not any(_holds(one, span) for one in counted_as_one):
            found[around[-1]].n -= sizes[span] - 1
            counted_as_one.append(span)
    return {span: left for span, left in found.items() if left.within}


def hidden_periods(
    figures: Collection[tuple[Mapping[Span, int], Collection[Span]]], *, smallest: int
) -> frozenset[Span]:
    """Return the periods that are too small, and as many of the next smallest as it takes to hide them.

    Args:
        figures: For each figure the answers of its periods, and those of them that one account gave.
        smallest: Fewest answers that a shown period has, and that shown periods leave of a longer one, if any.
    """
    found = {
        span
        for sizes, of_one in figures
        for span, n in sizes.items()
        if span != ALL_TIME and (n < smallest or span in of_one)
    }
    size = {span: max(sizes.get(span, 0) for sizes, _ in figures) for sizes, _ in figures for span in sizes}
    while True:
        bare = {
            span
            for sizes, of_one in figures
            for left in left_over(sizes, found, of_one).values()
            if 0 < left.n < smallest
            for span in left.within
        }
        if not bare:
            return frozenset(found)
        found.add(min(bare, key=lambda span: (size[span], span)))


def _holds(one: Span, other: Span) -> bool:
    return one[0] <= other[0] and other[1] <= one[1]
