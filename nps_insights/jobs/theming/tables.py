"""The tables of a run folder that are about themes."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from nps_insights.jobs.finished import read_table
from nps_insights.jobs.folder import MANIFEST
from nps_insights.tables import SettingsError

RUNS = Path("runs")
_NEEDED = ("themes", "segments", "mentions", "comments")


@dataclass(frozen=True, eq=False)
class ThemeTables:
    """What a run found.

    Attributes:
        folder: The run folder.
        themes: Table `themes`.
        segments: Table `segments`.
        mentions: Table `mentions`.
        comments: Table `comments`.
        edits: Table `theme_edits`; None where the run knew of none.
    """

    folder: Path
    themes: pd.DataFrame
    segments: pd.DataFrame
    mentions: pd.DataFrame
    comments: pd.DataFrame
    edits: pd.DataFrame | None


def read_theme_tables(run: Path | None) -> ThemeTables:
    """Return the tables of a run folder, of the latest one under `runs/` where none is named.

    Raises:
        SettingsError: There is no such run, or it found no themes.
        DataRefusedError: A table of it is damaged.
    """
    folder = run or latest_run(RUNS)
    tables = _tables_folder(folder)
    absent = [name for name in _NEEDED if not (tables / f"{name}.parquet").is_file()]
    if absent:
        raise SettingsError(
            f"{folder}: holds no table {', '.join(absent)}; name the folder of a finished run with --run, "
            "or make one with `nps-insights report` or `nps-insights themes fit`"
        )
    found = {name: read_table(tables / f"{name}.parquet") for name in _NEEDED}
    if found["themes"].empty:
        raise SettingsError(
            f"{folder}: the run found no themes, since no comment that it could read says anything; make one of a "
            "survey with comments (`nps-insights inspect` shows which column holds them, --columns comment=COLUMN "
            "names it)"
        )
    edits = tables / "theme_edits.parquet"
    return ThemeTables(folder, **found, edits=read_table(edits) if edits.is_file() else None)


def latest_run(runs: Path) -> Path:
    """Return the run folder under `runs` that was finished last.

    Raises:
        SettingsError: There is none.
    """
    folders = [path.parent for path in runs.glob(f"*/{MANIFEST}") if (_tables_folder(path.parent)).is_dir()]
    if not folders:
        raise SettingsError(
            f"{runs}: there is no finished run under it; name the folder of one with --run, "
            "or make one with `nps-insights report` or `nps-insights themes fit`"
        )
    return max(folders, key=lambda folder: ((folder / MANIFEST).stat().st_mtime_ns, folder.name))


def _tables_folder(folder: Path) -> Path:
    return folder / "tables" if (folder / "tables").is_dir() else folder
