"""The adjusted effect of each driver: all drivers and controls in one model, so that none is blamed for its neighbours.

Model: linear probability on the promoter and on the detractor indicator. The effect on NPS is the difference of the
two, so that nps = promoter - detractor and promoter + passive + detractor = 0 hold exactly.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.design import DriverDesign
from nps_insights.drivers.influence import account_codes, residuals_without_own_account
from nps_insights.drivers.separable import independent_columns


@dataclass(frozen=True)
class JointModel:
    """A fitted linear probability model of promoters and detractors.

    Attributes:
        names: Model columns that could be told apart (k,), the intercept first as "".
        coefficients: (k, 2) for promoter and detractor, per unit of the column.
        influence: (k, n, 2): how each response moves each coefficient, times n.
        accounts: Account number of each response (n,).
    """

    names: list[str]
    coefficients: NDArray[np.float64]
    influence: NDArray[np.float64]
    accounts: NDArray[np.int64]


def fit_joint_model(design: DriverDesign) -> JointModel:
    """Fit promoter and detractor on all columns of the driver matrix by least squares.

    One level of each attribute is the reference: the last, as a sum of the others, has no column of its own.

    Example:
        >>> category = ["promoter", "promoter", "passive", "detractor"]
        >>> matrix = pd.DataFrame({"category": category, "code/Price": [0.0, 0.0, 1.0, 1.0]})
        >>> model = fit_joint_model(DriverDesign(matrix, pd.DataFrame(), pd.DataFrame()))
        >>> model.coefficients.round(2).tolist()
        [[1.0, 0.0], [-1.0, 0.5]]
    """
    from threadpoolctl import threadpool_limits

    matrix = design.matrix
    names = design.columns
    x = np.column_stack([np.ones(len(matrix)), matrix[names].to_numpy(dtype=float)])
    y = np.column_stack([matrix["category"] == "promoter", matrix["category"] == "detractor"]).astype(float)
    # One thread: sums in another order differ in their last bits, and the same input must give the same tables.
    with threadpool_limits(1):
        kept = independent_columns(x)
        x = x[:, kept]
        inverse = np.linalg.inv(x.T @ x)
        coefficients = inverse @ (x.T @ y)
        accounts = account_codes(matrix)
        residuals = residuals_without_own_account(x, inverse, y - x @ coefficients, accounts)
        weights = x @ inverse * len(matrix)
    influence = weights.T[:, :, None] * residuals[None, :, :]
    all_names = ["", *names]
    return JointModel(
        names=[all_names[i] for i in kept],
        coefficients=coefficients,
        influence=influence,
        accounts=accounts,
    )


def adjusted_effects(design: DriverDesign, model: JointModel) -> pd.DataFrame:
    """Return total points and points per mention of every driver on promoters and detractors.

    A mention's effect is the mean over responses of NPS(x) - NPS(x with it absent) = share x coefficient; a level's
    NPS(all at that level) - NPS(as observed); a number's NPS(x + 1 SD) - NPS(x). Errors carry the uncertainty of
    the share too, by the delta method.

    Returns:
        One row per driver and side (`outcome` promoter or detractor): driver_id, outcome, estimate, per_mention,
        n_present, and `influence` (n,), in points.
    """
    position = {name: index for index, name in enumerate(model.names)}
    rows = []
    for driver in design.drivers.itertuples():
        x = design.matrix[driver.driver_id].to_numpy(dtype=float)
        if driver.kind != "attribute":
            estimate, influence, unit = _mention(model, position, driver.driver_id, x)
        elif driver.numeric:
            estimate, influence, unit = _one_sd(model, position, driver.driver_id, x)
        else:
            estimate, influence, unit = _level(design, model, position, driver.attribute, driver.driver_id)
        n_present = int((x > 0).sum()) if not driver.numeric else len(x)
        for side, outcome in enumerate(("promoter", "detractor")):
            rows.append(
                {
                    "driver_id": driver.driver_id,
                    "outcome": outcome,
                    "estimate": 100 * estimate[side],
                    "per_mention": 100 * unit[side],
                    "n_present": n_present,
                    "influence": 100 * influence[:, side],
                }
            )
    return pd.DataFrame(rows)


_Effect = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def _mention(model: JointModel, position: dict[str, int], driver_id: str, x: NDArray[np.float64]) -> _Effect:
    coefficient, influence = model.coefficients[position[driver_id]], model.influence[position[driver_id]]
    share = x.mean()
    return share * coefficient, share * influence + np.outer(x - share, coefficient), coefficient


def _one_sd(model: JointModel, position: dict[str, int], driver_id: str, x: NDArray[np.float64]) -> _Effect:
    coefficient, influence = model.coefficients[position[driver_id]], model.influence[position[driver_id]]
    return x.std() * coefficient, x.std() * influence, np.full(2, np.nan)


def _level(
    design: DriverDesign, model: JointModel, position: dict[str, int], attribute: str, driver_id: str
) -> _Effect:
    """The level's coefficient less the mean coefficient of today's mix; the reference level's coefficient is 0."""
    mix = np.zeros(2)
    mix_influence = np.zeros((len(design.matrix), 2))
    for name in design.attributes[attribute]:
        if name in position:
            x = design.matrix[name].to_numpy(dtype=float)
            coefficient, influence = model.coefficients[position[name]], model.influence[position[name]]
            mix += x.mean() * coefficient
            mix_influence += x.mean() * influence + np.outer(x - x.mean(), coefficient)
    own = model.coefficients[position[driver_id]] if driver_id in position else np.zeros(2)
    own_influence = model.influence[position[driver_id]] if driver_id in position else np.zeros_like(mix_influence)
    return own - mix, own_influence - mix_influence, np.full(2, np.nan)
