"""Dated run folders below one root: one run at a time, each night whole or not at all, and what earlier nights said."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from filelock import FileLock, Timeout

from nps_insights.jobs.finished import read_manifest, read_table
from nps_insights.jobs.folder import MANIFEST, sweep
from nps_insights.tables import BusyFolderError, SettingsError

FLAGS = "flags.parquet"
LOCK = ".lock"
_REMEMBERED = ("account_id", "as_of", "status")


@dataclass(frozen=True)
class PastNight:
    """One finished run below the root.

    Attributes:
        folder: Its folder, named by its moment.
        as_of: Its moment of knowing.
        fingerprint: Of all that decided its result.
        model: The stored model that spoke; empty where a rule did.
    """

    folder: Path
    as_of: pd.Timestamp
    fingerprint: str
    model: str = ""


def folder_of(root: Path, as_of: pd.Timestamp) -> Path:
    """Return the folder of a moment.

    Example:
        >>> folder_of(Path("runs"), pd.Timestamp("2026-06-30")).as_posix()
        'runs/2026-06-30'
        >>> folder_of(Path("runs"), pd.Timestamp("2026-06-30 18:00")).as_posix()
        'runs/2026-06-30T180000'
    """
    return root / as_of.strftime("%Y-%m-%d" if as_of == as_of.normalize() else "%Y-%m-%dT%H%M%S")


@contextmanager
def only_run(root: Path) -> Iterator[None]:
    """Hold the root for one run; it is not waited for.

    Raises:
        BusyFolderError: Another run holds it.
        SettingsError: Nothing can be written there.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root / LOCK)
        lock.acquire(timeout=0)
    except Timeout:
        raise BusyFolderError(f"{root}: another run holds this folder; wait for it or name another [output]") from None
    except OSError as error:
        raise SettingsError(f"{root}: cannot be written there ({error.strerror}); name another [output]") from None
    try:
        yield
    finally:
        lock.release()


def sweep_leftovers(root: Path) -> None:
    """Remove what killed runs left half written; called while the root is held."""
    for leftover in root.glob(".*.partial-*"):
        sweep(leftover)


def nights_of(root: Path) -> list[PastNight]:
    """Return the finished runs below a root, by their moment; one that is being written begins with a dot."""
    found = []
    for manifest in sorted(root.glob(f"[!.]*/{MANIFEST}")):
        told = read_manifest(manifest.parent)
        if told.get("job") == "churn_scoring":
            found.append(PastNight(manifest.parent, pd.Timestamp(told["as_of"]), told["fingerprint"], told["model"]))
    return sorted(found, key=lambda night: night.as_of)


def is_told(folder: Path, mark: str) -> bool:
    """Return whether people were told of a run; the mark stands beside the run's folder, which is never touched."""
    place = folder.parent / f".told-{folder.name}"
    return place.is_file() and place.read_text(encoding="utf-8") == mark


def mark_told(folder: Path, mark: str) -> None:
    """Remember that people were told of a run."""
    (folder.parent / f".told-{folder.name}").write_text(mark, encoding="utf-8")


def remembered(nights: list[PastNight]) -> list[pd.DataFrame]:
    """Return of each night who stood where: account_id, as_of, status."""
    return [read_table(night.folder / FLAGS, _REMEMBERED) for night in nights]


def fingerprint(parts: Mapping[str, Any]) -> str:
    """Return a sha256 of all that decides a run's result: equal parts, equal results.

    Example:
        >>> fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
        True
    """
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
