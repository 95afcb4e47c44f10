"""How many rows, columns, cells and shared texts a part of an Excel workbook names, counted from its XML."""

import re

import numpy as np

_BEGINS = re.compile(rb"<(?:[\w.-]+:)?(c|row)(\s[^<>]*)?/?>")
_PLACE = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]*)(\d*)\s*["']""")
_SHARED = re.compile(rb"""\st\s*=\s*["']\s*s\s*["']""")
_SHARED_TEXT = re.compile(rb"<(?:[\w.-]+:)?si[\s/>]")
# How every program that we know writes a cell; anything else is read slowly, element by element.
_USUAL_CELL = re.compile(rb'<c r="([A-Z]{1,3}[0-9]{1,7})"')
_USUAL_ROW = re.compile(rb'<row r="([0-9]{1,10})"')
_BLANKS = (b" ", b"\t", b"\n", b"\r")
_UNUSUAL = (b"='", b":row", *(b":c" + end for end in (*_BLANKS, b">", b"/")), *(b"=" + blank for blank in _BLANKS))
_UNUSUAL += tuple(blank + b"=" for blank in _BLANKS)
_PLACE_BYTES = 10


class SheetSize:
    """Running size of one part of a workbook.

    Attributes:
        rows: Number of the last row that a cell stands in.
        columns: Number of the last column.
        cells: Cells written.
        shared: Cells that name a shared text.

    Example:
        >>> size = SheetSize()
        >>> size.add(b'<row r="7"><c r="AB7" t="s"><v>0</v></c></row>')
        >>> size.rows, size.columns, size.cells, size.shared
        (7, 28, 1, 1)
    """

    def __init__(self) -> None:
        self.rows = self.columns = self.cells = self.shared = 0
        self._row = self._column = self._read = 0
        self._texts: list[int] = []

    def add(self, text: bytes) -> None:
        """Count a piece that ends between two elements."""
        cells, rows = _USUAL_CELL.findall(text), _USUAL_ROW.findall(text)
        usual = len(cells) == text.count(b"<c ") + text.count(b"<c>") + text.count(b"<c/>")
        usual = usual and len(rows) == text.count(b"<row ") + text.count(b"<row>") + text.count(b"<row/>")
        if usual and not any(mark in text for mark in _UNUSUAL):
            self._add_places(cells, rows, text.count(b't="s"'))
        else:
            self._add_one_by_one(text)
        if b"<si" in text or b":si" in text:
            self._texts.extend(found.start() + self._read for found in _SHARED_TEXT.finditer(text))
        self._read += len(text)

    def text_lengths(self) -> np.ndarray:
        """Return the length in bytes of each shared text, its markup included."""
        return np.diff([*self._texts, self._read]) if self._texts else np.zeros(0, dtype="int64")

    def _add_places(self, cells: list[bytes], rows: list[bytes], shared: int) -> None:
        self._row, self._column = max(map(int, rows), default=self._row), 0 if rows else self._column
        if not cells:
            return
        places = np.array(cells, dtype=f"S{_PLACE_BYTES}").view("uint8").reshape(-1, _PLACE_BYTES)
        column, row = np.zeros(len(cells), dtype="int64"), np.zeros(len(cells), dtype="int64")
        for character in places.T.astype("int64"):
            letter, digit = character >= ord("A"), (character >= ord("0")) & (character <= ord("9"))
            column = np.where(letter, 26 * column + character - ord("A") + 1, column)
            row = np.where(digit, 10 * row + character - ord("0"), row)
        self._column = int(column[-1])
        self.rows = max(self.rows, self._row, int(row.max()))
        self.columns = max(self.columns, int(column.max()))
        self.cells += len(cells)
        self.shared += shared

    def _add_one_by_one(self, text: bytes) -> None:
        for found in _BEGINS.finditer(text):
            attributes = found[2] or b""
            place = _PLACE.search(attributes)
            if found[1] == b"row":
                self._row = _number(place[2]) if place else self._row + 1
                self._column = 0
                continue
            letters, digits = (place[1], place[2]) if place else (b"", b"")
            self._column = _column_number(letters) if letters else self._column + 1
            self.rows = max(self.rows, self._row, _number(digits))
            self.columns = max(self.columns, self._column)
            self.cells += 1
            self.shared += _SHARED.search(attributes) is not None


def _number(digits: bytes) -> int:
    return int(digits[:12] or b"0")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters[:8].upper():
        number = 26 * number + letter - ord("A") + 1
    return number
