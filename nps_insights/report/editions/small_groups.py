"""Small groups: which groups and periods are hidden, so that none of fewer than ten answers shows, nor can be computed.

Groups of a column and the answers of no known group add up to all answers; periods and the answers without a date add
up to all time, months to their quarter. A hidden one could be computed from the others where it is the only one, so
they are hidden until those hidden hold ten answers together or more; answers of no known group, which no row shows,
count as such a group. Answers that one account gave all alone count as one answer.
"""

import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from nps_insights.report.editions.nested_periods import (
    ALL_TIME,
    Span,
    hidden_periods,
    left_over,
    overlaps,
    side_by_side,
    spans_of,
)
from nps_insights.report.editions.persons import cells_of_one, crossed_columns
from nps_insights.report.editions.persons import person_columns as columns_of_persons

SMALLEST = 10
# Tables of every period there is; the first ones say which periods are shown beside one another.
_WHOLE = ("estimates", "series", "account_scores", "nonresponse")
# Where a table says when, and how many.
_CELLS = (*((name, "period", "n") for name in _WHOLE), ("changes", "before", "n_before"), ("changes", "after", "n"))
_THEMES = "theme_id"
_OF = ("metric", "by", "group")
# Answers of no known group: no group of any file is called so.
_NOBODY_KNOWS = "\0"


@dataclass(frozen=True)
class Hidden:
    """What is not shown.

    Attributes:
        ever: (column, group) that is in no figure.
        by_period: (column, group) that is in no figure of a single period; holds `ever`.
        periods: First and last days of the periods that are not shown at all.
        spans: Periods that can be shown beside one another; any where it is empty.
        persons: Columns whose groups are single persons or accounts, and crossed ones; none of them is in any figure.
        alone: (column, group) that one account is.

    Example:
        >>> Hidden().names
        frozenset()
    """

    ever: frozenset[tuple[str, str]] = frozenset()
    by_period: frozenset[tuple[str, str]] = frozenset()
    periods: frozenset[Span] = frozenset()
    spans: frozenset[Span] = frozenset()
    persons: frozenset[str] = frozenset()
    alone: frozenset[tuple[str, str]] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """Names of the groups hidden anywhere, for texts that could speak of them."""
        return frozenset(group for _, group in self.by_period if group)

    def shown(self, rows: pd.DataFrame, *sides: str) -> pd.DataFrame:
        """Return the rows that may be shown.

        Args:
            rows: A table with by and group.
            sides: Its periods, as `spans_of` reads them: "period", "before", "after", "at"; none where the figures are
                of all time.
        """
        spans = {side: spans_of(rows, side) for side in sides}
        keep = []
        for at, pair in enumerate(zip(rows["by"], rows["group"], strict=True)):
            dated = {side: own[at] for side, own in spans.items() if own[at] != ALL_TIME}
            allowed = pair[0] not in self.persons and pair not in (self.by_period if dated else self.ever)
            keep.append(allowed and all(self.allows(span, alone=side != "period") for side, span in dated.items()))
        return rows[pd.Series(keep, index=rows.index, dtype=bool)]

    def allows(self, span: Span, *, alone: bool = True) -> bool:
        """Return whether figures of a period may be shown.

        Args:
            span: Its first and last day.
            alone: Whether it stands alone: one of several periods must lie within or apart from all others.
        """
        if span in self.spans or not self.spans:
            return span not in self.periods
        return alone and not any(overlaps(span, one) for one in self.periods)

    def tells_of(self, text: object) -> bool:
        """Return whether a text names a group that is hidden."""
        return isinstance(text, str) and bool(self.names) and bool(_pattern(self.names).search(text))


def hidden_groups(
    tables: Mapping[str, pd.DataFrame], person_columns: Collection[str] = (), *, smallest: int = SMALLEST
) -> Hidden:
    """Return what must be hidden.

    Args:
        tables: Tables as `report_tables` returns them.
        person_columns: Columns of the files that were read as fields that name somebody, see `persons.py`.
        smallest: Fewest answers that a shown group has, and that all hidden groups have together.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> hidden_groups(report_tables({})) == Hidden()
        True
    """
    persons = columns_of_persons(tables, person_columns) | crossed_columns(tables)
    told = _cells(tables)
    told = told[~told["by"].isin(persons)]
    spans = side_by_side(told["span"])
    told = told[told["span"].isin(spans)]
    alone = cells_of_one(tables, spans)
    cells = told.groupby([*_OF, "span"], as_index=False)["n"].min()
    cells = cells[cells["n"] > 0].reset_index(drop=True)
    of_one = [cell in alone for cell in zip(cells["by"], cells["group"], cells["span"], strict=True)]
    cells["of_one"] = pd.Series(of_one, index=cells.index, dtype=bool)
    periods = hidden_periods([_figure(own) for _, own in cells[cells["by"] == ""].groupby("metric")], smallest=smallest)
    grouped = cells[cells["by"] != ""]
    # One customer is one, however many answers it gave.
    grouped = grouped.assign(n=grouped["n"].mask(grouped["of_one"], 1), size=grouped["n"])
    ever, dated = set(), set()
    for by, own in grouped.groupby("by", sort=True):
        parts = own.assign(cell=own["metric"] + own["span"].map(str), part=own["group"])
        whole_time = parts[parts["span"] == ALL_TIME]
        ever |= {(str(by), part) for part in _small(whole_time, smallest=smallest)}
        first = {part for column, part in ever if column == by} | _told_by_periods(own, periods, smallest)
        dated |= {(str(by), part) for part in _small(parts, smallest=smallest, hidden=first)}
    ever, dated = ({pair for pair in pairs if pair[1] != _NOBODY_KNOWS} for pairs in (ever, dated))
    ever |= _pairs_of(persons, tables)
    at_all = frozenset((by, group) for by, group, span in alone if span == ALL_TIME)
    return Hidden(frozenset(ever), frozenset(dated | ever), periods, spans - {ALL_TIME}, persons, at_all)


