"""From a score to promoter, passive or detractor, and to the +1 / 0 / -1 whose mean is the NPS."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from nps_insights.tables import CATEGORIES, SettingsError

USUAL_CUTS = (6.0, 9.0)


def categorize(
    score: pd.Series, *, detractor_to: float = USUAL_CUTS[0], promoter_from: float = USUAL_CUTS[1]
) -> pd.Series:
    """Return the category of each score.

    Args:
        score: Scores on a scale where high is good (turned, if the question was reversed); none missing.
        detractor_to: Highest score of a detractor (6 on 0-10, Reichheld 2003).
        promoter_from: Lowest score of a promoter (9 on 0-10).

    Returns:
        `detractor`, `passive` or `promoter` for each score, with the index of `score`.

    Raises:
        SettingsError: The cut points overlap.

    Example:
        >>> categorize(pd.Series([3, 8, 10])).tolist()
        ['detractor', 'passive', 'promoter']
    """
    if detractor_to >= promoter_from:
        raise SettingsError(
            f"cuts == ({detractor_to:g}, {promoter_from:g}): the detractors' highest score must lie "
            f"below the promoters' lowest; on 0-10 they are 6 and 9"
        )
    values = score.to_numpy(dtype=float)
    detractor, passive, promoter = CATEGORIES
    names = np.select([values <= detractor_to, values >= promoter_from], [detractor, promoter], passive)
    return pd.Series(names, index=score.index, name="category", dtype="str")


def signed(category: ArrayLike) -> NDArray[np.float64]:
    """Return +1 for promoters, 0 for passives, -1 for detractors: 100 x the mean of it is the NPS.

    Example:
        >>> signed(["promoter", "detractor", "passive"]).tolist()
        [1.0, -1.0, 0.0]
    """
    names = np.asarray(category, dtype=object)
    return (names == "promoter").astype(float) - (names == "detractor").astype(float)
