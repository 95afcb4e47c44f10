"""Churn training: from customers and answers to a model that is judged out of time, stored, and perhaps promoted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.churn import (
    ChurnCard,
    ChurnPanel,
    ChurnTraining,
    ContactEconomics,
    Leaks,
    NotTrained,
    churn_card,
    evaluation_in_words,
    find_leaks,
    refuse_leaks,
    train_churn_model,
)
from nps_insights.churn.leaks import COMMENTS
from nps_insights.jobs.churn.champion import promotion_of
from nps_insights.jobs.churn.inputs import Customers, admit_customers, without_columns
from nps_insights.jobs.churn.panels import dates_of, panel_at, spec_of
from nps_insights.jobs.churn.settings import ChurnTrainingSettings, EconomicsSettings
from nps_insights.jobs.churn.text import CHURN_THEMES, CustomerText, text_before, unannounced
from nps_insights.jobs.driver_report import write_tables
from nps_insights.jobs.facts import redactions_of
from nps_insights.jobs.folder import held, published
from nps_insights.jobs.manifest import versions, write_manifest
from nps_insights.jobs.settings.secrets import masked
from nps_insights.report import EvaluationFacts, render_churn_evaluation
from nps_insights.tables import empty
from nps_insights.themes import Progress
from nps_insights.tracking import (
    Promotion,
    TrackedRun,
    give_aliases,
    local_tracking_uri,
    log_churn_model,
    log_themes,
    tracked_run,
)

EXPERIMENT = "churn_training"
MODEL_FOLDER = "churn_risk"
PAGE = "evaluation.html"


@dataclass(frozen=True)
class TrainingRun:
    """What a finished churn training leaves behind.

    Attributes:
        folder: The run folder.
        run_id: Id of the MLflow run.
        tracking_uri: Where it is logged.
        stored_as: The stored model, such as `churn_risk@3`; empty where none was trained.
        promotion: Whether it became the champion, and why; None where none was trained.
        verdict: In a sentence, whether it tells who leaves better than simpler models.
        in_words: How good it is, in sentences.
        tables: The run's tables, by name.
        notes: Plain sentences on what a reader must know.
    """

    folder: Path
    run_id: str
    tracking_uri: str
    stored_as: str
    promotion: Promotion | None
    verdict: str
    in_words: list[str]
    tables: Mapping[str, pd.DataFrame]
    notes: list[str]


def run_churn_training(
    settings: ChurnTrainingSettings, *, command: str = "", progress: Progress | None = None
) -> TrainingRun:
    """Train a churn model, judge it on customers and times that it has not seen, store it and write a run folder.

    Args:
        settings: Checked settings.
        command: The command line that repeats the run, for the manifest.
        progress: Called with (texts done, texts to encode) during the slow step.

    Returns:
        Where everything is, and whether the model was promoted.

    Raises:
        SettingsError: A setting cannot be used.
        DataRefusedError: The data would mislead as they are: a column knows the outcome, or too little is known.
        BusyFolderError: Another run holds the folder.
    """
    folder = Path(settings.output.folder or "runs/churn_training")
    uri = settings.tracking.uri or local_tracking_uri(Path.cwd())
    with held(folder):
        admitted = without_columns(admit_customers(settings), settings.churn.leave_out)
        customers = unannounced(admitted, settings.churn.allow)
        dates = dates_of(customers, settings)
        text = _text(customers, dates, settings, uri, progress)
        with tracked_run(uri, EXPERIMENT, run_name=folder.name) as run:
            stored_themes = log_themes(run, text.fitted, name=CHURN_THEMES) if text.fitted else ""
            spec = spec_of(customers, settings, dates, text, stored_themes)
            panel = panel_at(customers, settings, spec, text.mentions if text.fitted else None, dates)
            leaks = leaks_of(admitted, panel, settings)
            training = _trained(panel, settings)
            stored, promotion = _stored(run, training, customers, settings)
            notes = [*customers.notes, *text.notes, *panel.notes, *leaks.notes, *training.notes]
            tables = _tables(customers, panel, leaks, training)
            finished = TrainingRun(
                folder=folder,
                run_id=run.run_id,
                tracking_uri=uri,
                stored_as=stored,
                promotion=promotion,
                verdict=training.reason if isinstance(training, NotTrained) else training.verdict,
                in_words=evaluation_in_words(tables["churn_scores"], capacity=settings.capacity),
                tables=tables,
                notes=list(dict.fromkeys(notes)),
            )
            run.log_tables(tables)
            _publish(finished, settings, customers, panel, leaks, training, stored_themes, command)
            # Last, so that no version speaks whose run folder and card are not there.
            if promotion:
                give_aliases(uri, stored, promotion)
    return finished


def leaks_of(customers: Customers, panel: ChurnPanel, settings: ChurnTrainingSettings) -> Leaks:
    """Look for columns and comments that know the outcome, and refuse columns that are not allowed by name.

    Args:
        customers: What was let in, with all their comments.
        panel: Accounts at dates.
        settings: `churn.allow` names what may be used all the same.

    Raises:
        DataRefusedError: A column knows the outcome.
    """
    leaks = find_leaks(
        panel,
        customers.accounts,
        customers.responses,
        comments=customers.comments,
        allowed=settings.churn.allow,
    )
    refuse_leaks(leaks)
    return leaks


def economics_of(settings: EconomicsSettings | None) -> ContactEconomics | None:
    """Return what a contact costs and how often it helps; None where nobody said."""
    return None if settings is None else ContactEconomics(**settings.model_dump())


def training_summary(run: TrainingRun) -> dict[str, Any]:
    """Return what the command prints."""
    return {
        "verdict": run.verdict,
        "promotion": run.promotion.reason if run.promotion else "Nothing was stored, so nothing was promoted.",
        "stored_as": run.stored_as,
        "in_words": run.in_words,
        "note": run.notes,
        "run_id": run.run_id,
        "tracking_uri": masked(run.tracking_uri),
        "evaluation": str(run.folder / PAGE),
    }


def _text(
    customers: Customers,
    dates: list[pd.Timestamp],
    settings: ChurnTrainingSettings,
    uri: str,
    progress: Progress | None,
) -> CustomerText:
    if not settings.churn.text:
        return CustomerText(None, empty("mentions"), empty("themes"))
    return text_before(customers, dates[0] if dates else None, settings, uri, progress)


def _trained(panel: ChurnPanel, settings: ChurnTrainingSettings) -> ChurnTraining | NotTrained:
    """Train; what the model must know of the settings to be used at night goes with it."""
    chosen = settings.churn
    training = train_churn_model(
        panel,
        random_state=chosen.random_state,
        confidence_level=chosen.confidence_level,
        economics=economics_of(settings.economics),
        capacity=settings.capacity,
    )
    if isinstance(training, NotTrained):
        return training
    labels = {
        "event": chosen.event,
        "excluded_reasons": list(chosen.excluded_reasons),
        "competing_reasons": list(chosen.competing_reasons),
        "inactive_days": chosen.inactive_days,
        "renewal_tolerance_days": chosen.renewal_tolerance_days,
        "renewal_months": chosen.renewal_months,
    }
    # The card is TOML, which has no word for "not set".
    stated = {name: value for name, value in labels.items() if value is not None}
    about = {"labels": stated, "announcing_left_out": COMMENTS not in chosen.allow}
    return replace(training, model=replace(training.model, about=training.model.about | about))


def _stored(
    run: TrackedRun,
    training: ChurnTraining | NotTrained,
    customers: Customers,
    settings: ChurnTrainingSettings,
) -> tuple[str, Promotion | None]:
    """Store a trained model, and hold it against the champion."""
    if isinstance(training, NotTrained):
        return "", None
    stored = log_churn_model(run, training.model, training.scores, simulated=customers.simulated)
    return stored, promotion_of(stored, training, customers, settings, tracking_uri=run.tracking_uri)


def _tables(
    customers: Customers, panel: ChurnPanel, leaks: Leaks, training: ChurnTraining | NotTrained
) -> dict[str, pd.DataFrame]:
    judged = ("churn_folds", "churn_scores", "churn_gains", "reliability", "gain_curve")
    found = (
        dict.fromkeys(judged)
        if isinstance(training, NotTrained)
        else {
            "churn_folds": training.folds,
            "churn_scores": training.scores,
            "churn_gains": training.gains,
            "reliability": training.reliability,
            "gain_curve": training.gain_curve,
        }
    )
    tables = {name: empty(name) if table is None else table for name, table in found.items()}
    return tables | {"leaks": leaks.table, "quarantine": customers.quarantine}


def _publish(
    run: TrainingRun,
    settings: ChurnTrainingSettings,
    customers: Customers,
    panel: ChurnPanel,
    leaks: Leaks,
    training: ChurnTraining | NotTrained,
    stored_themes: str,
    command: str,
) -> None:
    """Write the run folder, and what the model is into the project's `models/`."""
    card = None
    if isinstance(training, ChurnTraining) and run.promotion:
        card = churn_card(
            training,
            version=run.stored_as,
            source=customers.hashes["survey"]["name"],
            simulated=customers.simulated,
            themes_version=stored_themes,
            promotion=run.promotion.reason,
            leaks=leaks,
            capacity=settings.capacity,
            confidence_level=settings.churn.confidence_level,
        )
    with published(run.folder) as partial:
        write_tables(partial, run.tables)
        page = render_churn_evaluation(run.tables, _page_facts(run, customers, panel))
        (partial / PAGE).write_text(page, encoding="utf-8")
        if isinstance(training, ChurnTraining):
            training.predictions.to_parquet(partial / "tables" / "predictions.parquet", index=False)
        write_manifest(partial, _manifest(run, settings, customers, panel, stored_themes, command))
        _write_card(partial / "models", card)
    # The project keeps what its champion is, and of one that did not become it nothing.
    if settings.output.models and run.promotion and run.promotion.promoted:
        _write_card(Path(settings.output.models), card)


