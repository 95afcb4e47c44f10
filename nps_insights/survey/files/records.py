"""Turn the records of a file into a table of text: find the header, keep what fits it, count what does not."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from nps_insights.survey.files.delimited import Delimited
from nps_insights.survey.files.raw import RawTable, numbered_reasons
from nps_insights.survey.tools import Header, Tool, prepared, recognised
from nps_insights.tables import DataRefusedError

_LOOKED_AT = 500
_DATE = re.compile(r"(?:\d{4}-\d\d?-\d\d?|\d\d?([./])\d\d?\1\d{2,4})(?:[ T]\d.*)?")


def raw_table(name: str, source: Delimited, sha256: str, encoding: str = "") -> RawTable:
    """Return the records of a file as a table of text, with what its tool is known for.

    Args:
        name: Name of the file.
        source: Its records.
        sha256: Of the file's bytes.
        encoding: Encoding of a text file.

    Raises:
        DataRefusedError: There is no usable header, or no row below it.

    Example:
        >>> raw_table("a.csv", Delimited([["id", "score"], ["7", "9"]], [1, 2], ","), "").frame.to_dict("list")
        {'id': ['7'], 'score': ['9']}
    """
    filled = [(n, row) for n, row in zip(source.numbers, source.rows, strict=True) if row]
    if not filled:
        raise DataRefusedError(f"{name}: is empty; a header and at least one row are needed")
    first = [_storable(row) for _, row in filled[:_LOOKED_AT]]
    tool, why = recognised(first)
    header = Header(list(first[0])) if tool is None else tool.header(first)
    names = _column_names(header.names, name)
    whole, broken, below = _sorted_out(filled[header.n_rows :], len(names), tool)
    if tool is None:
        _refuse_lines_above_header(filled, name)
    if not whole and not broken and not source.broken:
        rows = "a header" if header.n_rows == 1 else f"the {header.n_rows} header rows of a {tool and tool.name} export"
        raise DataRefusedError(f"{name}: has {rows} and no rows; export it again, with the period that has answers")
    cells = zip(*(row for _, row in whole), strict=True) if whole else [()] * len(names)
    raw = RawTable(
        name=name,
        frame=pd.DataFrame(
            {column: pd.array(_storable(values), dtype="str") for column, values in zip(names, cells, strict=True)}
        ),
        row_numbers=np.array([number for number, _ in whole], dtype="int64"),
        broken=numbered_reasons([*source.broken, *broken]),
        encoding=encoding,
        delimiter=source.delimiter,
        sha256=sha256,
        notes=tuple(source.notes),
        set_aside=numbered_reasons(below),
    )
    return replace(raw, notes=(*raw.notes, *([why] if why else []))) if tool is None else _known(raw, tool, header, why)


def _refuse_lines_above_header(rows: Sequence[tuple[int, list[str]]], name: str) -> None:
    """Where most rows have more cells than row 1, a title stands where the header should."""
    first = len(rows[0][1])
    others = [(number, len(row) if len(row) <= first else _filled_width(row)) for number, row in rows[1:]]
    width, n = Counter(width for _, width in others).most_common(1)[0] if others else (0, 0)
    if width <= first or n <= len(others) / 2:
        return
    place = next(number for number, cells in others if cells == width)
    told = "1 cell" if first == 1 else f"{first} cells"
    raise DataRefusedError(
        f"{name}: row 1 has {told}, {n:,} of {len(others):,} rows below it have {width}: lines seem to stand above the "
        f"header, which may be row {place}; delete them, so that the header is row 1, and give the file again"
    )


def _filled_width(row: Sequence[str]) -> int:
    """Cells up to the last that holds anything: separators behind it are no cells."""
    return next((place for place in range(len(row), 0, -1) if row[place - 1].strip()), 0)


def _known(raw: RawTable, tool: Tool, header: Header, why: str) -> RawTable:
    done = prepared(raw, tool, header, why)
    if done.frame.empty and len(done.set_aside):
        reasons = done.set_aside["reason"].value_counts()
        listed = "; ".join(f"{n:,}: {reason}" for reason, n in reasons.sort_index().items())
        raise DataRefusedError(
            f"{done.name}: none of the {done.n_read:,} rows of this {tool.name} export is an answer ({listed})"
        )
    return done


def _sorted_out(
    rows: Sequence[tuple[int, list[str]]], width: int, tool: Tool | None
) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str]], list[tuple[int, str]]]:
    """Rows that fit the header, rows that do not with the reason, and footer lines of the tool."""
    whole, broken, below = [], [], []
    footers = set() if tool is None or not tool.footer else _footers([row for _, row in rows], tool)
    for place, (number, row) in enumerate(rows):
        if place in footers:
            below.append((number, "a footer line of the report"))
        elif len(row) == width:
            whole.append((number, row))
        elif len(row) > width and not any(cell.strip() for cell in row[width:]):
            whole.append((number, row[:width]))
        else:
            broken.append((number, f"has {len(row)} cells where the header has {width}"))
    return whole, broken, below


def _footers(rows: Sequence[Sequence[str]], tool: Tool) -> set[int]:
    """Lines that the tool writes between and below the rows; among the last ones also the title and the company."""
    known = {place for place, row in enumerate(rows) if tool.is_footer(row)}
    end = len(rows)
    while end and (end - 1 in known or sum(bool(cell.strip()) for cell in rows[end - 1]) <= 1):
        end -= 1
    last = set(range(end, len(rows)))
    return known | (last if last & known else set())


def _storable(values: Sequence[str]) -> list[str]:
    """Half a surrogate pair cannot be written as UTF-8, so it becomes a question mark."""
    try:
        "".join(values).encode("utf-8")
    except UnicodeEncodeError:
        return [value.encode("utf-8", "replace").decode("utf-8") for value in values]
    return list(values)


def _column_names(cells: list[str], name: str) -> list[str]:
    names, unnamed = [], 0
    trimmed = [" ".join(cell.split()) for cell in cells]
    if not any(trimmed):
        raise DataRefusedError(f"{name}: row 1 is blank; it must hold the names of the columns")
    for cell in trimmed:
        unnamed += not cell
        names.append(cell or f"unnamed_{unnamed}")
    repeated = sorted(cell for cell, n in Counter(names).items() if n > 1)
    if repeated:
        raise DataRefusedError(
            f"{name}: {', '.join(map(repr, repeated))} stands in the header more than once; "
            "rename the columns so that each name is there once"
        )
    if all(_is_number(cell) for cell in trimmed if cell):
        raise DataRefusedError(
            f"{name}: row 1 holds only numbers, so it is data and not a header; add a row of column names above it"
        )
    number, date = (next(filter(looks, trimmed), "") for looks in (_is_number, _DATE.fullmatch))
    if number and date:
        raise DataRefusedError(
            f"{name}: row 1 holds a number ({number!r}) and a date ({date!r}), so it is data and not a header; add a "
            "row of column names above it"
        )
    return names


def _is_number(cell: str) -> bool:
    return cell.replace(".", "", 1).replace(",", "", 1).removeprefix("-").isdigit()
