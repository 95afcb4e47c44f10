"""Look through a Parquet file before its pages are unpacked: what it states of itself, and what its pages state."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nps_insights.survey.files.limits import MIB, USUAL_LIMITS, Limits, Unpacking, refuse, refuse_large_table
from nps_insights.survey.files.thrift import Fields, read_struct
from nps_insights.tables import DataRefusedError

if TYPE_CHECKING:
    import pyarrow

_FOOTER_MIB = 8
_MARKS = 12
# A place in a column of Python objects.
_CELL_BYTES = 8
# Numbers of fields, from parquet.thrift of the Parquet format.
_ROWS, _GROUPS, _COLUMNS, _META = 3, 4, 1, 3
_VALUES, _STATED_SIZE, _PACKED_SIZE = 5, 6, 7
_PAGE_OFFSETS = (9, 11)
_PAGE_UNPACKED, _PAGE_PACKED = 2, 3


def refuse_hostile_parquet(data: bytes, name: str, limits: Limits = USUAL_LIMITS) -> None:
    """Refuse a Parquet file that would fill the memory, before a page of it is unpacked.

    The description at its end is read here and not by arrow, which ends the whole process at some damaged ones.

    Args:
        data: Bytes of the file.
        name: Name of the file, for error messages.
        limits: What it may hold.

    Raises:
        DataRefusedError: It holds more rows, columns, values or unpacked bytes than the limits allow, or is damaged.

    Example:
        >>> refuse_hostile_parquet(b"PAR1PAR1", "survey.parquet")
        Traceback (most recent call last):
        nps_insights.tables.errors.DataRefusedError: survey.parquet: cannot be read as Parquet (it is cut off or ...
    """
    rows, groups = _described(data, name)
    widest = max((len(group) for group in groups), default=0)
    refuse_large_table(rows, widest, name, limits)
    unpacking = Unpacking(name, limits)
    values = stated = unpacked = 0
    for column in (column for group in groups for column in group):
        values, stated = values + max(column[_VALUES], 0), stated + max(column[_STATED_SIZE], 0)
        unpacking.compare(len(data), stated)
        start = min((column[key] for key in _PAGE_OFFSETS if column.get(key)), default=0)
        for size in _page_sizes(memoryview(data)[max(start, 0) :][: max(column[_PACKED_SIZE], 0)], name):
            unpacked += size
            unpacking.compare(len(data), unpacked)
    if values > limits.cells:
        refuse(name, f"has {values:,} values", "cells", f"{limits.cells:,}")
    unpacking.compare(len(data), _CELL_BYTES * max(values, rows * widest))


def _described(data: bytes, name: str) -> tuple[int, list[list[Fields]]]:
    """The number of rows, and what the file states of the columns of each group of rows."""
    footer = int.from_bytes(data[-8:-4], "little")
    if data[-4:] != b"PAR1" or not data.startswith(b"PAR1") or footer > len(data) - _MARKS:
        raise DataRefusedError(f"{name}: cannot be read as Parquet (it is cut off or is no such file); write it again")
    if footer > _FOOTER_MIB * MIB:
        raise DataRefusedError(
            f"{name}: describes its columns in {footer / MIB:,.0f} MiB, at most {_FOOTER_MIB} MiB are read; write it "
            "again with the columns of the survey alone and fewer row groups"
        )
    try:
        file, _ = read_struct(memoryview(data)[len(data) - 8 - footer : len(data) - 8], 0)
        rows = file[_ROWS]
        groups = [[column[_META] for column in group[_COLUMNS]] for group in file[_GROUPS]]
        needed = [column[key] for group in groups for column in group for key in (_VALUES, _STATED_SIZE, _PACKED_SIZE)]
        offsets = [column.get(key) or 0 for group in groups for column in group for key in _PAGE_OFFSETS]
        if not all(isinstance(number, int) for number in (rows, *needed, *offsets)) or rows < 0:
            raise ValueError("no numbers")
    except (IndexError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise DataRefusedError(f"{name}: cannot be read as Parquet (its description is damaged)") from error
    return rows, groups


def refuse_repeated_text(
    dictionary_columns: "list[pyarrow.ChunkedArray]", packed: int, name: str, limits: Limits = USUAL_LIMITS
) -> None:
    """Refuse texts that are stored once and stand in so many rows that they would fill the memory.

    Args:
        dictionary_columns: Columns as dictionaries of texts.
        packed: Bytes of the file.
        name: Name of the file, for error messages.
        limits: What it may hold.

    Raises:
        DataRefusedError: A text is longer than a cell may be, or all of them together are above the limits.
    """
    import pyarrow.compute

    unpacking, total = Unpacking(name, limits), 0
    for column in dictionary_columns:
        for chunk in column.chunks:
            lengths = pyarrow.compute.binary_length(chunk.dictionary)
            longest = pyarrow.compute.max(lengths).as_py() or 0
            if longest > limits.cell_characters * 4:
                given = f"has a cell of {longest:,} bytes"
                refuse(name, given, "cell_characters", f"{limits.cell_characters:,} characters")
            total += pyarrow.compute.sum(lengths.take(chunk.indices)).as_py() or 0
            unpacking.compare(packed, total)


def _page_sizes(chunk: memoryview, name: str) -> Iterator[int]:
    """The unpacked size that each page of a column states; a reader sets that much memory aside."""
    position = 0
    while position < len(chunk):
        try:
            header, position = read_struct(chunk, position)
            unpacked, packed = int(header[_PAGE_UNPACKED]), int(header[_PAGE_PACKED])
        except (IndexError, KeyError, ValueError, TypeError) as error:
            raise DataRefusedError(f"{name}: cannot be read as Parquet (a page is damaged); write it again") from error
        yield max(unpacked, 0)
        if not 0 <= packed <= len(chunk) - position:
            raise DataRefusedError(f"{name}: cannot be read as Parquet (a page is cut off); write it again")
        position += packed
