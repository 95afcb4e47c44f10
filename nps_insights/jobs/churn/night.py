"""One night of the scoring job, computed: risks, the decision, reasons for those on the list, and what has drifted."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import pandas as pd

from nps_insights.churn import (
    ChurnModel,
    RiskScorer,
    account_features,
    decide,
    drift_table,
    list_in_words,
    risk_reasons,
    schema_changes,
)
from nps_insights.jobs.churn.inputs import Customers, newest_input
from nps_insights.jobs.churn.settings import ChurnScoringSettings
from nps_insights.jobs.churn.text import mentions_of, unannounced
from nps_insights.jobs.theming.step import cache_folder
from nps_insights.tables import conform, empty
from nps_insights.themes import FittedThemes, Progress, readable_comments
from nps_insights.tracking import load_theme_version

# Reasons cost more than risks: they are for those whom the list is about.
_EXPLAINED = ("flagged", "holdout", "suppressed")


@dataclass(frozen=True, eq=False)
class Night:
    """What one night computed.

    Attributes:
        tables: flags, overlooked and drift; risk and reasons where a model spoke.
        sentences: The list in words.
        turnover: How the list differs from the last one.
        notes: Plain sentences on what a reader must know.
    """

    tables: dict[str, pd.DataFrame]
    sentences: tuple[str, ...]
    turnover: Mapping[str, float | None]
    notes: list[str]


def night_of(
    customers: Customers,
    settings: ChurnScoringSettings,
    *,
    as_of: pd.Timestamp,
    model: ChurnModel | None,
    previous: list[pd.DataFrame],
    tracking_uri: str,
    progress: Progress | None = None,
) -> Night:
    """Score and decide on what was known strictly before `as_of`; without a model a rule speaks.

    Args:
        customers: What was let in.
        settings: Of the scoring.
        as_of: The moment of knowing.
        model: The stored model that speaks; None where none was promoted.
        previous: account_id, as_of and status of earlier nights.
        tracking_uri: Where the model's themes are stored.
        progress: Called with (texts done, texts to encode).
    """
    scored: dict[str, pd.DataFrame] = {"drift": empty("drift")}
    notes = [_no_champion(settings)] if model is None else []
    known: dict[str, Any] = {}
    if model is not None:
        read = unannounced(customers) if model.about.get("announcing_left_out", False) else customers
        known = _known(read, settings, tracking_uri, model, progress)
        features = account_features(customers.accounts, customers.responses, as_of=as_of, spec=model.spec, **known)
        scored |= {
            "risk": _risk(model, features, settings),
            "drift": _drift(model, features, customers, settings, as_of),
        }
        notes += [note for note in read.notes if note not in customers.notes]
    asked: dict[str, Any] = {"as_of": as_of, "settings": settings.decision.checked(), "previous": previous}
    about = (scored.get("risk"), customers.accounts, customers.responses, customers.comments)
    decided = decide(*about, **asked)
    if model is not None:
        scored["reasons"] = _reasons(model, features, decided.flags, customers, known, as_of)
        decided = decide(*about, reasons=scored["reasons"], **asked)
    flags = with_refused(decided.flags, customers.refused, as_of=as_of)
    return Night(
        tables=scored | {"flags": flags, "overlooked": decided.overlooked},
        sentences=list_in_words(decided),
        turnover=decided.turnover,
        notes=[*notes, *decided.notes],
    )


def with_refused(flags: pd.DataFrame, refused: Mapping[str, str], *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the flags with the accounts that the door refused, each with its reason, in the place of other rows.

    Example:
        >>> flags = pd.DataFrame({"account_id": ["a"], "as_of": pd.Timestamp("2026-03-01"), "lane": "rule",
        ...                       "status": "not_flagged"})
        >>> with_refused(flags, {"b": "value is not a number"}, as_of=pd.Timestamp("2026-03-01"))["status"].tolist()
        ['not_flagged', 'refused']
    """
    if not refused:
        return flags
    rows = pd.DataFrame({"account_id": list(refused), "refused_because": list(refused.values())})
    rows = rows.assign(as_of=as_of, lane="rule", status="refused")
    others = flags[~flags["account_id"].isin(rows["account_id"])]
    return conform("flags", pd.concat([others, rows.astype({"account_id": "str"})], ignore_index=True))


def _engine(settings: ChurnScoringSettings) -> AbstractContextManager[Any]:
    if settings.engine.kind == "local":
        return nullcontext()
    from nps_insights.jobs.spark import spark_session

    return spark_session(settings.engine.master)


def _no_champion(settings: ChurnScoringSettings) -> str:
    return (
        f"{settings.scoring.model} is not there: `nps-insights churn train` trains a model and promotes it if it earns "
        "its place; `nps-insights churn promote` does so by hand."
    )


def _known(
    customers: Customers,
    settings: ChurnScoringSettings,
    tracking_uri: str,
    model: ChurnModel,
    progress: Progress | None,
) -> dict[str, Any]:
    """What features are made of beside accounts and responses; mentions are of the very themes of the training."""
    mentions = None
    if model.spec.themes:
        fitted, _ = load_theme_version(tracking_uri, model.spec.themes_version)
        mentions = _mentions(customers, fitted, settings, progress)
    return {
        "comments": customers.comments,
        "mentions": mentions,
        "usage": customers.usage,
        "invitations": customers.invitations,
    }


def _mentions(
    customers: Customers, fitted: FittedThemes, settings: ChurnScoringSettings, progress: Progress | None
) -> pd.DataFrame:
    if settings.engine.kind == "local":
        return mentions_of(customers, fitted, cache_folder(settings), progress)[1]
    from nps_insights.jobs.spark import mentions_with_spark, spark_session

    readable = readable_comments(customers.comments, fitted.encoder)
    with spark_session(settings.engine.master) as session:
        return mentions_with_spark(readable, fitted, session=session, partitions=settings.engine.partitions).mentions


def _risk(model: ChurnModel, features: pd.DataFrame, settings: ChurnScoringSettings) -> pd.DataFrame:
    if settings.engine.kind == "local":
        risk = features[["account_id", "as_of"]].assign(risk=RiskScorer(model).risk(features))
        return conform("risk", risk)
    from nps_insights.jobs.spark import score_with_spark, spark_session

    with spark_session(settings.engine.master) as session:
        return score_with_spark(features, model, session=session, partitions=settings.engine.partitions).risk


def _drift(
    model: ChurnModel,
    features: pd.DataFrame,
    customers: Customers,
    settings: ChurnScoringSettings,
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    return drift_table(
        model,
        features,
        as_of=as_of,
        newest_input=newest_input(customers, as_of),
        psi_levels=settings.drift.psi,
        model_age_days=settings.drift.model_age,
        input_age_days=settings.drift.input_age,
        schema_changes=schema_changes(customers.accounts, customers.usage, model.spec),
    )


def _reasons(
    model: ChurnModel,
    features: pd.DataFrame,
    flags: pd.DataFrame,
    customers: Customers,
    known: Mapping[str, Any],
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    listed = flags.loc[flags["status"].isin(_EXPLAINED), "account_id"]
    return risk_reasons(
        model,
        features[features["account_id"].isin(listed)].reset_index(drop=True),
        as_of=as_of,
        accounts=customers.accounts,
        responses=customers.responses,
        comments=known["comments"],
        mentions=known["mentions"],
    )
