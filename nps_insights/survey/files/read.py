"""Read an export as it is: every cell as text, every row with its number, nothing dropped in silence."""

import glob
import hashlib
import stat
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from nps_insights.survey.files.delimited import Delimited, read_delimited, refuse_endless_line
from nps_insights.survey.files.encodings import decoded, letters_lost, unpacked
from nps_insights.survey.files.limits import USUAL_LIMITS, Limits, refuse, refuse_large_file, refuse_large_table
from nps_insights.survey.files.not_a_table import refuse_no_table
from nps_insights.survey.files.raw import RawTable as RawTable
from nps_insights.survey.files.records import raw_table
from nps_insights.survey.files.workbooks import read_excel, read_parquet, read_sql
from nps_insights.survey.files.zipped import read_zip
from nps_insights.tables import SettingsError

_TEXT = (".csv", ".tsv", ".txt", ".tab")
_EXCEL = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_PARQUET = (".parquet", ".pq")
_ZIP = (".zip",)


def read_source(
    source: str | Path,
    *,
    query: str | None = None,
    sheet: str | None = None,
    usual_sheet: str = "",
    encoding: str | None = None,
    limits: Limits = USUAL_LIMITS,
) -> RawTable:
    r"""Read a survey export or a list of accounts as text.

    Args:
        source: CSV, TSV (plain or .gz), Excel or Parquet file, a ZIP of CSV files, or a SQLAlchemy URL such as
            `sqlite:///crm.db`.
        query: SQL query; needed with a URL, refused without one.
        sheet: Sheet of a workbook, or file inside a ZIP; may be left out where only one holds anything.
        usual_sheet: Sheet that is taken, if it is there, where several hold rows and none is stated.
        encoding: Encoding of a text file; detected if left out.
        limits: How much the file may hold; checked while it is read, before the whole of it is in memory.

    Returns:
        The rows as text. Ids keep leading zeros; "N/A" and "None" stay text.

    Raises:
        SettingsError: The file is missing, of an unknown kind, or the arguments do not fit it.
        DataRefusedError: The file is empty, has no usable header, is not what its name says, or is above a limit.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder) / "export.csv"
        ...     _ = file.write_text("id;score;comment\n007;9;N/A\n", encoding="utf-8")
        ...     raw = read_source(file)
        >>> raw.frame.to_dict("records"), raw.delimiter
        ([{'id': '007', 'score': '9', 'comment': 'N/A'}], ';')
    """
    if "://" in str(source):
        if query is None:
            raise SettingsError("query: a database URL needs a query, e.g. `SELECT * FROM answers`")
        name, rows = read_sql(str(source), query, limits)
        joined = "\x1e".join("\x1f".join(row) for row in rows)
        return raw_table(
            name, _records(rows, name, limits), hashlib.sha256(joined.encode("utf-8", "replace")).hexdigest()
        )
    if query is not None:
        # What is no file may be a secret that was meant to be a URL.
        given = f"{Path(source).name!r} is a file" if Path(source).is_file() else "what names the survey is none"
        raise SettingsError(f"query: only a database URL takes a query, and {given}")
    path = Path(source)
    data = _bytes_of(path, limits)
    sha256 = hashlib.sha256(data).hexdigest()
    kind = path.with_suffix("").suffix.lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    refuse_no_table(data, path.name)
    content = unpacked(data, path.name, limits)
    if kind in _TEXT:
        refuse_endless_line(content, path.name, limits)
        text, found = decoded(content, path.name, encoding)
        table = read_delimited(text, path.name, limits)
        table.notes.extend(letters_lost(text, found))
        return raw_table(path.name, table, sha256, encoding=found)
    if kind in _EXCEL:
        rows = read_excel(content, path.name, sheet, usual_sheet, limits)
        return raw_table(path.name, _records(rows, path.name, limits), sha256)
    if kind in _PARQUET:
        rows = read_parquet(content, path.name, limits)
        return raw_table(path.name, _records(rows, path.name, limits), sha256)
    if kind in _ZIP:
        table, found, did = read_zip(content, path.name, sheet, encoding, limits)
        return raw_table(path.name, replace(table, notes=[*table.notes, *did]), sha256, encoding=found)
    raise SettingsError(
        f"{path.name}: cannot tell what kind of file this is; it must end in "
        f"{', '.join((*_TEXT, *_EXCEL, *_PARQUET, *_ZIP))} (text files also with .gz)"
    )


def _records(rows: list[list[str]], name: str, limits: Limits) -> Delimited:
    refuse_large_table(len(rows) - 1, max(map(len, rows), default=0), name, limits)
    longest = max((len(cell) for row in rows for cell in row), default=0)
    if longest > limits.cell_characters:
        given = f"has a cell of {longest:,} characters"
        refuse(name, given, "cell_characters", f"{limits.cell_characters:,}")
    return Delimited(rows=rows, numbers=list(range(1, len(rows) + 1)), delimiter="")


def _bytes_of(path: Path, limits: Limits) -> bytes:
    try:
        known = path.stat()
        if stat.S_ISDIR(known.st_mode):
            raise SettingsError(f"{path}: is a folder; give a file{_files_in(path)}")
        if not stat.S_ISREG(known.st_mode):
            raise SettingsError(f"{path}: is no plain file (a device or a pipe); give the file itself")
        refuse_large_file(known.st_size, path.name, limits)
        return path.read_bytes()
    except FileNotFoundError as error:
        near = path.absolute().parent
        there = sorted(other.name for other in near.glob(f"*{glob.escape(path.suffix)}")) if near.is_dir() else []
        others = list(dict.fromkeys([*get_close_matches(path.name, there, n=3), *there]))[:5]
        hint = f"; that folder has {', '.join(others)}" if others else ""
        raise SettingsError(f"{path}: there is no such file{hint}") from error
    except PermissionError as error:
        raise SettingsError(f"{path}: may not be read; ask for the right to read it, or copy it elsewhere") from error
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: cannot be read ({error})") from error


def _files_in(folder: Path) -> str:
    """The first files of a folder that could be meant."""
    known = (*_TEXT, *_EXCEL, *_PARQUET, *_ZIP)
    names = sorted(file.name for file in folder.iterdir() if file.suffix.lower() in known)[:5]
    return f" in it, such as {', '.join(names)}" if names else "; this one holds no CSV, Excel or Parquet file"
