"""How large the sheets of an OpenDocument file would be laid out, before a reader lays them out."""

from xml.parsers import expat

from nps_insights.survey.files.limits import Unpacking, refuse_large_table
from nps_insights.tables import DataRefusedError

_CELLS = ("table:table-cell", "table:covered-table-cell")
_CELL_BYTES = 32
_MOST_DIGITS = 9


class OpenDocumentSize:
    """Running count of the rows, columns and text of `content.xml`, where one element may stand for many cells.

    A spreadsheet program fills a sheet up with one empty cell that is repeated to the sheet's end; such cells count
    only where something follows them.

    Args:
        unpacking: The count over the whole file; its limits are used.

    Example:
        >>> size = OpenDocumentSize(Unpacking("survey.ods"))
        >>> size.feed(b'<table:table-row table:number-rows-repeated="3"><table:table-cell><text:p>a</text:p>')
        >>> size.feed(b'</table:table-cell></table:table-row>')
        >>> size.rows, size.columns
        (3, 1)
    """

    def __init__(self, unpacking: Unpacking) -> None:
        self.unpacking = unpacking
        self.rows = self.columns = 0
        self._pending_rows = self._row_repeat = self._width = self._pending_cells = self._cell_repeat = 0
        self._filled = False
        self._text = self._laid_out = self._row_text = 0
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def feed(self, piece: bytes) -> None:
        """Count a piece.

        Raises:
            DataRefusedError: It is no XML, or more is laid out than the limits allow.
        """
        try:
            self._parser.Parse(piece, False)
        except expat.ExpatError as error:
            name = self.unpacking.name
            raise DataRefusedError(f"{name}: its content is damaged ({error}); save it again") from error

    def _begin(self, element: str, attributes: dict[str, str]) -> None:
        if element == "table:table":
            self.rows = self.columns = self._pending_rows = 0
        elif element == "table:table-row":
            self._row_repeat = _repeated(attributes.get("table:number-rows-repeated"))
            self._width = self._pending_cells = self._row_text = 0
        elif element in _CELLS:
            self._cell_repeat = _repeated(attributes.get("table:number-columns-repeated"))
            self._filled, self._text = any(key.startswith(("office:", "table:formula")) for key in attributes), 0
        elif element == "text:p":
            self._filled = True

    def _characters(self, text: str) -> None:
        self._text += len(text)

    def _end(self, element: str) -> None:
        if element in _CELLS:
            self._pending_cells += self._cell_repeat
            if self._filled:
                self._width += self._pending_cells
                self._pending_cells = 0
                self._row_text += self._cell_repeat * self._text
        elif element == "table:table-row":
            self._pending_rows += self._row_repeat
            if self._width:
                self._lay_out()

    def _lay_out(self) -> None:
        self.rows += self._pending_rows
        self.columns = max(self.columns, self._width)
        self._laid_out += self._row_repeat * (self._row_text + _CELL_BYTES * self._width)
        self._pending_rows = 0
        refuse_large_table(self.rows, self.columns, self.unpacking.name, self.unpacking.limits)
        area = _CELL_BYTES * self.rows * self.columns
        self.unpacking.compare(self.unpacking.unpacked, max(area, self._laid_out))


def _repeated(stated: str | None) -> int:
    return int(stated[:_MOST_DIGITS]) if stated and stated.isascii() and stated.isdigit() else 1
