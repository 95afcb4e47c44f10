"""How many themes: chosen from the data by the silhouette of the micro-clusters."""

import numpy as np

from nps_insights.themes.cluster import Tree, cut

_FEWEST, _FEWEST_OF_MANY, _ROWS_OF_MANY = 2, 10, 100
_ROWS_PER_THEME = 30
_SHARE_OF_MICRO_CLUSTERS = 0.6
_WITHIN = 0.98
_TRIED = 80


def choose_number(tree: Tree, *, max_themes: int | None = None) -> int:
    """Return the number of themes into which `tree` is best cut.

    For up to 80 numbers the tree is cut and the silhouette (Rousseeuw 1987, J. Comput. Appl. Math. 20) of its
    micro-clusters taken, weighted by their size. On text this curve rises to a plateau rather than a peak, so the
    smallest number within 2 % of the best is taken: no theme more than the data ask for (the idea of the one
    standard error rule, Breiman et al. 1984). A theme must also be able to hold 30 segments on average.

    Args:
        tree: As grown by `grow_tree`.
        max_themes: No number above this one is considered.

    Returns:
        At least 1.
    """
    largest = min(
        int(_SHARE_OF_MICRO_CLUSTERS * len(tree.centres)),
        int(tree.sizes.sum() // _ROWS_PER_THEME),
        max_themes or len(tree.centres),
    )
    if largest < _FEWEST:
        return 1
    # Where everybody talks about one product, two halves of it can score as high as forty parts; with a hundred
    # segments for each, ten parts are never too many to read.
    fewest = min(int(np.clip(tree.sizes.sum() // _ROWS_OF_MANY, _FEWEST, _FEWEST_OF_MANY)), largest)
    # Every small number is tried; among large ones a step of some per cent tells as much.
    numbers = np.unique(np.geomspace(fewest, largest, _TRIED).round().astype(int))
    distances = _distances(tree.centres)
    scores = np.array([silhouette(distances, cut(tree.merges, int(n)), tree.sizes) for n in numbers])
    best = scores.max()
    return int(numbers[scores >= best - (1 - _WITHIN) * abs(best)][0])


def silhouette(distances: np.ndarray, groups: np.ndarray, sizes: np.ndarray) -> float:
    """Return the mean silhouette of m points by their pairwise distances (m, m), weighted by `sizes` (m,).

    A point alone in its group counts 0, as in the source.

    Example:
        >>> points = np.array([0.0, 0.1, 5.0, 5.1])
        >>> apart = np.abs(points[:, None] - points)
        >>> round(silhouette(apart, np.array([0, 0, 1, 1]), np.ones(4)), 2)
        0.98
    """
    member = np.eye(groups.max() + 1)[groups]
    counts = member.sum(axis=0)
    sums = distances @ member
    own = np.arange(len(groups)), groups
    inside = sums[own] / np.maximum(counts[groups] - 1, 1)
    means = sums / counts
    means[own] = np.inf
    outside = means.min(axis=1)
    score = (outside - inside) / np.maximum(np.maximum(outside, inside), 1e-12)
    score[counts[groups] == 1] = 0.0
    return float(np.average(score, weights=sizes))


def choose_top_number(n_themes: int) -> int:
    """Return how many top themes stand over `n_themes` themes: 1.5 times the root, at most 12; 0 for fewer than 6.

    Example:
        >>> [choose_top_number(n) for n in (4, 8, 16, 40, 150)]
        [0, 4, 6, 9, 12]
    """
    return 0 if n_themes < 6 else min(round(1.5 * n_themes**0.5), 12)


def _distances(points: np.ndarray) -> np.ndarray:
    from scipy.spatial.distance import pdist, squareform

    return np.asarray(squareform(pdist(points)))
