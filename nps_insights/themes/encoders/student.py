"""A student: a fast linear reader of texts, taught by a full encoder on the corpus it is to read."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from nps_insights.tables import DataRefusedError
from nps_insights.themes.encoders.pieces import PieceReader, SubWords, WordsAndCharacters
from nps_insights.themes.encoders.protocol import Progress
from nps_insights.themes.encoders.vocabulary import Vocabulary, piece_matrix, side_by_side

_READ_AT_ONCE = 4096


@dataclass(frozen=True)
class Fidelity:
    """How near a student comes to its teacher on rows that it was never taught.

    Attributes:
        cosine: Mean cosine between both vectors of a row.
        neighbours: Mean share of a row's ten nearest rows that both have in common, among the rows measured on.
        n_rows: Number of rows measured on.
        n_taught: Number of rows it was taught on.
    """

    cosine: float
    neighbours: float
    n_rows: int
    n_taught: int


class Student:
    """An encoder whose vector is a weighted sum over the pieces of a text: thousands of texts a second.

    It knows the sub-words of its teacher's tokenizer and pairs of them (`SubWords`), or words and characters where
    the teacher has no fast tokenizer (`WordsAndCharacters`). `teach_student` makes one.

    Args:
        teacher_name: Name of the teacher, also the student's.
        teacher_fingerprint: Fingerprint of the teacher.
        languages: Languages the teacher reads.
        reader: What cuts texts into pieces.
        vocabularies: Known pieces of each family.
        worths: Weight of each family.
        weights: float16 of shape (all pieces, dimension).
        bias: float32 of shape (dimension,): the vector of a text without any known piece.
        fidelity: As measured on rows never taught; None before it was measured.

    Attributes:
        name: `student of` and the teacher's name.
        fingerprint: sha256 over the teacher's fingerprint and everything learned.
        dimension: The teacher's.
        languages: The teacher's.
        fidelity: How near it comes to its teacher.
    """

    def __init__(
        self,
        teacher_name: str,
        teacher_fingerprint: str,
        languages: frozenset[str] | None,
        reader: PieceReader,
        vocabularies: Sequence[Vocabulary],
        worths: Sequence[float],
        weights: np.ndarray,
        bias: np.ndarray,
        fidelity: Fidelity | None = None,
    ) -> None:
        self.teacher_name = teacher_name
        self.teacher_fingerprint = teacher_fingerprint
        self.name = f"student of {teacher_name}"
        self.languages = languages
        self.reader = reader
        self.vocabularies = list(vocabularies)
        self.worths = [float(worth) for worth in worths]
        self.weights = weights
        self.bias = bias
        self.dimension = int(weights.shape[1])
        self.fidelity = fidelity
        self.fingerprint = self._hash()
        # Products run in float32; 16 bits keep three digits, which is more than a student knows, at half the size.
        self._weights = weights.astype(np.float32)

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> np.ndarray:
        """Return unit vectors, float32 of shape (n, dimension); a vector depends on its text alone."""
        unique = sorted(set(texts))
        vectors = np.zeros((len(unique), self.dimension), dtype=np.float32)
        for start in range(0, len(unique), _READ_AT_ONCE):
            some = unique[start : start + _READ_AT_ONCE]
            vectors[start : start + len(some)] = self._read(some)
            if progress is not None:
                progress(start + len(some), len(unique))
        if len(unique) == len(texts) and all(one == other for one, other in zip(unique, texts, strict=True)):
            return vectors
        position = {text: row for row, text in enumerate(unique)}
        return vectors[[position[text] for text in texts]]

    def to_arrays(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return everything learned: arrays for safetensors and facts for JSON."""
        arrays = {"weights": self.weights, "bias": self.bias}
        for number, vocabulary in enumerate(self.vocabularies):
            arrays[f"keys_{number}"] = vocabulary.keys
            arrays[f"rarity_{number}"] = vocabulary.rarity
        if isinstance(self.reader, SubWords):
            arrays["tokenizer"] = np.frombuffer(self.reader.tokenizer_json.encode("utf-8"), dtype=np.uint8)
        facts = {
            "teacher_name": self.teacher_name,
            "teacher_fingerprint": self.teacher_fingerprint,
            "languages": None if self.languages is None else sorted(self.languages),
            "worths": self.worths,
            "fidelity": None if self.fidelity is None else asdict(self.fidelity),
            "fingerprint": self.fingerprint,
        }
        return arrays, facts

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> "Student":
        """Return the student that `to_arrays` wrote, bit for bit.

        Raises:
            DataRefusedError: The arrays are not those that were written.
        """
        reader: PieceReader = WordsAndCharacters()
        if "tokenizer" in arrays:
            reader = SubWords(arrays["tokenizer"].tobytes().decode("utf-8"))
        student = cls(
            facts["teacher_name"],
            facts["teacher_fingerprint"],
            None if facts["languages"] is None else frozenset(facts["languages"]),
            reader,
            [Vocabulary(arrays[f"keys_{n}"], arrays[f"rarity_{n}"]) for n in range(len(facts["worths"]))],
            facts["worths"],
            arrays["weights"],
            arrays["bias"],
            None if facts["fidelity"] is None else Fidelity(**facts["fidelity"]),
        )
        if student.fingerprint != facts["fingerprint"]:
            raise DataRefusedError(
                f"student of {facts['teacher_name']}: its arrays have the fingerprint {student.fingerprint[:12]}, "
                f"{facts['fingerprint'][:12]} was written; the files are damaged or mixed up: fit the themes again."
            )
        return student

    def _read(self, texts: list[str]) -> np.ndarray:
        families = self.reader.read(texts)
        matrices = [
            piece_matrix(family, vocabulary, len(texts))
            for family, vocabulary in zip(families, self.vocabularies, strict=True)
        ]
        vectors = side_by_side(matrices, self.worths).astype(np.float32) @ self._weights + self.bias
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.where(norms == 0, 1, norms)

    def _hash(self) -> str:
        arrays, facts = {"weights": self.weights, "bias": self.bias}, [self.teacher_fingerprint, *self.worths]
        for number, vocabulary in enumerate(self.vocabularies):
            arrays[f"keys_{number}"], arrays[f"rarity_{number}"] = vocabulary.keys, vocabulary.rarity
        total = hashlib.sha256(repr(facts).encode())
        for name, array in sorted(arrays.items()):
            total.update(f"{name} {array.dtype} {array.shape}".encode())
            total.update(np.ascontiguousarray(array).tobytes())
        if isinstance(self.reader, SubWords):
            total.update(self.reader.tokenizer_json.encode("utf-8"))
        return total.hexdigest()
