"""What of a report may leave the house: figures of many, without quotes, without a single customer or colleague."""

from collections.abc import Mapping

import pandas as pd

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
# A group of fewer answers is nearly a person.
FEWEST = 10
_OF_PERSONS = {"agent_id", "contact_id", "account_id", "response_id", "owner", "account_name"}


def aggregates(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of a report that may leave the house; all of them, those that are absent empty.

    Rows of groups that are persons (agents, contacts, accounts) are left out, and so are rows of groups with fewer than
    ten answers.

    Args:
        tables: Tables of a run, by name, as the contract has them.

    Returns:
        One frame per name of `AGGREGATES`.

    Example:
        >>> sorted(aggregates({})) == sorted(AGGREGATES)
        True
    """
    return {name: _shared(name, tables.get(name, empty(name))) for name in AGGREGATES}


def shared_contract(name: str) -> Table:
    """Return the contract of an aggregate table: that of the table without what is kept back.

    Example:
        >>> "example" in [column.name for column in shared_contract("themes").columns]
        False
    """
    table, held = TABLES[name], AGGREGATES[name]
    return Table(table.name, table.row, table.key, tuple(one for one in table.columns if one.name not in held))


def _shared(name: str, table: pd.DataFrame) -> pd.DataFrame:
    keep = pd.Series(True, index=table.index)
    for column in {"by", "dimension"} & set(table.columns):
        keep &= ~table[column].isin(_OF_PERSONS)
    if {"by", "group", "n"} <= set(table.columns):
        keep &= (table["group"] == "") | (table["n"] >= FEWEST)
    return table[keep].drop(columns=list(AGGREGATES[name]), errors="ignore").reset_index(drop=True)
