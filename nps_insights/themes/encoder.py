"""Encoders: from texts to unit vectors, the same bits whatever the order, the batch or the number of threads."""

from collections.abc import Callable, Sequence
from pathlib import Path
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


def load_encoder(name: str = "english") -> Encoder:
    """Return the encoder called `name`; nothing is downloaded and nothing is replaced silently.

    Args:
        name: `english` (all-MiniLM-L6-v2, extra `offline`), `multilingual` (16 languages, extra `multilingual`),
            a folder of a sentence-transformers model, or the name of one that lies in the local Hugging Face cache.

    Raises:
        MissingExtraError: The extra that holds the weights is not installed.
        DataRefusedError: The weights are not the ones this package was checked with.
        SettingsError: No model of that name lies on this machine.

    Example:
        >>> load_encoder("no/such-model")
        Traceback (most recent call last):
            ...
        nps_insights.tables.errors.SettingsError: encoder: 'no/such-model' is neither 'english' nor 'multilingual', \
nor a folder, nor a model in the local Hugging Face cache; download it first, or name one of those.
    """
    if name == "english":
        from nps_insights.themes.english import english_encoder

        return english_encoder()
    if name == "multilingual":
        from nps_insights.themes.multilingual import MultilingualEncoder

        return MultilingualEncoder()
    from nps_insights.themes.transformer import TransformerEncoder

    return TransformerEncoder(name, _model_folder(name))


def _model_folder(name: str) -> Path:
    from nps_insights.tables import SettingsError

    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as error:
        raise SettingsError(
            f"encoder: {name!r} is neither 'english' nor 'multilingual', nor a folder, nor a model in the local "
            "Hugging Face cache; download it first, or name one of those."
        ) from error
