"""Say in words how the accounts of today differ from what a churn model was trained on."""

from typing import NamedTuple

import pandas as pd

from nps_insights.churn.features.facts import OTHER, USAGE_PREFIX, as_levels, as_numbers, is_number
from nps_insights.churn.features.spec import FeatureSpec, fingerprint
from nps_insights.tables import ATTRIBUTE_PREFIX

_READ_BY = {
    "account/tenure_days": "started_at",
    "account/days_to_renewal": "renewal_at",
    "account/value": "value",
    "parent/mean": "parent_id",
    "parent/answers": "parent_id",
}
_SHOWN = 3
_AS_UNKNOWN = "the model reads it, and takes it as not known."


class SchemaChange(NamedTuple):
    """One column that is not as it was in training.

    Attributes:
        name: The column.
        level: `error` where values of the column are not known to the model, `warn` where it reads them all the same.
        sentence: What changed, and how the model takes it.
    """

    name: str
    level: str
    sentence: str


def schema_changes(accounts: pd.DataFrame, usage: pd.DataFrame | None, spec: FeatureSpec) -> list[SchemaChange]:
    """Return a sentence per column that the model reads and that is missing, of another type, or has new levels.

    Args:
        accounts: Table `accounts` of today.
        usage: Table `usage` of today; None for none.
        spec: The features of the model.

    Returns:
        Changes, one per column at most; none where nothing changed.

    Example:
        >>> spec = FeatureSpec(names=("attribute/plan=Pro", "attribute/plan=other"), levels={"plan": ("Pro",)})
        >>> schema_changes(pd.DataFrame({"account_id": ["a"], "attribute/plan": ["Max"]}), None, spec)[0].sentence
        "attribute/plan: 1 level is new since training (Max; 1 of 1 accounts) and counts as 'other'."
    """
    found = [
        _gone(name)
        for name in sorted({own for feature, own in _READ_BY.items() if feature in spec.names})
        if name not in accounts
    ]
    found += [
        change for name in spec.numbers for change in _number_changes(accounts, ATTRIBUTE_PREFIX + name, "accounts")
    ]
    for name, own in spec.levels.items():
        found += _level_changes(accounts, ATTRIBUTE_PREFIX + name, own, spec.rare_levels.get(name, ()))
    if usage is None:
        reads = any(name.startswith(USAGE_PREFIX) for name in spec.names)
        return [*found, SchemaChange("usage", "error", "usage: no such table; " + _AS_UNKNOWN)] if reads else found
    return found + [change for name in spec.usage for change in _number_changes(usage, USAGE_PREFIX + name, "rows")]


def _gone(column: str) -> SchemaChange:
    return SchemaChange(column, "error", f"{column}: missing; {_AS_UNKNOWN}")


def _absent(frame: pd.DataFrame, column: str) -> list[SchemaChange]:
    if column not in frame.columns:
        return [_gone(column)]
    if len(frame) and frame[column].isna().all():
        return [SchemaChange(column, "error", f"{column}: holds no value; {_AS_UNKNOWN}")]
    return []


def _number_changes(frame: pd.DataFrame, column: str, rows: str) -> list[SchemaChange]:
    absent = _absent(frame, column)
    if absent or not len(frame) or is_number(frame[column]):
        return absent
    unread = frame[column].notna().to_numpy() & pd.isna(as_numbers(frame[column]))
    if not unread.any():
        told = f"{column}: held numbers in training and holds texts; all of them read as numbers."
        return [SchemaChange(column, "warn", told)]
    first = min(map(str, frame[column][unread]))
    told = (
        f"{column}: held numbers in training; {int(unread.sum()):,} of {len(frame):,} {rows} hold something else "
        f"(such as {first!r}) and are taken as not known."
    )
    return [SchemaChange(column, "error", told)]


def _level_changes(
    accounts: pd.DataFrame, column: str, own: tuple[str, ...], rare: tuple[str, ...]
) -> list[SchemaChange]:
    absent = _absent(accounts, column)
    if absent or not len(accounts):
        return absent
    told = ["held texts in training and holds numbers, which are read as texts"] if is_number(accounts[column]) else []
    levels = as_levels(accounts[column]).dropna()
    seen, before = {*own, OTHER}, set(rare)
    names = sorted(one for one in levels.unique() if one not in seen and fingerprint(one) not in before)
    if names:
        some = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
        are, count = ("level is", "counts") if len(names) == 1 else ("levels are", "count")
        told.append(
            f"{len(names)} {are} new since training ({some}; {int(levels.isin(names).sum()):,} of {len(accounts):,} "
            f"accounts) and {count} as 'other'"
        )
    return [SchemaChange(column, "warn", f"{column}: {'; '.join(told)}.")] if told else []
