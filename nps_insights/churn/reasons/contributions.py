"""What each feature of an account adds to the logit of its risk, exactly."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nps_insights.churn.model import ChurnModel
from nps_insights.churn.model_parts import Floats, LinearTerms, boosted_trees, calibrated, linear_terms
from nps_insights.churn.scoring import RiskScorer, feature_columns
from nps_insights.tables import DataRefusedError

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier

# How far the parts may be from the logit in sum; they are within rounding where the explanation is of this model.
_EXACT = 1e-6


def contributions(model: ChurnModel, features: pd.DataFrame) -> pd.DataFrame:
    """Return what each feature adds to the logit of the risk.

    Of a logistic model a feature adds coefficient * (value - mean in training); what its missing indicator adds is part
    of it. Of boosted trees it is the SHAP value (Lundberg and others 2020, the trees' own paths as background). Both
    times the slope of the calibration, which is linear in the logit, so that the sum stays exact.

    Args:
        model: The model.
        features: Rows with the columns `model.spec.names`, NaN where unknown; others are not read.

    Returns:
        One row per row, with the same index: `base` (the same for all: the logit of an average account in training),
        then `model.spec.names`. A row sums to the logit of the account's risk.

    Raises:
        SchemaError: A feature is missing, not numeric, or infinite.
        DataRefusedError: The model is not one that churn training makes, or the parts do not sum to the logit.

    Example:
        >>> from sklearn.calibration import CalibratedClassifierCV
        >>> from sklearn.ensemble import HistGradientBoostingClassifier
        >>> from nps_insights.churn.features.spec import FeatureSpec
        >>> known = pd.DataFrame({"score/last": [0.0, 10.0] * 60, "account/value": range(120)}, dtype=float)
        >>> base = HistGradientBoostingClassifier(max_iter=5)
        >>> fitted = CalibratedClassifierCV(base, cv=3, ensemble=False).fit(known, known["score/last"] < 5)
        >>> model = ChurnModel(fitted, FeatureSpec(tuple(known)), 90, "hist_gradient_boosting", dated=True)
        >>> parts = contributions(model, known)
        >>> list(parts.columns), bool(parts.loc[0, "score/last"] > 0 > parts.loc[1, "score/last"])
        (['base', 'score/last', 'account/value'], True)
    """
    names = tuple(model.spec.names)
    columns = feature_columns(features, names)
    base, slope, intercept = calibrated(model)
    if model.kind == "logistic_regression":
        level, parts = _linear_parts(linear_terms(base, names), columns)
    else:
        level, parts = _tree_parts(boosted_trees(base), pd.DataFrame(dict(zip(names, columns, strict=True))))
    parts *= slope
    found = pd.DataFrame(parts, columns=list(names), index=features.index, copy=False)
    found.insert(0, "base", slope * level + intercept)
    apart = np.abs(found.to_numpy().sum(axis=1) - RiskScorer(model).logits(features)).max(initial=0.0)
    if apart > _EXACT:
        raise DataRefusedError(
            f"the contributions are up to {apart:.1e} from the logit of the risk in sum, must be within {_EXACT:g}; "
            "they would not explain this model. Check that it was trained with the installed scikit-learn and shap."
        )
    return found


def _linear_parts(terms: LinearTerms, columns: list[Floats]) -> tuple[float, Floats]:
    """Centre the missing indicators too, so that a part is 0 on average in training."""
    parts = np.empty((len(columns[0]), len(columns)))
    for position, column in enumerate(columns):
        parts[:, position] = terms.part(position, column) - terms.indicator_means[position]
    return terms.intercept + float(terms.indicator_means.sum()), parts


def _tree_parts(base: "HistGradientBoostingClassifier", features: pd.DataFrame) -> tuple[float, Floats]:
    import shap

    explainer = shap.TreeExplainer(base, feature_perturbation="tree_path_dependent")
    level = float(np.ravel(explainer.expected_value)[0])
    if features.empty:
        return level, np.empty(features.shape)
    parts = np.asarray(explainer.shap_values(features.to_numpy(), check_additivity=False), dtype=np.float64)
    return level, parts
