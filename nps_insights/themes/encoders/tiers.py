"""Speed tiers: the full encoder for few texts, a student taught on a sample for many; chosen openly and reported."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, cast

from nps_insights.tables import DataRefusedError, SettingsError
from nps_insights.themes.cluster import lasting_order
from nps_insights.themes.encoders.cache import encode_cached
from nps_insights.themes.encoders.protocol import Encoder, Progress
from nps_insights.themes.encoders.student import Fidelity, Student
from nps_insights.themes.encoders.teach import measured_fidelity, teach_student

Tier = Literal["auto", "full", "student"]

MOST_ENCODED = 20_000
_SAMPLED, _HELD_OUT = 3_500, 500
_FEWEST_SAMPLED = 200
_LOWEST_FIDELITY = 0.70


@dataclass(frozen=True)
class ChosenEncoder:
    """What reads the texts of one run, and why.

    Attributes:
        encoder: The full encoder or a student; it reads every text of the run, the sample's too, so that equal texts
            have equal vectors and no theme is told by who read its segments.
        tier: `full` or `student`.
        n_texts: Number of different texts.
        n_encoded: How many of them the full encoder read.
        fidelity: How near the student comes to the full encoder; None in tier `full`.
        notes: Plain sentences for a report.
        precision: In which the full encoder reckoned, for itself or as the student's teacher.
    """

    encoder: Encoder
    tier: Literal["full", "student"]
    n_texts: int
    n_encoded: int
    fidelity: Fidelity | None
    notes: list[str]
    precision: str = "fp32"

    def facts(self) -> dict[str, Any]:
        """Return what belongs in a manifest."""
        return {
            "tier": self.tier,
            "encoder": self.encoder.name,
            "encoder_fingerprint": self.encoder.fingerprint,
            "precision": self.precision,
            "n_different_texts": self.n_texts,
            "n_read_by_full_encoder": self.n_encoded,
            "fidelity": None if self.fidelity is None else asdict(self.fidelity),
        }


def choose_encoder(
    encoder: Encoder,
    texts: Iterable[str],
    *,
    speakers: Iterable[str] | None = None,
    tier: str = "auto",
    cache_folder: Path | None = None,
    random_state: int = 0,
    most_encoded: int = MOST_ENCODED,
    lowest_fidelity: float = _LOWEST_FIDELITY,
    progress: Progress | None = None,
) -> ChosenEncoder:
    """Return what is to read `texts`: the full encoder, or a student of it where they are many.

    A student is taught on a sample of 3,500 different texts, drawn by their own hash, 500 of them held out to measure
    its fidelity: the mean cosine with the full encoder. `python -m benchmarks.theme_student` prints fidelities beside
    the agreement with human themes that they keep.

    Args:
        encoder: The full encoder; a student that was fitted before is taken as it is.
        texts: All texts of the run, repeats allowed.
        speakers: Who said each of them: a student learns only pieces of what three said; None takes each different
            text for a speaker's own.
        tier: `auto` (a student above `most_encoded` different texts), `full` or `student`.
        cache_folder: Where the full encoder's vectors and token table are kept; None keeps none.
        random_state: Seed of the sample.
        most_encoded: Different texts up to which `auto` takes the full encoder.
        lowest_fidelity: Fidelity below which a student is refused.
        progress: Called with (texts done, texts to do) for the sample.

    Raises:
        SettingsError: `tier` is none of the three, or a student is asked for with fewer than 200 different texts.
        DataRefusedError: The student's fidelity is below `lowest_fidelity`.

    Example:
        >>> class Toy:
        ...     name, fingerprint, dimension, languages = "toy", "0" * 64, 2, None
        >>> chosen = choose_encoder(Toy(), ["a queue", "a nurse"])
        >>> chosen.tier, chosen.notes
        ('full', ["Encoder 'toy' read each of 2 different segments in full (tier full, fp32)."])
    """
    if tier not in ("auto", "full", "student"):
        raise SettingsError(f"tier == {tier!r}, must be auto, full or student.")
    every = list(texts)
    speaker = _one_speaker(every, every if speakers is None else speakers)
    unique = sorted(speaker)
    if isinstance(encoder, Student):
        return _as_fitted(encoder, len(unique))
    if tier == "full" or (tier == "auto" and len(unique) <= most_encoded):
        return _in_full(encoder, len(unique))
    if len(unique) < _FEWEST_SAMPLED:
        raise SettingsError(
            f"tier == 'student' with {len(unique)} different texts, must be at least {_FEWEST_SAMPLED}; so few are "
            "read by the full encoder in no time: give tier full or auto."
        )
    student, n_encoded = _taught(encoder, unique, speaker, cache_folder, random_state, progress)
    fidelity = cast(Fidelity, student.fidelity)
    if fidelity.cosine < lowest_fidelity:
        raise DataRefusedError(
            f"student of encoder {encoder.name!r}: fidelity {fidelity.cosine:.2f} on {fidelity.n_rows} segments it was "
            f"not taught, must be at least {lowest_fidelity:.2f}; these texts are too varied for it: run with "
            f"--tier full ({len(unique):,} different segments)."
        )
    notes = _notes(encoder, student, len(unique))
    precision = getattr(encoder, "precision", "fp32")
    return ChosenEncoder(student, "student", len(unique), n_encoded, fidelity, notes, precision)


def _taught(
    encoder: Encoder,
    unique: list[str],
    speaker: Mapping[str, str],
    cache_folder: Path | None,
    random_state: int,
    progress: Progress | None,
) -> tuple[Student, int]:
    """Teach on a sample and measure on the part of it that was held out."""
    number = min(_SAMPLED, len(unique))
    n_held_out = min(_HELD_OUT, number // 5)
    drawn = lasting_order(unique, random_state=random_state)[:number]
    sample = [unique[row] for row in drawn]
    vectors = encode_cached(encoder, sample, cache_folder, progress=progress)
    taught, held_out = slice(n_held_out, None), slice(n_held_out)
    speakers = [speaker[text] for text in sample[taught]]
    student = teach_student(encoder, sample[taught], vectors[taught], speakers=speakers, cache_folder=cache_folder)
    student.fidelity = measured_fidelity(student, sample[held_out], vectors[held_out], number - n_held_out)
    return student, number


def _one_speaker(texts: Iterable[str], speakers: Iterable[str]) -> dict[str, str]:
    """The first speaker of each different text, whatever the order of rows."""
    first: dict[str, str] = {}
    for text, speaker in zip(texts, speakers, strict=True):
        first[text] = min(speaker, first.get(text, speaker))
    return first


def _in_full(encoder: Encoder, n_texts: int) -> ChosenEncoder:
    precision = getattr(encoder, "precision", "fp32")
    note = f"Encoder {encoder.name!r} read each of {n_texts:,} different segments in full (tier full, {precision})."
    return ChosenEncoder(encoder, "full", n_texts, n_texts, None, [note], precision)


def _as_fitted(student: Student, n_texts: int) -> ChosenEncoder:
    note = f"The {student.name!r} that the model was fitted with read {n_texts:,} different segments (tier student)."
    return ChosenEncoder(student, "student", n_texts, 0, student.fidelity, [note])


def _notes(encoder: Encoder, student: Student, n_texts: int) -> list[str]:
    fidelity = cast(Fidelity, student.fidelity)
    return [
        f"Of {n_texts:,} different segments encoder {encoder.name!r} read a sample of "
        f"{fidelity.n_taught + fidelity.n_rows:,}, and a student taught on {fidelity.n_taught:,} of them read every "
        "segment (tier student).",
        f"On {fidelity.n_rows:,} segments it was not taught the student's vectors have a mean cosine of "
        f"{fidelity.cosine:.2f} with the encoder's; {fidelity.neighbours:.0%} of ten nearest segments are the same.",
    ]
