"""The nightly job: from customers and answers to a list of whom to call, every account once, whole or not at all."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.churn import (
    ChurnModel,
    Decided,
    RiskScorer,
    account_features,
    decide,
    drift_table,
    list_in_words,
    risk_reasons,
    schema_changes,
)
from nps_insights.jobs.churn_inputs import Customers, admit_customers, newest_input
from nps_insights.jobs.churn_settings import ChurnScoringSettings
from nps_insights.jobs.churn_text import mentions_of
from nps_insights.jobs.flag_database import write_flags
from nps_insights.jobs.folder import published
from nps_insights.jobs.for_people import shown
from nps_insights.jobs.manifest import versions, write_manifest
from nps_insights.jobs.nightly import (
    FLAGS,
    Night,
    fingerprint,
    folder_of,
    nights_of,
    only_run,
    remembered,
    sweep_leftovers,
)
from nps_insights.jobs.notify import notify, refuse_unready
from nps_insights.jobs.secrets import masked
from nps_insights.jobs.theming import cache_folder
from nps_insights.tables import conform, empty
from nps_insights.themes import Progress
from nps_insights.tracking import load_churn_model, load_theme_version, local_tracking_uri, speaking_version

_log = logging.getLogger(__name__)

# What a caller reads, in this order; the columns that are there.
_CALL_LIST = (
    "rank", "account_id", "account_name", "owner", "contact_role", "contact_id", "lane", "risk", "value",
    "value_at_risk", "expected_gain", "category", "last_score", "answered_at", "quote", "reason_1", "reason_2",
    "reason_3", "next_step", "due_at", "renewal_at", "change",
)  # fmt: skip
# They decide nothing of the result.
_NO_MATTER = {"notify", "engine", "tracking", "output"}


@dataclass(frozen=True)
class ScoringRun:
    """What a finished night leaves behind.

    Attributes:
        folder: The dated run folder.
        as_of: The moment of knowing.
        model: The stored model that spoke, such as `churn_risk@3`; empty where a rule spoke.
        already_done: Whether an equal run had been published before, so that nothing was written.
        tables: The run's tables, by name.
        sentences: The list in words.
        notes: Plain sentences on what a reader must know.
        drifted: Whether something has drifted at the level of an error.
        told: Whether everybody was notified who should be.
    """

    folder: Path
    as_of: pd.Timestamp
    model: str
    already_done: bool
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    sentences: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    drifted: bool = False
    told: bool = True


def run_churn_scoring(
    settings: ChurnScoringSettings, *, as_of: pd.Timestamp, command: str = "", progress: Progress | None = None
) -> ScoringRun:
    """Flag the accounts of one moment, and publish the list in a dated folder below the job's root.

    The same input, settings, model and earlier nights give the same bytes, and an equal run that is there already is
    left as it stands. Only what was known strictly before `as_of` is read.

    Args:
        settings: Checked settings.
        as_of: The moment of knowing.
        command: The command line that repeats the run, for the manifest.
        progress: Called with (texts done, texts to encode) during the slow step.

    Returns:
        Where everything is, and the list in words.

    Raises:
        SettingsError: A setting cannot be used, or a named version of the model does not exist.
        DataRefusedError: The input or the stored model cannot be used as they are.
        BusyFolderError: Another run holds the root; it is not waited for.
    """
    root = Path(settings.output.folder or "runs/churn_scoring")
    decision = settings.decision.checked()
    refuse_unready(settings.notify.urls)
    with only_run(root):
        sweep_leftovers(root)
        uri = settings.tracking.uri or local_tracking_uri(Path.cwd())
        customers = admit_customers(settings)
        named = speaking_version(uri, settings.scoring.model)
        earlier = [night for night in nights_of(root) if night.as_of < as_of]
        folder = folder_of(root, as_of)
        mark = _mark(settings, customers, as_of, named, earlier)
        if _is_published(folder, mark):
            flags = conform("flags", pd.read_parquet(folder / FLAGS))
            _to_database(flags, settings, as_of, mark)
            return ScoringRun(folder, as_of, named, already_done=True, tables={"flags": flags})
        model = load_churn_model(uri, named) if named else None
        tables, notes = _scored(customers, settings, uri, model, as_of, progress)
        decided = decide(
            tables.get("risk"),
            customers.accounts,
            customers.responses,
            customers.comments,
            as_of=as_of,
            settings=decision,
            reasons=tables.get("reasons"),
            previous=remembered(earlier),
        )
        tables |= {"flags": decided.flags, "overlooked": decided.overlooked, "quarantine": customers.quarantine}
        notes = [*customers.notes, *notes, *decided.notes]
        sentences = list_in_words(decided)
        with published(folder) as partial:
            _write(partial, tables, sentences)
            facts = _facts(settings, customers, tables, decided, model, notes, command)
            write_manifest(partial, facts | {"as_of": as_of, "fingerprint": mark, "model": named})
        _to_database(decided.flags, settings, as_of, mark)
    drifted = bool((tables["drift"]["level"] == "error").any())
    told = notify(
        settings.notify.urls,
        title=f"Accounts to call, {as_of:%Y-%m-%d}",
        sentences=[*sentences, *drift_sentences(tables)],
    )
    return ScoringRun(folder, as_of, named, False, tables, sentences, notes, drifted, told)


def _mark(
    settings: ChurnScoringSettings, customers: Customers, as_of: pd.Timestamp, named: str, earlier: list[Night]
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
        }
    )


def _is_published(folder: Path, mark: str) -> bool:
    return any(night.fingerprint == mark for night in nights_of(folder.parent) if night.folder == folder)


def _scored(
    customers: Customers,
    settings: ChurnScoringSettings,
    uri: str,
    model: ChurnModel | None,
    as_of: pd.Timestamp,
    progress: Progress | None,
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Tables `risk`, `reasons` and `drift`, of the model; without one only an empty `drift`: a rule speaks then."""
    if model is None:
        told = (
            f"No model speaks: {settings.scoring.model} is not there, so none was promoted. The list goes by a rule: "
            "the last answer, then the value, then the renewal; it holds no probabilities."
        )
        return {"drift": empty("drift")}, [told]
    mentions = _mentions(customers, settings, uri, model, progress)
    features = account_features(
        customers.accounts,
        customers.responses,
        as_of=as_of,
        spec=model.spec,
        comments=customers.comments,
        mentions=mentions,
        usage=customers.usage,
        invitations=customers.invitations,
    )
    drift = drift_table(
        model,
        features,
        as_of=as_of,
        newest_input=newest_input(customers, as_of),
        psi_levels=settings.drift.psi,
        model_age_days=settings.drift.model_age,
        input_age_days=settings.drift.input_age,
        schema_changes=schema_changes(customers.accounts, customers.usage, model.spec),
    )
    reasons = risk_reasons(
        model,
        features,
        accounts=customers.accounts,
        responses=customers.responses,
        comments=customers.comments,
        mentions=mentions,
    )
    return {"risk": _risk(model, features, settings), "reasons": reasons, "drift": drift}, []


