"""What would be understood of a file, in words; nothing is written."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.survey import Inspection, SurveySettings, inspect_survey, read_source

_WIDEST_CELL = 34


def inspection_of(
    file: Path, *, settings: SurveySettings, sheet: str | None = None, encoding: str | None = None
) -> Inspection:
    """Read a file and describe what would be understood of it.

    Args:
        file: CSV, TSV, Excel or Parquet file.
        settings: What the user states so far.
        sheet: Sheet of a workbook.
        encoding: Encoding of a text file; detected if not given.

    Raises:
        SettingsError: There is no such file, or it is of no known kind.
        DataRefusedError: The file cannot be read as a table.
    """
    return inspect_survey(read_source(file, sheet=sheet, encoding=encoding), settings)


def inspection_in_data(found: Inspection) -> dict[str, Any]:
    """Return the findings as JSON's types."""
    told = _in_data(asdict(found))
    return told | {"suggestion": told["suggestion"] | {"arguments": found.suggestion.arguments}}


def _in_data(told: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.to_dict("records")
        if isinstance(value, pd.DataFrame)
        else _in_data(value)
        if isinstance(value, dict)
        else value
        for name, value in told.items()
    }


def inspection_in_words(found: Inspection, *, command: str = "", encoding: str | None = None) -> str:
    """Return the findings as a page of text for a terminal.

    Args:
        found: What was found out.
        command: The command line that makes the report with what is stated so far; what could be tried next is added.
        encoding: The encoding, where it was stated.
    """
    stated = f"[input]\nencoding = {json.dumps(encoding)}\n\n" if encoding else ""
    written = ", ".join(
        part for part in (found.encoding, f"cells split by {found.delimiter!r}" if found.delimiter else "") if part
    )
    counts = ", ".join(f"{name} {count:,}" for name, count in found.counts.items())
    parts = [
        f"{found.name}: {found.n_rows:,} rows" + (f" ({written})" if written else ""),
        tool_section(found),
        section("Understood", found.understood[["column", "meaning", "how", "looks_like"]]),
        section("Not used", found.unused),
        section("First rows", turned(found.first_rows)),
        "\n".join([f"Rows\n  {counts}", *_set_aside(found.breakdown)]) if counts else "",
        listed("Warnings", found.warnings),
        next_step(found, command),
        "To paste into a pipeline file\n\n" + stated + found.columns_block,
    ]
    return "\n\n".join(part for part in parts if part)


def _set_aside(breakdown: Mapping[str, Mapping[str, int]]) -> list[str]:
    """A line for each reason why rows are not kept, the most common of a fate first."""
    return [f"  - {fate} {n:,}: {why}" for fate, reasons in breakdown.items() for why, n in reasons.items()]


def listed(title: str, sentences: Iterable[str]) -> str:
    """Return sentences as a list under a title, or nothing where there are none.

    Example:
        >>> print(listed("Missing", ["score"]))
        Missing
          - score
    """
    lines = ["  - " + one.replace("\n", "\n    ") for one in sentences]
    return "\n".join([title, *lines]) if lines else ""


def next_step(found: Inspection, command: str) -> str:
    """Return the command line to try next; a suggestion is said to be one, for the person who knows what was asked.

    Args:
        found: What was found out.
        command: The command line so far; nothing is returned without one.
    """
    if not command:
        return ""
    if found.ready:
        return f"Try next\n  {command}"
    arguments = found.suggestion.arguments
    if not arguments:
        return ""
    more = "" if found.suggestion.readable else "; something more will be asked for"
    return (
        "Try next (a suggestion from what the cells look like, which nobody has confirmed: "
        f"check it against the first rows{more})\n  {command} {arguments}"
    )


def tool_section(found: Inspection) -> str:
    """Return what tool's export the file is and what was done because of it; nothing where none was recognised."""
    if not found.tool:
        return ""
    return "\n  - ".join([f"Recognised as an export of {found.tool}: {found.recognised_by}", *found.tool_did])


def section(title: str, frame: pd.DataFrame) -> str:
    """Return a table as lines under a title, long cells shortened; nothing where it has no row.

    Example:
        >>> print(section("Could be", pd.DataFrame({"field": ["score"], "column": ["Q1"]})))
        Could be
          field  column
          score  Q1
    """
    if frame.empty:
        return ""
    rows = [[str(name) for name in frame.columns], *frame.astype("str").to_numpy().tolist()]
    short = [[cell if len(cell) <= _WIDEST_CELL else cell[: _WIDEST_CELL - 1] + "…" for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in short) for column in range(frame.shape[1])]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in short]
    return title + "\n" + "\n".join("  " + line for line in lines)


def turned(first_rows: pd.DataFrame) -> pd.DataFrame:
    """Return one line per column: exports are wide, terminals are not."""
    turned = first_rows.T.rename(columns=lambda number: f"row {number + 1}")
    return turned.rename_axis("column").reset_index()
