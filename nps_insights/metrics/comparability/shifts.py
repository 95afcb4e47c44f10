"""Did the shares of a column's values shift between the periods, and what would that alone do to the NPS."""

import numpy as np
import pandas as pd

from nps_insights.metrics.comparability.composition import described, levels_of, shift_p_value
from nps_insights.metrics.comparability.findings import Finding, Limits, Sides
from nps_insights.metrics.comparability.like_for_like import like_for_like, shared_answers

# Below, the shares of a column are too rough to be held against each other.
FEWEST_ANSWERS = 10
# A column of the customer that tells this much of the answer is the answer under another name.
_PROXY = 0.4
_NAMELESS = 0.5


def shifted(check: str, group: str, values: pd.Series, sides: Sides, limits: Limits) -> Finding:
    """Compare the shares of a column's values; "same" until `verdict` has judged all columns together.

    Args:
        check: What is looked at.
        group: The column where a check looks at several.
        values: The column, both periods (n,).
        sides: The answers.
        limits: What matters.

    Returns:
        A finding with its p-value, values and what the shift alone does to the change, in points.

    Example:
        >>> before = pd.DataFrame({"response_id": [f"a{i:03}" for i in range(100)], "category": "passive"})
        >>> after = before.assign(response_id="b" + before["response_id"])
        >>> channel = pd.Series(["email"] * 80 + ["sms"] * 20 + ["email"] * 20 + ["sms"] * 80)
        >>> shifted("channel", "", channel, Sides.of(before, after), Limits()).p_value < 0.001
        True
    """
    levels = levels_of(values)
    before, after = described(levels, sides.is_after)
    name = group or check
    shared = shared_answers({name: levels}, sides.is_after)
    if shared < limits.min_shared:
        if check == "customer_mix" and shared == 0:
            reason = f"{name}: no value stands in both periods; it may name the period rather than the customer."
            return Finding(check, group, "not_known", reason, before, after)
        reason = f"{name}: only {100 * shared:.0f} % of the answers of a period are of values that both periods have."
        return Finding(check, group, "changed", reason, before, after, clause=f"hardly any {name} stands in both")
    p_value = shift_p_value(levels, sides.is_after, sides.accounts)
    found = like_for_like(
        sides.y, {name: levels}, sides.is_after, sides.accounts, confidence_level=limits.confidence_level
    )
    alone = found.parts.iloc[0]
    points = (float(alone["estimate"]), float(alone["conf_low"]), float(alone["conf_high"]))
    return Finding(check, group, "same", "", before, after, points, p_value, levels=levels)


def column_finding(check: str, name: str, sides: Sides, limits: Limits) -> Finding:
    """Compare one column of the answers; "not_known" where it is not there, or not on both sides.

    Example:
        >>> side = pd.DataFrame({"response_id": ["a"], "category": ["passive"]})
        >>> column_finding("channel", "channel", Sides.of(side, side.assign(response_id="b")), Limits()).reason
        'The answers carry no channel.'
    """
    group = "" if name == check else name
    if name not in sides.rows.columns or sides.rows[name].isna().all():
        return Finding(check, group, "not_known", f"The answers carry no {name}.")
    empty = [when for when, side in _periods(sides) if sides.rows.loc[side, name].isna().all()]
    if empty:
        return Finding(check, group, "not_known", f"The answers {empty[0]} carry no {name}.")
    return shifted(check, group, sides.rows[name], sides, limits)


def is_usable(values: pd.Series, sides: Sides) -> str:
    """Return why a column of the customer cannot be compared, empty where it can.

    Example:
        >>> side = pd.DataFrame({"response_id": [f"r{i:02}" for i in range(50)], "category": "passive"})
        >>> is_usable(side["response_id"], Sides.of(side[:25], side[25:]))
        'nearly every answer has a value of its own'
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        return "a date moves on with time"
    is_text = not pd.api.types.is_numeric_dtype(values)
    if is_text and values.nunique() > _NAMELESS * max(values.notna().sum(), 1):
        return "nearly every answer has a value of its own"
    levels = levels_of(values)
    known = values.notna().to_numpy()
    y, codes = sides.y[known], levels.codes[known]
    spread = float(((y - y.mean()) ** 2).sum()) if len(y) else 0.0
    means = np.bincount(codes, weights=y) / np.maximum(np.bincount(codes), 1)
    within = float(((y - means[codes]) ** 2).sum())
    tells = len(y) >= 3 * FEWEST_ANSWERS and spread > 0 and 1 - within / spread > _PROXY
    return "it tells the answer itself" if tells else ""


def _periods(sides: Sides) -> list[tuple[str, np.ndarray]]:
    return [("before", ~sides.is_after), ("after", sides.is_after)]
