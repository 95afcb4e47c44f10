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
    weights, by_mean = np.zeros((len(design.drivers), k)), np.zeros((2, len(design.drivers), k))
    for row, driver in enumerate(design.drivers.itertuples()):
        own = position.get(driver.driver_id)
        if driver.kind != "attribute":
            weights[row, own] = model.means[own]
            by_mean[:, row, own] = model.coefficients[own]
        elif driver.numeric:
            weights[row, own] = model.x[:, own].std()
        else:
            if own is not None:
                weights[row, own] = 1.0
            # Less the mean coefficient of today's mix; the reference level's coefficient is 0.
            for part in (position[name] for name in design.attributes[driver.attribute] if name in position):
                weights[row, part] -= model.means[part]
                by_mean[:, row, part] -= model.coefficients[part]
    return Combinations(weights, by_mean)


def mention_effects(design: DriverDesign, model: JointModel) -> Combinations:
    """Return points per mention of every driver of the design, its coefficient; zeros where it has none."""
    position = {name: index for index, name in enumerate(model.names)}
    weights = np.zeros((len(design.drivers), len(model.names)))
    for row, driver in enumerate(design.drivers.itertuples()):
        if driver.kind != "attribute":
            weights[row, position[driver.driver_id]] = 1.0
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
