"""Bootstrap over units: how often each unit is drawn, and what the draws tell."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nps_insights.churn.evaluation.rows import Floats
from nps_insights.tables import SettingsError

# Beyond so many rows x draws fewer draws are made, but never fewer than MIN_DRAWS (or what was asked for).
MAX_DRAWN_ROWS = 50_000_000
MIN_DRAWS = 200
# So many weights at a time stay in a processor's cache.
_CHUNK = 150_000
# Where a figure does not exist in more draws than this share, its interval is left empty.
_MAX_MISSING = 0.1


def unit_draws(n_units: int, n_rows: int, *, n_draws: int, random_state: int) -> NDArray[np.uint8]:
    """Return how often each unit is drawn (draws, units): as many units as there are, with replacement.

    Args:
        n_units: Number of units.
        n_rows: Rows that they have, which bound the number of draws.
        n_draws: Draws wanted.
        random_state: Seed.

    Raises:
        SettingsError: `n_draws` is below 1.

    Example:
        >>> unit_draws(4, 8, n_draws=3, random_state=0).sum(axis=1).tolist()
        [4, 4, 4]
    """
    if n_draws < 1:
        raise SettingsError(f"n_draws == {n_draws}, must be at least 1; 1000 is usual.")
    affordable = max(MAX_DRAWN_ROWS // max(n_rows, 1), MIN_DRAWS)
    rng = np.random.default_rng(random_state)
    drawn = np.empty((min(n_draws, affordable), n_units), dtype=np.uint8)
    for row in drawn:
        row[:] = np.bincount(rng.integers(0, n_units, n_units), minlength=n_units)
    return drawn


def row_weights(drawn: NDArray[np.uint8], unit: NDArray[np.int64]) -> Iterator[Floats]:
    """Yield the weights of rows (some draws, rows), a part of the draws at a time to save memory."""
    step = max(_CHUNK // max(len(unit), 1), 1)
    for start in range(0, len(drawn), step):
        yield drawn[start : start + step][:, unit].astype(float)


def percentiles(figures: Floats, confidence_level: float) -> tuple[Floats, Floats]:
    """Return low and high of drawn figures (draws, ...), NaN where too few draws have one.

    Example:
        >>> [round(float(bound), 3) for bound in percentiles(np.linspace(0, 1, 201), 0.95)]
        [0.025, 0.975]
    """
    if not 0 < confidence_level < 1:
        raise SettingsError(f"confidence_level == {confidence_level}, must be between 0 and 1, such as 0.95.")
    missing = np.isnan(figures).mean(axis=0) > _MAX_MISSING
    tail = (1 - confidence_level) / 2
    filled = np.where(missing, 0.0, figures)
    low, high = np.nanquantile(filled, [tail, 1 - tail], axis=0)
    return np.where(missing, np.nan, low), np.where(missing, np.nan, high)
