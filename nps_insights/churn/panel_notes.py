"""What a reader must know of a churn panel, in plain sentences."""

from collections.abc import Mapping

import pandas as pd

from nps_insights.churn.features import FeatureSpec, schema_changes
from nps_insights.churn.features.facts import is_date
from nps_insights.churn.moments import Span
from nps_insights.tables import ATTRIBUTE_PREFIX

_UNDATED = {
    "account/value": "value",
    "account/days_to_renewal": "renewal_at",
    "parent/mean": "parent_id",
    "parent/answers": "parent_id",
}


def panel_notes(
    accounts: pd.DataFrame,
    usage: pd.DataFrame | None,
    spec: FeatureSpec,
    *,
    until: pd.Timestamp,
    stated: bool,
    last_use: pd.Timestamp | None,
    rows: pd.DataFrame,
    aside: Mapping[str, int],
) -> tuple[str, ...]:
    """Return the notes of a panel of dates.

    Args:
        accounts: Table `accounts`.
        usage: Table `usage`.
        spec: The features.
        until: When the extract was taken.
        stated: Whether that was given, and not read off the tables.
        last_use: The latest use of anybody, where leaving is inactivity.
        rows: Rows of the panel.
        aside: Rows without a usable outcome, by reason.
    """
    notes = _outcomes(rows, aside)
    if last_use is not None and last_use < until:
        notes.append(
            f"usage ends on {last_use:%Y-%m-%d %H:%M}, before the extract of {until:%Y-%m-%d %H:%M}: outcomes count as "
            "known until the last use, since nobody's silence after it tells anything."
        )
    elif not stated:
        notes.append(
            f"known_until was not stated: outcomes count as known until {until:%Y-%m-%d %H:%M}, "
            "the latest answer or use."
        )
    undated = _undated_columns(spec)
    if undated:
        notes.append(
            f"{', '.join(undated)}: carry no date; at every date they are what the accounts said on the day of the "
            "extract, and may tell what happened later. The leak guard watches them."
        )
    return (*notes, *_not_read(accounts, spec), *(one.sentence for one in schema_changes(accounts, usage, spec)))


def snapshot_notes(
    accounts: pd.DataFrame,
    usage: pd.DataFrame | None,
    spec: FeatureSpec,
    *,
    undated: bool,
    horizon: Span | None,
    rows: pd.DataFrame,
    aside: Mapping[str, int],
) -> tuple[str, ...]:
    """Return the notes of a snapshot."""
    notes = [
        *_outcomes(rows, aside),
        "One snapshot: what is said of an account may have been written after it left; time was not tested.",
    ]
    if horizon is None:
        notes.append("The snapshot does not say within how many days the accounts left: the risk has no horizon.")
    if undated:
        notes.append("No answer carries a date: all of them count, and which was the latest is not known.")
    return (*notes, *_not_read(accounts, spec), *(one.sentence for one in schema_changes(accounts, usage, spec)))


def _outcomes(rows: pd.DataFrame, aside: Mapping[str, int]) -> list[str]:
    notes = []
    if aside:
        counts = ", ".join(f"{reason} {n:,}" for reason, n in sorted(aside.items()))
        notes.append(f"Set aside, since their outcome is not known or not counted: {counts} (accounts at dates).")
    if not len(rows):
        notes.append("No account has a known outcome: nothing can be trained.")
    elif rows["churned"].all() or not rows["churned"].any():
        notes.append(f"{'All' if rows['churned'].iloc[0] else 'None'} of {len(rows):,} accounts at dates left.")
    if not rows.columns.drop(["account_id", "as_of", "unit", "churned", "category", "value"]).size:
        notes.append("The spec names no feature: too little was known when it was learned.")
    return notes


def _undated_columns(spec: FeatureSpec) -> list[str]:
    own = {_UNDATED[name] for name in spec.names if name in _UNDATED}
    attributes = (ATTRIBUTE_PREFIX + name for name in (*spec.numbers, *spec.levels))
    return [*sorted(own), *sorted(attributes)]


def _not_read(accounts: pd.DataFrame, spec: FeatureSpec) -> list[str]:
    """Columns that could be thought to be features, and why they are not."""
    notes = []
    dates = [name for name in accounts if name.startswith(ATTRIBUTE_PREFIX) and is_date(accounts[name])]
    if dates:
        notes.append(f"{', '.join(sorted(dates))}: hold dates, and dates of accounts have no feature.")
    if "renewal_at" in accounts and spec.renewal_months is None and "account/days_to_renewal" not in spec.names:
        notes.append(
            "renewal_at is no feature: it stands as on the day of the extract, where only those who left still show "
            "the renewal they left at. State the length of contracts (renewal_months) to read it."
        )
    return notes
