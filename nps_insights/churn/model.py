"""A trained churn model: the classifier, which features it reads, and what must be known to use it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nps_insights.churn.features.spec import FeatureSpec

if TYPE_CHECKING:
    from sklearn.calibration import CalibratedClassifierCV


@dataclass(frozen=True, eq=False)
class ChurnModel:
    """A trained churn model.

    Attributes:
        classifier: Plain scikit-learn: a `CalibratedClassifierCV` (sigmoid, `ensemble=False`) over a pipeline that ends
            in a `LogisticRegression` or over a `HistGradientBoostingClassifier`. It reads a float64 frame whose columns
            are `spec.names`, NaN where unknown; `predict_proba(...)[:, 1]` is P(churn within the horizon).
        spec: The features it reads.
        horizon_days: Days after as_of within which an account leaves.
        kind: `logistic_regression` or `hist_gradient_boosting`.
        dated: Whether it was trained on dates; False for one undated snapshot.
        reference: By feature, its distribution when the model was trained, for drift: `edges` (inner bin edges,
            ascending) and `shares` (of the bins, with the share of missing values as the last).
        about: What a reader of the stored model wants to know: trained_at (the last as_of in training, ISO day or
            empty), n, n_churned, base_rate, and whatever training adds; values of JSON's types.
    """

    classifier: "CalibratedClassifierCV"
    spec: FeatureSpec
    horizon_days: int
    kind: str
    dated: bool
    reference: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
