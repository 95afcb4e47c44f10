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
    turns = np.array(list(OUTCOME_SIDES.values()))
    squares = np.column_stack([turns**2, 2 * turns[:, 0] * turns[:, 1]])
    m, n_outcomes = len(names), len(turns)
    every = names.iloc[np.tile(np.arange(m), n_outcomes)].reset_index(drop=True)
    return with_interval(
        every.assign(outcome=np.repeat(list(OUTCOME_SIDES), m)),
        100 * (sides @ turns.T).T.ravel(),
        100 * np.sqrt(np.maximum((variances @ squares.T).T.ravel(), 0.0)),
        degrees_of_freedom=degrees_of_freedom,
        confidence_level=confidence_level,
        families=n_outcomes,
    )


def with_interval(
    rows: pd.DataFrame,
    estimate: Array,
    errors: Array,
    *,
    degrees_of_freedom: float,
    confidence_level: float,
    families: int = 1,
) -> pd.DataFrame:
    """Return the rows with estimate, std_error, conf_low, conf_high, p_value and q_value.

    Args:
        rows: One row per figure.
        estimate: Figures (m,).
        errors: Their standard errors (m,); where one is zero there is no p-value.
        degrees_of_freedom: Of Student's t.
        confidence_level: Coverage of the intervals.
        families: So many equal parts of the rows are judged each by itself (Benjamini-Hochberg).
    """
    from scipy.stats import t

    half = float(t.ppf(0.5 + confidence_level / 2, degrees_of_freedom)) * errors
    with np.errstate(invalid="ignore", divide="ignore"):
        p_values = np.where(errors > 0, 2 * t.sf(np.abs(estimate) / errors, degrees_of_freedom), np.nan)
    return rows.assign(
        estimate=estimate,
        std_error=errors,
        conf_low=estimate - half,
        conf_high=estimate + half,
        p_value=p_values,
        q_value=np.concatenate([benjamini_hochberg(part) for part in np.split(p_values, families)]),
    )
