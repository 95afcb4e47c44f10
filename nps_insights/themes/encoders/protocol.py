"""Encoders: from texts to unit vectors, the same bits whatever the order, the batch or the number of threads."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

Progress = Callable[[int, int], None]


class Encoder(Protocol):
    """What turns texts into vectors.

    Attributes:
        name: The name it was loaded under.
        fingerprint: sha256 over weights, tokenizer and the way of encoding: equal fingerprints, equal vectors.
        dimension: Length of a vector.
        languages: ISO 639-1 codes of the languages it reads; None where that is not known.
    """

    name: str
    fingerprint: str
    dimension: int
    languages: frozenset[str] | None

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> np.ndarray:
        """Return one vector of unit length per text, float32 of shape (n, dimension), in the order of `texts`."""
