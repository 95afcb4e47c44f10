"""Who is about to leave, as a step of the driver report: how many, and what is known of the model that says so."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.churn import expected_leavers
from nps_insights.jobs.finished import read_manifest, read_table
from nps_insights.jobs.folder import MANIFEST
from nps_insights.tables import SettingsError, conform

EVALUATION = ("churn_scores", "churn_gains", "reliability", "gain_curve")


@dataclass(frozen=True, eq=False)
class LeavingAccounts:
    """Tables `leaving` and those of `EVALUATION`, and plain sentences on what could not be told."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def leaving_accounts(
    flags: pd.DataFrame | None,
    actions: pd.DataFrame,
    *,
    flags_folder: str | None,
    training_folder: str | None,
    confidence_level: float = 0.95,
) -> LeavingAccounts:
    """Return how many accounts are expected to leave, and how well the model was judged.

    Args:
        flags: Table `flags`; None where there was no scoring, and then there is nothing.
        actions: Table `actions`: the accounts to be called are those with a rank.
        flags_folder: Folder of the scoring; its manifest tells model and horizon.
        training_folder: Folder of the training, for its evaluation; it is used only if it trained that very model.
        confidence_level: Of the ranges of the numbers.

    Raises:
        SettingsError: A folder holds no finished run of its kind.
    """
    refuse_unreadable(flags_folder, training_folder)
    if flags is None or flags_folder is None:
        return LeavingAccounts()
    told = _manifest(flags_folder, "flags")
    known = flags[flags["risk"].notna()] if "risk" in flags else flags.head(0)
    found = LeavingAccounts()
    if len(known):
        called = actions.loc[(actions["action"] == "call") & actions["rank"].notna(), "account_id"]
        groups = {"all": known, "listed": known[known["account_id"].isin(called)]}
        rows = [_row(name, own, told.get("horizon"), confidence_level) for name, own in groups.items() if len(own)]
        found.tables["leaving"] = conform("leaving", pd.DataFrame(rows))
    if training_folder is None:
        return found
    trained = _manifest(training_folder, "churn_training")
    if not trained.get("model") or trained["model"] != told.get("model"):
        which = f"{trained.get('model') or 'no model'}, and the call list is by {told.get('model') or 'a rule'}"
        note = f"How good the call list is stands in no chapter: the training named for it made {which}."
        return LeavingAccounts(found.tables, [note])
    for name in EVALUATION:
        file = Path(training_folder) / "tables" / f"{name}.parquet"
        if file.is_file():
            found.tables[name] = conform(name, read_table(file))
    return found


def refuse_unreadable(flags_folder: str | None, training_folder: str | None) -> None:
    """Refuse folders that hold no finished run.

    Args:
        flags_folder: See `leaving_accounts`.
        training_folder: See `leaving_accounts`.

    Raises:
        SettingsError: A folder holds no finished run, or only that of the training was named.

    Example:
        >>> refuse_unreadable(None, None)
    """
    if training_folder is not None and flags_folder is None:
        raise SettingsError("input.churn_training: says how good a call list is; name the list's folder as input.flags")
    for folder, setting in ((flags_folder, "flags"), (training_folder, "churn_training")):
        if folder is not None:
            _manifest(folder, setting)


def _row(group: str, known: pd.DataFrame, horizon: float | None, confidence_level: float) -> dict[str, Any]:
    leavers = expected_leavers(known["risk"], confidence_level=confidence_level)
    valued = known["value"].dropna() if "value" in known else pd.Series(dtype=float)
    return {
        "group": group,
        "as_of": known["as_of"].max(),
        "horizon_days": float("nan") if horizon is None else float(horizon),
        "value": float(valued.sum()) if len(valued) else float("nan"),
        "estimate": leavers.estimate,
        "conf_low": leavers.low,
        "conf_high": leavers.high,
        "n": len(known),
    }


def _manifest(folder: str, setting: str) -> dict[str, Any]:
    file = Path(folder) / MANIFEST
    if not file.is_file():
        raise SettingsError(f"input.{setting} == {folder!r}: holds no {MANIFEST}; name the folder of a finished run")
    return read_manifest(Path(folder))
