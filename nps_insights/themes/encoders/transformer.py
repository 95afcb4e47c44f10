"""Any sentence-transformers model, run in batches of fixed shape so that a vector depends on its text alone."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nps_insights.tables import DataRefusedError
from nps_insights.themes.encoders.precision import PROBE, settled_precision
from nps_insights.themes.encoders.protocol import Progress

_ROWS = 32
_SMALLEST_BUCKET = 16
_PIECES_AT_ONCE = 256
_HASHED = (".safetensors", ".json", ".txt", ".model")


class TransformerEncoder:
    """A sentence-transformers model from a local folder; weights are read at the first `encode`.

    Matrix products may round differently for other shapes. Every batch therefore holds 32 rows, padded to
    16, 32, 64, ... tokens, with dummy rows where texts run out: a text gets the same bits alone, in any order,
    and with any number of threads.

    Args:
        name: The name it is loaded under.
        folder: Folder of the model.
        languages: ISO 639-1 codes of the languages it reads; None where that is not known.
        precision: `fp32`, `bf16` or `auto`: see `settled_precision`.

    Attributes:
        name: The name it was loaded under.
        precision: `fp32` or `bf16`; what it reckons with.
        fingerprint: sha256 over the model's files, this way of batching and the precision unless fp32.
        dimension: Length of a vector.
        languages: ISO 639-1 codes of the languages it reads; None where that is not known.

    Example:
        >>> from nps_insights.themes import load_encoder
        >>> load_encoder("english").dimension
        384
    """

    def __init__(
        self, name: str, folder: Path, *, languages: frozenset[str] | None = None, precision: str = "fp32"
    ) -> None:
        self.name = name
        self.languages = languages
        self.folder = folder
        self.fingerprint = _fingerprint(folder)
        self.dimension = _dimension(folder)
        self.precision = "fp32"
        self._model: Any = None
        if precision != "fp32":
            self._settle(precision)

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> np.ndarray:
        """Return unit vectors, float32 of shape (n, dimension); equal texts are encoded once."""
        unique = sorted(set(texts))
        vectors = np.zeros((len(unique), self.dimension), dtype=np.float32)
        tokens = self._tokens(unique)
        done = 0
        for length, rows in _buckets([len(ids) for ids in tokens], self._longest()):
            for start in range(0, len(rows), _ROWS):
                batch = rows[start : start + _ROWS]
                vectors[batch] = self._forward([tokens[row] for row in batch], length)
                done += len(batch)
                if progress is not None:
                    progress(done, len(unique))
        position = {text: row for row, text in enumerate(unique)}
        return vectors[[position[text] for text in texts]]

    def tokenizer_json(self) -> str | None:
        """Return the fast tokenizer with this model's truncation as JSON; None where the model has a slow one."""
        from tokenizers import Tokenizer

        fast = getattr(self._loaded().tokenizer, "backend_tokenizer", None)
        if fast is None:
            return None
        own = Tokenizer.from_str(fast.to_str())
        own.enable_truncation(self._longest())
        own.no_padding()
        return str(own.to_str())

    def piece_vectors(self, *, progress: Progress | None = None) -> np.ndarray:
        """Return the unit vector of every sub-word of the vocabulary, each encoded alone: float32 (vocabulary, d)."""
        tokenizer = self._loaded().tokenizer
        start, *end = tokenizer("")["input_ids"] or [tokenizer.pad_token_id or 0]
        framed = [[start, piece, *end] for piece in range(len(tokenizer))]
        vectors = np.zeros((len(framed), self.dimension), dtype=np.float32)
        for first in range(0, len(framed), _PIECES_AT_ONCE):
            some = framed[first : first + _PIECES_AT_ONCE]
            vectors[first : first + len(some)] = self._forward(some, len(framed[0]), _PIECES_AT_ONCE)
            if progress is not None:
                progress(first + len(some), len(framed))
        return vectors

    def _settle(self, precision: str) -> None:
        """Take bf16 where `precision` and the machine allow it; its vectors differ, so its fingerprint does."""

        def probed(one: str) -> np.ndarray:
            encoder = TransformerEncoder(self.name, self.folder)
            encoder.precision = one
            return encoder.encode(PROBE)

        self.precision = settled_precision(precision, probed)
        if self.precision != "fp32":
            self.fingerprint = hashlib.sha256(f"{self.fingerprint} {self.precision}".encode()).hexdigest()

    def _loaded(self) -> Any:
        if self._model is None:
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            shown = logging.is_progress_bar_enabled()
            logging.disable_progress_bar()
            kind = {} if self.precision == "fp32" else {"dtype": "bfloat16"}
            # Pickled weights can run code when they are read; safetensors cannot.
            self._model = SentenceTransformer(
                str(self.folder),
                device="cpu",
                local_files_only=True,
                model_kwargs={"use_safetensors": True, **kind},
            ).eval()
            if shown:
                logging.enable_progress_bar()
        return self._model

    def _longest(self) -> int:
        return int(self._loaded().max_seq_length or 512)

    def _tokens(self, texts: list[str]) -> list[list[int]]:
        if not texts:
            return []
        longest = self._longest()
        tokenizer = self._loaded().tokenizer
        encoded = tokenizer(texts, truncation=True, max_length=longest, padding=False)
        return list(encoded["input_ids"])

    def _forward(self, tokens: list[list[int]], length: int, rows: int = _ROWS) -> np.ndarray:
        import torch

        pad = int(self._loaded().tokenizer.pad_token_id or 0)
        ids = np.full((rows, length), pad, dtype=np.int64)
        mask = np.zeros((rows, length), dtype=np.int64)
        # A dummy row repeats the first one: a row without any token would divide by zero in the pooling.
        for row, one in enumerate(tokens + [tokens[0]] * (rows - len(tokens))):
            ids[row, : len(one)] = one
            mask[row, : len(one)] = 1
        features = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
        with torch.inference_mode():
            vectors = self._loaded()(features)["sentence_embedding"].float().numpy()
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors[: len(tokens)]


def _buckets(lengths: list[int], longest: int) -> list[tuple[int, list[int]]]:
    """Rows by padded length: the smallest of 16, 32, 64, ... that holds them."""
    buckets: dict[int, list[int]] = {}
    for row, length in enumerate(lengths):
        bucket = _SMALLEST_BUCKET
        while bucket < length:
            bucket *= 2
        buckets.setdefault(min(bucket, max(longest, _SMALLEST_BUCKET)), []).append(row)
    return sorted(buckets.items())


def _fingerprint(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in _HASHED)
    if not any(path.suffix == ".safetensors" for path in files):
        raise DataRefusedError(
            f"encoder: {folder} holds no .safetensors file; save the model with sentence-transformers in that format."
        )
    total = hashlib.sha256(f"fixed shapes {_ROWS} x {_SMALLEST_BUCKET}".encode())
    for path in files:
        total.update(path.relative_to(folder).as_posix().encode())
        total.update(file_sha256(path).encode())
    return total.hexdigest()


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hexadecimal.

    Example:
        >>> import tempfile
        >>> with tempfile.NamedTemporaryFile() as empty_file:
        ...     file_sha256(Path(empty_file.name))[:12]
        'e3b0c44298fc'
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _dimension(folder: Path) -> int:
    """The output size as the folder states it: of its last dense layer, else of its pooling, else of the network."""
    found = 0
    for path in sorted(folder.glob("*/config.json")):
        config = json.loads(path.read_text("utf-8"))
        found = config.get("out_features") or found or config.get("word_embedding_dimension", 0)
    return int(found or json.loads((folder / "config.json").read_text("utf-8"))["hidden_size"])
