"""The tables a report reads, brought to their contract, with every optional column present."""

from collections.abc import Mapping

import pandas as pd

from nps_insights.tables import TABLES, conform, empty

READ = ("estimates", "changes", "themes", "effects", "left_out", "agreement", "quarantine")


def report_tables(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of a report: those of `READ`, conformed; an absent one is empty.

    Args:
        tables: Tables by name; others than those of `READ` are not looked at.

    Returns:
        One frame per name of `READ`, with all columns of the contract; optional ones that were not given are missing
        values.

    Raises:
        SchemaError: A table breaks its contract.

    Example:
        >>> sorted(report_tables({}))
        ['agreement', 'changes', 'effects', 'estimates', 'left_out', 'quarantine', 'themes']
    """
    return {name: _whole(name, tables[name] if name in tables else empty(name)) for name in READ}


def overall(estimates: pd.DataFrame, metric: str) -> pd.Series | None:
    """Return the estimate of a metric over all answers and all time, or None where there is none.

    Example:
        >>> overall(report_tables({})["estimates"], "nps") is None
        True
    """
    rows = estimates[(estimates["metric"] == metric) & (estimates["by"] == "") & estimates["period_start"].isna()]
    return rows.iloc[0] if len(rows) and pd.notna(rows.iloc[0]["estimate"]) else None


def periods(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return the overall NPS per period, in order of time.

    Example:
        >>> len(periods(report_tables({})["estimates"]))
        0
    """
    rows = estimates[(estimates["metric"] == "nps") & (estimates["by"] == "") & estimates["period_start"].notna()]
    return rows.sort_values("period_start", ignore_index=True)


def groups(estimates: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the NPS of the groups of one column over all time: highest first, those too small to judge last.

    Example:
        >>> len(groups(report_tables({})["estimates"], "plan"))
        0
    """
    rows = estimates[(estimates["metric"] == "nps") & (estimates["by"] == by) & estimates["period_start"].isna()]
    return rows.sort_values(["too_small", "estimate", "group"], ascending=[True, False, True], ignore_index=True)


def group_columns(estimates: pd.DataFrame) -> list[str]:
    """Return the columns that answers were grouped by; "comment" is the split into commenters and silent.

    Example:
        >>> group_columns(report_tables({})["estimates"])
        []
    """
    return sorted(set(estimates["by"]) - {"", "comment"})


def top_themes(themes: pd.DataFrame) -> set[str]:
    """Return the ids of themes that gather others; their effects are sums of their leaves' and not drivers apart.

    Example:
        >>> top_themes(report_tables({})["themes"])
        set()
    """
    return set(themes["parent_id"].dropna()) & set(themes["theme_id"])


def _whole(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    conformed = conform(name, frame)
    absent = [column for column in TABLES[name].columns if column.name not in conformed.columns]
    for column in absent:
        dtype = {"date": "datetime64[us]", "flag": "boolean"}.get(column.kind, "str")
        dtype = "float64" if column.kind in ("number", "share", "points") else dtype
        conformed[column.name] = pd.Series(pd.NA if dtype == "boolean" else None, index=conformed.index, dtype=dtype)
    return conformed
