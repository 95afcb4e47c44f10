"""From both sides of the number to all four outcomes, with intervals and q-values."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics import benjamini_hochberg

Array = NDArray[np.float64]

# Weight of the promoter and of the detractor side in each outcome.
OUTCOME_SIDES = {"nps": (1.0, -1.0), "promoter": (1.0, 0.0), "passive": (-1.0, -1.0), "detractor": (0.0, 1.0)}


def outcome_rows(
    names: pd.DataFrame,
    sides: Array,
    variances: Array,
    *,
    degrees_of_freedom: float,
    confidence_level: float,
) -> pd.DataFrame:
    """Return estimates in points on all outcomes, with Student's intervals, p-values and q-values.

    Args:
        names: One row per figure, with the columns to keep.
        sides: Promoter and detractor side of each figure (m, 2), shares of responses.
        variances: Variance of the promoter side, of the detractor side, and their covariance (m, 3).
        degrees_of_freedom: Of Student's t.
        confidence_level: Coverage of the intervals.

    Returns:
        The names' columns, outcome, estimate, std_error, conf_low, conf_high, p_value and q_value
        (Benjamini-Hochberg's across the rows of one outcome); the rows of one outcome stand together.

    Example:
        >>> names = pd.DataFrame({"driver_id": ["code/Price"]})
        >>> rows = outcome_rows(names, np.array([[-0.1, 0.2]]), np.array([[1e-4, 4e-4, 0.0]]),
        ...                     degrees_of_freedom=100, confidence_level=0.95)
        >>> rows[["outcome", "estimate", "std_error"]].round(2).values.tolist()[:2]
        [['nps', -30.0, 2.24], ['promoter', -10.0, 1.0]]
    """
    return pd.concat(
        [
            with_interval(
                names.assign(outcome=outcome),
                100 * (up * sides[:, 0] + down * sides[:, 1]),
                100 * np.sqrt(_variance(variances, up, down)),
                degrees_of_freedom=degrees_of_freedom,
                confidence_level=confidence_level,
            )
            for outcome, (up, down) in OUTCOME_SIDES.items()
        ],
        ignore_index=True,
    )


def with_interval(
    rows: pd.DataFrame, estimate: Array, errors: Array, *, degrees_of_freedom: float, confidence_level: float
) -> pd.DataFrame:
    """Return the rows with estimate, std_error, conf_low, conf_high, p_value and q_value across them."""
    from scipy.stats import t

    half = float(t.ppf(0.5 + confidence_level / 2, degrees_of_freedom)) * errors
    with np.errstate(invalid="ignore", divide="ignore"):
        p_values = np.where(errors > 0, 2 * t.sf(np.abs(estimate) / errors, degrees_of_freedom), np.nan)
    result = rows.assign(
        estimate=estimate,
        std_error=errors,
        conf_low=estimate - half,
        conf_high=estimate + half,
        p_value=p_values,
    )
    return result.assign(q_value=benjamini_hochberg(result["p_value"]))


def _variance(variances: Array, up: float, down: float) -> Array:
    return np.asarray(np.maximum(variances @ np.array([up**2, down**2, 2 * up * down]), 0.0))
