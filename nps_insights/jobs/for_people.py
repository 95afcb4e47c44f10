"""Files for people: CSV, Excel, JSON; whole or not at all, with text that a spreadsheet shows instead of running."""

import os
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from nps_insights.tables import SettingsError, not_a_formula

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet


def write_for_people(out: Path, sheets: Mapping[str, pd.DataFrame], *, fill_in: tuple[str, ...] = ()) -> list[Path]:
    """Write tables as CSV, Excel or JSON, by the ending of `out`; text that looks like a formula is shown, not run.

    Args:
        out: The file; it appears whole or not at all.
        sheets: Tables by name; the first is the file itself. Excel holds the others as further sheets, CSV and JSON as
            files beside it (`sample_themes.csv`).
        fill_in: Columns of the first table that a person fills in; Excel marks them.

    Returns:
        The files written.

    Raises:
        SettingsError: The ending is another one, or the file cannot be written.
    """
    main, *others = sheets
    if out.suffix.lower() == ".xlsx":
        return [_atomic(out, lambda path: _write_excel(path, sheets, fill_in))]
    if out.suffix.lower() not in (".csv", ".json"):
        raise SettingsError(f"{out}: the ending must be .csv, .xlsx or .json")
    written = []
    for name in (main, *others):
        path = out if name == main else out.with_stem(f"{out.stem}_{name}")
        table = sheets[name]
        write = _json_writer(table) if out.suffix.lower() == ".json" else _csv_writer(table)
        written.append(_atomic(path, write))
    return written


def _csv_writer(table: pd.DataFrame) -> Callable[[Path], None]:
    # The mark at the file's start lets Excel read accents.
    return lambda path: shown(table).to_csv(path, index=False, encoding="utf-8-sig")


def _json_writer(table: pd.DataFrame) -> Callable[[Path], None]:
    return lambda path: table.to_json(path, orient="records", indent=2, force_ascii=False, date_format="iso")


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose text cells are safe in a spreadsheet."""
    texts = table.select_dtypes(["object", "string"]).columns
    return table.assign(**{name: table[name].map(not_a_formula, na_action="ignore") for name in texts})


def _write_excel(path: Path, sheets: Mapping[str, pd.DataFrame], fill_in: tuple[str, ...]) -> None:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with xlsxwriter.Workbook(path, options) as book:
        # Equal tables give equal files.
        book.set_properties({"created": datetime(2000, 1, 1)})
        head = book.add_format({"bold": True, "bottom": 1, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        asked = book.add_format({"text_wrap": True, "valign": "top", "bg_color": "#FFF5D6", "border": 1})
        for number, (name, table) in enumerate(sheets.items()):
            sheet = book.add_worksheet(name[:31])
            sheet.freeze_panes(1, 0)
            for column, title in enumerate(table.columns):
                form = asked if number == 0 and title in fill_in else wrapped
                sheet.set_column(column, column, _width(table[title]), form)
                sheet.write_string(0, column, str(title), head)
                for row, value in enumerate(table[title].tolist(), 1):
                    _write_cell(sheet, row, column, value, form)


def _write_cell(sheet: "Worksheet", row: int, column: int, value: object, form: "Format") -> None:
    if value is None or value is pd.NA or value != value:
        sheet.write_blank(row, column, None, form)
    elif isinstance(value, pd.Timestamp):
        # As in the CSV file, so that what people filled in reads back the same from both.
        sheet.write_string(row, column, f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value}", form)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, form)
    else:
        sheet.write(row, column, value, form)


def _width(column: pd.Series) -> int:
    longest = column.astype(str).str.len().max() if len(column) else 0
    return int(min(60, max(9, longest + 1)))


def _atomic(out: Path, write: Callable[[Path], None]) -> Path:
    """Write a file beside its place, to the disk, and put it there in one step."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=out.parent, prefix=".part-", suffix=out.suffix)
        os.close(handle)
    except OSError as error:
        raise SettingsError(f"{out}: cannot be written there ({error.strerror}); name another with --out") from None
    temporary = Path(name)
    try:
        write(temporary)
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.chmod(0o644)
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)
    return out
