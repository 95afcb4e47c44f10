"""A candidate fitted and calibrated, both inside the same rows and by whole units."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nps_insights.churn.training.candidates import LINEAR, TREES
from nps_insights.churn.training.rows import TrainingRows
from nps_insights.churn.training.tuning import Tuned, tuned

if TYPE_CHECKING:
    from sklearn.calibration import CalibratedClassifierCV


def calibrated(candidate: Tuned, rows: TrainingRows, *, random_state: int) -> "CalibratedClassifierCV":
    """Return the candidate fitted on all rows, its risk a sigmoid of the logit (Platt 1999).

    It is what `CalibratedClassifierCV(..., ensemble=False)` fits with the inner folds as `cv`, put together from the
    logits of units not seen that the choice of the setting has left: fitting them again would double the time.

    Args:
        candidate: What to fit, with its setting and logits.
        rows: What to fit it on.
        random_state: Seed of the trees.
    """
    from sklearn.calibration import CalibratedClassifierCV, _CalibratedClassifier, _SigmoidCalibration

    read = rows.for_trees() if candidate.kind == TREES else rows
    left = rows.churned.astype(np.int64)
    base = candidate.unfitted(random_state=random_state).fit(read.features, left)
    sigmoid = _SigmoidCalibration().fit(candidate.logits, left)
    # As a number of folds: the folds themselves would mean nothing on other rows.
    classifier = CalibratedClassifierCV(
        candidate.unfitted(random_state=random_state),
        method="sigmoid",
        cv=len(np.unique(rows.inner)),
        ensemble=False,
    )
    classifier.classes_ = base.classes_
    classifier.n_features_in_, classifier.feature_names_in_ = base.n_features_in_, base.feature_names_in_
    classifier.calibrated_classifiers_ = [
        _CalibratedClassifier(base, [sigmoid], method="sigmoid", classes=base.classes_)
    ]
    return classifier


def fitted(rows: TrainingRows, *, kind: str = "", random_state: int) -> tuple[Tuned, "CalibratedClassifierCV"]:
    """Return a candidate tuned and calibrated inside the rows, and fitted on all of them.

    Args:
        rows: What to fit it on.
        kind: `logistic_regression` or `hist_gradient_boosting`; the better one inside the rows where empty.
        random_state: Seed of the trees.
    """
    if kind:
        candidate = tuned(kind, rows, random_state=random_state)
    else:
        linear, trees = (tuned(one, rows, random_state=random_state) for one in (LINEAR, TREES))
        candidate = trees if clearly_less(trees.losses, linear.losses, rows.units) else linear
    return candidate, calibrated(candidate, rows, random_state=random_state)


def clearly_less(losses: NDArray[np.float64], others: NDArray[np.float64], units: NDArray[np.object_]) -> bool:
    """Return whether losses are on average less than others by more than one standard error, counted by unit.

    Args:
        losses: Of the less simple model (n,).
        others: Of the simpler one, which is kept where the two cannot be told apart (n,).
        units: Whose rows belong together (n,).

    Example:
        >>> few = np.array([0.1, 0.2, 0.1, 0.2])
        >>> clearly_less(few, few + 0.1, np.arange(4)), clearly_less(few, few[::-1], np.arange(4))
        (True, False)
    """
    less = others - losses
    of_unit = np.unique(units, return_inverse=True)[1]
    # The error of a mean of rows that come in groups: by the sums of the groups' deviations.
    deviations = np.bincount(of_unit, weights=less - less.mean())
    return bool(less.mean() > np.sqrt((deviations**2).sum()) / len(less))
