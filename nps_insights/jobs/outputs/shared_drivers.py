"""Rules for what a database gets beyond the board: effects of every kind, movement and checks, of many each."""

from collections.abc import Callable, Mapping

import pandas as pd

from nps_insights.report.editions.board import of_many, small_themes
from nps_insights.report.editions.persons import attribute_of
from nps_insights.report.editions.small_groups import SMALLEST, Hidden

_Rule = Callable[[pd.DataFrame, Mapping[str, pd.DataFrame], Hidden], pd.DataFrame]


def few_drivers(tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> set[str]:
    """Return the drivers that are not told: of fewer than ten answers, of persons, and those that would tell them.

    The groups of an attribute add up to all answers. Where those of few hold fewer than ten together, none is told.

    Args:
        tables: Tables as `report_tables` returns them.
        hidden: As `hidden_groups` returns it.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> few_drivers(report_tables({}), Hidden())
        set()
    """
    named = [table[["driver_id"]] for table in tables.values() if "driver_id" in table]
    sized = [
        table[["driver_id", "n_present"]] for table in tables.values() if {"driver_id", "n_present"} <= {*table.columns}
    ]
    smallest = pd.concat(sized).groupby("driver_id")["n_present"].min()
    small = smallest[smallest < SMALLEST]
    columns = small.groupby([attribute_of(one) for one in small.index]).sum()
    out = hidden.persons | set(columns.index[(columns < SMALLEST) & (columns.index != "")])
    every = set(pd.concat(named)["driver_id"].dropna())
    themes = {f"theme/{one}" for one in small_themes(tables)}
    return {*small.index} | (every & themes) | {one for one in every if attribute_of(one) in out}


def _drivers(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    return of_many(rows[~rows["driver_id"].isin(few_drivers(tables, hidden))])


def _groups(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    return hidden.shown(_drivers(rows, tables, hidden))


def _movement(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    """Where customers went adds up to all who came from a category: one way of few would be told by the others."""
    few = rows[(rows["n_moved"] > 0) & (rows["n_moved"] < SMALLEST)]
    return of_many(rows[~rows["from_category"].isin(few["from_category"])])


def _quality(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    return of_many(rows[~rows["theme_id"].isin(small_themes(tables))])


def _many(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    return of_many(rows)


def _audit(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], hidden: Hidden) -> pd.DataFrame:
    return of_many(hidden.shown(rows))


SHARED_BESIDE: Mapping[str, _Rule] = {
    "effects": _drivers,
    "movement_effects": _drivers,
    "driver_sides": _drivers,
    "driver_checks": _drivers,
    "explained_shares": _drivers,
    "left_out": _drivers,
    "group_effects": _groups,
    "movement": _movement,
    "movers": _many,
    "theme_quality": _quality,
    "negative_controls": _many,
    "category_scores": _many,
    "invitation_audit": _audit,
    "closed_loop": _many,
}
