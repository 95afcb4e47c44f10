"""The adjusted effect of each driver, as sums of the joint model's coefficients."""

import numpy as np
import pandas as pd

from nps_insights.drivers.effects.combinations import Combinations
from nps_insights.drivers.effects.joint_model import JointModel
from nps_insights.drivers.matrix.design import DriverDesign


def adjusted_effects(design: DriverDesign, model: JointModel) -> Combinations:
    """Return the effect of every driver of the design, in its order.

    A mention's effect is the mean over responses of NPS(x) - NPS(x with it absent) = share x coefficient; a level's
    NPS(all at that level) - NPS(as observed); a number's NPS(x + 1 SD) - NPS(x). Errors carry the uncertainty of
    the share too, by the delta method.
    """
    position = {name: index for index, name in enumerate(model.names)}
    k = len(model.names)
    units, worth = np.eye(k), model.coefficients
    weights, by_mean = np.zeros((len(design.drivers), k)), np.zeros((2, len(design.drivers), k))
    for row, driver in enumerate(design.drivers.itertuples()):
        own = position.get(driver.driver_id)
        if driver.kind != "attribute":
            weights[row] = model.means[own] * units[own]
            by_mean[:, row, own] = worth[own]
        elif driver.numeric:
            weights[row] = model.x[:, own].std() * units[own]
        else:
            if own is not None:
                weights[row] = units[own]
            # Less the mean coefficient of today's mix; the reference level's coefficient is 0.
            for part in (position[name] for name in design.attributes[driver.attribute] if name in position):
                weights[row] -= model.means[part] * units[part]
                by_mean[:, row, part] -= worth[part]
    return Combinations(weights, by_mean)


def mention_effects(design: DriverDesign, model: JointModel) -> Combinations:
    """Return points per mention of every driver of the design its coefficient; zeros where it has none."""
    units = np.eye(len(model.names))
    position = {name: index for index, name in enumerate(model.names)}
    weights = np.zeros((len(design.drivers), len(model.names)))
    for row, driver in enumerate(design.drivers.itertuples()):
        if driver.kind != "attribute":
            weights[row] = units[position[driver.driver_id]]
    return Combinations(weights, np.zeros((2, *weights.shape)))


def n_present(design: DriverDesign) -> list[int]:
    """Return how many responses mention each driver, or are at the level; all of them for a number."""
    matrix = design.matrix
    return [
        len(matrix) if driver.numeric else int(np.count_nonzero(matrix[driver.driver_id].to_numpy() > 0))
        for driver in design.drivers.itertuples()
    ]


def named(design: DriverDesign) -> pd.DataFrame:
    """Return the drivers as the effects table names them: driver_id, label, kind, theme_id, level, n_present, n."""
    names = design.drivers.drop(columns=["attribute", "numeric"])
    return names.assign(n_present=n_present(design), n=len(design.matrix))
