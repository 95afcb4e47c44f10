"""What a student reads of a text: sub-words as a tokenizer cuts them, or words and runs of characters."""

import unicodedata
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

# The keys of one kind of piece and the row of the text that holds each, in the order of rows.
Family = tuple[np.ndarray, np.ndarray]

# Odd, so that it has an inverse modulo 2**64.
_BASE = 0x9E3779B97F4A7C15
_RUNS = (3, 4, 5)
_LONGEST_TEXT = 2000


class PieceReader(Protocol):
    """What cuts texts into families of pieces.

    Attributes:
        kind: `sub-words` or `words and characters`.
    """

    kind: str

    def read(self, texts: Sequence[str]) -> list[Family]:
        """Return the families of pieces of `texts`; a piece stands once for each time it occurs."""


class SubWords:
    """Sub-words of a fast tokenizer, and pairs of neighbours; the first family's keys are the vocabulary's numbers.

    Args:
        tokenizer_json: The tokenizer as the library `tokenizers` writes it, with its truncation.

    Attributes:
        kind: `sub-words`.
        size: Number of sub-words in the vocabulary.

    Example:
        >>> from nps_insights.themes import load_encoder
        >>> reader = SubWords(load_encoder("english").tokenizer_json())
        >>> (singles, rows), (pairs, _) = reader.read(["kind staff", "kind"])
        >>> rows.tolist(), len(pairs)
        ([0, 0, 1], 5)
    """

    kind = "sub-words"

    def __init__(self, tokenizer_json: str) -> None:
        from tokenizers import Tokenizer

        self.tokenizer_json = tokenizer_json
        self._tokenizer: Any = Tokenizer.from_str(tokenizer_json)
        self._tokenizer.no_padding()
        self.size = int(self._tokenizer.get_vocab_size())
        self._special = np.array(self._tokenizer.encode("").ids, dtype=np.int64)

    def read(self, texts: Sequence[str]) -> list[Family]:
        """Return sub-words without the special ones, then pairs of neighbours with them: also first and last."""
        # The tokenizer's library refuses a lone surrogate.
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(clean)]
        rows = np.repeat(np.arange(len(tokens)), [len(ids) for ids in tokens])
        flat = np.array([token for ids in tokens for token in ids], dtype=np.int64)
        said = ~np.isin(flat, self._special)
        beside = rows[1:] == rows[:-1]
        pairs = flat[:-1] * self.size + flat[1:]
        return [(flat[said], rows[said]), (pairs[beside], rows[:-1][beside])]


class WordsAndCharacters:
    """Words, pairs of words and runs of 3 to 5 characters: for encoders without a fast tokenizer, in any script.

    A key is a polynomial hash of 64 bits, the same wherever the piece stands. The first 2,000 characters are read.

    Attributes:
        kind: `words and characters`.

    Example:
        >>> words, pairs, runs = WordsAndCharacters().read(["kind staff", "Kind"])
        >>> [len(keys) for keys, _ in (words, pairs, runs)]
        [3, 1, 36]
        >>> bool(words[0][0] == words[0][2])
        True
    """

    kind = "words and characters"

    def read(self, texts: Sequence[str]) -> list[Family]:
        """Return words, pairs of neighbouring words, and runs of characters (a space before and after each text)."""
        lowered = [f" {text[:_LONGEST_TEXT].lower()} " for text in texts]
        codes = np.frombuffer("".join(lowered).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        rows = np.repeat(np.arange(len(lowered)), [len(text) for text in lowered])
        powers = np.cumprod(np.r_[1, np.full(len(codes), _BASE, dtype=np.uint64)], dtype=np.uint64)
        inverse = np.uint64(pow(_BASE, -1, 2**64))
        undone = np.cumprod(np.r_[1, np.full(len(codes), inverse, dtype=np.uint64)], dtype=np.uint64)
        before = np.r_[np.uint64(0), np.cumsum((codes + np.uint64(1)) * powers[:-1], dtype=np.uint64)]

        def keys(starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
            return ((before[stops] - before[starts]) * undone[starts]).view(np.int64)

        starts, stops = _words(codes)
        words, word_rows = keys(starts, stops), rows[starts]
        beside = word_rows[1:] == word_rows[:-1]
        pairs = (words[:-1] * np.int64(31) + words[1:])[beside]
        runs = [_inside(rows, length) for length in _RUNS]
        characters = np.concatenate([keys(first, first + length) for length, first in zip(_RUNS, runs, strict=True)])
        return [
            (words, word_rows),
            (pairs, word_rows[:-1][beside]),
            (characters, rows[np.concatenate(runs)]),
        ]


def _words(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where runs of letters, digits and marks start and stop; spaces part the texts."""
    different, place = np.unique(codes, return_inverse=True)
    in_word = np.array([unicodedata.category(chr(code))[0] in "LNM" for code in different], dtype=bool)[place]
    edges = np.diff(np.r_[False, in_word, False].astype(np.int8))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


def _inside(rows: np.ndarray, length: int) -> np.ndarray:
    """Places at which a run of `length` characters ends in the text in which it starts."""
    return np.flatnonzero(rows[length - 1 :] == rows[: max(len(rows) - length + 1, 0)])
