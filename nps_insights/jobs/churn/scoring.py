"""The nightly job: from customers and answers to a list of whom to call, every account once, whole or not at all."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.churn import ChurnModel
from nps_insights.jobs.churn.flag_database import refuse_unreachable, write_flags
from nps_insights.jobs.churn.inputs import Customers, admit_customers
from nps_insights.jobs.churn.night import Night, night_of
from nps_insights.jobs.churn.nightly import (
    FLAGS,
    PastNight,
    fingerprint,
    folder_of,
    is_told,
    mark_told,
    nights_of,
    only_run,
    remembered,
    sweep_leftovers,
)
from nps_insights.jobs.churn.settings import ChurnScoringSettings
from nps_insights.jobs.facts import redactions_of
from nps_insights.jobs.finished import read_table
from nps_insights.jobs.folder import published, refuse_foreign
from nps_insights.jobs.manifest import versions, write_manifest
from nps_insights.jobs.outputs.for_people import shown
from nps_insights.jobs.outputs.notify import notify, refuse_unready
from nps_insights.jobs.settings.privacy import with_real_ids
from nps_insights.jobs.settings.secrets import database_from_environment, masked, without_targets
from nps_insights.tables import SettingsError, conform
from nps_insights.themes import Progress
from nps_insights.tracking import load_churn_model, local_tracking_uri, speaking_version

SUMMARY = "summary.txt"
# What a caller reads, in this order; the columns that are there.
_CALL_LIST = (
    "rank", "account_id", "account_name", "owner", "contact_role", "contact_id", "lane", "risk", "value",
    "value_at_risk", "expected_gain", "category", "last_score", "answered_at", "quote", "reason_1", "reason_2",
    "reason_3", "next_step", "due_at", "renewal_at", "change",
)  # fmt: skip
_LEVELS = {"error": "an error", "warn": "a warning"}
# They decide nothing of the result.
_NO_MATTER = {"notify", "engine", "tracking", "output"}
_NOT_TOLD = "Somebody could not be notified; the list is complete, and the next run tries again."
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ScoringRun:
    """What a finished night leaves behind.

    Attributes:
        folder: The dated run folder.
        as_of: The moment of knowing.
        model: The stored model that spoke, such as `churn_risk@3`; empty where a rule spoke.
        already_done: Whether an equal run had been published before, so that no table was written.
        tables: The run's tables, by name.
        sentences: The list in words.
        notes: Plain sentences on what a reader must know.
        drifted: Whether something has drifted at the level of an error.
        owed: Database and messages that failed after the list was complete, in sentences.
    """

    folder: Path
    as_of: pd.Timestamp
    model: str
    already_done: bool
    tables: Mapping[str, pd.DataFrame]
    sentences: tuple[str, ...]
    notes: list[str] = field(default_factory=list)
    drifted: bool = False
    owed: tuple[str, ...] = ()


def run_churn_scoring(
    settings: ChurnScoringSettings, *, as_of: pd.Timestamp, command: str = "", progress: Progress | None = None
) -> ScoringRun:
    """Flag the accounts of one moment, and publish the list in a dated folder below the job's root.

    The same input, settings, model and earlier nights give the same bytes, and an equal run that is there already is
    left as it stands; what it still owes (rows in the database, a message) is made up for. Only what was known strictly
    before `as_of` is read.

    Args:
        settings: Checked settings.
        as_of: The moment of knowing, without zone.
        command: The command line that repeats the run, for the manifest.
        progress: Called with (texts done, texts to encode) during the slow step.

    Returns:
        Where everything is, and the list in words.

    Raises:
        SettingsError: A setting cannot be used, or the model that spoke last night is not to be found.
        DataRefusedError: The input or the stored model cannot be used as they are.
        BusyFolderError: Another run holds the root; it is not waited for.
    """
    root = Path(settings.output.folder or "runs/churn_scoring")
    settings.decision.checked()
    refuse_unready(settings.notify.urls)
    database = database_from_environment(settings.output.sql, "output.sql") if settings.output.sql else ""
    if database:
        refuse_unreachable(database)
    with only_run(root):
        sweep_leftovers(root)
        folder = folder_of(root, as_of)
        refuse_foreign(folder)
        uri = settings.tracking.uri or local_tracking_uri(Path.cwd())
        customers = admit_customers(settings)
        earlier = [night for night in nights_of(root) if night.as_of < as_of]
        named = speaking_version(uri, settings.scoring.model)
        _refuse_lost_model(named, earlier, settings)
        mark = _mark(settings, customers, as_of, named, earlier)
        notes: list[str] = []
        if not (done := _is_published(folder, mark)):
            model = load_churn_model(uri, named) if named else None
            night = night_of(
                customers,
                settings,
                as_of=as_of,
                model=model,
                previous=remembered(earlier),
                tracking_uri=uri,
                progress=progress,
            )
            notes = [*customers.notes, *night.notes]
            told_of = {"as_of": as_of, "fingerprint": mark, "model": named, "notes": notes}
            real = customers.real if settings.privacy.real_ids else None
            _publish(folder, night, customers, real, _facts(settings, customers, night, model, command) | told_of)
        tables = _published_tables(folder)
        owed = _to_database(tables["flags"], database, settings, root, as_of, mark)
        sentences = tuple((folder / SUMMARY).read_text(encoding="utf-8").splitlines())
        owed += _tell(settings, folder, mark, [*sentences, *_drift_counted(tables)])
    for one in owed:
        _log.warning(one)
    drifted = bool((tables["drift"]["level"] == "error").any())
    return ScoringRun(folder, as_of, named, done, tables, sentences, notes, drifted, tuple(owed))


def scoring_summary(run: ScoringRun) -> dict[str, Any]:
    """Return what the command prints."""
    told: dict[str, Any] = {"as_of": f"{run.as_of:%Y-%m-%d}", "model": run.model or "none: a rule speaks"}
    if run.already_done:
        told["done_before"] = "An equal run is there already; no table was written."
    told |= {"list": list(run.sentences), "drift": drift_sentences(run.tables), "note": run.notes}
    if run.owed:
        told["owed"] = list(run.owed)
    return told | {"call_list": str(run.folder / "call_list.csv"), "folder": str(run.folder)}


def drift_sentences(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return what has drifted, errors first, in sentences."""
    drift = tables["drift"]
    moved = drift[drift["level"] != "ok"].sort_values(["level", "name"])
    return [f"{row.level}: {row.reason}" for row in moved.itertuples()]