def _page_facts(run: TrainingRun, customers: Customers, panel: ChurnPanel) -> EvaluationFacts:
    dates = panel.rows["as_of"].nunique()
    looked_at = f"{panel.rows['account_id'].nunique():,} accounts" + (f" at {dates} dates" if dates else "")
    promotion = [run.promotion.reason] if run.promotion else []
    return EvaluationFacts(
        title=f"Who leaves within {panel.horizon_days} days" if panel.horizon_days else "Who has left",
        masthead=f"{customers.hashes['survey']['name']} · {customers.hashes['accounts']['name']} · {looked_at}",
        sentences=[run.verdict, *run.in_words, *promotion],
        notes=run.notes,
        simulated=customers.simulated,
        run_id=run.run_id,
        version=versions()["nps-insights"],
    )


def _write_card(models: Path, card: ChurnCard | None) -> None:
    if card is None:
        return
    folder = models / MODEL_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "spec.toml").write_text(card.spec_toml, encoding="utf-8")
    (folder / "card.md").write_text(card.card_md, encoding="utf-8")


def _manifest(
    run: TrainingRun,
    settings: ChurnTrainingSettings,
    customers: Customers,
    panel: ChurnPanel,
    stored_themes: str,
    command: str,
) -> dict[str, Any]:
    return {
        "job": "churn_training",
        "command": masked(command),
        "settings": masked(settings.model_dump(mode="json")),
        "inputs": customers.hashes,
        "counts": customers.counts,
        "redactions": redactions_of(customers.admission),
        "pseudonym_key": settings.privacy.key_fingerprint(),
        "set_aside": panel.set_aside,
        "panel_rows": len(panel.rows),
        "features": list(panel.spec.names),
        "themes": stored_themes,
        "model": run.stored_as,
        "champion": run.promotion.champion if run.promotion else "",
        "verdict": run.verdict,
        "run_id": run.run_id,
        "rows": {name: len(table) for name, table in sorted(run.tables.items())},
        "simulated": customers.simulated,
        "versions": versions(),
        "notes": run.notes,
    }
