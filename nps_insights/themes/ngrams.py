"""Words, pairs of words and parts of words as numbers: sparse features of a text in any language."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from nps_insights.tables import DataRefusedError, without_marks

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# Scripts without spaces: every character is a word. Emoji, "!" and "?" speak too.
_SPACELESS = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"
_TOKEN = re.compile(rf"[{_SPACELESS}]|[^\W_{_SPACELESS}]+(?:['’][^\W_]+)*|[!?]|[\u2600-\u27bf\U0001f300-\U0001faff]")
_PART_LENGTHS = (2, 3, 4)
_LONGEST_WORD = 40
_MOST_FEATURES = 100_000
_SEPARATOR = "\n"


class NgramFeatures:
    """TF-IDF of words and pairs of words, and of their parts of 2 to 4 characters; each half has half the weight.

    What fewer than three people wrote is not remembered: a saved vocabulary gives away nobody's words. Parts of words
    carry misspelt, inflected and compound words. Upper and lower case are one. The features of a text depend on this
    text alone: the same bits alone, in a batch or in a partition.

    Args:
        at_least: How many speakers must have used a word, pair or part for it to count.

    Attributes:
        words_: Words and pairs of words, sorted.
        parts_: Parts of words, sorted; `_` marks the ends of a word.
        rarity_: Inverse document frequency of both, float32.

    Example:
        >>> features = NgramFeatures(at_least=2).fit(["long queue", "long wait", "queue!"])
        >>> features.words_
        ['long', 'queue']
        >>> (features.transform(["a long queue", "?"]).power(2).sum(axis=1)).round(3).ravel().tolist()
        [1.0, 0.0]
    """

    def __init__(self, *, at_least: int = 3) -> None:
        self.at_least = at_least

    def fit(self, texts: Sequence[str], speakers: Sequence[str] | None = None) -> "NgramFeatures":
        """Learn which words, pairs and parts occur, and how rare they are.

        Args:
            texts: One or more texts of each speaker.
            speakers: Who wrote each text; everyone wrote one where None.
        """
        said: dict[Any, set[str]] = {}
        for speaker, text in zip(range(len(texts)) if speakers is None else speakers, texts, strict=True):
            tokens = _tokens(text)
            said.setdefault(speaker, set()).update(tokens, _pairs(tokens))
        in_words: Counter[str] = Counter()
        in_parts: Counter[str] = Counter()
        known: dict[str, list[str]] = {}
        for entries in said.values():
            in_words.update(entries)
            in_parts.update({part for entry in entries if " " not in entry for part in _remembered(entry, known)})
        self.words_, word_rarity = _vocabulary(in_words, self.at_least, len(said))
        self.parts_, part_rarity = _vocabulary(in_parts, self.at_least, len(said))
        self.rarity_ = np.concatenate([word_rarity, part_rarity])
        self._index()
        return self

    def transform(self, texts: Sequence[str]) -> "csr_matrix":
        """Return float32 features, one row for each text; a text without a known feature has a row of zeros."""
        from scipy.sparse import csr_matrix, hstack

        tokens = [_tokens(text) for text in texts]
        words = _counts(((*row, *_pairs(row)) for row in tokens), self._words, len(self.words_))
        kinds = {token: number for number, token in enumerate(sorted({token for row in tokens for token in row}))}
        # Parts of a word are looked up once for each different word, not once for each place it stands in.
        parts = _counts((_parts(token) for token in kinds), self._parts, len(self.parts_))
        parts = csr_matrix(_counts(tokens, kinds, len(kinds)) @ parts)
        halves = [
            _scaled(words, self.rarity_[: len(self.words_)]),
            _scaled(parts, self.rarity_[len(self.words_) :]),
        ]
        return csr_matrix(hstack(halves))

    def to_arrays(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return what was learned, as arrays (vocabularies as UTF-8 bytes) and facts."""
        arrays = {"rarity": self.rarity_, "words": _as_bytes(self.words_), "parts": _as_bytes(self.parts_)}
        return arrays, {"at_least": self.at_least}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> "NgramFeatures":
        """Return the features that `to_arrays` wrote."""
        features = cls(at_least=int(facts["at_least"]))
        features.words_, features.parts_ = _from_bytes(arrays["words"]), _from_bytes(arrays["parts"])
        features.rarity_ = arrays["rarity"]
        if len(features.rarity_) != len(features.words_) + len(features.parts_):
            raise DataRefusedError(
                f"n-grams: {len(features.words_)} words and {len(features.parts_)} parts need as many rarities, "
                f"found {len(features.rarity_)}; the saved model is damaged, save it again."
            )
        features._index()
        return features

    def _index(self) -> None:
        self._words = {word: number for number, word in enumerate(self.words_)}
        self._parts = {part: number for number, part in enumerate(self.parts_)}


