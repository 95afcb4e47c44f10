"""Settings of a candidate, chosen inside the rows it is trained on: folds of whole units, log-loss."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nps_insights.churn.training.candidates import LINEAR, PENALTIES, ROUNDS, TREES, linear_model, tree_model
from nps_insights.churn.training.rows import TrainingRows

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tuned:
    """A candidate with its setting.

    Attributes:
        kind: `logistic_regression` or `hist_gradient_boosting`.
        setting: C of the regression, or rounds of boosting.
        logits: Of each row, by a fit that had not seen its unit (n,).
        losses: Their log-losses, in nats (n,).
    """

    kind: str
    setting: float
    logits: Array
    losses: Array

    def unfitted(self, *, random_state: int) -> Any:
        """Return the unfitted model."""
        if self.kind == LINEAR:
            return linear_model(self.setting)
        return tree_model(int(self.setting), random_state=random_state)


def tuned(kind: str, rows: TrainingRows, *, random_state: int) -> Tuned:
    """Return a candidate with the setting that loses least on units held out.

    Args:
        kind: `logistic_regression` or `hist_gradient_boosting`.
        rows: Rows of which every inner fold leaves some that left and some that stayed.
        random_state: Seed of the trees.
    """
    return _tuned_linear(rows) if kind == LINEAR else _tuned_trees(rows, random_state=random_state)


def log_losses(logits: Array, churned: NDArray[np.bool_]) -> Array:
    """Return -log P(what happened) of each row, in nats; exact for large logits.

    Example:
        >>> log_losses(np.array([0.0, 800.0]), np.array([True, False])).round(3).tolist()
        [0.693, 800.0]
    """
    return np.logaddexp(0.0, np.where(churned, -logits, logits))


def _tuned_linear(rows: TrainingRows) -> Tuned:
    logits = np.zeros((len(rows.churned), len(PENALTIES)))
    for own in _held_out(rows):
        model = linear_model(PENALTIES[0])
        prepared, regression = model[:-1], model[-1].set_params(warm_start=True)
        fitted_on = prepared.fit_transform(rows.features[~own])
        judged = prepared.transform(rows.features[own])
        for place, penalty in enumerate(PENALTIES):
            regression.set_params(C=penalty).fit(fitted_on, rows.churned[~own])
            logits[own, place] = regression.decision_function(judged)
    return _best(LINEAR, PENALTIES, logits, rows)


def _tuned_trees(rows: TrainingRows, *, random_state: int) -> Tuned:
    rows = rows.for_trees()
    logits = np.zeros((len(rows.churned), len(ROUNDS)))
    for own in _held_out(rows):
        model = tree_model(ROUNDS[-1], random_state=random_state).fit(rows.features[~own], rows.churned[~own])
        # The first rounds of many are what fewer rounds would have grown.
        stages = enumerate(model.staged_decision_function(rows.features[own]), start=1)
        logits[own] = np.column_stack([stage.ravel() for rounds, stage in stages if rounds in ROUNDS])
    return _best(TREES, ROUNDS, logits, rows)


def _best(kind: str, settings: Sequence[float], logits: Array, rows: TrainingRows) -> Tuned:
    losses = log_losses(logits, rows.churned[:, None])
    best = int(losses.mean(axis=0).argmin())
    return Tuned(kind, settings[best], logits[:, best], losses[:, best])


def _held_out(rows: TrainingRows) -> list[NDArray[np.bool_]]:
    return [rows.inner == fold for fold in np.unique(rows.inner)]
