"""True moves between categories behind a table of answers: a mixture of known parts, its weights by likelihood.

Parts: customers who stay exactly where they were; who go to any place of a category, their own or another, drawn from
who is there; and who leave. Only the weights are unknown, so that the likelihood has one maximum. A plain
misclassification matrix lets both answers of a customer near a border err independently of each other; here both hang
on the same true level. A drift across a border by less than the noise of one answer looks like staying, and most of it
counts as that: parts for it would find drift where there is none.
"""

import numpy as np
from numpy.typing import NDArray

from nps_insights.drivers.movement.latent import TrueLevels

Array = NDArray[np.float64]
_N = 3
_ROUNDS = 200


def moves_behind(counts: Array, levels: TrueLevels) -> Array:
    """Return the share of all steps that truly go from each category to each, and out (3, 4); sums to 1.

    Args:
        counts: How often each pair of answers came (k * k, row by row), then exits by last answer (k,).
        levels: True levels behind the answers.
    """
    parts, ends = _parts(levels)
    weights = mixture_weights(counts, parts)
    moves = np.zeros((_N, _N + 1))
    np.add.at(moves, tuple(ends.T), weights)
    return moves


def mixture_weights(counts: Array, parts: Array) -> Array:
    """Return the maximum likelihood weights of a mixture with known parts, by Newton steps on the simplex.

    Each step is a non-negative least squares problem (the constrained Newton method, Wang 2007, JRSS-B 69), so that
    weights of parts that are not there are exactly 0, where EM would only creep towards it.

    Args:
        counts: How often each cell came (cells,).
        parts: Probability of each cell in each part (cells, m).

    Example:
        >>> mixture_weights(np.array([30.0, 70.0]), np.eye(2)).round(3).tolist()
        [0.3, 0.7]
    """
    from scipy.linalg import cholesky, solve_triangular
    from scipy.optimize import nnls

    seen = counts > 0
    counts, parts = counts[seen], parts[seen]
    total, m = counts.sum(), parts.shape[1]
    weights = np.full(m, 1 / m)

    def height(of: Array) -> float:
        return float(counts @ np.log(np.maximum(parts @ of, 1e-300)) - total * of.sum())

    value = height(weights)
    for _ in range(_ROUNDS):
        scaled = parts * (np.sqrt(counts) / (parts @ weights))[:, None]
        curvature = scaled.T @ scaled
        curvature[np.diag_indices(m)] += 1e-10 * np.trace(curvature)
        root = cholesky(curvature)
        aim = solve_triangular(root, 2 * scaled.T @ np.sqrt(counts) - total, trans="T")
        direction = nnls(root, aim)[0] - weights
        size, gain = 1.0, -1.0
        while gain < 0 and size > 1e-8:
            gain = height(weights + size * direction) - value
            size /= 2
        if gain <= 0:
            break
        weights, value = weights + 2 * size * direction, value + gain
        if gain < 1e-7:
            break
    return np.asarray(weights / weights.sum())


def _parts(levels: TrueLevels) -> tuple[Array, NDArray[np.int64]]:
    """Probability of each cell in each part (k * k + k, m), and from and to where each part moves (m, 2)."""
    k = levels.answers.shape[1]
    inside = [levels.density * (levels.category == rank) for rank in range(_N)]
    held = [rank for rank in range(_N) if inside[rank].sum() > 0]
    columns, ends = [], []
    for before in held:
        own = inside[before]
        columns.append(_pairs(levels.answers, np.diag(own)))
        ends.append((before, before))
        for after in held:
            columns.append(_pairs(levels.answers, np.outer(own, inside[after])))
            ends.append((before, after))
        columns.append(np.r_[np.zeros(k * k), own @ levels.answers / own.sum()])
        ends.append((before, _N))
    return np.column_stack(columns), np.array(ends)


def _pairs(answers: Array, joint: Array) -> Array:
    """Cells of two answers whose true levels are jointly distributed."""
    table = answers.T @ (joint / joint.sum()) @ answers
    return np.r_[table.ravel(), np.zeros(answers.shape[1])]
