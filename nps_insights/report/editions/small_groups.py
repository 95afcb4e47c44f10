"""Small groups: which groups and periods are hidden, so that none of fewer than ten answers shows, nor can be computed.

Groups of a column and the answers of no known group add up to all answers, periods and the answers without a date to
all time. A hidden group could be computed from the others where it is the only one, so groups are hidden until those
hidden hold ten answers together or more; answers of no known group, which no row shows, count as such a group. A group
all of whose answers one account gave counts as one answer.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from nps_insights.report.editions.persons import groups_of_one
from nps_insights.report.editions.persons import person_columns as columns_of_persons

SMALLEST = 10
ALL_TIME = "all time"
# Where a table says of whom, when, and how many.
_CELLS = {
    "estimates": (("period_start", "n"),),
    "series": (("period_start", "n"),),
    "account_scores": (("period_start", "n"),),
    "nonresponse": (("period_start", "n"),),
    "changes": (("before_start", "n_before"), ("after_start", "n")),
}
_THEMES = "theme_id"
_OF = ("metric", "by", "group")
# Answers of no known group, or without a date: no group of any file is called so.
_NOBODY_KNOWS = "\0"


@dataclass(frozen=True)
class Hidden:
    """What is not shown.

    Attributes:
        ever: (column, group) that is in no figure.
        by_period: (column, group) that is in no figure of a single period; holds `ever`.
        periods: First days of the periods that are not shown at all.
        persons: Columns whose groups are single persons or accounts; none of them is in any figure.

    Example:
        >>> Hidden().names
        frozenset()
    """

    ever: frozenset[tuple[str, str]] = frozenset()
    by_period: frozenset[tuple[str, str]] = frozenset()
    periods: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """Names of the groups hidden anywhere, for texts that could speak of them."""
        return frozenset(group for _, group in self.by_period if group)

    def shown(self, rows: pd.DataFrame, *times: str) -> pd.DataFrame:
        """Return the rows that may be shown.

        Args:
            rows: A table with by and group.
            times: Its columns of first days of periods; none where the figures are of all time.
        """
        pairs = list(zip(rows["by"], rows["group"], strict=True))
        keep = []
        for at, pair in enumerate(pairs):
            moments = [rows[name].iloc[at] for name in times]
            dated = [_when(moment) for moment in moments if pd.notna(moment)]
            allowed = pair[0] not in self.persons and pair not in (self.by_period if dated else self.ever)
            keep.append(allowed and not self.periods & set(dated))
        return rows[pd.Series(keep, index=rows.index, dtype=bool)]

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
    persons = columns_of_persons(tables, person_columns)
    told = _cells(tables)
    told = told[~told["by"].isin(persons)]
    alone = groups_of_one(tables)
    one = [pair in alone for pair in zip(told["by"], told["group"], strict=True)]
    # One customer is one, however many answers it gave.
    told["n"] = told["n"].mask(pd.Series(one, index=told.index, dtype=bool), 1)
    undated = _undated(told)
    cells = told.groupby([*_OF, "time"], as_index=False)["n"].min()
    whole = pd.concat([cells, undated])
    whole = whole[(whole["by"] == "") & (whole["time"] != ALL_TIME)]
    periods = _small(whole.assign(cell=whole["metric"], part=whole["time"]), smallest=smallest) - {_NOBODY_KNOWS}
    grouped = cells[cells["by"] != ""]
    few_undated = undated[undated["n"] < smallest]
    ever, dated = set(), set()
    for by, own in grouped.groupby("by", sort=True):
        parts = own.assign(cell=own["metric"] + "\n" + own["time"], part=own["group"])
        whole_time = parts[parts["time"] == ALL_TIME]
        ever |= {(str(by), part) for part in _small(whole_time, smallest=smallest)}
        first = {part for column, part in ever if column == by}
        first |= set(few_undated.loc[few_undated["by"] == by, "group"])
        dated |= {(str(by), part) for part in _small(parts, smallest=smallest, hidden=first)}
    ever, dated = ({pair for pair in pairs if pair[1] != _NOBODY_KNOWS} for pairs in (ever, dated))
    ever |= _pairs_of(persons, tables)
    return Hidden(frozenset(ever), frozenset(dated | ever), frozenset(periods), persons)


def _pairs_of(columns: Collection[str], tables: Mapping[str, pd.DataFrame]) -> set[tuple[str, str]]:
    named = (("by", "group"), ("dimension", "part_group"))
    both = [table[list(pair)] for table in tables.values() for pair in named if set(pair) <= set(table.columns)]
    return {(by, group) for rows in both for by, group in rows.itertuples(index=False, name=None) if by in columns}


def _cells(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every figure's metric, column, group, time, number of answers and table; those of no known group are a group."""
    found = [pd.DataFrame({"metric": [], "by": [], "group": [], "time": [], "n": [], "table": []})]
    for name, sides in _CELLS.items():
        rows = tables[name]
        rows = rows[(rows["by"] != _THEMES)] if len(rows) else rows
        for when, count in sides:
            if rows.empty:
                continue
            metric = rows.get("metric", "answered")
            time = rows[when].map(_when, na_action="ignore").astype("object").fillna(ALL_TIME)
            own = pd.DataFrame(
                {"metric": metric, "by": rows["by"], "group": rows["group"], "time": time, "n": rows[count]}
            )
            own = own[own["n"] > 0]
            found += [part.assign(table=name) for part in (own, _of_no_group(own))]
    return pd.concat(found, ignore_index=True)


def _of_no_group(cells: pd.DataFrame) -> pd.DataFrame:
    """What the groups of a column leave to all answers, of one table, as a group of that column."""
    alone = cells.drop_duplicates([*_OF, "time"])
    whole = alone[alone["by"] == ""][["metric", "time", "n"]].rename(columns={"n": "whole"})
    groups = alone[alone["by"] != ""].groupby(["metric", "by", "time"], as_index=False)["n"].sum()
    left = groups.merge(whole, on=["metric", "time"])
    return left.assign(group=_NOBODY_KNOWS, n=left["whole"] - left["n"]).drop(columns="whole").query("n > 0")


def _undated(cells: pd.DataFrame) -> pd.DataFrame:
    """What the periods of all answers, and of each group, leave to all time, as a period of no known day."""
    at_all = cells["time"] == ALL_TIME
    whole = cells[at_all].groupby(list(_OF), as_index=False)["n"].min().rename(columns={"n": "whole"})
    # Periods of one table add up; those of another may be of another length.
    periods = cells[~at_all].drop_duplicates([*_OF, "time", "table"])
    dated = periods.groupby([*_OF, "table"], as_index=False)["n"].sum()
    left = dated.merge(whole, on=list(_OF))
    undated = left.assign(n=left["whole"] - left["n"]).query("n > 0").groupby(list(_OF), as_index=False)["n"].min()
    return undated.assign(time=_NOBODY_KNOWS)


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


def _when(moment: pd.Timestamp) -> str:
    return f"{moment:%Y-%m-%d}"


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(names)))
