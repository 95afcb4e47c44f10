"""Pieces as numbers: which pieces a student knows, how rare they are, and the sparse row of each text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nps_insights.themes.encoders.pieces import Family

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The known pieces of one family.

    Attributes:
        keys: Their keys, sorted, int64 of shape (pieces,).
        rarity: Weight of each, log((1 + texts) / (1 + texts that hold it)) + 1, float64 of shape (pieces,).
    """

    keys: np.ndarray
    rarity: np.ndarray


def learned_vocabulary(
    family: Family, speakers: np.ndarray, *, at_least: int = 1, size: int | None = None
) -> Vocabulary:
    """Return the pieces of `family` that texts of at least so many speakers hold.

    Args:
        family: Keys and rows of the pieces.
        speakers: Number of one speaker of each text, int of shape (texts,): as many speakers are as many texts.
        at_least: Speakers whose texts must hold a piece.
        size: Where given, every key from 0 to `size` - 1 is known; pieces of fewer speakers count as never said.

    Example:
        >>> learned_vocabulary((np.array([7, 7, 9]), np.array([0, 1, 1])), np.array([0, 1]), at_least=2).keys.tolist()
        [7]
        >>> learned_vocabulary((np.array([7, 7]), np.array([0, 1])), np.array([0, 0]), at_least=2).keys.tolist()
        []
    """
    keys, rows = family
    different, place = np.unique(keys, return_inverse=True)
    n_holding, n_saying = (_each_once(place, of, len(different)) for of in (rows, speakers[rows]))
    often = n_saying >= at_least
    different, n_holding = different[often], n_holding[often]
    if size is not None:
        counts = np.zeros(size, dtype=np.int64)
        counts[different] = n_holding
        different, n_holding = np.arange(size), counts
    return Vocabulary(different, np.log((1 + len(speakers)) / (1 + n_holding)) + 1)


def _each_once(pieces: np.ndarray, holders: np.ndarray, n_pieces: int) -> np.ndarray:
    """How many different holders each piece has."""
    width = np.int64(holders.max(initial=0) + 1)
    return np.bincount(np.unique(pieces * width + holders) // width, minlength=n_pieces)


def piece_matrix(family: Family, vocabulary: Vocabulary, n_texts: int) -> "csr_array":
    """Return (1 + log count) x rarity of each known piece, rows of length one: float64 of shape (texts, pieces).

    Every sum runs within one row and in the order of the pieces, so a row does not depend on the rows beside it.

    Example:
        >>> family = (np.array([7, 9, 8]), np.array([0, 0, 1]))
        >>> piece_matrix(family, Vocabulary(np.array([7, 9]), np.array([3.0, 4.0])), 2).toarray().tolist()
        [[0.6, 0.8], [0.0, 0.0]]
    """
    from scipy.sparse import csr_array

    keys, rows = family
    place = np.searchsorted(vocabulary.keys, keys)
    known = place < len(vocabulary.keys)
    known[known] = vocabulary.keys[place[known]] == keys[known]
    counts = np.ones(int(known.sum()))
    shape = (n_texts, len(vocabulary.keys))
    matrix = csr_array((counts, (rows[known], place[known])), shape=shape)
    matrix.sum_duplicates()
    matrix.data = (1 + np.log(matrix.data)) * vocabulary.rarity[matrix.indices]
    row = np.repeat(np.arange(n_texts), np.diff(matrix.indptr))
    lengths = np.sqrt(np.bincount(row, matrix.data**2, n_texts))
    matrix.data /= lengths[row]
    return matrix


def side_by_side(matrices: Sequence["csr_array"], worths: Sequence[float]) -> "csr_array":
    """Return the matrices of several families as one, each counted with its worth."""
    from scipy.sparse import hstack

    return hstack([matrix * worth for matrix, worth in zip(matrices, worths, strict=True)], format="csr")
