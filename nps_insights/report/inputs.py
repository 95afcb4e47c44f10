"""The tables a report reads, brought to their contract, with every optional column present."""

from collections.abc import Mapping
from functools import cache

import pandas as pd

from nps_insights.metrics import COMMENTED, THEME_SHARE, benjamini_hochberg, overall
from nps_insights.tables import TABLES, conform, empty

# Of the shifts listed, at most about one in ten is there by luck.
SHIFT_Q = 0.10
READ = (
    "estimates",
    "changes",
    "themes",
    "effects",
    "left_out",
    "agreement",
    "theme_quality",
    "quarantine",
    "possible_themes",
    "languages",
    "driver_sides",
    "driver_checks",
    "group_effects",
    "explained_shares",
    "change_parts",
    "movement",
    "movers",
    "movement_effects",
    "closest",
    "scenarios",
    "negative_controls",
    "category_scores",
    "series",
    "account_scores",
    "change_points",
    "alerts",
    "traces",
    "period_events",
    "comparability",
    "targets",
    "target_path",
    "nonresponse",
    "invitation_audit",
    "silent_accounts",
    "account_mix",
    "agents",
    "restatements",
    "actions",
    "action_lists",
    "money",
    "closed_loop",
    "comments",
    "mentions",
    "responses",
    "leaving",
    "churn_scores",
    "churn_gains",
    "reliability",
    "gain_curve",
)


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
        >>> sorted(report_tables({})) == sorted(READ)
        True
    """
    return {name: _whole(name, tables[name]) if name in tables else _absent(name).copy() for name in READ}


def overall_figure(estimates: pd.DataFrame, metric: str) -> pd.Series | None:
    """Return one row of `metrics.overall`, or None where the metric has no row or no figure.

    Example:
        >>> overall_figure(report_tables({})["estimates"], "nps") is None
        True
    """
    rows = overall(estimates)
    return rows.loc[metric] if metric in rows.index and pd.notna(rows.loc[metric, "estimate"]) else None


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
    """Return the columns of the data that the NPS was grouped by; commenters and silent are no such column.

    Example:
        >>> group_columns(report_tables({})["estimates"])
        []
    """
    return sorted(set(estimates.loc[estimates["metric"] == "nps", "by"]) - {"", COMMENTED})


def top_themes(themes: pd.DataFrame) -> set[str]:
    """Return the ids of the themes of level 1; their effects are sums of their leaves' and not drivers apart.

    Example:
        >>> top_themes(report_tables({})["themes"])
        set()
    """
    return set(themes.loc[themes["level"] == 1, "theme_id"])


@cache
def _absent(name: str) -> pd.DataFrame:
    """Return the table without rows: most surveys lack most tables, and making one takes longer than a copy."""
    return _whole(name, empty(name))


def _whole(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    conformed = conform(name, frame)
    absent = [column for column in TABLES[name].columns if column.name not in conformed.columns]
    for column in absent:
        dtype = {"date": "datetime64[us]", "flag": "boolean"}.get(column.kind, "str")
        dtype = "float64" if column.kind in ("number", "share", "points") else dtype
        conformed[column.name] = pd.Series(pd.NA if dtype == "boolean" else None, index=conformed.index, dtype=dtype)
    return conformed


def shifted_themes(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the themes mentioned more or less often than before, the largest shift first; no top themes.

    Only shifts that pass Benjamini and Hochberg's rule are listed: as the table says (`reason`), or by its p-values
    where it does not; `label` is the theme's.

    Example:
        >>> len(shifted_themes(report_tables({})))
        0
    """
    changes = tables["changes"]
    rows = changes[changes["metric"] == THEME_SHARE]
    judged = rows["reason"].notna()
    beyond_luck = pd.Series(benjamini_hochberg(rows["p_value"]) < SHIFT_Q, index=rows.index)
    rows = rows[beyond_luck.where(~judged, rows["reason"].isin(["emerging", "fading"]))]
    leaves = tables["themes"].loc[~tables["themes"]["theme_id"].isin(top_themes(tables["themes"]))]
    named = rows.merge(leaves[["theme_id", "label"]], left_on="group", right_on="theme_id")
    order = named["estimate"].abs().sort_values(ascending=False, kind="stable").index
    return named.loc[order].reset_index(drop=True)


def theme_shares(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the share of each theme in every finished period with enough comments, in order of time.

    Example:
        >>> len(theme_shares(report_tables({})))
        0
    """
    estimates = tables["estimates"]
    rows = estimates[(estimates["metric"] == THEME_SHARE) & estimates["period_start"].notna()]
    rows = rows[~rows["too_small"] & rows["estimate"].notna() & rows["finished"].fillna(True).astype(bool)]
    return rows.sort_values(["group", "period_start"], ignore_index=True)
