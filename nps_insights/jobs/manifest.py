"""The manifest of a run: enough to tell what went in, under which settings and versions, and to do it again."""

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

_PACKAGES = ("nps-insights", "numpy", "pandas", "scikit-learn", "sentence-transformers", "torch", "bertopic", "mlflow")


def versions() -> dict[str, str]:
    """Return the versions that decide what a run computes.

    Example:
        >>> sorted(versions())[0]
        'bertopic'
    """
    return {"python": platform.python_version(), **{package: version(package) for package in _PACKAGES}}


def write_manifest(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write `manifest.json`, keys in a fixed order.

    Args:
        folder: The run folder.
        facts: What to write; values of JSON's types, dates and paths as text.

    Raises:
        AssertionError: The row counts do not add up; that is an error of nps-insights, and no manifest may hide it.
    """
    counts = facts["counts"]
    # A job of several files keeps books per file.
    for books in [counts] if "read" in counts else counts.values():
        told = books["kept"] + books["quarantined"] + books["duplicate"] + books["filtered"]
        if books["read"] != told:
            raise AssertionError(f"read {books['read']} rows, but kept + quarantined + duplicate + filtered = {told}")
    text = json.dumps(facts, indent=2, sort_keys=True, ensure_ascii=False, default=str)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
