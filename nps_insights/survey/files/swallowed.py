"""Rows that stand inside a cell: a quote was opened in one row, and the quote of a later row happened to close it."""

import csv
import io
from collections.abc import Iterable

# With two columns a line of a comment has as many separators as a row.
_FEWEST_COLUMNS = 3


def well_quoted(lines: Iterable[str], delimiter: str) -> bool:
    r"""Return whether every quote that is opened is closed at the end of its cell, and doubled inside.

    Args:
        lines: Lines of records, each with its end.
        delimiter: What separates the cells.

    Example:
        >>> well_quoted(['1,"good, but\n', 'slow",9\n'], ","), well_quoted(['1,"slow,9\n', '2,"slow,9\n'], ",")
        (True, False)
    """
    try:
        for _ in csv.reader(lines, delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        return False
    return True


def holds_other_rows(record: str, delimiter: str, width: int) -> bool:
    r"""Return whether the text of a record holds further rows of the file.

    Args:
        record: Its lines, as they stand in the file.
        delimiter: What separates the cells.
        width: Columns of the header.

    Example:
        >>> holds_other_rows('1,"slow,9\n2,ok,9\n3,"slow,9\n', ",", 3)
        True
        >>> holds_other_rows('1,"slow,\nbut, well, good",9\n', ",", 3)
        False
    """
    lines = record.split("\n")[1:]
    if width < _FEWEST_COLUMNS or not any(line.count(delimiter) >= width - 1 for line in lines):
        return False
    return not well_quoted(io.StringIO(record), delimiter)
