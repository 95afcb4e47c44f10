"""How long something takes that has not happened to everybody yet: the median by Kaplan and Meier."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics import critical_value

Array = NDArray[np.float64]


def median_days(
    started: pd.Series, happened: pd.Series, *, as_of: pd.Timestamp, confidence_level: float = 0.95
) -> tuple[float, float, float]:
    """Return the median days from start to event with its interval, counting those still waiting at as_of.

    Leaving out who still waits would make every programme look quick. Kaplan and Meier's estimate (1958); the interval
    holds the days at which a log-log interval of the share still waiting covers one half (Brookmeyer and Crowley 1982).

    Args:
        started: When each began to wait.
        happened: When it was over, missing for those who still wait at as_of.
        as_of: The moment of knowing.
        confidence_level: Coverage of the interval.

    Returns:
        Median, low and high in days; missing where not enough waits are over to tell.

    Example:
        >>> start = pd.Series(pd.Timestamp("2026-01-01"), index=range(5))
        >>> end = pd.Series(pd.to_datetime(["2026-01-02", "2026-01-03", "2026-01-04", None, None]))
        >>> median_days(start, end, as_of=pd.Timestamp("2026-02-01"))[0]
        3.0
    """
    if started.empty:
        return np.nan, np.nan, np.nan
    over = happened.notna().to_numpy()
    days = ((happened.fillna(as_of) - started) / pd.Timedelta(days=1)).clip(lower=0.0).to_numpy()
    times, waiting, low, high = _still_waiting(days, over, confidence_level)
    return _first(times, waiting), _first(times, low), _first(times, high)


def _still_waiting(days: Array, over: NDArray[np.bool_], confidence_level: float) -> tuple[Array, Array, Array, Array]:
    """Times at which a wait ended, the share still waiting after each, and the bounds of that share."""
    z = critical_value(confidence_level)
    times, ends = np.unique(days[over], return_counts=True)
    ordered = np.sort(days)
    at_risk = len(days) - np.searchsorted(ordered, times, side="left")
    waiting = np.asarray(np.cumprod(1 - ends / at_risk), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(ends / (at_risk * (at_risk - ends)))
        width = z * np.sqrt(greenwood) / np.abs(np.log(waiting))
        low, high = waiting ** np.exp(width), waiting ** np.exp(-width)
    # When nobody waits any more the formula ends; that all of n waits end below the median has the chance 1/2^n.
    nobody = waiting <= 0
    low[nobody] = 0.0
    high[nobody] = 0.0 if 0.5 ** len(days) <= (1 - confidence_level) / 2 else 1.0
    return times, waiting, low, high


def _first(times: Array, share: Array) -> float:
    below = share <= 0.5 + 1e-12
    return float(times[below][0]) if below.any() else float("nan")