def _figure(cells: pd.DataFrame, count: str = "n") -> tuple[dict[Span, int], set[Span]]:
    """Answers of each period of one figure, and the periods that one account answered alone."""
    return dict(zip(cells["span"], cells[count], strict=True)), set(cells.loc[cells["of_one"], "span"])


def _told_by_periods(cells: pd.DataFrame, periods: Collection[Span], smallest: int) -> set[str]:
    """Groups of which the shown periods leave a few answers of all time, or months of their quarter."""
    figures = ((str(group), *_figure(own, "size")) for (_, group), own in cells.groupby(["metric", "group"]))
    return {
        group
        for group, sizes, of_one in figures
        if any(0 < left.n < smallest for left in left_over(sizes, periods, of_one).values())
    }


def _pairs_of(columns: Collection[str], tables: Mapping[str, pd.DataFrame]) -> set[tuple[str, str]]:
    named = (("by", "group"), ("dimension", "part_group"))
    both = [table[list(pair)] for table in tables.values() for pair in named if set(pair) <= set(table.columns)]
    return {(by, group) for rows in both for by, group in rows.itertuples(index=False, name=None) if by in columns}


def _cells(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every figure's metric, column, group, period and number of answers; those of no known group are a group."""
    found = [pd.DataFrame({"metric": [], "by": [], "group": [], "span": [], "n": []})]
    for name, side, count in _CELLS:
        rows = tables[name]
        rows = rows[(rows["by"] != _THEMES) & (rows[count] > 0)] if len(rows) else rows
        if rows.empty:
            continue
        own = pd.DataFrame({"metric": rows.get("metric", "answered"), "by": rows["by"], "group": rows["group"]})
        own = own.assign(span=spans_of(rows, side), n=rows[count])
        # Long periods first: shorter ones are shown within them.
        own = own.sort_values("span", key=lambda spans: spans.map(_length), ascending=False, kind="stable")
        # What groups leave to all answers, a table of some of the groups does not tell.
        parts = [own, _of_no_group(own)] if name in _WHOLE else [own]
        # Each table for itself, too: tables may be of different answers, and no table makes another one look safe.
        found += [*parts, *(part.assign(metric=part["metric"] + "\n" + name) for part in parts)]
    return pd.concat(found, ignore_index=True)


def _length(span: Span) -> float:
    return math.inf if span == ALL_TIME else float((span[1] - span[0]).days)


def _of_no_group(cells: pd.DataFrame) -> pd.DataFrame:
    """What the groups of a column leave to all answers, of one table, as a group of that column, be it none."""
    alone = cells.drop_duplicates([*_OF, "span"])
    whole = alone[alone["by"] == ""][["metric", "span", "n"]].rename(columns={"n": "whole"})
    groups = alone[alone["by"] != ""].groupby(["metric", "by", "span"], as_index=False)["n"].sum()
    left = groups.merge(whole, on=["metric", "span"])
    return left.assign(group=_NOBODY_KNOWS, n=(left["whole"] - left["n"]).clip(lower=0)).drop(columns="whole")


def _small(cells: pd.DataFrame, *, smallest: int, hidden: Iterable[str] = ()) -> set[str]:
    """Parts that are too small anywhere, and as many of the next smallest as it takes to hide them.

    Args:
        cells: One row per cell and part of it: cell, part, n; the parts of a cell add up to a figure that is shown.
        smallest: See `hidden_groups`.
        hidden: Parts that are hidden already.
    """
    found = {_NOBODY_KNOWS, *hidden, *cells.loc[cells["n"] < smallest, "part"]}
    sizes = cells.groupby("part")["n"].max()
    while True:
        own = cells[cells["part"].isin(list(found))]
        totals = own.groupby("cell")["n"].sum()
        bare = cells[cells["cell"].isin(list(totals[totals < smallest].index)) & ~cells["part"].isin(list(found))]
        if bare.empty:
            return found
        found.add(min(set(bare["part"]), key=lambda part: (sizes[part], part)))


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(names)))
