"""What a stored churn classifier may consist of: every type in it is on a list, every part is where it belongs."""

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from nps_insights.tables import DataRefusedError
from nps_insights.tracking.skops_files import MODEL_FILE, refuse_foreign, skops_io

if TYPE_CHECKING:
    from sklearn.calibration import CalibratedClassifierCV

_WHAT = "churn model"
_TREES = "sklearn.ensemble._hist_gradient_boosting"
# All that the classifier holds beyond what skops trusts of itself.
TRUSTED = (
    "numpy.dtype",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    f"{_TREES}.predictor.TreePredictor",
)
# All that it holds at all: skops itself trusts every estimator of scikit-learn, of which most have no business here.
_KNOWN = {
    *TRUSTED,
    *(f"builtins.{name}" for name in ("bool", "dict", "float", "int", "list", "str", "tuple")),
    *(f"numpy.{name}" for name in ("bool", "bool_", "float32", "float64", "int32", "int64", "ndarray", "object_")),
    *(f"numpy.{name}" for name in ("str_", "uint8", "uint32", "uint64", "random._generator.Generator")),
    *("sklearn._loss._loss.CyHalfBinomialLoss", "sklearn._loss.loss.HalfBinomialLoss"),
    *("sklearn._loss.link.Interval", "sklearn._loss.link.LogitLink"),
    "sklearn.calibration.CalibratedClassifierCV",
    f"{_TREES}.binning._BinMapper",
    f"{_TREES}.gradient_boosting.HistGradientBoostingClassifier",
    *("sklearn.impute._base.MissingIndicator", "sklearn.impute._base.SimpleImputer"),
    "sklearn.linear_model._logistic.LogisticRegression",
    "sklearn.pipeline.Pipeline",
    "sklearn.preprocessing._data.StandardScaler",
    "sklearn.preprocessing._label.LabelEncoder",
}


def read_classifier(content: bytes, named: str, *, names: tuple[str, ...], kind: str) -> "CalibratedClassifierCV":
    """Return the classifier of a skops file; types and parts are compared before it is used.

    Args:
        content: Bytes of the file.
        named: What messages call the model.
        names: The features it reads, in order.
        kind: `logistic_regression` or `hist_gradient_boosting`.

    Raises:
        DataRefusedError: The file is damaged, or holds types or parts that a churn model does not have.
    """
    skops = skops_io()
    try:
        foreign = _types(content) - _KNOWN
        foreign |= set(skops.get_untrusted_types(data=content)) - set(TRUSTED)
        refuse_foreign(sorted(foreign), named, what=_WHAT)
        classifier = skops.loads(content, trusted=list(TRUSTED))
    except DataRefusedError:
        raise
    # A crafted file can fail at any point of skops: in its archive, its schema, its arrays or while it is put together.
    except Exception as error:
        raise DataRefusedError(
            f"{named}: {MODEL_FILE} is damaged ({type(error).__name__}: {error}); store the model again."
        ) from error
    wrong = _wrong(classifier, names, kind)
    if wrong:
        raise DataRefusedError(f"{named} is refused: {wrong}. Train and store the model again.")
    return classifier


def _types(content: bytes) -> set[str]:
    """Every type that the file names, whoever would trust it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        pending, found = [json.loads(archive.read("schema.json"))], set()
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            if "__class__" in node:
                found.add(f"{node.get('__module__')}.{node['__class__']}")
            pending += node.values()
        elif isinstance(node, list):
            pending += node
    return found


def _wrong(classifier: Any, names: tuple[str, ...], kind: str) -> str:
    """What is wrong with the make of a classifier; empty where it is right."""
    from sklearn.calibration import CalibratedClassifierCV

    if type(classifier) is not CalibratedClassifierCV:
        return f"{MODEL_FILE} holds a {type(classifier).__name__}, not a CalibratedClassifierCV"
    try:
        return _wrong_calibration(classifier) or _wrong_base(classifier, names, kind)
    # An object put together from a file may lack any attribute, or have it of any type.
    except (AttributeError, TypeError, ValueError, IndexError, KeyError) as error:
        return f"{MODEL_FILE} is put together as training never would ({error})"


def _wrong_calibration(classifier: Any) -> str:
    import math

    from sklearn.calibration import _CalibratedClassifier, _SigmoidCalibration

    if [int(one) for one in classifier.classes_] != [0, 1]:
        return "it tells other classes apart than staying and leaving"
    parts = classifier.calibrated_classifiers_
    if len(parts) != 1 or type(parts[0]) is not _CalibratedClassifier or parts[0].method != "sigmoid":
        return "it is not one classifier with a sigmoid calibration"
    curves = parts[0].calibrators
    if len(curves) != 1 or type(curves[0]) is not _SigmoidCalibration:
        return "its calibration is not one sigmoid"
    if not (math.isfinite(curves[0].a_) and math.isfinite(curves[0].b_)):
        return "its calibration is not finite"
    return ""


def _wrong_base(classifier: Any, names: tuple[str, ...], kind: str) -> str:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    base = classifier.calibrated_classifiers_[0].estimator
    if [str(name) for name in classifier.feature_names_in_] != list(names):
        return "it reads other features than churn.json says"
    if kind == "hist_gradient_boosting" and type(base) is HistGradientBoostingClassifier:
        return _wrong_trees(base, len(names))
    if kind == "logistic_regression" and type(base) is Pipeline:
        steps = [type(step) for _, step in base.steps]
        return "" if steps == [SimpleImputer, StandardScaler, LogisticRegression] else "its pipeline has other steps"
    return f"it is a {type(base).__name__}, and churn.json says {kind}"


def _wrong_trees(base: Any, n_features: int) -> str:
    """scikit-learn follows the node and feature numbers of a tree without looking: wrong ones read foreign memory."""
    import numpy as np
    from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor

    if base.n_features_in_ != n_features:
        return "its trees read another number of features"
    for tree in (tree for round_ in base._predictors for tree in round_):
        if type(tree) is not TreePredictor or len(tree.nodes) == 0:
            return "it holds trees of another make"
        # scikit-learn writes children after their parent: whatever follows them comes to an end.
        above = np.flatnonzero(tree.nodes["is_leaf"] == 0)
        inner = tree.nodes[above]
        children = np.concatenate([inner["left"], inner["right"]]).astype(np.int64)
        if (children <= np.tile(above, 2)).any() or (children >= len(tree.nodes)).any():
            return "a tree of it leads to nodes that it does not have"
        if ((inner["feature_idx"] < 0) | (inner["feature_idx"] >= n_features) | (inner["is_categorical"] != 0)).any():
            return "a tree of it asks for features that it does not have"
    return ""
