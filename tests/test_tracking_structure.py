"""A stored churn classifier of our own types that is put together otherwise than training does is refused."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from benchmarks.churn_malicious import small_model
from nps_insights.churn.model import ChurnModel
from nps_insights.tables import DataRefusedError
from nps_insights.tracking.churn_files import file_hashes, read_churn_model, write_churn_files

MODEL = small_model("hist_gradient_boosting")


def parts(classifier: Any) -> Any:
    return classifier.calibrated_classifiers_[0]


def of_other_classes(classifier: Any) -> None:
    classifier.classes_ = np.array([1, 2])


def of_two_curves(classifier: Any) -> None:
    parts(classifier).calibrators *= 2


def of_an_endless_curve(classifier: Any) -> None:
    parts(classifier).calibrators[0].a_ = float("inf")


def of_other_names(classifier: Any) -> None:
    classifier.feature_names_in_ = classifier.feature_names_in_[::-1].copy()


def of_fewer_features(classifier: Any) -> None:
    parts(classifier).estimator.n_features_in_ = 3


def of_an_empty_tree(classifier: Any) -> None:
    tree = parts(classifier).estimator._predictors[0][0]
    tree.nodes = tree.nodes[:0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (of_other_classes, "tells other classes apart than staying and leaving"),
        (of_two_curves, "its calibration is not one sigmoid"),
        (of_an_endless_curve, "its calibration is not finite"),
        (of_other_names, "reads other features than churn.json says"),
        (of_fewer_features, "its trees read another number of features"),
        (of_an_empty_tree, "holds trees of another make"),
    ],
)
def test_a_classifier_that_training_would_not_make_is_refused(
    change: Callable[[Any], None], said: str, tmp_path: Path
) -> None:
    classifier = deepcopy(MODEL.classifier)
    change(classifier)
    with pytest.raises(DataRefusedError, match=f"{said}. Train and store the model again"):
        write_churn_files(replace(MODEL, classifier=classifier), tmp_path)


def test_a_classifier_without_calibration_is_refused(tmp_path: Path) -> None:
    bare: ChurnModel = replace(MODEL, classifier=parts(MODEL.classifier).estimator)
    with pytest.raises(DataRefusedError, match="holds a HistGradientBoostingClassifier, not a CalibratedClassifierCV"):
        write_churn_files(bare, tmp_path)


def test_a_further_flavor_and_a_damaged_description_are_refused(tmp_path: Path) -> None:
    write_churn_files(MODEL, tmp_path)
    told = yaml.safe_load((tmp_path / "MLmodel").read_text())
    told["flavors"]["keras"] = {"data": "model.h5"}
    (tmp_path / "MLmodel").write_text(yaml.safe_dump(told))
    with pytest.raises(DataRefusedError, match="names the flavors keras, python_function, sklearn, not "):
        read_churn_model(tmp_path, file_hashes(tmp_path), "churn_risk@1")
    del told["flavors"]["keras"]
    (tmp_path / "MLmodel").write_text(yaml.safe_dump(told))
    content = (tmp_path / "churn.json").read_text()
    for damaged in (content[:-5], json.dumps(7)):
        (tmp_path / "churn.json").write_text(damaged)
        with pytest.raises(DataRefusedError, match=r"churn\.json is damaged"):
            read_churn_model(tmp_path, file_hashes(tmp_path), "churn_risk@1")
