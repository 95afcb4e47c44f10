"""One model of both sides of a comparison, in which a coefficient has two values where both sides can tell them.

Beside every column x_k stand "after" (0/1) and, where k may differ, after x x_k. With all of them the fit is that of
one model for each side; with "after" alone it is one model whose coefficients are the same on both. "After" is always
in, so that on each side the fitted mean is the observed one: the parts of the change leave no remainder.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.effects.fit import RESPONSES_PER_COLUMN
from nps_insights.drivers.effects.joint_model import JointModel, fit_joint_model
from nps_insights.drivers.matrix.design import DriverDesign
from nps_insights.drivers.matrix.separable import without_inseparable

Array = NDArray[np.float64]
# With 100 mentions on each side a change of 30 points per mention is found four times in five (residuals' SD 80);
# with fewer, the rates and the unexplained part are noise that cancels out.
MIN_RATE = 100
_AFTER = "(after)"
_TIMES = "(after) x "


@dataclass(frozen=True)
class TwoSided:
    """A model of both sides.

    Attributes:
        design: The driver matrix of both sides, without drivers that cannot be told apart.
        model: The joint model; rows stand by account.
        columns: The intercept "" and the columns of the design (k,).
        x: Their values, in the model's row order (n, k).
        is_after: Whether each row is of the later side (n,).
        pick: How the k coefficients of each side are sums of the model's K (2, k, K).
        own: Columns whose coefficient may differ between the sides.
        min_rate: Fewest responses of each side with, and without, a theme whose coefficient may differ.
    """

    design: DriverDesign
    model: JointModel
    columns: list[str]
    x: Array
    is_after: NDArray[np.bool_]
    pick: Array
    own: frozenset[str]
    min_rate: int


def fit_two_sided(
    design: DriverDesign, is_after: NDArray[np.bool_], *, min_present: int, min_rate: int = MIN_RATE
) -> TwoSided | str:
    """Fit the model of both sides, or say why there is none.

    Coefficients may differ for a theme that at least `min_rate` responses of each side mention and do not mention,
    and for an attribute or control all of whose levels have `min_present` on each side, as far as each side has
    `RESPONSES_PER_COLUMN` responses per column of its own: themes and attributes, else themes, else none. The choice
    hangs on numbers of responses alone, never on what they answered.

    Args:
        design: The driver matrix of both sides together.
        is_after: Whether each row of its matrix is of the later side (n,).
        min_present: Fewest responses of a level on each side.
        min_rate: Fewest responses of each side with, and without, a theme whose coefficient may differ.
    """
    design = _separable(design, is_after)
    n, columns = len(design.matrix), [name for name in design.columns if name != _AFTER]
    needed = RESPONSES_PER_COLUMN * (len(columns) + 2)
    if design.drivers.empty:
        return f"no driver is frequent enough: {min_present} responses with it and without it are needed"
    if n < needed:
        return f"{len(columns)} drivers and controls need {needed} responses with a comment in both together, not {n}"
    fewest = int(min(is_after.sum(), (~is_after).sum()))
    own: list[str] = []
    for chosen in _may_differ(design, is_after, min_present, min_rate):
        own, enough = chosen, RESPONSES_PER_COLUMN * (len(chosen) + 1)
        if fewest >= enough:
            break
        own = []
    times = design.matrix[own].mul(is_after.astype(float), axis="index").add_prefix(_TIMES)
    model = fit_joint_model(replace(design, matrix=pd.concat([design.matrix, times], axis="columns")))
    x = np.column_stack([np.ones(n), design.matrix[columns].to_numpy(dtype=float)])[model.rows]
    return TwoSided(
        design=design,
        model=model,
        columns=["", *columns],
        x=x,
        is_after=is_after[model.rows],
        pick=_pick(model, ["", *columns]),
        own=frozenset(own),
        min_rate=min_rate,
    )


def _separable(design: DriverDesign, is_after: NDArray[np.bool_]) -> DriverDesign:
    # "After" stands before all columns: one that says the same, such as the groups' own attribute, gives way to it.
    keys = [name for name in design.matrix.columns if name not in design.columns]
    after = pd.DataFrame({_AFTER: is_after.astype(float)}, index=design.matrix.index)
    matrix = pd.concat([design.matrix[keys], after, design.matrix[design.columns]], axis="columns")
    return without_inseparable(replace(design, matrix=matrix))


def _may_differ(
    design: DriverDesign, is_after: NDArray[np.bool_], min_present: int, min_rate: int
) -> Iterator[list[str]]:
    """Columns whose coefficients the sides could tell apart: themes and attributes, then themes."""
    mentions = design.drivers.loc[design.drivers["kind"] != "attribute", "driver_id"]
    themes = [name for name in mentions if _told(design.matrix[name], is_after, min_rate)]
    parts = [
        name
        for own in (*design.attributes.values(), *design.controls.values())
        if all(_told(design.matrix[name], is_after, min_present) for name in own)
        for name in own
    ]
    yield themes + parts
    yield themes


def _told(column: pd.Series, is_after: NDArray[np.bool_], min_present: int) -> bool:
    for values in (column.to_numpy()[is_after], column.to_numpy()[~is_after]):
        most = pd.Series(values).value_counts().max() if len(values) else 0
        if len(values) - most < min_present or (set(np.unique(values)) <= {0.0, 1.0} and most < min_present):
            return False
    return True


def _pick(model: JointModel, columns: list[str]) -> Array:
    position = {name: index for index, name in enumerate(model.names)}
    pick = np.zeros((2, len(columns), len(model.names)))
    for row, name in enumerate(columns):
        # A reference level has no column: its coefficient is 0 on both sides.
        if name in position:
            pick[:, row, position[name]] = 1.0
        if name == "":
            pick[1, row, position[_AFTER]] = 1.0
        elif _TIMES + name in position:
            pick[1, row, position[_TIMES + name]] = 1.0
    return pick
