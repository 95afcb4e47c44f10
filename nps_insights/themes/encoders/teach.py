"""Teach a student: ridge regression from the pieces of a text onto the full encoder's vector, in kernel form."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from nps_insights.themes.encoders.pieces import PieceReader, SubWords, WordsAndCharacters
from nps_insights.themes.encoders.protocol import Encoder, Progress
from nps_insights.themes.encoders.student import Fidelity, Student
from nps_insights.themes.encoders.token_table import PieceEncoder, token_table
from nps_insights.themes.encoders.vocabulary import Vocabulary, learned_vocabulary, piece_matrix, side_by_side

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# Fixed once, on banking77, clinc150 and NHS together; between a third and three times each, fidelity hardly moves.
_RIDGE = 0.5
_WORTH_OF_TABLE = 3.0
_WORTHS = {"sub-words": (1.0, 0.7), "words and characters": (1.0, 0.7, 0.7)}
# What fewer say could tell who said it: a saved student holds no piece of a name or a number that one person wrote.
_FEWEST_SPEAKERS = 3
_NEIGHBOURS = 10


def teach_student(
    encoder: Encoder,
    texts: Sequence[str],
    vectors: np.ndarray,
    *,
    speakers: Sequence[str] | None = None,
    cache_folder: Path | None = None,
    progress: Progress | None = None,
) -> Student:
    """Return a student taught to give `texts` their `vectors`.

    Its pieces are weighted by rarity. Where the encoder has a fast tokenizer, they are its sub-words and pairs of
    them, and each sub-word's own vector (`token_table`) tells what sub-words mean that the taught texts do not hold;
    else words, pairs of words and runs of characters. The same texts in any order teach the same student.

    A student is saved, so it learns only pieces that stand in three different texts of three speakers; a sub-word that
    fewer say weighs as one that nobody said, with the vector that the tokenizer's table gives it.

    Args:
        encoder: The teacher.
        texts: n different texts.
        vectors: The teacher's unit vectors of `texts`, (n, d).
        speakers: Who said each text, one of them where several did; None takes each text for a speaker's own.
        cache_folder: Where the token table is kept; None keeps none.
        progress: Called with (sub-words done, sub-words to encode) while the token table is made.

    Example:
        >>> class Toy:
        ...     name, fingerprint, dimension, languages = "toy", "0" * 64, 2, None
        ...     def encode(self, texts, *, progress=None):
        ...         return np.array([[1.0, 0.0] if "queue" in text else [0.0, 1.0] for text in texts], np.float32)
        >>> texts = [f"a long queue, till {n}" for n in range(9)] + [f"a kind nurse, ward {n}" for n in range(9)]
        >>> student = teach_student(Toy(), texts, Toy().encode(texts))
        >>> student.encode(["what a queue", "that nurse"]).argmax(axis=1).tolist()
        [0, 1]
    """
    reader, table = _reader_and_table(encoder, cache_folder, progress)
    order = sorted(range(len(texts)), key=lambda row: texts[row])
    families = reader.read([texts[row] for row in order])
    target = vectors[order].astype(np.float64)
    sizes = [None if table is None else len(table), *[None] * (len(families) - 1)]
    said_by = _numbered([(texts if speakers is None else speakers)[row] for row in order])
    vocabularies = [
        learned_vocabulary(family, said_by, at_least=_FEWEST_SPEAKERS, size=size)
        for family, size in zip(families, sizes, strict=True)
    ]
    matrices = [piece_matrix(*both, len(texts)) for both in zip(families, vocabularies, strict=True)]
    said = side_by_side(
        [_said_by_several(*both) for both in zip(matrices, vocabularies, strict=True)], _WORTHS[reader.kind]
    )
    weights, bias = _solved(said, None if table is None else matrices[0], table, target)
    return Student(
        encoder.name,
        encoder.fingerprint,
        encoder.languages,
        reader,
        vocabularies,
        _WORTHS[reader.kind],
        weights.astype(np.float16),
        bias.astype(np.float32),
    )


def measured_fidelity(student: Student, texts: Sequence[str], vectors: np.ndarray, n_taught: int) -> Fidelity:
    """Return how near `student` comes to the teacher's `vectors` of `texts` that it was not taught.

    Example:
        >>> class Toy:
        ...     name, fingerprint, dimension, languages = "toy", "0" * 64, 2, None
        >>> texts = ["queue", "queues", "a queue", "nurse", "nurses", "a nurse"]
        >>> vectors = np.repeat(np.eye(2, dtype=np.float32), 3, axis=0)
        >>> student = teach_student(Toy(), texts, vectors)
        >>> measured_fidelity(student, texts, vectors, 6).cosine > 0.9
        True
    """
    own = student.encode(texts).astype(np.float64)
    theirs = vectors.astype(np.float64)
    cosine = float((own * theirs).sum(axis=1).mean())
    return Fidelity(cosine, _common_neighbours(own, theirs), len(texts), n_taught)


def _solved(
    said: "csr_array", sub_words: "csr_array | None", table: np.ndarray | None, target: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weights (pieces, d) and bias (d,) of a ridge from pieces, and from the table's vectors of them, onto `target`.

    The kernel form solves n x n for n texts, which are far fewer than the pieces.
    """
    from scipy.linalg import cho_factor, cho_solve
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        bias = target.mean(axis=0)
        kernel = (said @ said.T).toarray()
        if sub_words is not None and table is not None:
            meant = sub_words @ table.astype(np.float64)
            usual = meant.mean(axis=0)
            meant -= usual
            kernel += _WORTH_OF_TABLE * (meant @ meant.T)
        kernel[np.diag_indices_from(kernel)] += _RIDGE
        solved = cho_solve(cho_factor(kernel, lower=True, overwrite_a=True), target - bias)
        weights = said.T @ solved
        if table is not None:
            onto = _WORTH_OF_TABLE * (meant.T @ solved)
            weights[: len(table)] += table @ onto
            bias -= usual @ onto
    return weights, bias


def _numbered(speakers: Sequence[str]) -> np.ndarray:
    number = {one: place for place, one in enumerate(sorted(set(speakers)))}
    return np.array([number[one] for one in speakers], dtype=np.int64)


def _said_by_several(matrix: "csr_array", vocabulary: Vocabulary) -> "csr_array":
    """The matrix without what counts as never said: a weight of its own would tell that somebody said it."""
    from scipy.sparse import diags_array

    never = np.log(1 + matrix.shape[0]) + 1
    return (matrix @ diags_array((vocabulary.rarity < never).astype(np.float64))).tocsr()


def _common_neighbours(own: np.ndarray, theirs: np.ndarray) -> float:
    number = min(_NEIGHBOURS, len(own) - 1)
    if number < 1:
        return 1.0
    nearest = []
    for vectors in (own, theirs):
        closeness = vectors @ vectors.T
        np.fill_diagonal(closeness, -np.inf)
        nearest.append(np.argpartition(-closeness, number - 1, axis=1)[:, :number])
    return float(np.mean([len(np.intersect1d(*both)) / number for both in zip(*nearest, strict=True)]))


def _reader_and_table(
    encoder: Encoder, cache_folder: Path | None, progress: Progress | None
) -> tuple[PieceReader, np.ndarray | None]:
    tokenizer_json = encoder.tokenizer_json() if hasattr(encoder, "tokenizer_json") else None
    if tokenizer_json is None:
        return WordsAndCharacters(), None
    return SubWords(tokenizer_json), token_table(cast(PieceEncoder, encoder), cache_folder, progress=progress)
