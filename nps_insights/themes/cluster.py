"""The deterministic clustering under the themes: PCA -> k-means micro-clusters -> Ward's tree on their centres."""

import warnings
from dataclasses import dataclass

import numpy as np

_COMPONENTS = 64
_MICRO_CLUSTERS = 400
_ROWS_PER_MICRO_CLUSTER = 5
_SEEDING_ROWS = 4
_POLISH_ROUNDS = 3


@dataclass(frozen=True)
class Tree:
    """Micro-clusters and the tree over them.

    Attributes:
        micro: Micro-cluster of each row, int of shape (n,).
        centres: Their centres in the reduced space, (m, components).
        sizes: Their weights (segments, repeats counted), (m,).
        merges: Ward's linkage matrix as scipy writes it, (m - 1, 4).
    """

    micro: np.ndarray
    centres: np.ndarray
    sizes: np.ndarray
    merges: np.ndarray


def grow_tree(vectors: np.ndarray, weights: np.ndarray, *, random_state: int, at_least: int = 2) -> Tree:
    """Return the tree over unit vectors (n, d) with weights (n,); call under `threadpool_limits(1)`, rows sorted.

    `at_least` micro-clusters are grown where there are that many rows.

    Ward's criterion on some hundred centres costs a fraction of a second where on all rows it would cost the
    square of their number.
    """
    from scipy.cluster.hierarchy import linkage
    from sklearn.cluster import KMeans, kmeans_plusplus
    from sklearn.decomposition import PCA
    from sklearn.exceptions import ConvergenceWarning

    n_rows, dimension = vectors.shape
    reduced = (
        PCA(min(_COMPONENTS, n_rows - 1, dimension), svd_solver="covariance_eigh")
        .fit_transform(vectors)
        .astype(np.float64)
    )
    reduced = reduced.astype(np.float32)
    n_micro = min(n_rows, max(2, at_least, min(_MICRO_CLUSTERS, n_rows // _ROWS_PER_MICRO_CLUSTER)))
    # k-means++ on some rows seeds as well as on all, and costs a fraction.
    some = np.random.default_rng(random_state).permutation(n_rows)[: _SEEDING_ROWS * n_micro]
    seeds, _ = kmeans_plusplus(
        reduced[some].astype(np.float64), n_micro, sample_weight=weights[some], random_state=random_state
    )
    means = KMeans(n_micro, init=seeds.astype(np.float32), n_init=1, max_iter=10)
    with warnings.catch_warnings():
        # Fewer distinct vectors than micro-clusters is no fault: the empty ones are dropped below.
        warnings.simplefilter("ignore", ConvergenceWarning)
        micro = means.fit(reduced, sample_weight=weights).labels_
    # An empty micro-cluster would be a leaf of the tree without a row.
    used, micro = np.unique(micro, return_inverse=True)
    centres = means.cluster_centers_[used].astype(np.float64)
    sizes = np.bincount(micro, weights=weights)
    merges = linkage(centres, "ward") if len(centres) > 1 else np.zeros((0, 4))
    return Tree(micro, centres, sizes, merges)


def cut(merges: np.ndarray, n_groups: int) -> np.ndarray:
    """Return the group of each leaf, 0-based and in order of first leaf, when the tree is cut into `n_groups`.

    Example:
        >>> from scipy.cluster.hierarchy import linkage
        >>> cut(linkage([[0.0], [0.1], [5.0]], "ward"), 2).tolist()
        [0, 0, 1]
    """
    from scipy.cluster.hierarchy import fcluster

    if len(merges) == 0:
        return np.zeros(1, dtype=np.int64)
    groups = fcluster(merges, n_groups, "maxclust")
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def unit(vectors: np.ndarray) -> np.ndarray:
    """Return rows scaled to length one; rows of zeros stay.

    Example:
        >>> unit(np.array([[3.0, 4.0], [0.0, 0.0]])).round(1).tolist()
        [[0.6, 0.8], [0.0, 0.0]]
    """
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(norms == 0, 1, norms)


def group_centres(vectors: np.ndarray, weights: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the unit centre of each group, float32 of shape (groups, d)."""
    from scipy.sparse import csr_array

    rows = np.arange(len(groups))
    members = csr_array((weights, (groups, rows)), shape=(groups.max() + 1, len(groups)))
    return unit(np.asarray(members @ vectors.astype(np.float64))).astype(np.float32)


def merge_small(vectors: np.ndarray, weights: np.ndarray, groups: np.ndarray, smallest: float) -> np.ndarray:
    """Return groups of which none weighs less than `smallest`: the smallest joins its nearest, one after the other."""
    groups = groups.copy()
    while groups.max() > 0:
        sizes = np.bincount(groups, weights=weights)
        weakest = int(sizes.argmin())
        if sizes[weakest] >= smallest:
            break
        centres = group_centres(vectors, weights, groups)
        closeness = centres @ centres[weakest]
        closeness[weakest] = -np.inf
        groups[groups == weakest] = closeness.argmax()
        groups -= groups > weakest
    return groups


def polish(vectors: np.ndarray, weights: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return group centres after a few rounds of nearest centre (cosine) and re-centring.

    The tree groups micro-clusters, assignment goes by nearest centre: the rounds make both agree, which also makes
    themes more stable when rows change.
    """
    centres = group_centres(vectors, weights, groups)
    for _ in range(_POLISH_ROUNDS):
        nearest, _ = nearest_centre(vectors, centres)
        # A centre that lost all its rows would leave a theme without a segment.
        _, nearest = np.unique(nearest, return_inverse=True)
        centres = group_centres(vectors, weights, nearest)
    return centres


def nearest_centre(
    vectors: np.ndarray, centres: np.ndarray, *, rows_at_once: int = 1024
) -> tuple[np.ndarray, np.ndarray]:
    """Return the nearest centre and the cosine with it, for unit vectors (n, d).

    Runs in blocks of one fixed shape, so that a row gets the same bits alone, in a batch or in another partition.
    """
    nearest = np.zeros(len(vectors), dtype=np.int64)
    cosine = np.zeros(len(vectors), dtype=np.float64)
    block = np.zeros((rows_at_once, centres.shape[1]), dtype=np.float32)
    columns = np.ascontiguousarray(centres.T)
    for start in range(0, len(vectors), rows_at_once):
        rows = vectors[start : start + rows_at_once]
        block[: len(rows)] = rows
        products = (block @ columns)[: len(rows)]
        stop = start + len(rows)
        nearest[start:stop] = products.argmax(axis=1)
        cosine[start:stop] = products.max(axis=1)
    return nearest, cosine
