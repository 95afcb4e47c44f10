"""Files for people: CSV, Excel, JSON; whole or not at all, with text that a spreadsheet shows instead of running."""

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from nps_insights.report.exports.workbook import Sheet, write_workbook
from nps_insights.tables import SettingsError, not_a_formula, visible


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
        SettingsError: The ending is another one, the file cannot be written, or a table is too large for Excel.
    """
    main, *others = sheets
    if out.suffix.lower() == ".xlsx":
        pages = [
            Sheet(name, _readable(table), fill_in=fill_in if name == main else ()) for name, table in sheets.items()
        ]
        return [_atomic(out, lambda path: write_workbook(path, pages))]
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
    """Return a table for a CSV file: nothing invisible in its texts, and nothing that a spreadsheet would run.

    `texts_as_they_were` takes off again what is put before a text that begins like a formula.
    """
    readable = _readable(table)
    texts = readable.select_dtypes(["object", "string"]).columns
    safe = readable.assign(**{name: readable[name].map(_in_csv, na_action="ignore") for name in texts})
    return safe.rename(columns=lambda name: _in_csv(visible(str(name))))


def _in_csv(value: object) -> object:
    # The writer does not quote a carriage return, which would begin a row.
    return not_a_formula(value.replace("\r", "\n")) if isinstance(value, str) else value


def _readable(table: pd.DataFrame) -> pd.DataFrame:
    """Texts without invisible characters; ids keep them, for what is filled in beside them must find its row again."""
    texts = [name for name in table.select_dtypes(["object", "string"]).columns if not str(name).endswith("_id")]
    return table.assign(**{name: table[name].map(_readable_text, na_action="ignore") for name in texts})


def _readable_text(value: object) -> object:
    return visible(value, lines=True) if isinstance(value, str) else value


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
