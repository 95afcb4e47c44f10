"""What training a churn model leaves: the model and what it is worth, or why there is none."""

from dataclasses import dataclass

import pandas as pd

from nps_insights.churn.model import ChurnModel


@dataclass(frozen=True, eq=False)
class ChurnTraining:
    """A churn model and what it is worth.

    Attributes:
        model: Refitted and recalibrated on all rows, those of the last date too. What is said of its quality below was
            measured on earlier fits of the same recipe, which had not seen the rows that they were judged by.
        predictions: Out of sample, one row per model, part, account and date: model, part, fold, account_id, as_of,
            unit, churned, risk, category, value. On rolling dates `chosen` stands beside base_rate and the two kinds it
            was chosen from; out of time (or cross-validated) beside base_rate, score_only, attributes_only,
            without_text and without_score, as far as these read other columns than the model.
        folds: Table `churn_folds`.
        scores: Table `churn_scores`.
        gains: Table `churn_gains`: by how much the chosen model's log-loss is below each other one's.
        reliability: Table `reliability`.
        gain_curve: Table `gain_curve`.
        beats_baselines: Whether the model earns its place: beyond noise better than the base rate, not only on the last
            date, and better than the score alone and the attributes alone, out of time (by cross-validation where time
            cannot be tested).
        verdict: The same in a plain sentence with its figures.
        notes: Plain sentences on what a reader must know.
    """

    model: ChurnModel
    predictions: pd.DataFrame
    folds: pd.DataFrame
    scores: pd.DataFrame
    gains: pd.DataFrame
    reliability: pd.DataFrame
    gain_curve: pd.DataFrame
    beats_baselines: bool
    verdict: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotTrained:
    """Why no churn model was trained.

    Attributes:
        reason: A plain sentence: what is there, and what is needed.
        notes: Further sentences on what a reader must know.

    Example:
        >>> NotTrained("No churn model was trained: 3 accounts left.").notes
        ()
    """

    reason: str
    notes: tuple[str, ...] = ()
