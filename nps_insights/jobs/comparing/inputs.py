"""What went into two runs: files, rows, answers, settings and versions."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.jobs.comparing.rows import Row, difference, differing, flat

# They decide where things go, not what is computed.
_NO_MATTER = ("output.", "delivery.", "tracking.", "themes.cache")


@dataclass(frozen=True, eq=False)
class ReadRun:
    """A finished run, read.

    Attributes:
        folder: Its folder.
        manifest: Its manifest.
        tables: Its tables, by name.
    """

    folder: Path
    manifest: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]


def data_differences(before: ReadRun, after: ReadRun) -> list[Row]:
    """Return in what the data differ: files, rows, the span of the answers, and the answers themselves."""
    old, new = before.manifest, after.manifest
    rows = _files(old.get("inputs", {}), new.get("inputs", {}))
    for name, books in (("survey", "counts"), ("accounts", "account_counts")):
        counts = [{f"{name}: rows {fate}": n for fate, n in (one.get(books) or {}).items()} for one in (old, new)]
        rows += differing("data", *counts)
    rows += differing("data", _sides(old), _sides(new))
    rows += differing("data", _facts(before), _facts(after))
    keys = [one["pseudonym_key"] for one in (old, new) if "pseudonym_key" in one]
    # Runs of earlier versions do not tell.
    if len(keys) == 2:
        rows += differing("data", *({"key of the pseudonyms": key} for key in keys))
    return rows + _answers(before.tables["responses"], after.tables["responses"])


def setting_differences(before: ReadRun, after: ReadRun) -> list[Row]:
    """Return in what the settings differ; where things are written to is not looked at."""
    read = {*before.manifest.get("inputs", {}), *after.manifest.get("inputs", {})}
    stated = [
        {
            name: value
            for name, value in flat(run.manifest["settings"]).items()
            # A file that was read is told of by its content, under data.
            if not name.startswith(_NO_MATTER) and name.removeprefix("input.") not in read
        }
        for run in (before, after)
    ]
    return differing("settings", *stated)


def version_differences(before: ReadRun, after: ReadRun) -> list[Row]:
    """Return which versions differ of what decides the result."""
    return differing("versions", before.manifest.get("versions", {}), after.manifest.get("versions", {}))


def _files(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Row]:
    rows = []
    for role in sorted({*before, *after}):
        old, new = before.get(role), after.get(role)
        if old and new and old.get("sha256") == new.get("sha256"):
            continue
        names = [one and f"{one.get('name')} ({str(one.get('sha256'))[:8]})" for one in (old, new)]
        change = "changed" if old and new else "added" if new else "gone"
        said = f"{role}: another content, {names[0]} → {names[1]}" if change == "changed" else ""
        rows.append(difference("data", f"{role}: file", *names, change=change, finding=said))
    return rows


def _sides(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"{name}: rows {fate}": n
        for name, counts in (manifest.get("side_counts") or {}).items()
        for fate, n in counts.items()
    }


def _facts(run: ReadRun) -> dict[str, Any]:
    responses = run.tables["responses"]
    facts: dict[str, Any] = {
        "answers": len(responses),
        "comments": len(run.tables["comments"]),
        "moment of knowing": run.manifest.get("as_of"),
    }
    if "responded_at" in responses and responses["responded_at"].notna().any():
        dates = responses["responded_at"]
        facts |= {"first answer": f"{dates.min():%Y-%m-%d}", "last answer": f"{dates.max():%Y-%m-%d}"}
    return facts


def _answers(before: pd.DataFrame, after: pd.DataFrame) -> list[Row]:
    """How many answers came, went, or have another score."""
    scores = [one.set_index("response_id")["score"] for one in (before, after)]
    common = scores[0].index.intersection(scores[1].index)
    came, went = len(scores[1].index.difference(common)), len(scores[0].index.difference(common))
    changed = int((scores[0].loc[common] != scores[1].loc[common]).sum())
    told = {
        "answers that only the second run has": came,
        "answers that only the first run has": went,
        "answers with another score": changed,
    }
    return [difference("data", item, None, n, finding=f"{item}: {n:,}") for item, n in told.items() if n]
