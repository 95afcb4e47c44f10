"""An Excel workbook: tables as sheets, text that stays text, the same bytes for the same tables."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from nps_insights.tables import SettingsError

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

# What a sheet holds, its header counted, and what a cell holds (an emoji counts twice).
MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 1_048_576, 16_384, 32_767
DAY, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
_FIRST_DAY = pd.Timestamp("1900-03-01")
_WIDEST, _NARROWEST = 60, 9
# xlsxwriter would make formulas of "=..." and "{=...}", links of "https:..." and numbers of nothing: text is text.
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet.

    Attributes:
        name: Its name, of which Excel shows 31 characters.
        table: Its rows.
        headings: Column -> heading; a column that is not named stands under its own name.
        formats: Column -> Excel's number format, or one per row; dates of a column without one are written as text,
            as in a CSV file, so that what people fill in reads back the same.
        fill_in: Columns that a person fills in, marked by colour.
        filters: Whether the header gets filters.
    """

    name: str
    table: pd.DataFrame
    headings: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    fill_in: tuple[str, ...] = ()
    filters: bool = False


def write_workbook(path: Path | BytesIO, sheets: Sequence[Sheet]) -> None:
    """Write sheets with frozen headers; no cell holds a formula or a link, whatever the text.

    Args:
        path: The file, or a buffer.
        sheets: At least one.

    Raises:
        SettingsError: A table is larger than a sheet of Excel.

    Example:
        >>> buffer = BytesIO()
        >>> write_workbook(buffer, [Sheet("themes", pd.DataFrame({"label": ["=1+1"]}))])
        >>> buffer.getvalue()[:2]
        b'PK'
    """
    import xlsxwriter

    for sheet in sheets:
        _refuse_too_large(sheet)
    with xlsxwriter.Workbook(path, _OPTIONS) as book:
        # Equal tables give equal files.
        book.set_properties({"created": datetime(2000, 1, 1)})
        formats = _Formats(book)
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name[:31]), sheet, formats)


def _refuse_too_large(sheet: Sheet) -> None:
    rows, columns = sheet.table.shape
    if rows >= MOST_ROWS or columns > MOST_COLUMNS:
        raise SettingsError(
            f"{sheet.name}: {rows:,} rows and {columns:,} columns; a sheet of Excel holds {MOST_ROWS - 1:,} rows below "
            f"its header and {MOST_COLUMNS:,} columns: write a .csv file"
        )


class _Formats:
    """The formats of one workbook, each made once."""

    def __init__(self, book: "Workbook") -> None:
        self._book = book
        self._made: dict[tuple[str, bool], Format] = {}
        self.head = book.add_format({"bold": True, "bottom": 1, "valign": "top", "text_wrap": True})

    def of(self, number_format: str, *, asked: bool = False) -> "Format":
        """Return the format of a cell; `asked` marks one that a person fills in."""
        if (number_format, asked) not in self._made:
            look: dict[str, Any] = {"text_wrap": True, "valign": "top"}
            look |= {"num_format": number_format} if number_format else {}
            look |= {"bg_color": "#FFF5D6", "border": 1} if asked else {}
            self._made[number_format, asked] = self._book.add_format(look)
        return self._made[number_format, asked]


def _write_sheet(page: "Worksheet", sheet: Sheet, formats: _Formats) -> None:
    table = sheet.table
    page.freeze_panes(1, 0)
    for column, name in enumerate(table.columns):
        heading = sheet.headings.get(name, str(name))
        asked, stated = name in sheet.fill_in, sheet.formats.get(name, "")
        per_row = [stated] * len(table) if isinstance(stated, str) else stated
        page.set_column(column, column, _width(table[name], heading), formats.of("", asked=asked))
        page.write_string(0, column, heading, formats.head)
        for row, (value, number_format) in enumerate(zip(table[name].tolist(), per_row, strict=True), 1):
            _write_cell(page, row, column, value, formats.of(number_format, asked=asked), dated=number_format != "")
    if sheet.filters and len(table.columns):
        page.autofilter(0, 0, len(table), len(table.columns) - 1)


def _write_cell(page: "Worksheet", row: int, column: int, value: object, form: "Format", *, dated: bool) -> None:
    if value is None or value is pd.NA or value != value:
        page.write_blank(row, column, None, form)
    elif isinstance(value, pd.Timestamp):
        if dated and value >= _FIRST_DAY:
            page.write_datetime(row, column, value.to_pydatetime(), form)
        else:
            page.write_string(row, column, f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value}", form)
    elif isinstance(value, str):
        page.write_string(row, column, _fitting(value), form)
    elif isinstance(value, float) and math.isinf(value):
        # A sheet knows no infinite number; xlsxwriter would write the formula of an error.
        page.write_string(row, column, "∞" if value > 0 else "−∞", form)
    else:
        page.write(row, column, value, form)


def _fitting(text: str) -> str:
    """Text as long as a cell is; what is cut ends in an ellipsis."""
    if len(text) <= MOST_CHARACTERS // 2:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * MOST_CHARACTERS:
        return text
    return units[: 2 * (MOST_CHARACTERS - 1)].decode("utf-16-le", "ignore") + "…"


def _width(column: pd.Series, heading: str) -> int:
    longest = column.astype(str).str.len().max() if len(column) else 0
    return int(min(_WIDEST, max(_NARROWEST, longest + 1, min(len(heading), 18) + 2)))