def _drift_counted(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """How much has drifted: what leaves the house names no column and no value."""
    levels = tables["drift"]["level"].value_counts()
    told = [f"{levels[level]} at the level of {word}" for level, word in _LEVELS.items() if levels.get(level, 0)]
    return [f"Checks that moved since training: {', '.join(told)}."] if told else []


def _refuse_lost_model(named: str, earlier: list[PastNight], settings: ChurnScoringSettings) -> None:
    """A rule in the place of last night's model is a wrong folder or database far more often than a decision."""
    if named or not earlier or not earlier[-1].model:
        return
    raise SettingsError(
        f"scoring.model == {settings.scoring.model!r}: there is no champion, and {earlier[-1].model} made the list of "
        f"{earlier[-1].as_of:%Y-%m-%d}. Is this the right folder, and [tracking] uri the right one? To go by a rule "
        "from now on, name another [output] folder."
    )


def _mark(
    settings: ChurnScoringSettings, customers: Customers, as_of: pd.Timestamp, named: str, earlier: list[PastNight]
) -> str:
    """Fingerprint of all that decides the result: input, settings, model, versions and the night before."""
    return fingerprint(
        {
            "as_of": as_of,
            "inputs": customers.hashes,
            "settings": {
                name: values for name, values in settings.model_dump(mode="json").items() if name not in _NO_MATTER
            },
            "model": named,
            "last_night": earlier[-1].fingerprint if earlier else "",
            "versions": versions(),
            # Under another key the same accounts have other names.
            **({"pseudonym_key": key} if (key := settings.privacy.key_fingerprint()) else {}),
        }
    )


def _is_published(folder: Path, mark: str) -> bool:
    return any(night.fingerprint == mark for night in nights_of(folder.parent) if night.folder == folder)


def _publish(
    folder: Path, night: Night, customers: Customers, real: pd.DataFrame | None, facts: dict[str, Any]
) -> None:
    with published(folder) as partial:
        (partial / "tables").mkdir()
        for name, table in night.tables.items():
            place = partial / FLAGS if name == "flags" else partial / "tables" / f"{name}.parquet"
            table.to_parquet(place, index=False)
        flags = night.tables["flags"]
        # The mark at the file's start lets Excel read accents.
        shown(flags).to_csv(partial / "flags.csv", index=False, encoding="utf-8-sig")
        called = flags[flags["status"] == "flagged"].sort_values("rank")
        if real is not None:
            called = with_real_ids({"flags": called}, real)["flags"]
        names = [name for name in _CALL_LIST if name in called.columns]
        readable = called[names].round({"risk": 3, "value_at_risk": 0, "expected_gain": 0})
        shown(readable).to_csv(partial / "call_list.csv", index=False, encoding="utf-8-sig")
        shown(customers.quarantine).to_csv(partial / "quarantine.csv", index=False)
        (partial / SUMMARY).write_text("\n".join(night.sentences) + "\n", encoding="utf-8")
        write_manifest(partial, facts)


def _published_tables(folder: Path) -> dict[str, pd.DataFrame]:
    found = {path.stem: read_table(path) for path in sorted((folder / "tables").glob("*.parquet"))}
    found["flags"] = read_table(folder / FLAGS)
    return {name: conform(name, table) for name, table in found.items()}


def _facts(
    settings: ChurnScoringSettings, customers: Customers, night: Night, model: ChurnModel | None, command: str
) -> dict[str, Any]:
    shown_settings = settings.model_dump(mode="json")
    shown_settings["notify"]["urls"] = without_targets(settings.notify.urls)
    flags = night.tables["flags"]
    return {
        "job": "churn_scoring",
        # What the outcomes of this list will be compared by.
        "horizon": model.horizon_days if model else None,
        "labels": model.about.get("labels", {}) if model else {},
        "command": masked(command),
        "settings": masked(shown_settings),
        "inputs": customers.hashes,
        "counts": customers.counts,
        "redactions": redactions_of(customers.admission),
        "pseudonym_key": settings.privacy.key_fingerprint(),
        "accounts": len(flags),
        "statuses": flags["status"].value_counts().sort_index().to_dict(),
        "turnover": night.turnover,
        "rows": {name: len(table) for name, table in sorted(night.tables.items())},
        "simulated": customers.simulated,
        "versions": versions(),
    }


def _to_database(
    flags: pd.DataFrame, url: str, settings: ChurnScoringSettings, root: Path, as_of: pd.Timestamp, mark: str
) -> list[str]:
    """Write the rows, and return what is still owed: the list stands already, and its people wait for it."""
    if not url:
        return []
    name = settings.output.sql_list or root.name
    # A kill between the folder and the database is mended by the next run, which finds the rows missing.
    try:
        write_flags(flags, url, settings.output.sql_table, list_name=name, as_of=as_of, fingerprint=mark)
    except SettingsError as error:
        return [f"{error}. The list is complete; the next run writes the rows."]
    return []


def _tell(settings: ChurnScoringSettings, folder: Path, mark: str, sentences: list[str]) -> list[str]:
    """Tell people once of a list, and return what is still owed: what failed is tried again by the next run."""
    if not settings.notify.urls or is_told(folder, mark):
        return []
    if not notify(settings.notify.urls, title=f"Accounts to call, {folder.name}", sentences=sentences):
        return [_NOT_TOLD]
    mark_told(folder, mark)
    return []
