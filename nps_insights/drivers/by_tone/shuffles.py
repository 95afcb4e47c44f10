"""Themes dealt at random among responses that sound alike, put through the same estimate: how often it is misled."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.by_tone.placebo import BeyondPlacebo, Responses, beyond_placebo
from nps_insights.drivers.checks.negative_controls import HIGHEST_RATE, LEVEL
from nps_insights.tables import conform

Array = NDArray[np.float64]


def shuffled(x: Array, groups: NDArray[np.int64], *, n_placebos: int, random_state: int) -> Iterator[Array]:
    """Yield the rows of `x` dealt anew within each group, `n_placebos` times.

    Example:
        >>> [one.ravel().tolist() for one in shuffled(np.array([[1.0], [1.0], [0.0]]), np.array([0, 0, 1]),
        ...                                           n_placebos=1, random_state=0)]
        [[1.0, 1.0, 0.0]]
    """
    rng = np.random.default_rng(random_state)
    places = np.argsort(groups, kind="stable")
    for _ in range(n_placebos):
        dealt = np.empty_like(x)
        dealt[places] = x[np.lexsort((rng.random(len(x)), groups))]
        yield dealt


def placebo_control(
    x: Array,
    responses: Responses,
    *,
    degrees_of_freedom: float,
    n_placebos: int,
    random_state: int,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return the row `tone_placebo` of table `negative_controls`: the share of shuffled themes with p below 5 %.

    The interval is Student's over shuffles. The control is passed where the share is not clearly above `HIGHEST_RATE`.

    Args:
        x: Whether each response mentions each theme by tone (n, m).
        responses: Everything else about them.
        degrees_of_freedom: Of Student's t.
        n_placebos: Shuffles, two or more.
        random_state: Seed.
        confidence_level: Coverage of the interval.
    """
    from scipy.stats import t

    critical = float(t.ppf(1 - LEVEL / 2, degrees_of_freedom))
    shares, largest = [], 0.0
    for one in shuffled(x, responses.groups, n_placebos=n_placebos, random_state=random_state):
        estimate, errors = on_nps(beyond_placebo(one, responses))
        shares.append(float((np.abs(estimate) > critical * errors).mean()))
        largest = max(largest, float(100 * np.abs(estimate).max()))
    half = float(t.ppf(0.5 + confidence_level / 2, n_placebos - 1)) * np.std(shares, ddof=1) / np.sqrt(n_placebos)
    low, high = max(np.mean(shares) - half, 0.0), min(np.mean(shares) + half, 1.0)
    row = {
        "control": "tone_placebo",
        "estimate": np.mean(shares),
        "conf_low": low,
        "conf_high": high,
        "expected": LEVEL,
        "largest": largest,
        "passed": bool(low <= HIGHEST_RATE),
        "n": n_placebos * x.shape[1],
    }
    return conform("negative_controls", pd.DataFrame([row]))


def on_nps(found: BeyondPlacebo) -> tuple[Array, Array]:
    """Return the total effects on the NPS (m,) and their standard errors (m,), shares of responses."""
    promoter, detractor, both = found.total_variances.T
    return found.total[:, 0] - found.total[:, 1], np.sqrt(np.maximum(promoter + detractor - 2 * both, 0.0))
