"""Split delimited text into records; a record that cannot be read is set aside, never fatal."""

import csv
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NoReturn

from nps_insights.survey.files.limits import USUAL_LIMITS, Limits, refuse, refuse_large_table
from nps_insights.survey.files.swallowed import holds_other_rows, well_quoted
from nps_insights.tables import DataRefusedError

_DELIMITERS = (",", ";", "\t", "|")
_LOOKED_AT = 200
# One stray quote costs one pass over what follows it; a file with this many of them is not a CSV.
_MOST_OPEN_QUOTES = 50
_SENTINEL = "\x02end of file\x02"
# The longest line counts in cells of the longest kind; real rows are a few thousand characters long.
_LONG_CELLS_A_LINE = 64
# The longest cell is a setting of the whole process in Python's reader.
_READER = threading.Lock()


@dataclass
class Delimited:
    """Records of a file.

    Attributes:
        rows: Cells of every record, the header first; a blank line is an empty list.
        numbers: Record numbers, 1-based.
        delimiter: What separates the cells.
        broken: Row number and reason of records that could not be read.
        notes: What was done, in sentences.
    """

    rows: list[list[str]]
    numbers: list[int]
    delimiter: str
    broken: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def refuse_endless_line(data: bytes, name: str, limits: Limits = USUAL_LIMITS) -> None:
    """Refuse bytes with a line so long that it can be no row, before they become text.

    Args:
        data: Bytes of a text file, in any encoding.
        name: Name of the file, for error messages.
        limits: A line may be as long as 64 of the longest cells.

    Raises:
        DataRefusedError: There is such a line.

    Example:
        >>> refuse_endless_line(b"score,comment", "survey.csv")
    """
    longest = limits.cell_characters * _LONG_CELLS_A_LINE
    step = longest // 2
    # Between two places half of that apart there must be an end of a line: a few looks, not one at every byte.
    for start in range(0, len(data) - step, step):
        if data.find(b"\n", start, start + step) >= 0 or data.find(b"\r", start, start + step) >= 0:
            continue
        begins = max(data.rfind(b"\n", 0, start), data.rfind(b"\r", 0, start)) + 1
        ends = min((at for at in (data.find(b"\n", start), data.find(b"\r", start)) if at >= 0), default=len(data))
        if ends - begins > longest:
            given = f"has a line of {ends - begins:,} bytes without an end"
            refuse(name, given, "cell_characters", f"{longest:,} (64 cells of {limits.cell_characters:,} characters)")


def read_delimited(text: str, name: str, limits: Limits = USUAL_LIMITS) -> Delimited:
    r"""Split the text of a CSV or TSV file into records.

    The delimiter is the one of `, ; tab |` that gives most rows the width of the header. A quote that is opened
    and never closed costs its own line, not the rest of the file.

    Args:
        text: The whole file.
        name: Name of the file, for error messages.
        limits: How many rows, columns and characters a cell may have.

    Raises:
        DataRefusedError: So many quotes are left open that the rows cannot be told apart, or there is more than the
            limits allow.

    Example:
        >>> read_delimited('id;comment\n1;"good; but\nslow"\n', "export.csv").rows
        [['id', 'comment'], ['1', 'good; but\nslow']]
    """
    notes = []
    if "\0" in text:
        notes.append(f"{text.count(chr(0)):,} NUL characters were removed while reading")
        text = text.replace("\0", "")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    with _cells_up_to(limits.cell_characters):
        return _records(text, notes, name, limits)


@contextmanager
def _cells_up_to(characters: int) -> Iterator[None]:
    with _READER:
        before = csv.field_size_limit(characters)
        try:
            yield
        finally:
            csv.field_size_limit(before)


def _records(text: str, notes: list[str], name: str, limits: Limits) -> Delimited:
    first, start = 1, 0
    if text[:4].lower() == "sep=" and text[4:5] not in ("", "\n", '"') and text[5:6] in ("\n", ""):
        delimiter, first, start = text[4], 2, 6
    else:
        delimiter = _sniffed(text)
    found = Delimited([], [], delimiter, notes=notes)
    if (rows := _read_whole(text, start, delimiter, _Size(name, limits))) is not None:
        return Delimited(rows, list(range(first, first + len(rows))), delimiter, notes=notes)
    _read_from(text, start, first, found, _Size(name, limits))
    return found


