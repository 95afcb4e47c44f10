"""How far one answer can be trusted: the correlation of two answers of a customer that came shortly after another."""

import numpy as np
import pandas as pd

from nps_insights.drivers.movement.repeats import repeat_answers
from nps_insights.metrics import critical_value

MIN_QUICK_PAIRS = 30


def retest_reliability(
    responses: pd.DataFrame, *, within_days: int = 30, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Return the correlation of scores of customers who answered twice within a few days.

    What truly changed in those days counts as noise, so that the figure is a lower bound of the reliability; answers
    remembered from the first time work the other way. Each customer counts once, with the first quick pair. Interval:
    Fisher's z.

    Args:
        responses: Table `responses`.
        within_days: Most days between the two answers.
        confidence_level: Coverage of the interval.

    Returns:
        One row: estimate, conf_low, conf_high (missing with fewer than `MIN_QUICK_PAIRS` pairs), n (pairs).

    Example:
        >>> score = [3.0, 9.0, 10.0, 6.0, 8.0] * 10
        >>> first = pd.DataFrame({"response_id": [f"a{i}" for i in range(50)], "score": score, "category": "passive",
        ...     "contact_id": [f"c{i}" for i in range(50)], "responded_at": pd.Timestamp("2026-01-05")})
        >>> second = first.assign(response_id="b" + first["response_id"], responded_at=pd.Timestamp("2026-01-15"))
        >>> retest_reliability(pd.concat([first, second]))[["estimate", "n"]].values.tolist()
        [[1.0, 50.0]]
    """
    steps = repeat_answers(responses).steps
    quick = steps[(steps["days"] <= within_days) & steps["from_score"].notna() & steps["to_score"].notna()]
    quick = quick.drop_duplicates("customer_id")
    n = len(quick)
    row = {"estimate": np.nan, "conf_low": np.nan, "conf_high": np.nan, "n": n}
    before, after = quick["from_score"].to_numpy(float), quick["to_score"].to_numpy(float)
    if n >= MIN_QUICK_PAIRS and np.ptp(before) > 0 and np.ptp(after) > 0:
        correlation = float(np.clip(np.corrcoef(before, after)[0, 1], -1, 1))
        with np.errstate(divide="ignore"):
            z = np.arctanh(correlation)
        half = critical_value(confidence_level) / np.sqrt(n - 3)
        row |= {"estimate": correlation, "conf_low": np.tanh(z - half), "conf_high": np.tanh(z + half)}
    return pd.DataFrame([row])
