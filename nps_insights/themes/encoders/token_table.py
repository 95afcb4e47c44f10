"""The static token table: each sub-word of an encoder's vocabulary encoded alone, once, and kept on disk."""

from pathlib import Path
from typing import Protocol

import numpy as np

from nps_insights.tables import DataRefusedError, replace_file
from nps_insights.themes.encoders.protocol import Encoder, Progress


class PieceEncoder(Encoder, Protocol):
    """An encoder that can encode the sub-words of its own tokenizer."""

    def tokenizer_json(self) -> str | None:
        """Return its fast tokenizer; None where it has none."""

    def piece_vectors(self, *, progress: Progress | None = None) -> np.ndarray:
        """Return the unit vector of each sub-word of its vocabulary."""


def token_table(encoder: PieceEncoder, cache_folder: Path | None, *, progress: Progress | None = None) -> np.ndarray:
    """Return the vectors of all sub-words, from the cache where it holds them; half a minute where it does not.

    Args:
        encoder: A transformer with a fast tokenizer.
        cache_folder: The folder of `encode_cached`, one file for each fingerprint; None keeps none.
        progress: Called with (sub-words done, sub-words to encode).

    Returns:
        float32 of shape (vocabulary, encoder.dimension).

    Raises:
        DataRefusedError: The cache file is damaged; the message names it.
    """
    if cache_folder is None:
        return encoder.piece_vectors(progress=progress)
    path = cache_folder / f"{encoder.fingerprint[:32]}.tokens.safetensors"
    if not path.exists():
        _write(path, encoder.piece_vectors(progress=progress))
    return _read(path, encoder.dimension)


def _read(path: Path, dimension: int) -> np.ndarray:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        table = load_file(path)["vectors"]
    except (SafetensorError, KeyError, OSError) as error:
        raise DataRefusedError(
            f"cache: {path} cannot be read ({error}); delete it, it is rebuilt at the next run."
        ) from error
    if table.ndim != 2 or table.shape[1] != dimension:
        raise DataRefusedError(
            f"cache: {path} holds an array of shape {table.shape}, must be (vocabulary, {dimension}); delete it, it is "
            "rebuilt at the next run."
        )
    return table


def _write(path: Path, vectors: np.ndarray) -> None:
    """Write beside and rename: another process sees the whole file or none."""
    from safetensors.numpy import save

    replace_file(path, save({"vectors": vectors}))
