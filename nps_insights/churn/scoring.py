"""The risk of many accounts at once, with the same bits however the rows are cut into batches.

A logistic model's preparation (median imputation, missing indicators, scaling) and its coefficients are folded into one
weight, one centre and one value for missing per feature; the logit is their sum, added feature by feature in the order
of the spec with elementwise operations alone. A matrix product would add in an order that depends on the number of
rows. Trees add up per row in the order in which they were grown, whatever stands beside the row. Both then pass the
model's own sigmoid calibration.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from nps_insights.churn.model import ChurnModel
from nps_insights.churn.model_parts import Floats, LinearTerms, boosted_trees, calibrated, linear_terms
from nps_insights.tables import SchemaError

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier

# A frame, or one-dimensional values by feature name: numpy or Arrow arrays of float64, NaN or null where unknown.
Columns: TypeAlias = "pd.DataFrame | Mapping[str, Any]"

# Rows at a time: small enough that a chunk of every feature stays in the processor's cache, large enough that calls
# from Python do not count.
_LINEAR_ROWS = 16_384
_TREE_ROWS = 4_096


class RiskScorer:
    """Scores accounts with a trained churn model, as its `classifier.predict_proba` would, to within 1e-12.

    A row's risk has the same bits alone, in any order, in batches of any size and with any number of threads.

    Attributes:
        names: The features it reads, in the order of the model's spec.

    Example:
        >>> from sklearn.datasets import make_classification
        >>> from sklearn.calibration import CalibratedClassifierCV
        >>> from sklearn.ensemble import HistGradientBoostingClassifier
        >>> from nps_insights.churn.features.spec import FeatureSpec
        >>> known, left = make_classification(random_state=0)
        >>> features = pd.DataFrame(known, columns=[f"usage/{number}" for number in range(20)])
        >>> base = HistGradientBoostingClassifier(max_iter=10)
        >>> fitted = CalibratedClassifierCV(base, method="sigmoid", cv=2, ensemble=False).fit(features, left)
        >>> model = ChurnModel(fitted, FeatureSpec(tuple(features)), 90, "hist_gradient_boosting", dated=True)
        >>> risk = RiskScorer(model).risk(features)
        >>> bool(abs(risk - fitted.predict_proba(features)[:, 1]).max() < 1e-12)
        True
    """

    def __init__(self, model: ChurnModel) -> None:
        """Take the model apart once.

        Raises:
            DataRefusedError: The model is not one that churn training makes.
        """
        base, self._slope, self._intercept = calibrated(model)
        self.names: tuple[str, ...] = tuple(model.spec.names)
        self._base: LinearTerms | HistGradientBoostingClassifier = (
            linear_terms(base, self.names) if model.kind == "logistic_regression" else boosted_trees(base)
        )

    def risk(self, columns: Columns) -> Floats:
        """Return P(churn within the horizon) (n,), in the order of the rows.

        Args:
            columns: Frame or mapping that holds every feature of `names`, NaN where unknown; others are not read.

        Raises:
            SchemaError: A feature is missing, not numeric, infinite, or of another length than the others.
        """
        from scipy.special import expit

        return np.asarray(expit(self.logits(columns)), dtype=np.float64)

    def logits(self, columns: Columns) -> Floats:
        """Return the logit of the risk (n,); arguments and errors as for `risk`."""
        values = feature_columns(columns, self.names)
        n = len(values[0])
        found = np.empty(n)
        step = _LINEAR_ROWS if isinstance(self._base, LinearTerms) else _TREE_ROWS
        for start in range(0, n, step):
            rows = slice(start, min(start + step, n))
            found[rows] = self._decided([column[rows] for column in values])
        found *= self._slope
        found += self._intercept
        return found

    def _decided(self, chunk: list[Floats]) -> Floats:
        if isinstance(self._base, LinearTerms):
            return self._base.summed(chunk)
        block = np.empty((len(chunk[0]), len(chunk)))
        for position, column in enumerate(chunk):
            block[:, position] = column
        named = pd.DataFrame(block, columns=list(self.names), copy=False)
        return np.asarray(self._base.decision_function(named), dtype=np.float64)


def feature_columns(columns: Columns, names: tuple[str, ...]) -> list[Floats]:
    """Return the features in order as float64 (n,); Arrow's and pandas' own memory where it can be read as it is.

    Args:
        columns: Frame or mapping that holds every name.
        names: The features.

    Raises:
        SchemaError: A feature is missing, not numeric, infinite, or of another length than the others.

    Example:
        >>> feature_columns({"score/last": [3, None], "unread": [1, 2]}, ("score/last",))
        [array([ 3., nan])]
    """
    missing = [name for name in names if name not in columns]
    if missing:
        raise SchemaError("features", [f"{name}: the column is missing; the model reads it" for name in missing])
    values: list[Floats] = []
    problems: list[str] = []
    for name in names:
        try:
            column = _floats(columns[name])
        except (TypeError, ValueError) as error:
            problems.append(f"{name}: must hold numbers ({error})")
            continue
        if column.ndim != 1 or (values and len(column) != len(values[0])):
            problems.append(f"{name}: has shape {column.shape}, must be one value per row")
        elif np.isinf(column).any():
            problems.append(f"{name}: {int(np.isinf(column).sum()):,} rows are infinite, must be finite or missing")
        values.append(column)
    if problems:
        raise SchemaError("features", problems)
    return values


def _floats(values: Any) -> Floats:
    if isinstance(values, pd.Series) and not isinstance(values.dtype, np.dtype):
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(values, dtype=np.float64)
