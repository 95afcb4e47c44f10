"""The filter of the page: the groups and periods that have a figure, as choices."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from nps_insights.report import words
from nps_insights.report.chapters.number import NumberChapter
from nps_insights.report.page.blocks import RowKey


@dataclass(frozen=True)
class Choices:
    """What the page can be narrowed down to.

    Attributes:
        groups: Column -> its groups, as shown.
        periods: Names of periods, in order of time.
    """

    groups: Mapping[str, list[str]] = field(default_factory=dict)
    periods: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to choose."""
        return not (self.groups or self.periods)


def choices_of(chapter: NumberChapter, tables: Mapping[str, pd.DataFrame]) -> Choices:
    """Return the groups and periods that the chapter on the number has figures of.

    Args:
        chapter: The chapter.
        tables: Tables as `report_tables` returns them; they give the periods their order.

    Example:
        >>> from nps_insights.report.chapters.number import number_chapter
        >>> from nps_insights.report.inputs import report_tables
        >>> nothing = report_tables({})
        >>> choices_of(number_chapter(nothing, min_group_size=30), nothing).is_empty
        True
    """
    keys = list(_keys(chapter))
    groups: dict[str, list[str]] = {}
    for by, group in sorted({(key.by, key.group) for key in keys if key.by}):
        groups.setdefault(by, []).append(group)
    named = {key.period for key in keys if key.period}
    return Choices(groups, list(dict.fromkeys(name for _, _, name in spans(tables) if name in named)))


def _keys(chapter: NumberChapter) -> Iterable[RowKey]:
    if chapter.time_table:
        yield from chapter.time_table.keys
    for part in chapter.parts:
        yield from (*part.table.keys, *part.rest.keys)
    for own in chapter.over_time:
        yield from own.table.keys


def spans(tables: Mapping[str, pd.DataFrame]) -> list[tuple[pd.Timestamp, pd.Timestamp, str]]:
    """Return first day, last day and name of every period that a figure is of: the shortest first, then by time.

    Args:
        tables: Tables as `report_tables` returns them.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> spans(report_tables({}))
        []
    """
    both = pd.concat([tables[name][["metric", "period_start", "period_end"]] for name in ("estimates", "series")])
    every = both[(both["metric"] == "nps") & both["period_start"].notna()].drop_duplicates()
    lengths = (every["period_end"] - every["period_start"]).dt.days // 7
    ordered = every.assign(weeks=lengths.round(-1)).sort_values(["weeks", "period_start"], kind="stable")
    return [
        (row["period_start"], row["period_end"], words.period(row["period_start"], row["period_end"]))
        for _, row in ordered.iterrows()
    ]
