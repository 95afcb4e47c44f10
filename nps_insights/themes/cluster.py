"""The deterministic clustering under the themes: PCA -> landmarks -> smoothing -> Ward's tree on the landmarks."""

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

# Beyond this many different texts a sample finds the same themes; every segment is assigned all the same.
FITTED_TEXTS = 30_000
_COMPONENTS = 64
_LANDMARKS = 1500
_ROWS_PER_LANDMARK = 4
_NEIGHBOURS, _LANDMARKS_PER_NEIGHBOUR = 10, 40
_OWN_PART = 0.5
_ROWS_AT_ONCE = 1024


@dataclass(frozen=True)
class Tree:
    """Landmarks (micro-clusters of a few rows each) and the tree over them.

    Attributes:
        landmark: Landmark of each row, int of shape (n,).
        centres: The landmarks in the reduced space, smoothed, (m, components).
        sizes: Their weights (segments, repeats counted), (m,).
        merges: Ward's linkage matrix as scipy writes it, (m - 1, 4).
    """

    landmark: np.ndarray
    centres: np.ndarray
    sizes: np.ndarray
    merges: np.ndarray


def grow_tree(vectors: np.ndarray, weights: np.ndarray, order: np.ndarray, *, at_least: int = 0) -> Tree:
    """Return the tree over unit vectors (n, d) with weights (n,); call under `threadpool_limits(1)`.

    Every step is chosen to move little when a few rows come or go. The landmarks start from the rows that come first
    in `order`, which hangs on each text alone (`lasting_order`): with 1 % of the rows gone, 99 % of the starts are the
    same, where seeds drawn by position would all be others. Each landmark then moves halfway to the mean of its
    nearest landmarks, one step of mean shift (Fukunaga & Hostetler 1975), which draws a cloud together before Ward
    (1963) cuts it. Ward on some hundred landmarks costs a fraction of a second where on all rows it would cost the
    square of their number.

    Args:
        vectors: Unit vectors, float32 of shape (n, d).
        weights: How often each was said, (n,).
        order: Rows by priority as start of a landmark, (n,).
        at_least: So many landmarks are grown where there are that many rows.
    """
    from scipy.cluster.hierarchy import linkage

    reduced = _reduced(vectors)
    n_rows = len(reduced)
    n_landmarks = min(n_rows, max(2, at_least, min(_LANDMARKS, n_rows // _ROWS_PER_LANDMARK)))
    centres = _distinct(reduced[order[:n_landmarks]])
    _, landmark = np.unique(_nearest_euclidean(reduced, centres), return_inverse=True)
    centres = unit(_means(reduced, weights, landmark))
    landmark = _nearest_euclidean(reduced, centres)
    # An empty landmark would be a leaf of the tree without a row.
    used, landmark = np.unique(landmark, return_inverse=True)
    sizes = np.bincount(landmark, weights=weights)
    smoothed = _smoothed(centres[used].astype(np.float64), sizes)
    merges = linkage(smoothed, "ward") if len(smoothed) > 1 else np.zeros((0, 4))
    return Tree(landmark, smoothed, sizes, merges)


def lasting_order(texts: Sequence[str], *, random_state: int) -> np.ndarray:
    """Return the rows of different texts in an order that hangs on each text alone, never on its neighbours.

    Example:
        >>> lasting_order(["a", "b", "c"], random_state=0).tolist()
        [0, 2, 1]
        >>> lasting_order(["a", "c"], random_state=0).tolist()
        [0, 1]
    """
    salt = str(random_state).encode()
    keys = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, key=salt).digest() for text in texts]
    return np.argsort(np.array([int.from_bytes(key, "big") for key in keys], dtype=np.uint64), kind="stable")


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


def group_sums(vectors: np.ndarray, weights: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the weighted sum of each group's vectors, float64 of shape (groups, d)."""
    from scipy.sparse import csr_array

    rows = np.arange(len(groups))
    members = csr_array((weights, (groups, rows)), shape=(groups.max() + 1, len(groups)))
    return np.asarray(members @ vectors.astype(np.float64))


def group_centres(vectors: np.ndarray, weights: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the unit centre of each group, float32 of shape (groups, d)."""
    return unit(group_sums(vectors, weights, groups)).astype(np.float32)


def merge_small(sums: np.ndarray, sizes: np.ndarray, groups: np.ndarray, smallest: float) -> np.ndarray:
    """Return the group of each landmark such that no group weighs less than `smallest`.

    The smallest group joins the one with the nearest centre (cosine), one after the other.

    Args:
        sums: Sum of the vectors of each landmark, (m, d).
        sizes: Weights of the landmarks, (m,).
        groups: Group of each landmark, (m,).
        smallest: The least weight of a group.
    """
    groups = groups.copy()
    totals = np.bincount(groups, weights=sizes)
    ones = np.ones(len(groups))
    while len(totals) > 1 and totals.min() < smallest:
        weakest = int(totals.argmin())
        centres = group_centres(sums, ones, groups)
        closeness = centres @ centres[weakest]
        closeness[weakest] = -np.inf
        groups[groups == weakest] = closeness.argmax()
        groups -= groups > weakest
        totals = np.bincount(groups, weights=sizes)
    return groups


def nearest_centre(
    vectors: np.ndarray, centres: np.ndarray, *, rows_at_once: int = _ROWS_AT_ONCE
) -> tuple[np.ndarray, np.ndarray]:
    """Return the nearest centre and the cosine with it, for unit vectors (n, d).

    Runs in blocks of one fixed shape, so that a row gets the same bits alone, in a batch or in another partition.
    """
    nearest = np.zeros(len(vectors), dtype=np.int64)
    cosine = np.zeros(len(vectors), dtype=np.float64)
    columns = np.ascontiguousarray(centres.T)

    def look_up(start: int) -> None:
        rows = vectors[start : start + rows_at_once]
        block = np.zeros((rows_at_once, centres.shape[1]), dtype=np.float32)
        block[: len(rows)] = rows
        products = (block @ columns)[: len(rows)]
        stop = start + len(rows)
        nearest[start:stop] = products.argmax(axis=1)
        cosine[start:stop] = products[np.arange(len(rows)), nearest[start:stop]]

    _in_parallel(look_up, range(0, len(vectors), rows_at_once))
    return nearest, cosine


def _in_parallel(work: Callable[[int], None], starts: range) -> None:
    """Run `work` for each start, as many at a time as there are cores: every block is reckoned alone all the same."""
    if len(starts) < 2:
        for start in starts:
            work(start)
        return
    with ThreadPoolExecutor(min(len(starts), os.cpu_count() or 1)) as pool:
        list(pool.map(work, starts))


def _reduced(vectors: np.ndarray) -> np.ndarray:
    """Unit vectors of the leading principal components, float32."""
    from sklearn.decomposition import PCA

    components = min(_COMPONENTS, len(vectors) - 1, vectors.shape[1])
    leading = PCA(components, svd_solver="covariance_eigh").fit_transform(vectors)
    return unit(leading).astype(np.float32)


def _distinct(rows: np.ndarray) -> np.ndarray:
    """Rows without repeats, in their order: two equal landmarks would share one cloud by chance."""
    _, first = np.unique(rows, axis=0, return_index=True)
    return rows[np.sort(first)]


def _means(rows: np.ndarray, weights: np.ndarray, groups: np.ndarray) -> np.ndarray:
    sums = group_sums(rows, weights, groups)
    return (sums / np.bincount(groups, weights=weights)[:, None]).astype(np.float32)


def _nearest_euclidean(rows: np.ndarray, centres: np.ndarray) -> np.ndarray:
    half_squares = (centres**2).sum(axis=1) / 2
    columns = np.ascontiguousarray(centres.T)
    nearest = np.zeros(len(rows), dtype=np.int64)

    def look_up(start: int) -> None:
        stop = start + _ROWS_AT_ONCE
        nearest[start:stop] = (rows[start:stop] @ columns - half_squares).argmax(axis=1)

    _in_parallel(look_up, range(0, len(rows), _ROWS_AT_ONCE))
    return nearest


def _smoothed(centres: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Each landmark halfway to the weighted mean of its nearest ones (itself among them)."""
    n_neighbours = min(_NEIGHBOURS, len(centres) // _LANDMARKS_PER_NEIGHBOUR)
    if n_neighbours < 2:
        return centres
    nearest = np.argpartition(-(centres @ centres.T), n_neighbours, axis=1)[:, :n_neighbours]
    weight = sizes[nearest][:, :, None]
    around = (centres[nearest] * weight).sum(axis=1) / weight.sum(axis=1)
    return unit(_OWN_PART * centres + (1 - _OWN_PART) * around)
