"""Hold two runs against each other: what changed in data, settings, versions, themes and results."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.jobs.comparing.inputs import (
    ReadRun,
    data_differences,
    setting_differences,
    version_differences,
)
from nps_insights.jobs.comparing.results import result_differences
from nps_insights.jobs.comparing.rows import differences
from nps_insights.jobs.comparing.themes import same_themes, theme_differences
from nps_insights.jobs.driving.rerun import read_run
from nps_insights.tables.run_tables import DIFFERENCE_AREAS

NOTHING = "Nothing differs: the same data, settings, versions, themes and results."
_MOST_LINES = 12
_CAUTION = (
    "Ranges that have nothing in common differ by more than chance. Where they overlap the runs cannot tell, and where "
    "both hold the same customers a smaller difference may be real too."
)


@dataclass(frozen=True, eq=False)
class RunDifferences:
    """Two runs held against each other.

    Attributes:
        before: Folder of the first run.
        after: Folder of the second run.
        run_ids: Their ids.
        table: Table `run_differences`.
        themes: Why themes could be matched, or not.
    """

    before: Path
    after: Path
    run_ids: tuple[str, str]
    table: pd.DataFrame
    themes: str


def compare_runs(before: Path, after: Path) -> RunDifferences:
    """Return what differs between two finished driver reports.

    Where things were written, under which command and run id, is no difference. Themes are matched where one run goes
    on from the other's fit or both are of the same one; an equal id of two fits says nothing.

    Args:
        before: Folder of a run.
        after: Folder of another one.

    Raises:
        SettingsError: A folder holds no finished driver report, or one of an older version.
    """
    old, new = _read(before), _read(after)
    known = same_themes(old, new)
    rows = [
        *data_differences(old, new),
        *setting_differences(old, new),
        *version_differences(old, new),
        *theme_differences(old, new, known),
        *result_differences(old, new, known),
    ]
    ids = (str(old.manifest["run_id"]), str(new.manifest["run_id"]))
    return RunDifferences(before, after, ids, differences(rows), known.why)


def differences_in_words(found: RunDifferences, *, most: int = _MOST_LINES) -> list[str]:
    """Return the differences as lines: the areas one by one, figures beyond their ranges first.

    Args:
        found: What was compared.
        most: Lines per area; how many more there are is said.
    """
    lines = [
        f"before   {found.before} (run {found.run_ids[0][:8]})",
        f"after    {found.after} (run {found.run_ids[1][:8]})",
    ]
    if found.table.empty:
        return [*lines, NOTHING]
    for area in DIFFERENCE_AREAS:
        rows = found.table[found.table["area"] == area]
        if rows.empty:
            lines.append(f"{area}: the same")
            continue
        lines += [f"{area}:", *(f"  {said}" for said in _loudest_first(rows)["finding"].head(most))]
        if len(rows) > most:
            lines.append(f"  and {len(rows) - most:,} more; --json or --out lists all of them")
    return [*lines, _CAUTION] if found.table["beyond"].notna().any() else lines


def differences_summary(found: RunDifferences) -> dict[str, Any]:
    """Return the differences as what `--json` prints."""
    table = found.table.astype("object").where(found.table.notna(), None)
    counts = found.table["area"].value_counts()
    return {
        "before": {"folder": str(found.before), "run_id": found.run_ids[0]},
        "after": {"folder": str(found.after), "run_id": found.run_ids[1]},
        "differs": bool(len(found.table)),
        "areas": {area: int(counts.get(area, 0)) for area in DIFFERENCE_AREAS},
        "themes": found.themes,
        "differences": table.to_dict("records"),
    }


def _read(folder: Path) -> ReadRun:
    manifest, tables = read_run(folder)
    return ReadRun(folder, manifest, tables)


def _loudest_first(rows: pd.DataFrame) -> pd.DataFrame:
    """Beyond both ranges first; figures that only one run has last; each rank in the table's order."""
    ranks = [_rank(*row) for row in rows[["area", "item", "change", "beyond"]].itertuples(index=False, name=None)]
    return rows.assign(rank=ranks).sort_values("rank", kind="stable")


def _rank(area: str, item: str, change: str, beyond: bool) -> int:
    if pd.notna(beyond) and beyond:
        return 0
    is_told = item.startswith(("alert", "target"))
    if change != "changed":
        # Another grouping brings a hundred figures that have nothing to be held against.
        return 1 if area != "results" or is_told else 5
    if is_told:
        return 1
    of_all = "," not in item
    return 2 if of_all else 3 if item.startswith("driver ") else 4