def _mentions(
    customers: Customers, settings: ChurnScoringSettings, uri: str, model: ChurnModel, progress: Progress | None
) -> pd.DataFrame | None:
    """Mentions by the very themes that the model was trained with; None where it reads no themes."""
    if not model.spec.themes:
        return None
    fitted, _ = load_theme_version(uri, model.spec.themes_version)
    if settings.engine.kind == "local":
        return mentions_of(customers, fitted, cache_folder(settings), progress)[1]
    from nps_insights.jobs.spark import mentions_with_spark, spark_session

    with spark_session(settings.engine.master) as session:
        return mentions_with_spark(
            customers.comments, fitted, session=session, partitions=settings.engine.partitions
        ).mentions


def _risk(model: ChurnModel, features: pd.DataFrame, settings: ChurnScoringSettings) -> pd.DataFrame:
    if settings.engine.kind == "local":
        risk = features[["account_id", "as_of"]].assign(risk=RiskScorer(model).risk(features))
        return conform("risk", risk)
    from nps_insights.jobs.spark import score_with_spark, spark_session

    with spark_session(settings.engine.master) as session:
        return score_with_spark(features, model, session=session, partitions=settings.engine.partitions).risk


def _write(partial: Path, tables: Mapping[str, pd.DataFrame], sentences: tuple[str, ...]) -> None:
    (partial / "tables").mkdir()
    for name, table in tables.items():
        if name != "flags":
            table.to_parquet(partial / "tables" / f"{name}.parquet", index=False)
    flags = tables["flags"]
    flags.to_parquet(partial / FLAGS, index=False)
    # The mark at the file's start lets Excel read accents.
    shown(flags).to_csv(partial / "flags.csv", index=False, encoding="utf-8-sig")
    called = flags[flags["status"] == "flagged"].sort_values("rank")
    names = [name for name in _CALL_LIST if name in called.columns]
    readable = called[names].round({"risk": 3, "value_at_risk": 0, "expected_gain": 0})
    shown(readable).to_csv(partial / "call_list.csv", index=False, encoding="utf-8-sig")
    shown(tables["quarantine"]).to_csv(partial / "quarantine.csv", index=False)
    (partial / "summary.txt").write_text("\n".join(sentences) + "\n", encoding="utf-8")


def _facts(
    settings: ChurnScoringSettings,
    customers: Customers,
    tables: Mapping[str, pd.DataFrame],
    decided: Decided,
    model: ChurnModel | None,
    notes: list[str],
    command: str,
) -> dict[str, Any]:
    return {
        "job": "churn_scoring",
        # What the outcomes of this list will be compared by.
        "horizon": model.horizon_days if model else None,
        "labels": model.about.get("labels", {}) if model else {},
        "command": masked(command),
        "settings": masked(settings.model_dump(mode="json")),
        "inputs": customers.hashes,
        "counts": customers.counts,
        "accounts": len(decided.flags),
        "statuses": decided.flags["status"].value_counts().sort_index().to_dict(),
        "turnover": decided.turnover,
        "rows": {name: len(table) for name, table in sorted(tables.items())},
        "simulated": customers.simulated,
        "versions": versions(),
        "notes": notes,
    }


def _to_database(flags: pd.DataFrame, settings: ChurnScoringSettings, as_of: pd.Timestamp, mark: str) -> None:
    # A kill between the folder and the database is mended by the next run, which finds the rows missing.
    if settings.output.sql:
        write_flags(flags, settings.output.sql, settings.output.sql_table, as_of=as_of, fingerprint=mark)


def drift_sentences(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return what has drifted, errors first, in sentences."""
    drift = tables["drift"]
    moved = drift[drift["level"] != "ok"].sort_values(["level", "name"])
    return [f"{row.level}: {row.reason}" for row in moved.itertuples()]


def scoring_summary(run: ScoringRun) -> dict[str, Any]:
    """Return what the command prints."""
    told: dict[str, Any] = {"as_of": f"{run.as_of:%Y-%m-%d}", "model": run.model or "none: a rule speaks"}
    if run.already_done:
        told["done_before"] = "An equal run is there already; nothing was written."
    else:
        told |= {"list": list(run.sentences), "drift": drift_sentences(run.tables), "note": run.notes}
        if not run.told:
            told["not_told"] = "Somebody could not be notified; the list itself is complete."
    return told | {"call_list": str(run.folder / "call_list.csv"), "folder": str(run.folder)}
