"""Sums of coefficients with their errors: every effect of the linear model is one, and so are their differences.

An effect e = sum_k A_k b_k weighs coefficients b, and A may hang on the means of columns. Its influence (how each
response moves it, times n) is A (X'X/n)^-1 x_i r_i + B (x_i - mean), where r_i is the residual and B the derivative
of e by the means: the delta method. Both parts are linear in what `JointModel.moments` sums up once, so that the
covariance of any sums costs nothing more.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nps_insights.drivers.effects.joint_model import JointModel
from nps_insights.drivers.matrix.blocks import summed_within

Array = NDArray[np.float64]
NPS = (1.0, -1.0)


@dataclass(frozen=True)
class Combinations:
    """m sums of the coefficients of one model.

    Attributes:
        weights: Weight of each coefficient, the same on both sides (m, k).
        by_mean: How each sum moves with the mean of each column, for promoter and detractor (2, m, k); zeros where
            the weights do not hang on the data.
    """

    weights: Array
    by_mean: Array

    def __add__(self, other: "Combinations") -> "Combinations":
        """Both sets, one after the other."""
        return Combinations(
            np.vstack([self.weights, other.weights]), np.concatenate([self.by_mean, other.by_mean], axis=1)
        )

    def summed(self, members: Array) -> "Combinations":
        """Return new sums of these sums.

        Args:
            members: Weight of each present sum in each new one (new, m).
        """
        return Combinations(members @ self.weights, np.stack([members @ side for side in self.by_mean]))


def values(model: JointModel, combinations: Combinations) -> Array:
    """Return the sums for promoter and detractor (m, 2), shares of responses (not points)."""
    return np.asarray(combinations.weights @ model.coefficients)


def covariance(
    model: JointModel,
    combinations: Combinations,
    sides: tuple[float, float] = NPS,
    other_sides: tuple[float, float] | None = None,
) -> Array:
    """Return the covariance of the sums with one another (m, m), robust and clustered by account.

    Formula: G/(G-1) sum over accounts of (sum of the account's influence)(...)' / n^2.

    Args:
        model: The fitted model.
        combinations: m sums.
        sides: Weight of the promoter and of the detractor side: (1, -1) for the NPS.
        other_sides: Of the sums in the columns; as `sides` if not given.
    """
    left = _on_moments(model, combinations, sides)
    right = left if other_sides is None else _on_moments(model, combinations, other_sides)
    return np.asarray(left @ model.moments @ right.T) * _scale(model)


def side_variances(model: JointModel, combinations: Combinations) -> Array:
    """Return variance of the promoter side, of the detractor side, and their covariance (m, 3)."""
    promoter, detractor = (_on_moments(model, combinations, sides) for sides in ((1.0, 0.0), (0.0, 1.0)))
    pairs = ((promoter, promoter), (detractor, detractor), (promoter, detractor))
    return np.column_stack([np.einsum("mk,mk->m", a @ model.moments, b) for a, b in pairs]) * _scale(model)


def account_influence(model: JointModel, combinations: Combinations, sides: tuple[float, float] = NPS) -> Array:
    """Return the influence of each account on each sum, times n (G, m): for sums over several models.

    Args:
        model: The fitted model.
        combinations: m sums.
        sides: Weight of the promoter and of the detractor side.
    """
    weighed = model.x @ (model.inverse @ combinations.weights.T * len(model.x))
    by_mean = sides[0] * combinations.by_mean[0] + sides[1] * combinations.by_mean[1]
    rows = weighed * (model.residuals @ np.array(sides))[:, None] + (model.x - model.means) @ by_mean.T
    return summed_within(rows, model.accounts)


def _on_moments(model: JointModel, combinations: Combinations, sides: tuple[float, float]) -> Array:
    """The influence of each sum as weights of what `moments` is about (m, 3k)."""
    weights = combinations.weights @ model.inverse * len(model.x)
    by_mean = sides[0] * combinations.by_mean[0] + sides[1] * combinations.by_mean[1]
    return np.hstack([sides[0] * weights, sides[1] * weights, by_mean])


def _scale(model: JointModel) -> float:
    return model.n_accounts / max(model.n_accounts - 1, 1) / len(model.x) ** 2
