"""Look through a workbook piece by piece before a reader lays its sheets out in memory."""

import re
import zipfile
from collections.abc import Iterator

import numpy as np

from nps_insights.survey.files.limits import (
    MIB,
    RATIO_FREE_MIB,
    USUAL_LIMITS,
    Limits,
    Unpacking,
    entries,
    refuse,
    refuse_large_table,
    streamed,
)
from nps_insights.survey.files.open_document_limits import OpenDocumentSize
from nps_insights.survey.files.sheet_size import SheetSize
from nps_insights.tables import DataRefusedError

# Sheets are laid out as rectangles; below this size even an empty one does no harm.
_AREA_FREE = 4_000_000
# A character of a cell may be written as an entity or a code of up to seven bytes.
_BYTES_PER_CHARACTER = 8
_NEAR = 64 * 1024
# With a NUL between its characters the word is in UTF-16.
_WORDS = (b"<!DOCTYPE", b"<!ENTITY")
_MARKED = (b"<!", b"<\0!")
_DECLARATION = re.compile(b"(?i)" + b"|".join(rb"\0?".join(re.findall(b".", word)) for word in _WORDS))
_SHARED_INDEX = re.compile(rb"""<c\s[^<>]*\bt="s"[^<>]*>(?:<f[^<>]*/>|<f[^<>]*>[^<>]*</f>)?<v>(\d{1,9})</v>""")


def refuse_hostile_workbook(data: bytes, name: str, limits: Limits = USUAL_LIMITS) -> None:
    """Refuse a workbook that would fill the memory, or that declares entities.

    Every part is unpacked in pieces that are counted and thrown away, so a bomb costs neither memory nor time. Refused
    are parts that unpack to more than the limits, document types and entities, cells so far apart that the rectangle
    around them is mostly empty, one long shared text that stands in very many cells, and repeated rows and columns.

    Args:
        data: Bytes of an .xlsx, .xlsm or .ods file; what is no zip is left to the reader.
        name: Name of the file, for error messages.
        limits: What it may hold.

    Raises:
        DataRefusedError: It holds more than the limits allow, or is damaged.

    Example:
        >>> refuse_hostile_workbook(b"no zip at all", "survey.xlsx")
    """
    if not data.startswith(b"PK"):
        return
    # With a comment behind it, two programs may find two different lists of files in one zip.
    if data[-22:-18] != b"PK\x05\x06":
        raise DataRefusedError(f"{name}: the zip is cut off or goes on behind its end; save the workbook again")
    unpacking = Unpacking(name, limits)
    sizes = {}
    for entry in (parts := entries(data, name, limits)):
        sizes[entry.filename] = size = _looked_through(data, entry, unpacking)
        _refuse_area(size, name, limits)
    lengths = max((size.text_lengths() for size in sizes.values()), key=len, default=np.zeros(0, dtype="int64"))
    for entry in parts:
        _refuse_repeated_text(data, entry, sizes[entry.filename].shared, lengths, unpacking)


def _looked_through(data: bytes, entry: zipfile.ZipInfo, unpacking: Unpacking) -> SheetSize:
    size = SheetSize()
    document = OpenDocumentSize(unpacking) if entry.filename == "content.xml" else None
    for text in _whole_elements(data, entry, unpacking):
        if any(mark in text for mark in _MARKED) and _DECLARATION.search(text):
            raise DataRefusedError(
                f"{unpacking.name}: {entry.filename[:80]!r} inside it declares entities, which no workbook needs and "
                "which can fill the memory; save it again with a spreadsheet program"
            )
        size.add(text)
        refuse_large_table(size.rows, size.columns, unpacking.name, unpacking.limits)
        if document is not None:
            document.feed(text)
    return size


def _whole_elements(data: bytes, entry: zipfile.ZipInfo, unpacking: Unpacking) -> Iterator[bytes]:
    """Pieces of an XML part that end where a cell, row or text ends; nothing of a part that is no XML."""
    characters = unpacking.limits.cell_characters
    kept, markup = b"", None
    for piece in streamed(data, entry, unpacking):
        markup = piece.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")[:1] == b"<" if markup is None else markup
        if not markup:
            continue
        text = kept + piece
        if len(text) - text.rfind(b"<") > characters * _BYTES_PER_CHARACTER:
            refuse(unpacking.name, "has a cell of more than that", "cell_characters", f"{characters:,} characters")
        near = max(len(text) - _NEAR, 0)
        cut = max(text.rfind(mark, near) for mark in (b"<c ", b"<row", b"<si"))
        cut = cut if cut > 0 else max(text.rfind(b"<"), 0)
        yield text[:cut]
        kept = text[cut:]
    yield kept


def _refuse_area(size: SheetSize, name: str, limits: Limits) -> None:
    area = size.rows * size.columns
    if area > _AREA_FREE and area > limits.ratio * size.cells:
        given = f"has a sheet of {size.rows:,} rows by {size.columns:,} columns with {size.cells:,} cells in it"
        refuse(name, given, "ratio", f"{limits.ratio:,} places for each cell")


def _refuse_repeated_text(
    data: bytes, entry: zipfile.ZipInfo, shared: int, lengths: np.ndarray, unpacking: Unpacking
) -> None:
    """Shared texts are stored once and laid out in every cell that names them."""
    limits = unpacking.limits
    harmless = min(limits.unpacked_mib * MIB, max(RATIO_FREE_MIB * MIB, limits.ratio * unpacking.packed))
    longest = int(lengths.max(initial=0))
    if shared * longest <= harmless:
        return
    found = total = 0
    for text in _whole_elements(data, entry, Unpacking(unpacking.name, limits)):
        indexes = np.array(_SHARED_INDEX.findall(text), dtype="S9").astype("int64")
        indexes = indexes[indexes < len(lengths)]
        found, total = found + len(indexes), total + int(lengths[indexes].sum())
        unpacking.compare(unpacking.packed, total)
    # What the pattern did not find counts as the longest text.
    unpacking.compare(unpacking.packed, total + max(shared - found, 0) * longest)
