"""A new churn model beside the champion: both on the same accounts at the same dates, promoted if it is better."""

from typing import Any

import pandas as pd

from nps_insights.churn import ChurnModel, ChurnTraining, schema_changes
from nps_insights.jobs.churn.inputs import Customers
from nps_insights.jobs.churn.panels import panel_at
from nps_insights.jobs.churn.settings import ChurnTrainingSettings
from nps_insights.jobs.churn.text import mentions_of
from nps_insights.jobs.theming.step import cache_folder
from nps_insights.tables import DataRefusedError, SettingsError
from nps_insights.tracking import (
    Promotion,
    better,
    champion_of,
    champion_predictions,
    judged_promotion,
    load_churn_model,
    load_theme_version,
)


def promotion_of(
    version: str,
    training: ChurnTraining,
    customers: Customers,
    settings: ChurnTrainingSettings,
    *,
    tracking_uri: str,
) -> Promotion:
    """Hold a new version against the champion, and return what is to become of it; no alias is written yet.

    Args:
        version: The new version, such as `churn_risk@3`.
        training: What was trained; `model.about["labels"]` says what leaving means.
        customers: What was read.
        settings: Of the training.
        tracking_uri: MLflow's tracking URI.
    """
    told: dict[str, Any] = {
        "beats_baselines": training.beats_baselines,
        "verdict": training.verdict,
        "time_tested": _time_tested(training.model),
        # A dated panel whose dates lie too close can be given later ones; a snapshot never gets any.
        "allow_untested": settings.churn.promote_undated and not training.model.dated,
    }
    before = champion_of(tracking_uri, name=version.partition("@")[0])
    if not before or not training.beats_baselines:
        return judged_promotion(tracking_uri, version, **told)
    try:
        champion = load_churn_model(tracking_uri, before)
        _refuse_another_question(champion, training.model)
        _refuse_missing_columns(champion, customers)
        challenger = _last_part(training.predictions)
        rows = _rows_for(champion, challenger, customers, settings, tracking_uri)
        gain = better(challenger, champion_predictions(champion, rows))
    except (SettingsError, DataRefusedError) as why:
        return judged_promotion(tracking_uri, version, champion_lacks=str(why).splitlines()[0], **told)
    return judged_promotion(tracking_uri, version, gain=gain, **told)


def _time_tested(model: ChurnModel) -> bool:
    return bool(model.about["evaluated_by"] == "out_of_time")


def _refuse_another_question(champion: ChurnModel, model: ChurnModel) -> None:
    """Two that mean different things by leaving, or were tested differently, have no common accounts to be judged on.

    Raises:
        DataRefusedError: They differ.
    """
    was, now = ({"horizon": one.horizon_days, **one.about.get("labels", {})} for one in (champion, model))
    differ = [name for name in (*now, *(was.keys() - now.keys())) if _plain(was.get(name)) != _plain(now.get(name))]
    if differ:
        pairs = (f"churn.{name} was {_shown(was.get(name))} and is {_shown(now.get(name))}" for name in differ)
        raise DataRefusedError("it foresees something else: " + ", ".join(pairs))
    if _time_tested(champion) != _time_tested(model):
        was_tested, other = ("was", "was not") if _time_tested(champion) else ("was not", "was")
        raise DataRefusedError(f"it {was_tested} judged on a later date than it was trained on, and this one {other}")


def _refuse_missing_columns(champion: ChurnModel, customers: Customers) -> None:
    """A champion that takes a column as not known scores, but not as the model that was promoted.

    Raises:
        DataRefusedError: A column that it reads is gone, left out, or not readable.
    """
    changes = schema_changes(customers.accounts, customers.usage, champion.spec)
    gone = [change.sentence for change in changes if change.level == "error"]
    if gone:
        raise DataRefusedError(" ".join(gone))


def _plain(value: object) -> object:
    """Lists and tuples of the same things are the same, whatever their order."""
    return sorted(value) if isinstance(value, list | tuple) else value


def _shown(value: object) -> str:
    return "not set" if value is None or value in ([], ()) else repr(value)


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
