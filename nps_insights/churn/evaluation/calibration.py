"""Does a risk of 20 % mean that one in five leaves? Bins of equal count, and the expected calibration error."""

import numpy as np
from numpy.typing import NDArray

from nps_insights.churn.evaluation.ranking import Ranking
from nps_insights.churn.evaluation.rows import Floats

N_BINS = 10
_CHUNK = 1_000_000
_CALIBRATED_DRAWS = 200


def bin_starts(ranking: Ranking, n_bins: int = N_BINS) -> NDArray[np.int64]:
    """Return the places at which bins of about equal count start; rows of one risk stay together.

    Args:
        ranking: Rows from the highest risk down.
        n_bins: Bins at most; fewer where many rows share a risk.

    Example:
        >>> from nps_insights.churn.evaluation.ranking import ranking_of
        >>> bin_starts(ranking_of(np.arange(20)[::-1] / 20)).tolist()
        [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]
        >>> bin_starts(ranking_of(np.full(20, 0.07))).tolist()
        [0]
    """
    middles = (ranking.starts + ranking.ends) / 2
    bins = np.floor(n_bins * middles / ranking.ends[-1]).astype(int)
    return np.asarray(ranking.starts[np.flatnonzero(np.diff(bins, prepend=-1))])


def bin_gaps(starts: NDArray[np.int64], weights: Floats, excess: Floats) -> Floats:
    """Return, per bin, its share of the weight times the mean of `excess` (churned - risk) in it (d, bins).

    The sum of their sizes is the expected calibration error.

    Example:
        >>> bin_gaps(np.array([0, 2]), np.ones((1, 4)), np.array([0.5, 0.5, -0.1, -0.3])).round(3).tolist()
        [[0.25, -0.1]]
    """
    ends = np.append(starts[1:], len(excess))
    sums = [np.einsum("dn,n->d", weights[:, a:b], excess[a:b]) for a, b in zip(starts, ends, strict=True)]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.column_stack(sums) / weights.sum(axis=1, keepdims=True))


def ece_if_calibrated(starts: NDArray[np.int64], risk: Floats, random_state: int) -> Floats:
    """Return calibration errors (draws,) that chance gives a model whose risks are all true.

    Chance alone makes the error positive; a model whose error is no larger than these shows no miscalibration.

    Args:
        starts: Places at which the bins start.
        risk: Risks, from the highest down (n,).
        random_state: Seed.
    """
    rng = np.random.default_rng(random_state)
    ends = np.append(starts[1:], len(risk))
    total = np.zeros(_CALIBRATED_DRAWS)
    for a, b in zip(starts, ends, strict=True):
        expected, step = risk[a:b].sum(), max(_CHUNK // (b - a), 1)
        for first in range(0, _CALIBRATED_DRAWS, step):
            part = total[first : first + step]
            part += np.abs((rng.random((len(part), b - a)) < risk[a:b]).sum(axis=1) - expected)
    return total / len(risk)
