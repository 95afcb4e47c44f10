"""How many themes: chosen from the data by the silhouette of the landmarks."""

import numpy as np

from nps_insights.themes.cluster import Tree, cut

_FEWEST, _FEWEST_OF_MANY, _ROWS_OF_MANY = 2, 10, 100
_ROWS_PER_THEME = 30
_SHARE_OF_LANDMARKS = 0.6
_WITHIN = 0.99
_TRIED = 60


def choose_number(tree: Tree, *, max_themes: int | None = None) -> int:
    """Return the number of themes into which `tree` is best cut.

    For up to 60 numbers the tree is cut and the silhouette (Rousseeuw 1987, J. Comput. Appl. Math. 20) of its
    landmarks taken, weighted by their size. Around its peak the curve is flat and rough, so the
    smallest number within 1 % of the best is taken: no theme more than the data ask for (the idea of the one
    standard error rule, Breiman et al. 1984). A theme must also be able to hold 30 segments on average.

    Args:
        tree: As grown by `grow_tree`.
        max_themes: No number above this one is considered.

    Returns:
        At least 1.
    """
    largest = min(
        int(_SHARE_OF_LANDMARKS * len(tree.centres)),
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
    scores = silhouettes(tree, numbers)
    best = scores.max()
    return int(numbers[scores >= best - (1 - _WITHIN) * abs(best)][0])


def silhouettes(tree: Tree, numbers: np.ndarray) -> np.ndarray:
    """Return the mean silhouette of the landmarks, weighted by size, for each number of groups in `numbers`.

    In the order of the tree's leaves every group of every cut is a run of neighbours, so that the sums of distances to
    all groups of all cuts come from one cumulated matrix. A landmark alone in its group counts 0, as in the source.

    Example:
        >>> from scipy.cluster.hierarchy import linkage
        >>> points = np.array([[0.0], [0.1], [5.0], [5.1]])
        >>> tree = Tree(np.arange(4), points, np.ones(4), linkage(points, "ward"))
        >>> silhouettes(tree, np.array([2, 3])).round(2).tolist()
        [0.98, 0.49]
    """
    from scipy.cluster.hierarchy import leaves_list
    from scipy.spatial.distance import pdist, squareform

    leaves = leaves_list(tree.merges)
    distances = np.asarray(squareform(pdist(tree.centres[leaves])))
    reached = np.concatenate([np.zeros((len(leaves), 1)), np.cumsum(distances, axis=1)], axis=1)
    return np.array([_silhouette(reached, cut(tree.merges, int(n))[leaves], tree.sizes[leaves]) for n in numbers])


def _silhouette(reached: np.ndarray, groups: np.ndarray, sizes: np.ndarray) -> float:
    """Mean silhouette of m points; `reached` (m, m + 1) cumulates their distances, `groups` (m,) are runs."""
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    ends = np.append(starts[1:], len(groups))
    run = np.repeat(np.arange(len(starts)), ends - starts)
    sums, counts = reached[:, ends] - reached[:, starts], ends - starts
    own = np.arange(len(run)), run
    inside = sums[own] / np.maximum(counts[run] - 1, 1)
    means = sums / counts
    means[own] = np.inf
    outside = means.min(axis=1)
    score = (outside - inside) / np.maximum(np.maximum(outside, inside), 1e-12)
    score[counts[run] == 1] = 0.0
    return float(np.average(score, weights=sizes))


def choose_top_number(n_themes: int) -> int:
    """Return how many top themes stand over `n_themes` themes: 1.5 times the root, at most 12; 0 for fewer than 6.

    Example:
        >>> [choose_top_number(n) for n in (4, 8, 16, 40, 150)]
        [0, 4, 6, 9, 12]
    """
    return 0 if n_themes < 6 else min(round(1.5 * n_themes**0.5), 12)
