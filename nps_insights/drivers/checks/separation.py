"""Drivers that come with one category only: their error is understated."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.drivers.effects.fit import FittedDrivers
from nps_insights.tables import CATEGORIES

# Fewer answers apart from the most frequent category do not tell how answers differ among those who mention it.
FEWEST_APART = 5
_NEARLY = 0.9


def separation(fitted: FittedDrivers) -> pd.DataFrame:
    """Return which drivers come (nearly) with one category only, or are missing (nearly) from one category only.

    The error of a linear probability model is learned from how the answers of those who mention a driver differ. Where
    fewer than `FEWEST_APART` of them, and at most one in ten, are of another category, it is too small.

    Args:
        fitted: A fitted family of drivers.

    Returns:
        Rows of table `driver_checks`; `value` is the largest share of one category. Numbers are not judged.
    """
    design = fitted.design
    plain = ~design.drivers["numeric"].to_numpy(dtype=bool)
    names = fitted.drivers[plain].reset_index(drop=True)
    marks = (design.matrix[names["driver_id"].tolist()].to_numpy(dtype=float) > 0).astype(float)
    categories = np.column_stack([design.matrix["category"] == category for category in CATEGORIES]).astype(float)
    present = marks.T @ categories
    absent = categories.sum(axis=0) - present
    rows = [_judged(*counts) for counts in zip(present, absent, names["kind"], strict=True)]
    return names[["driver_id", "label", "kind"]].assign(
        check="separation",
        value=[row[0] for row in rows],
        passed=[row[1] for row in rows],
        finding=[row[2] for row in rows],
    )


def _judged(present: NDArray[np.float64], absent: NDArray[np.float64], kind: str) -> tuple[float, bool, str]:
    with_it, without = ("are at this level", "are not") if kind == "attribute" else ("mention it", "do not mention it")
    sides = [(present, with_it), (absent, without)]
    share, counts, who = max(((float(c.max() / c.sum()), c, who) for c, who in sides if c.sum()), key=lambda s: s[0])
    apart = counts.sum() - counts.max()
    if apart >= FEWEST_APART or share < _NEARLY:
        return share, True, "answers differ among those with it and among those without"
    most, n = CATEGORIES[int(counts.argmax())], int(counts.sum())
    told = f"all {n} who {who}" if apart == 0 else f"{int(counts.max())} of the {n} who {who}"
    return share, False, f"{told} are {most}s: the likely range is narrower than it should be"
