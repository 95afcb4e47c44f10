"""On which side of the number a driver acts: does it win promoters, make detractors, or both?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.effects.combinations import side_variances, values
from nps_insights.drivers.effects.fit import FittedDrivers
from nps_insights.drivers.effects.tables import adjusted_table
from nps_insights.tables import conform

Array = NDArray[np.float64]

CLEAR_Q = 0.10
"""Level of Benjamini and Hochberg's rule: of the drivers listed, at most about one in ten is there by luck."""

# Directions of (promoter, detractor) that are tried; both axes are among them.
_DIRECTIONS = 7201


def clear_rows(rows: pd.DataFrame) -> pd.Series:
    """Return which effects can be told from zero: by the rule for many figures, and by their own range.

    The rule for many figures is a 10 % one, the range a 95 % one: a page that lists a driver whose own range holds
    zero would contradict itself, so both must agree.

    Args:
        rows: Rows of table `effects`.

    Example:
        >>> clear_rows(pd.DataFrame({"q_value": [0.01, 0.09], "conf_low": [1.0, -0.1], "conf_high": 4.0})).tolist()
        [True, False]
    """
    return (rows["q_value"] < CLEAR_Q) & ((rows["conf_low"] > 0) | (rows["conf_high"] < 0))


def driver_sides(fitted: FittedDrivers, *, confidence_level: float = 0.95) -> pd.DataFrame:
    """Return what each driver and top theme does on the promoters' and on the detractors' side.

    Formula: range = |promoter side| + |detractor side|; asymmetry = (|promoter side| - |detractor side|) / range, 1
    for a driver that moves only promoters, -1 for one that moves only detractors: the index of Mikulic and Prebezac
    (2008), whose reward is here what moves promoters, and whose penalty what moves detractors. It hangs on the
    direction of the two sides alone, and its interval holds all directions that Fieller's rule (1954) does not refuse:
    |promoter cos a - detractor sin a| <= t SE. Where none is refused, the range cannot be told from zero, and the
    asymmetry is not known.

    Args:
        fitted: A fitted family of drivers.
        confidence_level: Coverage of the intervals.

    Returns:
        Table `driver_sides`; `detractor_points` are above zero where the driver spares detractors, so that both sides
        add to the NPS. `finding` says the side in words.
    """
    from scipy.stats import t

    names = pd.concat([fitted.drivers, fitted.parents], ignore_index=True)
    every = fitted.effects + fitted.parent_effects
    points = 100 * values(fitted.model, every) * np.array([1.0, -1.0])
    variances = 1e4 * side_variances(fitted.model, every) * np.array([1.0, 1.0, -1.0])
    quantile = float(t.ppf(0.5 + confidence_level / 2, fitted.model.degrees_of_freedom))
    asymmetry, low, high = asymmetries(points, variances, quantile)
    table = adjusted_table(fitted, confidence_level)
    sides = [side_of(rows) for rows in _by_driver(table, names["driver_id"])]
    return conform(
        "driver_sides",
        names[["driver_id", "label", "kind"]].assign(
            side=[side.side for side in sides],
            finding=[side.finding for side in sides],
            promoter_points=points[:, 0],
            detractor_points=points[:, 1],
            range=np.abs(points).sum(axis=1),
            asymmetry=asymmetry,
            asymmetry_low=low,
            asymmetry_high=high,
        ),
    )


def asymmetries(points: Array, variances: Array, quantile: float) -> tuple[Array, Array, Array]:
    """Return asymmetry with its interval (m,) each; missing where the sides cannot be told from zero together.

    Args:
        points: Promoter and detractor side (m, 2).
        variances: Of the promoter side, of the detractor side, and their covariance (m, 3).
        quantile: Of Student's t.

    Example:
        >>> [figure.round(2).tolist() for figure in asymmetries(np.array([[9.0, 3.0]]), np.array([[1.0, 1, 0]]), 1.96)]
        [[0.5], [0.26], [0.79]]
    """
    angle = np.linspace(0, np.pi, _DIRECTIONS)
    sine, cosine = np.sin(angle), np.cos(angle)
    across = points[:, :1] * cosine - points[:, 1:] * sine
    error2 = variances[:, :1] * cosine**2 + variances[:, 1:2] * sine**2 - 2 * variances[:, 2:] * sine * cosine
    possible = across**2 <= quantile**2 * error2
    each = (np.abs(sine) - np.abs(cosine)) / (np.abs(sine) + np.abs(cosine))
    size = np.abs(points).sum(axis=1)
    unknown = possible.all(axis=1) | (size == 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        estimate = (np.abs(points[:, 0]) - np.abs(points[:, 1])) / size
    low = np.minimum(np.where(possible, each, np.inf).min(axis=1), estimate)
    high = np.maximum(np.where(possible, each, -np.inf).max(axis=1), estimate)
    estimate, low, high = (np.where(unknown, np.nan, figure) for figure in (estimate, low, high))
    return estimate, low, high


@dataclass(frozen=True)
class Side:
    """A side in one word of the table's vocabulary, and in words for a reader."""

    side: str
    finding: str


def side_of(rows: pd.DataFrame) -> Side:
    """Say on which side of the number one driver acts.

    Args:
        rows: Its adjusted rows of table `effects`: outcomes nps, promoter and detractor.

    Example:
        >>> rows = pd.DataFrame({"outcome": ["nps", "promoter", "detractor"], "estimate": [5.0, 5.0, 0.0],
        ...                      "conf_low": [3.0, 3.0, -1.0], "conf_high": [7.0, 7.0, 1.0],
        ...                      "q_value": [0.01, 0.01, 0.9]})
        >>> side_of(rows)
        Side(side='delighter', finding='delighter: only wins promoters')
    """
    rows = rows.assign(clear=clear_rows(rows)).set_index("outcome")
    if not rows.loc["nps", "clear"]:
        return Side("unclear", "no effect of its own found")
    promoter, detractor = rows.loc["promoter"], rows.loc["detractor"]
    wins, makes = promoter["estimate"] > 0, detractor["estimate"] > 0
    promoters = ("wins promoters" if wins else "costs promoters") if promoter["clear"] else ""
    detractors = ("makes detractors" if makes else "spares detractors") if detractor["clear"] else ""
    if promoters and detractors:
        return Side("both", f"both: {promoters} and {detractors}")
    if promoters:
        return Side("delighter", f"delighter: only {promoters}") if wins else Side("one-sided", f"only {promoters}")
    if detractors:
        return Side("hygiene", f"hygiene: only {detractors}") if makes else Side("one-sided", f"only {detractors}")
    return Side("unclear", "which side is not clear")


def _by_driver(table: pd.DataFrame, driver_ids: pd.Series) -> list[pd.DataFrame]:
    parts = dict(list(table.groupby("driver_id")))
    return [parts[name] for name in driver_ids]
