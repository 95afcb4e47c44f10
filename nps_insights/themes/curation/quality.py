"""Precision and recall of the themes, estimated from a judged sample, with intervals."""

import numpy as np
import pandas as pd

from nps_insights.metrics import share_interval
from nps_insights.tables import conform
from nps_insights.themes.curation.sheet import NOWHERE

ALL_THEMES = "all"
# With fewer true mentions in the sample an interval of a theme's recall would span nearly everything.
_FEWEST_FOR_RECALL = 10

_Figure = tuple[float, float, float]


def theme_quality(judged: pd.DataFrame, themes: pd.DataFrame, *, confidence_level: float = 0.95) -> pd.DataFrame:
    """Return table `theme_quality`: precision and recall over all themes ("all") and of each.

    Every row counts as often as its weight says (Horvitz and Thompson 1952). Precision is the share of mentions that
    are right: Wilson's interval at the effective number of rows (Kish: (sum of weights)^2 / sum of squared weights).
    Recall is the share of what is truly said of a theme that the model found: right mentions over right and missed
    ones. Its interval puts those of the three estimated parts together (right mentions, what was missed in segments
    with a theme, and in segments without) by the square-and-add method, for a ratio (Zou and Donner 2008, Stat. Med.
    27; Donner and Zou 2012): it stays honest where the sample shows nothing missed. A theme's recall is given from 10
    true mentions in the sample on; below, estimate and interval are empty.

    Args:
        judged: As `read_judgements` returns it.
        themes: theme_id and label.
        confidence_level: Of the intervals.

    Returns:
        Table `theme_quality`; n is the number of rows judged (precision) or of true mentions among them (recall).

    Example:
        >>> judged = pd.DataFrame({"theme_id": ["t01"] * 20 + ["(none)"] * 5, "correct": [True] * 18 + [False] * 2 +
        ...     [True] * 4 + [False], "missed": [[]] * 24 + [["t01"]], "weight": 1.0, "n_offered": 1, "stratum": "t01"})
        >>> themes = pd.DataFrame({"theme_id": ["t01"], "label": ["Delay"]})
        >>> theme_quality(judged, themes)[["metric", "theme_id", "estimate", "n"]].round(2).values.tolist()[::2]
        [['precision', 'all', 0.9, 20], ['recall', 'all', 0.95, 19]]
    """
    label = dict(zip(themes["theme_id"], themes["label"], strict=True))
    rows = []
    for one in [ALL_THEMES, *sorted(label)]:
        ids = set(label) if one == ALL_THEMES else {one}
        name = "all themes" if one == ALL_THEMES else label[one]
        for metric, measure in (("precision", _precision), ("recall", _recall)):
            figure, n, n_eff = measure(judged, ids, confidence_level)
            if metric == "recall" and n < _FEWEST_FOR_RECALL and one != ALL_THEMES:
                figure = (np.nan,) * 3
            rows.append((metric, one, name, *figure, n, n_eff))
    names = ["metric", "theme_id", "label", "estimate", "conf_low", "conf_high", "n", "n_eff"]
    return conform("theme_quality", pd.DataFrame(rows, columns=names))


def _precision(judged: pd.DataFrame, ids: set[str], confidence_level: float) -> tuple[_Figure, int, float]:
    rows = judged[judged["theme_id"].isin(ids)]
    weights = rows["weight"].to_numpy()
    figure = _weighted_share(rows["correct"].to_numpy(dtype=float), weights, confidence_level)
    return figure, len(rows), _effective(weights)


def _recall(judged: pd.DataFrame, ids: set[str], confidence_level: float) -> tuple[_Figure, int, float]:
    offered = judged["theme_id"].isin(ids).to_numpy()
    nowhere = (judged["theme_id"] == NOWHERE).to_numpy()
    missed = np.array([sum(one in ids for one in ones) for ones in judged["missed"]], dtype=float)
    weight = judged["weight"].to_numpy()
    # A segment with several themes can be drawn once for each: what it misses counts once.
    per_segment = weight / np.maximum(judged["n_offered"].to_numpy(), 1)
    right = offered & judged["correct"].to_numpy(dtype=bool)
    found = _total(judged["correct"].to_numpy(dtype=float)[offered], weight[offered], confidence_level)
    elsewhere = _total(missed[~nowhere], per_segment[~nowhere], confidence_level)
    unassigned = _total(missed[nowhere], per_segment[nowhere], confidence_level)
    figure = _found_share(found, _sum_of(elsewhere, unassigned))
    true = np.concatenate([weight[right], per_segment[missed > 0]])
    return figure, int(right.sum() + missed.sum()), _effective(true)


def _effective(weights: np.ndarray) -> float:
    """Kish's effective number of rows."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if len(weights) else 0.0


def _weighted_share(values: np.ndarray, weights: np.ndarray, confidence_level: float) -> _Figure:
    if not len(values):
        return np.nan, np.nan, np.nan
    size = _effective(weights)
    share = float(np.clip((weights * values).sum() / weights.sum(), 0.0, 1.0))
    estimate, low, high = share_interval(share * size, size, confidence_level=confidence_level)
    return float(estimate), float(low), float(high)


def _total(counts: np.ndarray, weights: np.ndarray, confidence_level: float) -> _Figure:
    """An estimated total of counts (0, 1, few more): the share of rows with any, times how many they have."""
    if not len(counts):
        return 0.0, 0.0, 0.0
    some = counts > 0
    each = float((weights * counts).sum() / (weights * some).sum()) if some.any() else 1.0
    share, low, high = _weighted_share(some.astype(float), weights, confidence_level)
    scale = float(weights.sum()) * each
    return share * scale, low * scale, high * scale


def _sum_of(one: _Figure, other: _Figure) -> _Figure:
    below = np.hypot(one[0] - one[1], other[0] - other[1])
    above = np.hypot(one[2] - one[0], other[2] - other[0])
    return one[0] + other[0], one[0] + other[0] - below, one[0] + other[0] + above


def _found_share(found: _Figure, missed: _Figure) -> _Figure:
    """Found / (found + missed), by the limits of the ratio missed / found."""
    if found[0] + missed[0] == 0:
        return np.nan, np.nan, np.nan
    low = _ratio_limit(missed[0], missed[0] - missed[1], found[0], found[2] - found[0], -1)
    high = _ratio_limit(missed[0], missed[2] - missed[0], found[0], found[0] - found[1], 1)
    return found[0] / (found[0] + missed[0]), 1 / (1 + high), 1 / (1 + low)


def _ratio_limit(top: float, top_half: float, bottom: float, bottom_half: float, side: int) -> float:
    """The R for which top - R bottom is one interval's half away from zero: a root of a quadratic."""
    a = bottom**2 - bottom_half**2
    if a <= 1e-12 * max(bottom**2, 1e-300) or bottom == 0:
        return np.inf if side > 0 else 0.0
    c = top**2 - top_half**2
    return max((top * bottom + side * np.sqrt(max((top * bottom) ** 2 - a * c, 0.0))) / a, 0.0)
