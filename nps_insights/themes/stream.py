"""Many comments in little memory: vectors exist for one part of the segments at a time."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from nps_insights.themes.cluster import FITTED_TEXTS, lasting_order
from nps_insights.themes.encoders.cache import encode_cached
from nps_insights.themes.encoders.protocol import Encoder, Progress

ROWS_AT_ONCE = 50_000


def vectors_by_part(
    encoder: Encoder,
    segments: pd.DataFrame,
    *,
    cache_folder: Path | None = None,
    rows_at_once: int = ROWS_AT_ONCE,
    progress: Progress | None = None,
) -> Iterator[tuple[pd.DataFrame, np.ndarray]]:
    """Yield the segments part by part, each with its unit vectors (rows, d).

    Args:
        encoder: What reads them.
        segments: Table `segments`.
        cache_folder: Where a full encoder's vectors are kept; None keeps none.
        rows_at_once: Segments whose vectors are in memory at a time.
        progress: Called with (segments done, segments to do).

    Example:
        >>> class Toy:
        ...     name, fingerprint, dimension, languages = "toy", "0" * 64, 1, None
        ...     def encode(self, texts, *, progress=None):
        ...         return np.ones((len(texts), 1), np.float32)
        >>> segments = pd.DataFrame({"segment_id": ["s1", "s2", "s3"], "text": "queue"})
        >>> [vectors.shape for _, vectors in vectors_by_part(Toy(), segments, rows_at_once=2)]
        [(2, 1), (1, 1)]
    """
    for start in range(0, len(segments), rows_at_once):
        part = segments.iloc[start : start + rows_at_once]
        yield part, encode_cached(encoder, part["text"].tolist(), cache_folder)
        if progress is not None:
            progress(start + len(part), len(segments))


def fitting_rows(segments: pd.DataFrame, *, most_texts: int = FITTED_TEXTS, random_state: int = 0) -> np.ndarray:
    """Return which segments to fit on: all that hold one of at most `most_texts` different texts, bool of shape (n,).

    The texts are drawn by their own hash: with 1 % of the rows gone, 99 % of the sample stays. All repeats of a text
    come along, so that its weight stays what it is.

    Args:
        segments: Table `segments`.
        most_texts: How many different texts to draw.
        random_state: Seed of the draw.

    Example:
        >>> segments = pd.DataFrame({"text": ["queue", "nurse", "queue"]})
        >>> int(fitting_rows(segments, most_texts=2).sum())
        3
    """
    different = segments["text"].drop_duplicates().sort_values().to_numpy()
    if len(different) <= most_texts:
        return np.ones(len(segments), dtype=bool)
    drawn = lasting_order(different.tolist(), random_state=random_state)[:most_texts]
    return segments["text"].isin(different[drawn]).to_numpy(dtype=bool)
