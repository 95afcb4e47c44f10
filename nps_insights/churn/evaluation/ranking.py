"""Measures that depend on the order of the risks; rows of one risk share what their places hold, without luck."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nps_insights.churn.evaluation.rows import Floats


@dataclass(frozen=True, eq=False)
class Ranking:
    """Groups of rows of one risk; the rows themselves stand from the highest risk down.

    Attributes:
        starts: Place of the first row of each group (groups,).
        ends: Place after its last row.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def ranking_of(risk: Floats) -> Ranking:
    """Return the groups of one risk, of risks from the highest down.

    Example:
        >>> ranking_of(np.array([0.5, 0.5, 0.1])).ends.tolist()
        [2, 3]
    """
    starts = np.flatnonzero(np.diff(risk, prepend=np.inf) != 0)
    return Ranking(starts, np.append(starts[1:], len(risk)))


@dataclass(frozen=True, eq=False)
class Reached:
    """Weights from the highest risk down to each group in which somebody left, for d draws and k such groups.

    Attributes:
        before: Weight of the rows above the group (d, k).
        after: That and the group's own (d, k).
        left: Weight of who left, down to and with the group (d, k).
        rows: Weight of all rows (d,).
    """

    before: Floats
    after: Floats
    left: Floats
    rows: Floats


def reached(ranking: Ranking, churned: Floats, weights: Floats) -> Reached:
    """Return the weights that the measures of order are made of.

    Between two groups in which somebody left nothing is captured: these groups alone tell all.

    Args:
        ranking: `ranking_of(risk)`.
        churned: 1.0 where the account left (n,).
        weights: Weights of the rows (d, n).
    """
    leavers = np.flatnonzero(churned > 0)
    group = np.searchsorted(ranking.ends, leavers, side="right")
    first = np.flatnonzero(np.diff(group, prepend=-1))
    held = group[first]
    sums = np.cumsum(weights, axis=1)
    after = sums[:, ranking.ends[held] - 1]
    above = ranking.starts[held] - 1
    before = np.where(above >= 0, sums[:, above], 0.0)
    last = np.append(first[1:], len(leavers))[: len(first)] - 1
    return Reached(before, after, np.cumsum(weights[:, leavers], axis=1)[:, last], sums[:, -1])


def auc(curve: Reached) -> Floats:
    """Return the area under the ROC curve (d,), half a point for a tie (the Mann-Whitney statistic).

    NaN where nobody left or all did.

    Example:
        >>> churned = np.array([1.0, 1.0, 0.0, 0.0])
        >>> auc(reached(ranking_of(np.array([0.9, 0.6, 0.6, 0.1])), churned, np.ones((1, 4)))).tolist()
        [0.875]
    """
    if not curve.left.size:
        return np.full(len(curve.rows), np.nan)
    own_left = np.diff(curve.left, axis=1, prepend=0.0)
    n_left = curve.left[:, -1:]
    stayed_below = (curve.rows[:, None] - curve.after) - (n_left - curve.left)
    stayed_beside = curve.after - curve.before - own_left
    pairs = n_left[:, 0] * (curve.rows - n_left[:, 0])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((own_left * (stayed_below + stayed_beside / 2)).sum(axis=1) / pairs)


def average_precision(curve: Reached) -> Floats:
    """Return the mean over those who left of the precision down to their risk (d,); NaN where nobody left.

    Example:
        >>> churned = np.array([1.0, 0.0, 0.0, 1.0])
        >>> average_precision(reached(ranking_of(np.array([0.9, 0.6, 0.2, 0.2])), churned, np.ones((1, 4)))).tolist()
        [0.75]
    """
    if not curve.left.size:
        return np.full(len(curve.rows), np.nan)
    own_left = np.diff(curve.left, axis=1, prepend=0.0)
    precision = np.divide(curve.left, curve.after, out=np.zeros_like(curve.left), where=curve.after > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((own_left * precision).sum(axis=1) / curve.left[:, -1])


def captured(curve: Reached, shares: Floats) -> Floats:
    """Return which share of those who left the riskiest shares of the rows hold (d, shares), in proportion in a group.

    NaN where nobody left.

    Example:
        >>> churned = np.array([1.0, 0.0, 0.0, 0.0])
        >>> captured(reached(ranking_of(np.full(4, 0.1)), churned, np.ones((1, 4))), np.array([0.25, 1.0])).tolist()
        [[0.25, 1.0]]
    """
    if not curve.left.size:
        return np.full((len(curve.rows), len(shares)), np.nan)
    found = np.empty((len(curve.rows), len(shares)))
    for draw, rows in enumerate(curve.rows):
        # The curve climbs within these groups alone: two knots each.
        places = np.column_stack([curve.before[draw], curve.after[draw]]).ravel()
        left = curve.left[draw]
        heights = np.column_stack([np.append(0.0, left[:-1]), left]).ravel()
        found[draw] = np.interp(shares * rows, places, heights, left=0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(found / curve.left[:, -1:])