def _tokens(text: str) -> list[str]:
    return [token[:_LONGEST_WORD] for token in _TOKEN.findall(without_marks(text).lower())]


def _pairs(tokens: Sequence[str]) -> list[str]:
    return [f"{first} {second}" for first, second in pairwise(tokens)]


def _parts(token: str) -> list[str]:
    marked = f"_{token}_"
    return [marked[at : at + size] for size in _PART_LENGTHS for at in range(len(marked) - size + 1)]


def _remembered(token: str, known: dict[str, list[str]]) -> list[str]:
    if token not in known:
        known[token] = _parts(token)
    return known[token]


def _vocabulary(documents: Counter[str], at_least: int, n_speakers: int) -> tuple[list[str], np.ndarray]:
    """The most frequent entries, sorted, with their inverse document frequency ln((1 + n) / (1 + df)) + 1."""
    frequent = sorted((-count, entry) for entry, count in documents.items() if count >= at_least)[:_MOST_FEATURES]
    entries = sorted(entry for _, entry in frequent)
    counts = np.array([documents[entry] for entry in entries], dtype=np.float64)
    return entries, (np.log((1 + n_speakers) / (1 + counts)) + 1).astype(np.float32)


def _counts(rows: Iterable[Sequence[str]], numbers: dict[str, int], n_columns: int) -> "csr_matrix":
    from scipy.sparse import csr_matrix

    columns: list[int] = []
    ends = [0]
    for row in rows:
        columns.extend(numbers[entry] for entry in row if entry in numbers)
        ends.append(len(columns))
    ones = np.ones(len(columns), dtype=np.float32)
    counts = csr_matrix((ones, np.array(columns, dtype=np.int32), np.array(ends)), shape=(len(ends) - 1, n_columns))
    counts.sum_duplicates()
    return counts


def _scaled(counts: "csr_matrix", rarity: np.ndarray) -> "csr_matrix":
    """(1 + ln count) x rarity, each row of length sqrt(1/2): both halves together have length one."""
    counts.sort_indices()
    # A table, because vectorised logarithms may round by position in the array: a text keeps its bits in any batch.
    most = int(counts.data.max(initial=1))
    damped = np.array([0.0, *(1 + math.log(count) for count in range(1, most + 1))])
    values = damped[counts.data.astype(np.int64)] * rarity[counts.indices]
    lengths = np.sqrt(2 * np.bincount(_row_of(counts), values**2, counts.shape[0]))
    counts.data = (values / lengths[_row_of(counts)]).astype(np.float32)
    return counts


def _row_of(matrix: "csr_matrix") -> np.ndarray:
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def _as_bytes(entries: list[str]) -> np.ndarray:
    return np.frombuffer(_SEPARATOR.join(entries).encode("utf-8"), dtype=np.uint8).copy()


def _from_bytes(array: np.ndarray) -> list[str]:
    text = array.tobytes().decode("utf-8")
    return text.split(_SEPARATOR) if text else []
