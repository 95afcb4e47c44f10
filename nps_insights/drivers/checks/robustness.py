"""How strong would something that nobody measured have to be, to explain an effect away?"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.effects.combinations import NPS, Combinations
from nps_insights.drivers.effects.fit import FittedDrivers
from nps_insights.drivers.effects.joint_model import JointModel
from nps_insights.drivers.effects.sides import clear_rows
from nps_insights.drivers.effects.tables import adjusted_table

Array = NDArray[np.float64]


def robustness_values(fitted: FittedDrivers, *, confidence_level: float = 0.95) -> pd.DataFrame:
    """Return the robustness value of every driver, and whether it stands against the strongest thing measured.

    Formula: RV = (sqrt(f^4 + 4 f^2) - f^2) / 2 with f = |t| / sqrt(df) (Cinelli and Hazlett 2020): a confounder that
    explains this share of what is left both of the answer and of the driver brings the effect to exactly zero. t is
    that of plain least squares on promoter - detractor: the identity is one of the fit, not of its error.

    A driver passes if a confounder tied to it and to the answer as strongly as any single other column of the model is
    (each given all the others) would not bring its effect to zero: r_y^2 r_d^2 / (1 - r_d^2) < f^2. Drivers whose
    effect cannot be told from zero pass: there is nothing to explain away.

    Args:
        fitted: A fitted family of drivers.
        confidence_level: Of the effects, for which of them can be told from zero.

    Returns:
        Rows of table `driver_checks`; `value` is the robustness value (0..1).
    """
    model, names = fitted.model, fitted.drivers
    strength2 = partial_f2(model, fitted.effects)
    value = (np.sqrt(strength2**2 + 4 * strength2) - strength2) / 2
    rival, which = _strongest_other(model, fitted.effects)
    effects = adjusted_table(fitted, confidence_level).query("outcome == 'nps'").set_index("driver_id")
    clear = clear_rows(effects).reindex(names["driver_id"]).to_numpy(dtype=bool)
    passed = ~clear | (strength2 > rival)
    labels = _labels(fitted)
    return names[["driver_id", "label", "kind"]].assign(
        check="robustness",
        value=value,
        passed=passed,
        finding=[
            _finding(*row, labels) for row in zip(clear, passed, value, [model.names[k] for k in which], strict=True)
        ],
    )


def partial_f2(model: JointModel, combinations: Combinations) -> Array:
    """Return f^2 = t^2 / df of sums of coefficients of promoter - detractor (m,), by plain least squares."""
    sides = np.array(NPS)
    left = model.y @ sides - model.x @ (model.coefficients @ sides)
    estimate = combinations.weights @ (model.coefficients @ sides)
    size = np.einsum("mk,kl,ml->m", combinations.weights, model.inverse, combinations.weights)
    # t^2 / df = estimate^2 / (s^2 size) / df, where s^2 = (sum of squares left) / df.
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(estimate**2 / (size * float(left @ left)))


def _strongest_other(model: JointModel, combinations: Combinations) -> tuple[Array, NDArray[np.int64]]:
    """r_y^2 r_d^2 / (1 - r_d^2) of the column for which it is largest, and which column (m,)."""
    inverse, weights = model.inverse, combinations.weights
    coefficients = Combinations(np.eye(len(inverse)), np.zeros((2, *inverse.shape)))
    f2 = partial_f2(model, coefficients)
    answer = f2 / (1 + f2)
    size = np.einsum("mk,kl,ml->m", weights, inverse, weights)
    # Partial correlation of a driver with a column, all others given: that of their coefficients, up to its sign.
    driver = (weights @ inverse) ** 2 / np.outer(size, np.diag(inverse))
    other = (weights == 0) & (np.arange(len(inverse)) > 0)
    rival = np.where(other, answer * driver / np.maximum(1 - driver, 1e-12), -1.0)
    which = rival.argmax(axis=1)
    return np.maximum(rival[np.arange(len(rival)), which], 0.0), which


def _labels(fitted: FittedDrivers) -> dict[str, str]:
    labels = dict(zip(fitted.drivers["driver_id"], fitted.drivers["label"], strict=True))
    # A control has no label: "control/question/What was good?" is read as it is named.
    return {name: f"‘{labels.get(name, name.removeprefix('control/'))}’" for name in fitted.model.names}


def _finding(clear: bool, passed: bool, value: float, rival: str, labels: dict[str, str]) -> str:
    if not clear:
        return "no effect of its own found: nothing to explain away"
    needed = (
        f"to explain it away, something that was not measured would have to tell {100 * value:.0f} % of what the model "
        "leaves open, both about whom it concerns and about the answer"
    )
    return needed if passed else f"{needed}; something as strong as {labels[rival]} would do"
