"""A fit on disk: arrays as safetensors, facts as JSON, and the hashes of both; no pickle and no comment."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from nps_insights.tables import DataRefusedError
from nps_insights.themes.encoders.load import load_encoder
from nps_insights.themes.encoders.protocol import Encoder
from nps_insights.themes.encoders.student import Student
from nps_insights.themes.encoders.transformer import file_sha256
from nps_insights.themes.fitted import FittedThemes, StatedTheme
from nps_insights.themes.guided.classifier import GuidedClassifier
from nps_insights.themes.model import ThemeModel
from nps_insights.themes.tone import ToneModel

ARRAYS, FACTS, HASHES = "themes.safetensors", "themes.json", "sha256.json"
_FORMAT = 2


def save_themes(fitted: FittedThemes, folder: Path) -> None:
    """Write a fit into `folder` (made if it does not exist): loaded again it assigns bit for bit the same.

    No comment is written, and of comments only what three people said: words, pairs and runs of characters that
    student, tone and stated themes know. Edits are marked by a hash of their phrases. Labels show words of two
    responses at least, and names that people gave stand as they gave them.

    Args:
        fitted: As `find_themes` returns it in `fitted`.
        folder: Gets `themes.safetensors`, `themes.json` and `sha256.json`.
    """
    from safetensors.numpy import save_file

    parts: dict[str, Any] = {"model": fitted.model, "tone": fitted.tone, "guided": fitted.guided}
    if fitted.before_edits is not None:
        parts["before_edits"] = fitted.before_edits
    if isinstance(fitted.encoder, Student):
        parts["student"] = fitted.encoder
    arrays: dict[str, np.ndarray] = {}
    facts: dict[str, Any] = {}
    for name, part in parts.items():
        if part is not None:
            own, facts[name] = part.to_arrays()
            arrays |= {f"{name}/{key}": np.ascontiguousarray(array) for key, array in own.items()}
    facts |= {
        "format": _FORMAT,
        "encoder": {
            "name": getattr(fitted.encoder, "teacher_name", fitted.encoder.name),
            "fingerprint": fitted.encoder.fingerprint,
            "precision": getattr(fitted.encoder, "precision", "fp32"),
        },
        "taxonomy": {one: asdict(theme) for one, theme in fitted.taxonomy.items()},
        "ignore": list(fitted.ignore),
        "seen_until": fitted.seen_until,
    }
    folder.mkdir(parents=True, exist_ok=True)
    save_file(dict(sorted(arrays.items())), folder / ARRAYS)
    (folder / FACTS).write_text(json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
    hashes = {name: file_sha256(folder / name) for name in (ARRAYS, FACTS)}
    (folder / HASHES).write_text(json.dumps(hashes, indent=1), encoding="utf-8")


def load_themes(folder: Path, *, encoder: Encoder | None = None) -> FittedThemes:
    """Return the fit that `save_themes` wrote.

    Args:
        folder: As given to `save_themes`.
        encoder: The encoder it was fitted with; loaded by its name if not given.

    Raises:
        DataRefusedError: A file is missing or not the one that was written, or the encoder on this machine is not the
            one that the fit was made with.
    """
    from safetensors.numpy import load_file

    _verify(folder)
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    if facts["format"] != _FORMAT:
        raise DataRefusedError(
            f"themes: {folder} has format {facts['format']}, this version reads {_FORMAT}; "
            "load it with the version of nps-insights that wrote it, or fit the themes again."
        )
    arrays = load_file(folder / ARRAYS)
    parts = {name: _own(arrays, name) for name in ("model", "tone", "guided", "student", "before_edits")}
    if "student" in facts:
        encoder = Student.from_arrays(parts["student"], facts["student"])
    encoder = encoder or load_encoder(facts["encoder"]["name"], precision=facts["encoder"]["precision"])
    if encoder.fingerprint != facts["encoder"]["fingerprint"]:
        raise DataRefusedError(
            f"themes: {folder} was fitted with encoder {facts['encoder']['name']!r} of fingerprint "
            f"{facts['encoder']['fingerprint'][:12]}, here it has {encoder.fingerprint[:12]}: its vectors would be "
            "others. Install the weights it was fitted with, or fit the themes again."
        )
    return FittedThemes(
        encoder,
        ThemeModel.from_arrays(parts["model"], facts["model"]),
        ToneModel.from_arrays(parts["tone"], facts["tone"]) if "tone" in facts else None,
        GuidedClassifier.from_arrays(parts["guided"], facts["guided"]) if "guided" in facts else None,
        {one: StatedTheme(**theme) for one, theme in facts["taxonomy"].items()},
        tuple(facts["ignore"]),
        ThemeModel.from_arrays(parts["before_edits"], facts["before_edits"]) if "before_edits" in facts else None,
        facts["seen_until"],
    )


def themes_fingerprint(folder: Path) -> str:
    """Return the sha256 that names a saved fit: of its hashes, which cover every byte.

    Raises:
        DataRefusedError: A file is missing or not the one that was written.
    """
    _verify(folder)
    return file_sha256(folder / HASHES)


def _verify(folder: Path) -> None:
    missing = [name for name in (HASHES, ARRAYS, FACTS) if not (folder / name).is_file()]
    if missing:
        raise DataRefusedError(
            f"themes: {folder} holds no {', '.join(missing)}; name a folder that `themes fit` or `save_themes` wrote."
        )
    expected = _hashes(folder)
    changed = [name for name in (ARRAYS, FACTS) if expected.get(name) != file_sha256(folder / name)]
    if changed:
        raise DataRefusedError(
            f"themes: {', '.join(changed)} in {folder} is not the file that was written (its sha256 differs); "
            "copy the folder anew or fit the themes again."
        )


def _hashes(folder: Path) -> Mapping[str, str]:
    try:
        expected = json.loads((folder / HASHES).read_text(encoding="utf-8"))
    except ValueError:
        expected = None
    if not isinstance(expected, dict):
        raise DataRefusedError(
            f"themes: {HASHES} in {folder} is damaged: it must be a JSON table of file names and their sha256; "
            "copy the folder anew or fit the themes again."
        )
    return expected


def _own(arrays: Mapping[str, np.ndarray], name: str) -> dict[str, np.ndarray]:
    return {key.removeprefix(f"{name}/"): array for key, array in arrays.items() if key.startswith(f"{name}/")}
