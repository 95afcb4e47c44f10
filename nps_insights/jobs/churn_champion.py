"""A new churn model beside the champion: both on the same accounts at the same dates, promoted if it is better."""

from typing import Any

import pandas as pd

from nps_insights.churn import ChurnModel, ChurnTraining
from nps_insights.jobs.churn_inputs import Customers
from nps_insights.jobs.churn_panels import panel_at
from nps_insights.jobs.churn_settings import ChurnTrainingSettings
from nps_insights.jobs.churn_text import mentions_of
from nps_insights.jobs.theming import cache_folder
from nps_insights.tables import DataRefusedError, SettingsError
from nps_insights.tracking import (
    Promotion,
    better,
    champion_of,
    champion_predictions,
    load_churn_model,
    load_theme_version,
    promote,
)


def promotion_of(
    version: str,
    training: ChurnTraining,
    customers: Customers,
    settings: ChurnTrainingSettings,
    *,
    tracking_uri: str,
) -> Promotion:
    """Hold a new version against the champion, and give the aliases.

    Args:
        version: The new version, such as `churn_risk@3`.
        training: What was trained.
        customers: What was let in.
        settings: Of the training.
        tracking_uri: MLflow's tracking URI.
    """
    told: dict[str, Any] = {
        "beats_baselines": training.beats_baselines,
        "verdict": training.verdict,
        "time_tested": training.model.about["evaluated_by"] == "out_of_time",
        "allow_untested": settings.churn.promote_undated,
    }
    before = champion_of(tracking_uri, name=version.partition("@")[0])
    if not before or not training.beats_baselines:
        return promote(tracking_uri, version, **told)
    try:
        champion = load_churn_model(tracking_uri, before)
        if (champion.horizon_days, champion.dated) != (training.model.horizon_days, training.model.dated):
            raise DataRefusedError(
                f"it looks {champion.horizon_days} days ahead, this one {training.model.horizon_days}"
            )
        challenger = _last_part(training.predictions)
        rows = _rows_for(champion, challenger, customers, settings, tracking_uri)
    except (SettingsError, DataRefusedError) as why:
        return promote(tracking_uri, version, champion_lacks=str(why).splitlines()[0], **told)
    gain = better(challenger, champion_predictions(champion, rows))
    return promote(tracking_uri, version, gain=gain, **told)


def _last_part(predictions: pd.DataFrame) -> pd.DataFrame:
    """What the chosen model said of the accounts that judge it."""
    chosen = predictions[predictions["model"] == "chosen"]
    last = "out_of_time" if (chosen["part"] == "out_of_time").any() else "cross_validation"
    return chosen[chosen["part"] == last]


def _rows_for(
    champion: ChurnModel,
    challenger: pd.DataFrame,
    customers: Customers,
    settings: ChurnTrainingSettings,
    tracking_uri: str,
) -> pd.DataFrame:
    mentions = None
    if champion.spec.themes:
        fitted, _ = load_theme_version(tracking_uri, champion.spec.themes_version)
        mentions = mentions_of(customers, fitted, cache_folder(settings))[1]
    dates = sorted(challenger["as_of"].dropna().unique())
    return panel_at(customers, settings, champion.spec, mentions, dates).rows
