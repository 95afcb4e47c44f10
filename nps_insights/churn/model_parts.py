"""A trained churn classifier taken apart: its calibration, and a linear model's term per feature."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nps_insights.churn.model import ChurnModel
from nps_insights.tables import DataRefusedError

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import Pipeline

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LinearTerms:
    """A logistic regression with its preparation folded in, before calibration.

    The decision value of a row is `intercept` plus, per feature, `weight * (x - centre)`, or `when_missing` where x is
    unknown.

    Attributes:
        intercept: Its value where every feature is at its centre.
        centres: Means in training (k,), medians imputed.
        weights: Per unit of the feature (k,).
        when_missing: What an unknown value adds (k,): the median's part and the missing indicator's.
        indicator_means: What the missing indicator adds at its mean in training (k,), 0 without one. The indicator is
            centred too, so a known value adds `-indicator_means`; that is held in `intercept`.
    """

    intercept: float
    centres: Floats
    weights: Floats
    when_missing: Floats
    indicator_means: Floats

    def summed(self, columns: list[Floats]) -> Floats:
        """Return the decision values (n,) of features given column by column."""
        total = np.full(len(columns[0]), self.intercept)
        for position, column in enumerate(columns):
            total += self.part(position, column)
        return total

    def part(self, position: int, column: Floats) -> Floats:
        """Return what one feature adds (n,)."""
        added: Floats = column - self.centres[position]
        added *= self.weights[position]
        np.copyto(added, self.when_missing[position], where=np.isnan(added))
        return added


def calibrated(model: ChurnModel) -> "tuple[Pipeline | HistGradientBoostingClassifier, float, float]":
    """Return the model below the calibration, and slope and intercept: logit = slope * decision value + intercept.

    Raises:
        DataRefusedError: The classifier is not one model with one sigmoid.
    """
    parts = getattr(model.classifier, "calibrated_classifiers_", [])
    if len(parts) != 1 or len(parts[0].calibrators) != 1 or not hasattr(parts[0].calibrators[0], "a_"):
        raise DataRefusedError(
            f"the churn model's classifier is {type(model.classifier).__name__} with {len(parts)} calibrated parts, "
            "must be one model with one sigmoid (`CalibratedClassifierCV(..., method='sigmoid', ensemble=False)`, "
            "fitted); train it with `train_churn_model`."
        )
    sigmoid = parts[0].calibrators[0]
    return parts[0].estimator, -float(sigmoid.a_), -float(sigmoid.b_)


def boosted_trees(base: "Pipeline | HistGradientBoostingClassifier") -> "HistGradientBoostingClassifier":
    """Return the boosted trees as they are.

    Raises:
        DataRefusedError: It is another model.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    if not isinstance(base, HistGradientBoostingClassifier):
        raise DataRefusedError(
            f"the churn model is made of {type(base).__name__}, must be a HistGradientBoostingClassifier; "
            "train it with `train_churn_model`."
        )
    return base


def linear_terms(base: "Pipeline | HistGradientBoostingClassifier", names: tuple[str, ...]) -> LinearTerms:
    """Fold a fitted pipeline of imputer, scaler and logistic regression into one term per feature.

    Raises:
        DataRefusedError: It is made of other steps.
    """
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    steps = [step for _, step in getattr(base, "steps", [])]
    if [type(step) for step in steps] != [SimpleImputer, StandardScaler, LogisticRegression]:
        found = ", ".join(type(step).__name__ for step in steps) or type(base).__name__
        raise DataRefusedError(
            f"the churn model is made of {found}, must be SimpleImputer, StandardScaler and LogisticRegression; "
            "train it with `train_churn_model`."
        )
    imputer, scaler, logistic = steps
    k = len(names)
    marked = np.asarray(imputer.indicator_.features_, dtype=int)
    weights = logistic.coef_[0] / scaler.scale_
    indicators, means = np.zeros(k), np.zeros(k)
    indicators[marked], means[marked] = weights[k:], scaler.mean_[k:]
    centres = scaler.mean_[:k]
    return LinearTerms(
        intercept=float(logistic.intercept_[0] - np.sum(indicators * means)),
        centres=centres,
        weights=weights[:k],
        when_missing=weights[:k] * (imputer.statistics_ - centres) + indicators,
        indicator_means=indicators * means,
    )
