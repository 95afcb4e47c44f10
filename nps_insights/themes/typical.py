"""How near a segment must be to belong: thresholds from what the model would say had it not seen the segment."""

import numpy as np

_OWN_PART = 0.5
_FAMILIAR = 0.10
_PRIOR_SEGMENTS = 3.0
_NEAR_ENOUGH = 0.9


def typical_cosines(
    vectors: np.ndarray, weights: np.ndarray, landmark: np.ndarray, sums: np.ndarray, nearest: np.ndarray
) -> np.ndarray:
    """Return each text's cosine with its nearest landmark, the text itself taken out of that landmark.

    A landmark of seven texts lies nearer to each of them than to any new text like them: thresholds from plain cosines
    would refuse several times as many new segments as asked. With S the landmark's sum and x a member,
    cos(x, S - x) = (x.S - 1) / |S - x| (weights of repeats taken out as well). NaN for a landmark of one text.

    Args:
        vectors: Unit vectors, (n, d).
        weights: How often each was said, (n,).
        landmark: Landmark of which each is a part, (n,).
        sums: Weighted sum of each landmark's vectors, (m, d).
        nearest: Landmark with the nearest centre, (n,).

    Example:
        >>> pair = np.array([[1.0, 0.0], [0.6, 0.8]])
        >>> typical_cosines(pair, np.ones(2), np.zeros(2, int), pair.sum(axis=0, keepdims=True), np.zeros(2, int))
        array([0.6, 0.6])
    """
    own = np.where(landmark == nearest, weights, 0.0)
    squares = (sums**2).sum(axis=1)[nearest]
    product = np.einsum("ij,ij->i", vectors, sums[nearest])
    left = squares - 2 * own * product + own**2
    # Rounding leaves a trace of a landmark that holds nothing else.
    alone = left < 1e-9 * np.maximum(squares, 1.0)
    return np.where(alone, np.nan, (product - own) / np.sqrt(np.where(alone, 1.0, left)))


def thresholds(
    typical: np.ndarray, nearest: np.ndarray, weights: np.ndarray, n_landmarks: int, unassigned: float
) -> tuple[np.ndarray, float]:
    """Return the lowest cosine of each landmark at which a segment belongs to it, and the gap to a familiar one.

    A share `unassigned` of segments like the fitted ones falls below. Half of a landmark's median cosine is its own
    part: dense clouds ask for more, which refuses more of what is foreign at the same share of refused own segments
    than one threshold for all does. The median of a small landmark is drawn towards that of all, as if three average
    segments were in it: two stray texts must not open a door. No threshold exceeds .9: where everybody writes the same
    form letter, another wording of it still belongs. The gap is how much higher the threshold would be for
    a share of 10 %.

    Args:
        typical: As `typical_cosines` returns it, (n,).
        nearest: Nearest landmark, (n,).
        weights: How often each was said, (n,).
        n_landmarks: Number of landmarks.
        unassigned: The share, 0..1.
    """
    known = ~np.isnan(typical)
    if not known.any():
        # One text said again and again: nothing tells how near another one may come.
        return np.full(n_landmarks, 0.5), 0.0
    own = _OWN_PART * _middles(typical[known], nearest[known], weights[known], n_landmarks)
    above = typical[known] - own[nearest[known]]
    lowest = _weighted_quantile(above, weights[known], unassigned)
    familiar = _weighted_quantile(above, weights[known], max(_FAMILIAR, unassigned))
    return np.minimum(own + lowest, _NEAR_ENOUGH), familiar - lowest


def _middles(typical: np.ndarray, nearest: np.ndarray, weights: np.ndarray, n_landmarks: int) -> np.ndarray:
    """Median of each landmark, drawn towards that of all."""
    overall = _weighted_quantile(typical, weights, 0.5)
    middles = np.full(n_landmarks, overall)
    by_landmark = np.argsort(nearest, kind="stable")
    present, starts = np.unique(nearest[by_landmark], return_index=True)
    for number, rows in zip(present, np.split(by_landmark, starts[1:]), strict=True):
        weight = weights[rows].sum()
        own = _weighted_quantile(typical[rows], weights[rows], 0.5)
        middles[number] = (weight * own + _PRIOR_SEGMENTS * overall) / (weight + _PRIOR_SEGMENTS)
    return middles


def _weighted_quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    """The smallest value with more than `share` of the weight at or below it."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) > share * weights.sum()
    return float(values[order][reached.argmax()])