def _sniffed(text: str) -> str:
    head = text[: _LOOKED_AT * 2000]
    best, best_rank = ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        widths = []
        try:
            for row in csv.reader(io.StringIO(head), delimiter=delimiter):
                widths += [len(row)] if row else []
                if len(widths) >= _LOOKED_AT:
                    break
        except csv.Error:
            continue
        if not widths or widths[0] < 2:
            continue
        rank = (round(widths.count(widths[0]) / len(widths), 2), widths[0])
        if rank > best_rank:
            best, best_rank = delimiter, rank
    return best


class _Size:
    """Running count of rows and cells, compared with the limits as they come."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name, self.limits = name, limits
        # The header and the mark at the end are no records.
        self.rows, self.cells = -2, 0

    def add(self, row: list[str]) -> None:
        self.rows, self.cells = self.rows + 1, self.cells + len(row)
        limits = self.limits
        if len(row) > limits.columns or self.rows > limits.rows or self.cells > limits.cells:
            refuse_large_table(self.rows, len(row), self.name, limits)
            refuse(self.name, f"has more than {self.cells - 1:,} cells", "cells", f"{limits.cells:,}")

    def refuse_long_cell(self, row_number: int) -> NoReturn:
        characters = f"{self.limits.cell_characters:,} characters"
        refuse(self.name, f"has a cell of more than that in row {row_number:,}", "cell_characters", characters)


def _read_whole(text: str, start: int, delimiter: str, size: _Size) -> list[list[str]] | None:
    """All records, or None if a quote is left open somewhere, or closed where no cell ends."""
    rows, lines = [], _Lines(text, start)
    try:
        # A line at a time: a reader over the whole text would hold it again, with four bytes a character.
        for row in csv.reader(lines, delimiter=delimiter):
            size.add(row)
            rows.append(row)
    except csv.Error:
        return None
    # Only where a cell has several lines can the quote of another row have closed it.
    several_lines = lines.given > len(rows)
    if rows.pop() != [_SENTINEL] or (several_lines and not well_quoted(_Lines(text, start), delimiter)):
        return None
    return rows


def _read_from(text: str, start: int, number: int, found: Delimited, size: _Size) -> None:
    lines = _Lines(text, start)
    # Behind the last one that is given up the rest may be whole.
    for _ in range(_MOST_OPEN_QUOTES + 1):
        reader = csv.reader(lines, delimiter=found.delimiter)
        begins, record_number, why = lines.position, number, "opens a quote that is never closed"
        try:
            # The line at the end is the last row, unless an open quote took it into another one.
            while (row := next(reader)) != [_SENTINEL] and not lines.finished:
                width = len(found.rows[0]) if found.rows else 0
                if holds_other_rows(text[begins : lines.position], found.delimiter, width):
                    why = "opens a quote that is closed in another row"
                    break
                size.add(row)
                found.rows.append(row)
                found.numbers.append(number)
                number += 1
                begins, record_number = lines.position, number
            if row == [_SENTINEL]:
                return
        except csv.Error:
            if _holds_long_cell(text, begins, found.delimiter, size.limits.cell_characters):
                size.refuse_long_cell(record_number)
        # The record that begins here swallowed other rows: give up its first line alone.
        found.broken.append((record_number, why))
        lines = _Lines(text, text.find("\n", begins) + 1 or len(text))
        number = record_number + 1
    raise DataRefusedError(
        f"{size.name}: more than {_MOST_OPEN_QUOTES} quotes are opened and never closed (last in row {number - 1}); "
        "export the file again with its quotes doubled"
    )


def _holds_long_cell(text: str, begins: int, delimiter: str, longest: int) -> bool:
    """Whether a record that the reader gave up holds too long a cell, and not a quote that is never closed."""
    if "\n" not in text[begins : begins + longest] and len(text) - begins > longest:
        return True
    quote = text.find('"', begins + longest)
    # The next quote closes the cell where the cell ends behind it; else it opens the next one.
    return quote > 0 and text[quote + 1 : quote + 2] in (delimiter, "\n", "")


class _Lines:
    """Lines of a text from a position on, then a line that only an open quote can hide."""

    def __init__(self, text: str, position: int) -> None:
        self.text, self.position, self.finished = text, position, False
        self.given = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self.given += 1
        if self.position >= len(self.text):
            if self.finished:
                raise StopIteration
            self.finished = True
            return _SENTINEL
        end = self.text.find("\n", self.position)
        end = len(self.text) if end < 0 else end + 1
        line, self.position = self.text[self.position : end], end
        return line
