"""The scale on which repeated answers are compared: their scores, or the three categories alone."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.tables import CATEGORIES

_MOST_LEVELS = 21
_EXIT = -1


@dataclass(frozen=True)
class AnswerScale:
    """What can be answered, and where the categories meet.

    Attributes:
        levels: Possible answers (k,), one apart.
        borders: Where detractors end and passives begin, and where passives end and promoters begin (2,).
        categories_alone: Whether the levels are the categories, as scores could not be compared.
    """

    levels: NDArray[np.float64]
    borders: NDArray[np.float64]
    categories_alone: bool


def answer_scale(steps: pd.DataFrame) -> AnswerScale:
    """Return the scale of the steps: whole scores whose categories do not overlap, or the categories alone.

    Example:
        >>> steps = pd.DataFrame({"from_category": ["passive", "detractor"], "to_category": ["promoter", "churned"],
        ...                       "from_score": [7.0, 6.0], "to_score": [9.0, None]})
        >>> answer_scale(steps).levels.tolist(), answer_scale(steps).borders.tolist()
        ([6.0, 7.0, 8.0, 9.0], [6.5, 8.5])
    """
    pairs = steps["to_category"].isin(CATEGORIES)
    score = np.r_[steps["from_score"].to_numpy(float), steps.loc[pairs, "to_score"].to_numpy(float)]
    category = np.r_[_ranks(steps["from_category"]), _ranks(steps.loc[pairs, "to_category"])]
    whole = bool(np.isfinite(score).all()) and bool((score == np.round(score)).all())
    if whole and 3 < np.ptp(score) + 1 <= _MOST_LEVELS:
        lowest = [score[category >= rank].min(initial=score.max() + 1) for rank in (1, 2)]
        highest = [score[category < rank].max(initial=score.min() - 1) for rank in (1, 2)]
        if all(high < low for high, low in zip(highest, lowest, strict=True)):
            return AnswerScale(np.arange(score.min(), score.max() + 1), np.array(lowest) - 0.5, False)
    return AnswerScale(np.array([-1.0, 0.0, 1.0]), np.array([-0.5, 0.5]), True)


def cells(steps: pd.DataFrame, scale: AnswerScale) -> NDArray[np.int64]:
    """Return the cell of each step in a table of k x k pairs, row by row, followed by k kinds of exit."""
    k = len(scale.levels)
    if scale.categories_alone:
        before, after = _ranks(steps["from_category"]), _ranks(steps["to_category"])
    else:
        before = steps["from_score"].to_numpy(float) - scale.levels[0]
        after = (steps["to_score"] - scale.levels[0]).fillna(_EXIT).to_numpy(float)
    return np.where(after == _EXIT, k * k + before, before * k + after).astype(np.int64)


def answers(counts: NDArray[np.float64], k: int) -> NDArray[np.float64]:
    """Return how often each level was answered (k,), earlier and later answers together."""
    pairs = counts[: k * k].reshape(k, k)
    return np.asarray(pairs.sum(axis=0) + pairs.sum(axis=1) + counts[k * k :])


def _ranks(category: pd.Series) -> NDArray[np.float64]:
    return category.map({name: rank for rank, name in enumerate(CATEGORIES)}).fillna(_EXIT).to_numpy(float)
