"""What would be understood of a file, in words; nothing is written."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.survey import Inspection, SurveySettings, inspect_survey, read_source

_WIDEST_CELL = 34


def inspection_of(file: Path, *, settings: SurveySettings, sheet: str | None = None) -> Inspection:
    """Read a file and describe what would be understood of it.

    Args:
        file: CSV, TSV, Excel or Parquet file.
        settings: What the user states so far.
        sheet: Sheet of a workbook.

    Raises:
        SettingsError: There is no such file, or it is of no known kind.
        DataRefusedError: The file cannot be read as a table.
    """
    return inspect_survey(read_source(file, sheet=sheet), settings)


def inspection_in_data(found: Inspection) -> dict[str, Any]:
    """Return the findings as JSON's types."""
    return {
        name: value.to_dict("records") if isinstance(value, pd.DataFrame) else value
        for name, value in asdict(found).items()
    }


def inspection_in_words(found: Inspection) -> str:
    """Return the findings as a page of text for a terminal."""
    written = ", ".join(
        part for part in (found.encoding, f"cells split by {found.delimiter!r}" if found.delimiter else "") if part
    )
    counts = ", ".join(f"{name} {count:,}" for name, count in found.counts.items())
    parts = [
        f"{found.name}: {found.n_rows:,} rows" + (f" ({written})" if written else ""),
        _tool_section(found),
        _section("Understood", found.understood[["column", "meaning", "how", "looks_like"]]),
        _section("Not used", found.unused),
        _section("First rows", _turned(found.first_rows)),
        f"Rows\n  {counts}" if counts else "",
        "Warnings\n" + "\n".join("  - " + warning.replace("\n", "\n    ") for warning in found.warnings)
        if found.warnings
        else "",
        "To paste into a pipeline file\n\n" + found.columns_block,
    ]
    return "\n\n".join(part for part in parts if part)


def _tool_section(found: Inspection) -> str:
    if not found.tool:
        return ""
    return "\n  - ".join([f"Recognised as an export of {found.tool}: {found.recognised_by}", *found.tool_did])


def _section(title: str, frame: pd.DataFrame) -> str:
    if frame.empty:
        return ""
    rows = [[str(name) for name in frame.columns], *frame.astype("str").to_numpy().tolist()]
    short = [[cell if len(cell) <= _WIDEST_CELL else cell[: _WIDEST_CELL - 1] + "…" for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in short) for column in range(frame.shape[1])]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in short]
    return title + "\n" + "\n".join("  " + line for line in lines)


def _turned(first_rows: pd.DataFrame) -> pd.DataFrame:
    """One line per column: exports are wide, terminals are not."""
    turned = first_rows.T.rename(columns=lambda number: f"row {number + 1}")
    return turned.rename_axis("column").reset_index()
