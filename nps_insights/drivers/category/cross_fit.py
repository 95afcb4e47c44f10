"""Predictions for customers whom the model has not seen: folds of whole accounts, inside the calibration too."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.category.folds import FOLDS
from nps_insights.tables import CATEGORIES

# Makes an unfitted model, given the folds of its calibration.
Factory = Callable[[Any], Any]
FEWEST_RESPONSES, FEWEST_ACCOUNTS = 30, 10


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """What all models are fitted on, by response_id.

    Attributes:
        read: What the model reads: a frame, or a Series of texts.
        category: Actual category (n,).
        accounts: Account of each row, or a name of its own.
        folds: Fold of each row's account (n,).
    """

    read: pd.DataFrame | pd.Series
    category: NDArray[np.str_]
    accounts: pd.Series
    folds: NDArray[np.int64]

    def some(self, mark: NDArray[np.bool_]) -> "TrainingRows":
        """The marked rows."""
        return TrainingRows(self.read[mark], self.category[mark], self.accounts[mark], self.folds[mark])


def out_of_fold(factory: Factory, rows: TrainingRows) -> NDArray[np.float64]:
    """Return the probabilities of detractor, passive, promoter (n, 3) of each row, fitted on the other folds.

    Args:
        factory: Makes the model.
        rows: Rows of which `too_few` says nothing.
    """
    predicted = np.full((len(rows.category), len(CATEGORIES)), np.nan)
    for fold in range(FOLDS):
        own = rows.folds == fold
        if own.any():
            predicted[own] = fitted(factory, rows.some(~own)).predict_proba(rows.read[own])
    return predicted


def fitted(factory: Factory, rows: TrainingRows) -> Any:
    """Return the model fitted on all rows, its calibration by account."""
    from sklearn.model_selection import PredefinedSplit

    return factory(PredefinedSplit(rows.folds)).fit(rows.read, rows.category)


def too_few(rows: TrainingRows) -> str:
    """Return why the rows cannot be fitted in folds, in a plain sentence; empty where they can.

    Example:
        >>> accounts = pd.Series(["a", "b", "c"])
        >>> categories = np.array(["detractor", "passive", "promoter"])
        >>> too_few(TrainingRows(accounts, categories, accounts, np.arange(3)))[:76]
        'No category model was fitted: each category needs at least 30 responses with'
    """
    counts = {name: int((rows.category == name).sum()) for name in CATEGORIES}
    accounts = {name: rows.accounts[rows.category == name].nunique() for name in CATEGORIES}
    enough = min(counts.values()) >= FEWEST_RESPONSES and min(accounts.values()) >= FEWEST_ACCOUNTS
    if enough and _every_part_knows_all(rows):
        return ""
    there = ", ".join(f"{counts[name]} {name}s from {accounts[name]}" for name in CATEGORIES)
    return (
        f"No category model was fitted: each category needs at least {FEWEST_RESPONSES} responses with a usable "
        f"comment from at least {FEWEST_ACCOUNTS} accounts, spread over all folds; there are {there}."
    )


def _every_part_knows_all(rows: TrainingRows) -> bool:
    """Whether every category is left where one fold is judged and another one calibrated."""
    return (
        all(set(rows.category[~np.isin(rows.folds, pair)]) == set(CATEGORIES) for pair in combinations(range(FOLDS), 2))
        and len(set(rows.folds)) == FOLDS
    )
