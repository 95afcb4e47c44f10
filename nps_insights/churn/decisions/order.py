"""In which order accounts are called: by risk or money where a model speaks, by a plain rule where none does."""

import numpy as np
import pandas as pd

from nps_insights.churn.decisions.settings import RankBy


def in_order(rows: pd.DataFrame, *, ranking: RankBy) -> np.ndarray:
    """Return the positions of the rows in the order of calling: lane model, then lane rule; ties go by account_id.

    Lane model goes by `ranking`, then risk, then value. Lane rule goes by the last answer (worst first, silent last),
    then value, then the nearest renewal ahead.

    Args:
        rows: By account_id: lane (model or rule), risk, value, value_at_risk, expected_gain, last_score,
            days_to_renewal.
        ranking: What puts accounts of lane model in order; what is missing comes last.

    Example:
        >>> rows = pd.DataFrame({"lane": "model", "risk": [0.2, 0.7, 0.2],
        ...     "value": [1.0, 1.0, 5.0], "value_at_risk": [0.2, 0.7, 1.0], "expected_gain": np.nan,
        ...     "last_score": np.nan, "days_to_renewal": np.nan})
        >>> in_order(rows, ranking="risk").tolist()
        [1, 2, 0]
    """
    rule = (rows["lane"] == "rule").to_numpy()
    by_model = (_highest(rows[ranking]), _highest(rows["risk"]), _highest(rows["value"]))
    by_rule = (_lowest(rows["last_score"]), _highest(rows["value"]), _lowest(rows["days_to_renewal"]))
    keys = [np.where(rule, second, first) for first, second in zip(by_model, by_rule, strict=True)]
    # lexsort takes the most important key last, and leaves equal rows as they stand.
    return np.asarray(np.lexsort((*reversed(keys), rule)))


def _highest(values: pd.Series) -> np.ndarray:
    return np.asarray(-values.fillna(-np.inf).to_numpy(dtype=float))


def _lowest(values: pd.Series) -> np.ndarray:
    return values.fillna(np.inf).to_numpy(dtype=float)
