"""Risks of rows that the models had not seen, fold by fold."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.churn.training.baselines import BASE_RATE, CHOSEN, baseline_features
from nps_insights.churn.training.calibrated import clearly_less, fitted
from nps_insights.churn.training.candidates import LINEAR, TREES
from nps_insights.churn.training.folds import Fold
from nps_insights.churn.training.rows import TrainingRows
from nps_insights.churn.training.tuning import log_losses

Array = NDArray[np.float64]
_KEPT = ["account_id", "as_of", "unit", "churned", "category", "value"]
_ORDER = ["model", "part", "fold", "account_id", "as_of", "unit", "churned", "risk", "category", "value"]


def both_kinds(folds: Sequence[Fold], data: TrainingRows, *, random_state: int) -> list[dict[str, Array]]:
    """Return, per fold, the risks by each of the two kinds of the rows judged."""
    return [
        {kind: _judged(fold, data, kind=kind, random_state=random_state)[1] for kind in (LINEAR, TREES)}
        for fold in folds
    ]


def better_kind(
    risks: Sequence[dict[str, Array]], folds: Sequence[Fold], data: TrainingRows
) -> tuple[str, tuple[float, float]]:
    """Return the kind of lower log-loss over all rows judged, and the two means (linear, trees).

    The simpler one where the trees are not better by more than one standard error.
    """
    rows = np.concatenate([np.flatnonzero(fold.judged) for fold in folds])
    linear, trees = (
        log_losses(_logits(np.concatenate([one[kind] for one in risks])), data.churned[rows])
        for kind in (LINEAR, TREES)
    )
    kind = TREES if clearly_less(trees, linear, data.units[rows]) else LINEAR
    return kind, (float(linear.mean()), float(trees.mean()))


def base_rate(fold: Fold, data: TrainingRows) -> Array:
    """Return the share that left among the rows fitted on, for each row judged."""
    return np.full(int(fold.judged.sum()), data.churned[fold.train].mean())


def chosen_and_baselines(
    fold: Fold, data: TrainingRows, *, kind: str, random_state: int
) -> tuple[str, dict[str, Array]]:
    """Return the kind fitted, and the risks of the rows judged by the chosen model and by each simpler one.

    Args:
        fold: What is fitted on and what is judged.
        data: All rows.
        kind: Of all models; the better one inside the rows fitted on where empty.
        random_state: Seed of the trees.
    """
    kind, own = _judged(fold, data, kind=kind, random_state=random_state)
    fewer = {
        model: _judged(fold, data.only(names), kind=kind, random_state=random_state)[1]
        for model, names in baseline_features(list(data.features.columns)).items()
    }
    return kind, {CHOSEN: own, BASE_RATE: base_rate(fold, data), **fewer}


def predictions_of(risks: Sequence[dict[str, Array]], folds: Sequence[Fold], rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per model and row judged, by model, part, fold, as_of and account_id.

    Args:
        risks: Per fold, the risks by model.
        folds: As many.
        rows: Of the panel, ordered.
    """
    frames = [
        rows.loc[fold.judged, _KEPT].assign(model=model, part=fold.part, fold=fold.number, risk=risk)
        for fold, of_fold in zip(folds, risks, strict=True)
        for model, risk in of_fold.items()
    ]
    order = ["model", "part", "fold", "as_of", "account_id"]
    return pd.concat(frames).sort_values(order, kind="stable", ignore_index=True)[_ORDER]


def _judged(fold: Fold, data: TrainingRows, *, kind: str, random_state: int) -> tuple[str, Array]:
    candidate, classifier = fitted(data.some(fold.train), kind=kind, random_state=random_state)
    return candidate.kind, classifier.predict_proba(data.features[fold.judged])[:, 1]


def _logits(risks: Array) -> Array:
    from scipy.special import logit

    return np.asarray(logit(np.clip(risks, 1e-12, 1 - 1e-12)))
