"""What one unit of a column is worth: its coefficient, and for a mention that beyond a theme mentioned at random.

Who writes more mentions more of everything, and unhappy people write more: a theme that says nothing, but turns up in
long comments as in proportion they must, has a coefficient below zero. To adjust for length would be no cure: a mention
adds words of its own, so that among comments of one length it stands where other, often worse, things were not said.
So the length is kept out of the coefficients, and each theme is held against one that is mentioned at random.
"""

import numpy as np
from numpy.typing import NDArray

from nps_insights.drivers.effects.joint_model import JointModel
from nps_insights.drivers.matrix.design import LENGTH_COLUMN, DriverDesign

Array = NDArray[np.float64]


def unit_weights(design: DriverDesign, model: JointModel) -> Array:
    """Return for each column of the model which sum of coefficients one unit of it is worth (k, k).

    Formula: the model holds the length L (root of the words written) as one more column, with coefficient g: what the
    other columns leave of it, so that theirs are the coefficients of a model without it (Frisch-Waugh-Lovell). A theme
    that the share s of customers mention, each with a chance in proportion to L, would have the coefficient
    g V / (m (1 - s)) in that model, with V the variance of what is left of L and m the mean of L; a mention is worth
    what is beyond that. V and m are taken as known: their errors are small beside that of g.

    Args:
        design: The driver matrix; without texts it has no length, and every unit is worth its coefficient.
        model: The joint model on it.

    Example:
        >>> import pandas as pd
        >>> from nps_insights.drivers.effects.joint_model import fit_joint_model
        >>> matrix = pd.DataFrame({"category": ["promoter", "detractor"] * 2, "code/Price": [0.0, 0.0, 1.0, 1.0]})
        >>> design = DriverDesign(matrix, pd.DataFrame({"driver_id": ["code/Price"], "kind": "code"}), pd.DataFrame())
        >>> unit_weights(design, fit_joint_model(design)).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    weights = np.eye(len(model.names))
    if LENGTH_COLUMN not in model.names:
        return weights
    length = model.names.index(LENGTH_COLUMN)
    left = 1 / (len(model.x) * model.inverse[length, length])
    mentions = set(design.drivers.loc[design.drivers["kind"] != "attribute", "driver_id"])
    for column, name in enumerate(model.names):
        if name in mentions:
            weights[column, length] = -left / (model.length_mean * (1 - model.means[column]))
    return weights
