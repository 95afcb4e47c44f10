"""Split delimited text into records; a record that cannot be read is set aside, never fatal."""

import csv
import io
from dataclasses import dataclass, field

from nps_insights.tables import DataRefusedError

_DELIMITERS = (",", ";", "\t", "|")
_LOOKED_AT = 200
# One stray quote costs one pass over what follows it; a file with this many of them is not a CSV.
_MOST_OPEN_QUOTES = 50
_SENTINEL = "\x02end of file\x02"


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


def read_delimited(text: str, name: str) -> Delimited:
    r"""Split the text of a CSV or TSV file into records.

    The delimiter is the one of `, ; tab |` that gives most rows the width of the header. A quote that is opened
    and never closed costs its own line, not the rest of the file.

    Args:
        text: The whole file.
        name: Name of the file, for error messages.

    Raises:
        DataRefusedError: So many quotes are left open that the rows cannot be told apart.

    Example:
        >>> read_delimited('id;comment\n1;"good; but\nslow"\n', "export.csv").rows
        [['id', 'comment'], ['1', 'good; but\nslow']]
    """
    notes = []
    if "\0" in text:
        notes.append(f"{text.count(chr(0)):,} NUL characters were removed while reading")
        text = text.replace("\0", "")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first, start = 1, 0
    if text[:4].lower() == "sep=" and text[5:6] in ("\n", ""):
        delimiter, first, start = text[4], 2, 6
    else:
        delimiter = _sniffed(text)
    found = Delimited([], [], delimiter, notes=notes)
    if (rows := _read_whole(text[start:], delimiter)) is not None:
        return Delimited(rows, list(range(first, first + len(rows))), delimiter, notes=notes)
    _read_from(text, start, first, found, name)
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


def _read_whole(text: str, delimiter: str) -> list[list[str]] | None:
    """All records, or None if a quote is left open somewhere."""
    end = "" if text.endswith("\n") or not text else "\n"
    try:
        rows = list(csv.reader(io.StringIO(f"{text}{end}{_SENTINEL}", newline="\n"), delimiter=delimiter))
    except csv.Error:
        return None
    return rows if rows.pop() == [_SENTINEL] else None


def _read_from(text: str, start: int, number: int, found: Delimited, name: str) -> None:
    lines = _Lines(text, start)
    for _ in range(_MOST_OPEN_QUOTES):
        reader = csv.reader(lines, delimiter=found.delimiter)
        ended = False
        begins, record_number = lines.position, number
        try:
            for row in reader:
                if row == [_SENTINEL]:
                    ended = True
                    break
                if lines.finished:
                    break
                found.rows.append(row)
                found.numbers.append(number)
                number += 1
                begins, record_number = lines.position, number
        except csv.Error:
            ended = False
        if ended:
            return
        # The record that begins here swallowed the rest of the file: give up its first line alone.
        found.broken.append((record_number, "opens a quote that is never closed"))
        lines = _Lines(text, text.find("\n", begins) + 1 or len(text))
        number = record_number + 1
    raise DataRefusedError(
        f"{name}: more than {_MOST_OPEN_QUOTES} quotes are opened and never closed (last in row {number - 1}); "
        "export the file again with its quotes doubled"
    )


class _Lines:
    """Lines of a text from a position on, then a line that only an open quote can hide."""

    def __init__(self, text: str, position: int) -> None:
        self.text, self.position, self.finished = text, position, False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self.position >= len(self.text):
            if self.finished:
                raise StopIteration
            self.finished = True
            return _SENTINEL
        end = self.text.find("\n", self.position)
        end = len(self.text) if end < 0 else end + 1
        line, self.position = self.text[self.position : end], end
        return line
