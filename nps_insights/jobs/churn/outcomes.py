"""What became of a list: those who were called beside those who were held out, once outcomes are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.churn import flag_outcomes
from nps_insights.jobs.churn.nightly import FLAGS
from nps_insights.jobs.churn.settings import ChurnScoringSettings
from nps_insights.jobs.finished import read_manifest, read_table
from nps_insights.jobs.folder import MANIFEST
from nps_insights.jobs.settings.checked import checked
from nps_insights.survey import admit_accounts, admit_usage, read_source
from nps_insights.tables import SettingsError


@dataclass(frozen=True, eq=False)
class ListOutcomes:
    """What became of lists.

    Attributes:
        moments: Their moments.
        horizon: Days after each that were looked at.
        table: Table `flag_outcomes`.
        notes: Plain sentences on what a reader must know.
    """

    moments: list[pd.Timestamp]
    horizon: int
    table: pd.DataFrame
    notes: tuple[str, ...]


def outcomes_of(
    run_folders: Sequence[Path],
    accounts: str,
    *,
    usage: str | None = None,
    horizon: int | None = None,
    known_until: pd.Timestamp,
) -> ListOutcomes:
    """Compare the groups of finished scorings by who has left since, by the model's own meaning of leaving.

    Args:
        run_folders: Folders of scorings.
        accounts: File of accounts as they are now.
        usage: File of usage, where leaving is inactivity.
        horizon: Days after each list; that of the model which made it if not given.
        known_until: Until when it is known who left.

    Raises:
        SettingsError: A folder holds no finished scoring; or rules made all lists and no horizon is given; or the
            lists mean different things by leaving, or something that has no date.
        DataRefusedError: The accounts cannot be used.
    """
    told = [_manifest(folder) for folder in run_folders]
    days, labels = _one_meaning(run_folders, told, horizon)
    flags = pd.concat([read_table(folder / FLAGS) for folder in run_folders], ignore_index=True)
    scoring = checked(ChurnScoringSettings, told[-1]["settings"])
    limits = scoring.limits.limits()
    now = admit_accounts(read_source(accounts, limits=limits), scoring.read_as()).accounts
    if usage:
        raw = read_source(usage, limits=limits)
        labels["usage"] = admit_usage(raw, scoring.read_as(), columns=scoring.usage_columns).table
    found = flag_outcomes(
        flags,
        now,
        horizon=days,
        known_until=known_until,
        exempt=sorted({one for each in told for one in each["settings"]["decision"]["holdout_exempt"]}),
        **labels,
    )
    return ListOutcomes([pd.Timestamp(one["as_of"]) for one in told], days, found.table, found.notes)


def outcomes_in_words(found: ListOutcomes) -> list[str]:
    """Return what became of the list, a line per figure and then the notes."""
    days = ", ".join(f"{moment:%Y-%m-%d}" for moment in found.moments)
    lines = [f"List of {days}, {found.horizon} days later"]
    for row in found.table.itertuples():
        share = row.metric in ("churned", "mean_risk")
        form = "{:.1%}" if share else "{:,.0f}"
        figure = form.format(row.estimate) if pd.notna(row.estimate) else "unknown"
        ends = f" ({form.format(row.conf_low)} to {form.format(row.conf_high)})" if pd.notna(row.conf_low) else ""
        lines.append(f"{row.arm:<12} {row.metric:<10} {figure}{ends}, n = {row.n:,}")
    return [*lines, *(f"note         {note}" for note in found.notes)]


def _one_meaning(
    run_folders: Sequence[Path], told: list[dict[str, Any]], horizon: int | None
) -> tuple[int, dict[str, Any]]:
    """The horizon and the labels of all lists; a list that a rule made has none and goes with the others.

    Raises:
        SettingsError: They differ, or there is no horizon, or leaving has no date.
    """
    by_model = [(folder, one) for folder, one in zip(run_folders, told, strict=True) if one["model"]]
    for folder, one in by_model:
        if one["labels"].get("event") == "snapshot":
            raise SettingsError(
                f'{folder}: its model learned from a snapshot (churn.event = "snapshot"), which does not say when '
                "anybody left; outcomes can be compared where leaving has a date, as in ended_at"
            )
        first_folder, first = by_model[0]
        what = "what leaving means" if one["labels"] != first["labels"] else "the horizon"
        if one["labels"] != first["labels"] or (horizon is None and one["horizon"] != first["horizon"]):
            raise SettingsError(
                f"{first_folder} and {folder} differ in {what}: {_meaning(first)}, and {_meaning(one)}; compare lists "
                "of one meaning at a time" + (" or state --horizon" if what == "the horizon" else "")
            )
    days = horizon or (by_model[0][1]["horizon"] if by_model else 0)
    if not days:
        raise SettingsError(
            f"{run_folders[0]}: a rule made this list, because no model was promoted then, so there is no horizon; "
            "state after how many days it is looked at: --horizon 90"
        )
    return days, dict(by_model[0][1]["labels"]) if by_model else {}


def _meaning(told: dict[str, Any]) -> str:
    labels = ", ".join(f"{name} {value!r}" for name, value in sorted(told["labels"].items()) if value not in (None, []))
    return f"{told['horizon']} days" + (f", {labels}" if labels else "")


def _manifest(run_folder: Path) -> dict[str, Any]:
    told = read_manifest(run_folder) if (run_folder / MANIFEST).is_file() else {}
    if told.get("job") != "churn_scoring":
        raise SettingsError(f"{run_folder}: holds no finished scoring; name a dated folder such as .../2026-03-31")
    return told
