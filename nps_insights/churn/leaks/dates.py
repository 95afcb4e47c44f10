"""Findings of dates: columns dated after the day of knowing, and columns that follow the day of the end."""

import numpy as np
import pandas as pd

from nps_insights.churn.leaks.columns import Row, row_of
from nps_insights.churn.leaks.one_column import Told
from nps_insights.metrics import critical_value

# One wrong date in a hundred is a typing error.
_FEWEST_AFTER, _AFTER = 3, 0.01
# A number that follows the end so closely (lower bound of its rank correlation) was made of it.
_FOLLOWS, _FEWEST_ENDS, _FEWEST_VALUES = 0.8, 10, 5


def dated_after(name: str, dates: pd.Series, last: pd.Series, told: Told | None) -> list[Row]:
    """The finding that dates lie after the last day as of which their account is looked at, or none.

    Args:
        name: Column.
        dates: Its dates, one per account.
        last: The last as_of of each account, in the same order; missing where the panel is not dated.
        told: How well the dates tell who left; None where too few left to say.
    """
    known = pd.DataFrame({"date": dates.to_numpy(), "last": last.to_numpy()}).dropna()
    after = int((known["date"] > known["last"]).sum())
    if after < max(_FEWEST_AFTER, _AFTER * len(known)):
        return []
    reason = (
        f"{after} of its {len(known)} dates lie after the last day as of which their account is looked at, when they "
        "were not known (unless they were planned)"
    )
    return [row_of(name, "dated_after", told, reason, n=len(dates))]


def follows_end(
    name: str, numbers: pd.Series, moments: pd.DataFrame, told: Told | None, *, confidence_level: float
) -> list[Row]:
    """The finding that a column follows the date at which accounts ended, or none.

    A column that follows the start as closely is one of the start: where all leave after a year, it tells both.

    Args:
        name: Column.
        numbers: Its values, one per account; of dates, days.
        moments: In the same order, days: `end` and `to_end` (from as_of to the end), missing for those still there,
            and `start`, missing where not known.
        told: As in `dated_after`.
        confidence_level: Of the interval of a rank correlation (Fisher's z; its error after Bonett and Wright 2000).
    """
    values = numbers.to_numpy(dtype=float)
    rho, n = max((_rank_correlation(values, moments[end]) for end in ("end", "to_end")), key=lambda one: abs(one[0]))
    if n < _FEWEST_ENDS or abs(rho) <= _FOLLOWS:
        return []
    error = np.sqrt((1 + rho**2 / 2) / (n - 3))
    low = np.tanh(np.arctanh(min(abs(rho), 1 - 1e-9)) - critical_value(confidence_level) * error)
    of_start, _ = _rank_correlation(np.where(moments["end"].notna(), values, np.nan), moments["start"])
    if low <= _FOLLOWS or abs(of_start) >= abs(rho):
        return []
    reason = (
        f"among {n:,} accounts that ended it follows the date of the end (rank correlation {rho:.2f}), which was not "
        "known before"
    )
    return [row_of(name, "dated_after", told, reason, n=len(numbers))]


def _rank_correlation(values: np.ndarray, other: pd.Series) -> tuple[float, int]:
    both = pd.DataFrame({"one": values, "other": other.to_numpy(dtype=float)}).dropna()
    if len(both) < _FEWEST_ENDS or both.nunique().min() < _FEWEST_VALUES:
        return 0.0, 0
    return float(both.rank().corr().iloc[0, 1]), len(both)
