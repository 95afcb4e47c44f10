"""What of a report may leave the house: figures of many, without quotes, without a single customer or colleague."""

from collections.abc import Collection, Mapping

import pandas as pd

from nps_insights.jobs.outputs.shared_drivers import SHARED_BESIDE
from nps_insights.report.editions.board import board_tables, silenced
from nps_insights.report.editions.small_groups import hidden_groups
from nps_insights.report.inputs import report_tables
from nps_insights.tables import TABLES, Table, empty

# Table -> columns that hold somebody's words.
AGGREGATES: dict[str, tuple[str, ...]] = {
    "estimates": (),
    "series": (),
    "account_scores": (),
    "changes": (),
    "change_points": (),
    "themes": ("example", "example_negative", "owner"),
    "effects": (),
    "theme_quality": (),
    "movement_effects": (),
    "driver_sides": (),
    "group_effects": (),
    "explained_shares": (),
    "change_parts": (),
    "movement": (),
    "movers": (),
    "scenarios": (),
    "driver_checks": (),
    "negative_controls": (),
    "category_scores": (),
    "left_out": (),
    "alerts": (),
    "traces": (),
    "period_events": (),
    "comparability": (),
    "targets": (),
    "target_path": (),
    "restatements": (),
    "nonresponse": (),
    "invitation_audit": (),
    "account_mix": (),
    "action_lists": (),
    "leaving": (),
    "closed_loop": (),
    "money": (),
}


def aggregates(tables: Mapping[str, pd.DataFrame], person_columns: Collection[str] = ()) -> dict[str, pd.DataFrame]:
    """Return the tables of a report that may leave the house; all of them, those that are absent empty.

    What the board sees too goes by the board's rules: no groups that are persons or accounts, none of fewer than ten
    answers, and nothing from which one could be computed. The others go by the same rules.

    Args:
        tables: Tables of a run, by name, as the contract has them.
        person_columns: Columns of the files that were read as ids or names of accounts and people.

    Returns:
        One frame per name of `AGGREGATES`, with the columns that were given.

    Example:
        >>> sorted(aggregates({})) == sorted(AGGREGATES)
        True
    """
    whole = report_tables(tables)
    hidden = hidden_groups(whole, person_columns)
    found = board_tables(whole, person_columns)
    for name, rule in SHARED_BESIDE.items():
        found[name] = silenced(rule(whole[name], whole, hidden), hidden).reset_index(drop=True)
    return {name: _as_given(found[name], tables.get(name, empty(name)), name) for name in AGGREGATES}


def _as_given(found: pd.DataFrame, given: pd.DataFrame, name: str) -> pd.DataFrame:
    return found[[column for column in given.columns if column in found and column not in AGGREGATES[name]]]


def shared_contract(name: str) -> Table:
    """Return the contract of an aggregate table: that of the table without what is kept back.

    Example:
        >>> "example" in [column.name for column in shared_contract("themes").columns]
        False
    """
    table, held = TABLES[name], AGGREGATES[name]
    return Table(table.name, table.row, table.key, tuple(one for one in table.columns if one.name not in held))
