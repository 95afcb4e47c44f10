"""The parts of the change among those who commented, and what each response adds to their errors.

On each side t the fitted mean is the observed NPS: N_t = sum over columns k of m_tk b_tk, with m the mean of a column
and b its coefficient, so that N_2 - N_1 is a sum over k of changes of products. Let the change of every mean and of
every coefficient be a player of a game whose worth is the NPS once those players have moved. The game is a sum of
one game per column, and Shapley's value of a sum is the sum of the values. Within one column two players have but two
orders: the mean moves first, at the old coefficient, or second, at the new one. Shapley's value of the mean is
therefore (m_2k - m_1k) (b_1k + b_2k) / 2, that of the coefficient (b_2k - b_1k) (m_1k + m_2k) / 2, and they add up
exactly. It is Oaxaca and Blinder's two-fold decomposition with mean weights (Reimers 1983). Themes that are
mentioned together need no further care: the joint model has given each its own coefficient, and the NPS of a linear
model hangs on how often each is mentioned, not on which are mentioned together.

Of an attribute's levels one is the reference, with coefficient 0. What the levels' means add up to (mix) does not
hang on which, as changes of shares sum to zero. What their coefficients add up to does, and the intercept makes up
for it: only the sum of both has a meaning, and it is the unexplained part.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.change.two_sided import TwoSided
from nps_insights.drivers.matrix.levels import driver_id

Array = NDArray[np.float64]
UNEXPLAINED = "Not explained by these"


@dataclass(frozen=True)
class CommenterParts:
    """Parts of the change among those who commented.

    Attributes:
        names: One row per part: part, driver_id, label, share_before, share_after.
        estimate: Shares, not points (m,); they sum to the change.
        influence: What each response adds to each, in the row order of the driver matrix (n, m).
    """

    names: pd.DataFrame
    estimate: Array
    influence: Array


def commenter_parts(two: TwoSided) -> CommenterParts:
    """Return mix, frequency, rate and unexplained of the change between the two sides of a model.

    Influence, by the delta method: of a mean, (x - mean) / n of the side; of the coefficients, (X'X)^-1 x r, where r
    is the residual had the model been fitted without the response's account.

    Args:
        two: The fitted model.
    """
    names, by_mean, by_coefficient = _members(two)
    at = np.stack([~two.is_after, two.is_after]).astype(float)
    n = at.sum(axis=1)
    means = (at @ two.x) / n[:, None]
    coefficients = two.pick @ (two.model.coefficients @ np.array([1.0, -1.0]))
    change, mean = means[1] - means[0], means.mean(axis=0)
    steeper, slope = coefficients[1] - coefficients[0], coefficients.mean(axis=0)

    on_model = (by_mean * change) @ two.pick.mean(axis=0) + (by_coefficient * mean) @ (two.pick[1] - two.pick[0])
    residuals = two.model.residuals @ np.array([1.0, -1.0])
    influence = (two.model.x @ (two.model.inverse @ on_model.T)) * residuals[:, None]
    for side, sign in enumerate((-1.0, 1.0)):
        on_mean = sign * by_mean * slope + by_coefficient * steeper / 2
        influence += ((two.x - means[side]) * (at[side] / n[side])[:, None]) @ on_mean.T
    in_matrix_order = np.empty_like(influence)
    in_matrix_order[two.model.rows] = influence
    return CommenterParts(
        names=_with_shares(names, two.columns, means),
        estimate=by_mean @ (change * slope) + by_coefficient @ (mean * steeper),
        influence=in_matrix_order,
    )


def _members(two: TwoSided) -> tuple[pd.DataFrame, Array, Array]:
    """The parts, and which columns' means (m, k) and coefficients (m, k) each is made of."""
    design, position = two.design, {name: index for index, name in enumerate(two.columns)}
    themes = design.drivers[design.drivers["kind"] != "attribute"]
    controls = [name for own in design.controls.values() for name in own]
    rows: list[tuple[str, str, str, list[str], list[str]]] = [
        ("mix", driver_id(name), name, own, []) for name, own in design.attributes.items()
    ]
    if controls:
        rows.append(("mix", "", f"Adjusted for: {', '.join(design.controls)}", controls, []))
    for theme in themes.itertuples():
        name = str(theme.driver_id)
        rows.append(("frequency", name, str(theme.label), [name], []))
        if name in two.own:
            rows.append(("rate", name, str(theme.label), [], [name]))
    rest = ["", *(name for own in design.attributes.values() for name in own), *controls]
    rows.append(("unexplained", "", UNEXPLAINED, [], rest))
    by_mean, by_coefficient = np.zeros((2, len(rows), len(two.columns)))
    for row, (*_, means, coefficients) in enumerate(rows):
        by_mean[row, [position[name] for name in means]] = 1.0
        by_coefficient[row, [position[name] for name in coefficients]] = 1.0
    return pd.DataFrame([row[:3] for row in rows], columns=["part", "driver_id", "label"]), by_mean, by_coefficient


def _with_shares(names: pd.DataFrame, columns: list[str], means: Array) -> pd.DataFrame:
    shares = pd.DataFrame(means.T, index=columns, columns=["share_before", "share_after"])
    themed = names["part"].isin(["frequency", "rate"])
    own = shares.reindex(names["driver_id"].where(themed, "\0")).reset_index(drop=True)
    return pd.concat([names, own], axis="columns")
