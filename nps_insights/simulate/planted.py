"""The planted world: six themes and a score in which the true contribution of every theme is known."""

import numpy as np
import pandas as pd

from nps_insights.metrics import categorize
from nps_insights.tables import SettingsError

PLANTED_THEMES = ("A", "B", "C", "D", "E", "F")
# Points of NPS that each theme adds, in the limit of many responses; B and E are harmless.
PLANTED_CONTRIBUTIONS = {"A": -20.0, "B": 0.0, "C": 6.9, "D": -6.4, "E": 0.0, "F": -3.1}
_EFFECTS = {"A": -3.0, "B": 0.0, "C": 1.5, "D": -2.0, "E": 0.0, "F": -0.7}
_BASE, _NOISE_SD = 8.3, 1.6


def planted_world(n: int, *, random_state: int) -> pd.DataFrame:
    """Draw `n` responses of the planted world.

    Themes are mentioned with probability A .20; B .6 beside A, else .05; C .15; D .10; E .10; F .5 beside D, else
    .10. The score is clip(round(8.3 - 3 A + 1.5 C - 2 D - .7 F + noise), 0, 10), noise normal with SD 1.6.

    Args:
        n: Number of responses, at least 1.
        random_state: Seed.

    Returns:
        One row per response: `response_id`, a bool column for each of A to F, `noise` (the draw that belongs to the
        response, for counterfactuals), `score` (0..10) and `category`.

    Raises:
        SettingsError: `n` is below 1.

    Example:
        >>> world = planted_world(500, random_state=0)
        >>> list(world.columns)
        ['response_id', 'A', 'B', 'C', 'D', 'E', 'F', 'noise', 'score', 'category']
    """
    if n < 1:
        raise SettingsError(f"n: must be at least 1 response, got {n}")
    rng = np.random.default_rng(random_state)
    draws = rng.random((n, len(PLANTED_THEMES)))
    a, c, d, e = draws[:, 0] < 0.20, draws[:, 2] < 0.15, draws[:, 3] < 0.10, draws[:, 4] < 0.10
    b = draws[:, 1] < np.where(a, 0.6, 0.05)
    f = draws[:, 5] < np.where(d, 0.5, 0.10)
    width = len(str(n))
    world = pd.DataFrame({"response_id": [f"r{row:0{width}d}" for row in range(1, n + 1)]})
    world[list(PLANTED_THEMES)] = np.column_stack([a, b, c, d, e, f])
    world["noise"] = rng.normal(0.0, _NOISE_SD, n)
    world["score"] = _scores(world)
    return world.assign(category=categorize(world["score"]))


def planted_contributions(world: pd.DataFrame) -> pd.Series:
    """Return each theme's true contribution in `world`: mean of NPS(x) - NPS(x with the theme absent), same noise.

    Args:
        world: What `planted_world` returned.

    Returns:
        Points of NPS, indexed by theme (A to F). With many rows they approach `PLANTED_CONTRIBUTIONS`.

    Example:
        >>> planted_contributions(planted_world(200_000, random_state=0)).round(0).tolist()
        [-20.0, 0.0, 7.0, -6.0, 0.0, -3.0]
    """
    observed = _nps(_scores(world))
    without = {theme: _nps(_scores(world.assign(**{theme: False}))) for theme in PLANTED_THEMES}
    return pd.Series({theme: observed - points for theme, points in without.items()}, name="nps")


def _scores(world: pd.DataFrame) -> np.ndarray:
    expected = _BASE + sum(effect * world[theme].to_numpy(float) for theme, effect in _EFFECTS.items())
    return np.clip(np.round(expected + world["noise"].to_numpy()), 0, 10)


def _nps(score: np.ndarray) -> float:
    return 100.0 * float(np.mean((score >= 9).astype(float) - (score <= 6)))
