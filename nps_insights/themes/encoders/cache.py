"""Vectors on disk, so that a text is encoded once: one SQLite file per encoder fingerprint."""

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from nps_insights.tables import DataRefusedError
from nps_insights.themes.encoders.protocol import Encoder, Progress
from nps_insights.themes.encoders.student import Student

_LOOKED_UP_AT_ONCE = 500
_SAVED_AT_ONCE = 2048
_WAIT_SECONDS = 60.0


def encode_cached(
    encoder: Encoder, texts: Sequence[str], cache_folder: Path | None, *, progress: Progress | None = None
) -> np.ndarray:
    """Return the vectors of `texts`, encoding only unique ones that the cache does not hold.

    Vectors are saved in steps, so a run that was stopped goes on where it was. SQLite's transactions keep the file
    whole when a process dies or two write at once. The file holds vectors and hashes, no text. A student reads faster
    than a disk: its vectors are not kept.

    Args:
        encoder: Any encoder.
        texts: n texts, repeats allowed.
        cache_folder: Folder of the cache, made where absent; None means no cache.
        progress: Called with (texts done, texts to encode).

    Returns:
        float32 of shape (n, encoder.dimension), in the order of `texts`.

    Raises:
        DataRefusedError: The cache file is damaged; the message names it.

    Example:
        >>> class Length:
        ...     name, fingerprint, dimension = "length", "f" * 64, 1
        ...     def encode(self, texts, *, progress=None):
        ...         return np.array([[len(text)] for text in texts], dtype=np.float32)
        >>> encode_cached(Length(), ["ab", "abc", "ab"], None).ravel().tolist()
        [2.0, 3.0, 2.0]
    """
    unique = sorted(set(texts))
    if cache_folder is None or isinstance(encoder, Student):
        vectors = encoder.encode(unique, progress=progress)
    else:
        cache_folder.mkdir(parents=True, exist_ok=True)
        path = cache_folder / f"{encoder.fingerprint[:32]}.sqlite"
        try:
            vectors = _through(path, encoder, unique, progress)
        except sqlite3.DatabaseError as error:
            raise DataRefusedError(
                f"cache: {path} cannot be read ({error}); delete it, it is rebuilt at the next run."
            ) from error
    position = {text: row for row, text in enumerate(unique)}
    return vectors[[position[text] for text in texts]]


def _through(path: Path, encoder: Encoder, unique: list[str], progress: Progress | None) -> np.ndarray:
    vectors = np.zeros((len(unique), encoder.dimension), dtype=np.float32)
    keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in unique]
    with closing(sqlite3.connect(path, timeout=_WAIT_SECONDS)) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS vectors (text_sha256 BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID"
        )
        missing = _read(connection, keys, vectors)
        for start in range(0, len(missing), _SAVED_AT_ONCE):
            rows = missing[start : start + _SAVED_AT_ONCE]
            vectors[rows] = encoder.encode(
                [unique[row] for row in rows], progress=_shifted(progress, start, len(missing))
            )
            with connection:
                connection.executemany(
                    "INSERT OR IGNORE INTO vectors VALUES (?, ?)",
                    [(keys[row], vectors[row].tobytes()) for row in rows],
                )
    return vectors


def _read(connection: sqlite3.Connection, keys: list[bytes], vectors: np.ndarray) -> list[int]:
    """Fill in the vectors that are known; return the rows of the others."""
    row_of = {key: row for row, key in enumerate(keys)}
    known = np.zeros(len(keys), dtype=bool)
    for start in range(0, len(keys), _LOOKED_UP_AT_ONCE):
        some = keys[start : start + _LOOKED_UP_AT_ONCE]
        marks = ",".join("?" * len(some))
        query = f"SELECT text_sha256, vector FROM vectors WHERE text_sha256 IN ({marks})"
        for key, stored in connection.execute(query, some):
            row = row_of[key]
            if len(stored) != vectors.shape[1] * 4:
                raise sqlite3.DatabaseError(f"a vector of {len(stored)} bytes, not {vectors.shape[1] * 4}")
            vectors[row] = np.frombuffer(stored, dtype=np.float32)
            known[row] = True
    return np.flatnonzero(~known).tolist()


def _shifted(progress: Progress | None, start: int, total: int) -> Progress | None:
    if progress is None:
        return None
    report = progress
    return lambda done, _: report(start + done, total)
