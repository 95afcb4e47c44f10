"""Say in words how the accounts of today differ from what a churn model was trained on."""

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


def schema_changes(accounts: pd.DataFrame, usage: pd.DataFrame | None, spec: FeatureSpec) -> list[str]:
    """Return a sentence per column that the model reads and that is missing, of another type, or has new levels.

    Args:
        accounts: Table `accounts` of today.
        usage: Table `usage` of today; None for none.
        spec: The features of the model.

    Returns:
        Plain sentences, each beginning with the name of the column; none where nothing changed.

    Example:
        >>> spec = FeatureSpec(names=("attribute/plan=Pro", "attribute/plan=other"), levels={"plan": ("Pro",)})
        >>> schema_changes(pd.DataFrame({"account_id": ["a"], "attribute/plan": ["Max"]}), None, spec)
        ["attribute/plan: 1 level is new since training (Max; 1 of 1 accounts) and counts as 'other'."]
    """
    read = sorted({column for name, column in _READ_BY.items() if name in spec.names})
    found = [
        f"{name}: missing; the model reads it, and takes it as not known." for name in read if name not in accounts
    ]
    for name in spec.numbers:
        found += _number_changes(accounts, ATTRIBUTE_PREFIX + name, "accounts")
    for name, own in spec.levels.items():
        found += _level_changes(accounts, ATTRIBUTE_PREFIX + name, own, spec.rare_levels.get(name, ()))
    if usage is None:
        return found + (
            ["usage: no such table; the model reads it, and takes it as not known."] if _reads_usage(spec) else []
        )
    for name in spec.usage:
        found += _number_changes(usage, USAGE_PREFIX + name, "rows of usage")
    return found


def _reads_usage(spec: FeatureSpec) -> bool:
    return any(name.startswith(USAGE_PREFIX) for name in spec.names)


def _absent(frame: pd.DataFrame, column: str) -> list[str]:
    if column not in frame.columns:
        return [f"{column}: missing; the model reads it, and takes it as not known."]
    if len(frame) and frame[column].isna().all():
        return [f"{column}: holds no value; the model reads it, and takes it as not known."]
    return []


def _number_changes(frame: pd.DataFrame, column: str, rows: str) -> list[str]:
    absent = _absent(frame, column)
    if absent or not len(frame) or is_number(frame[column]):
        return absent
    unread = frame[column].notna().to_numpy() & pd.isna(as_numbers(frame[column]))
    if not unread.any():
        return [f"{column}: held numbers in training and holds texts; all of them read as numbers."]
    first = min(map(str, frame[column][unread]))
    return [
        f"{column}: held numbers in training; {int(unread.sum())} of {len(frame)} {rows} hold something else "
        f"(such as {first!r}) and are taken as not known."
    ]


def _level_changes(accounts: pd.DataFrame, column: str, own: tuple[str, ...], rare: tuple[str, ...]) -> list[str]:
    absent = _absent(accounts, column)
    if absent or not len(accounts):
        return absent
    kind = [f"{column}: held texts in training and holds numbers; they are read as texts."]
    found = kind if is_number(accounts[column]) else []
    levels = as_levels(accounts[column]).dropna()
    seen = {*own, OTHER}
    names = sorted(one for one in levels.unique() if one not in seen and fingerprint(one) not in rare)
    new = levels[levels.isin(names)]
    if not names:
        return found
    some = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    one = len(names) == 1
    return [
        *found,
        f"{column}: {len(names)} {'level is' if one else 'levels are'} new since training ({some}; "
        f"{len(new)} of {len(accounts)} accounts) and {'counts' if one else 'count'} as 'other'.",
    ]
