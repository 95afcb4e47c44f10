"""Read an export as it is: every cell as text, every row with its number, nothing dropped in silence."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from nps_insights.survey.delimited import Delimited, read_delimited
from nps_insights.survey.encodings import decoded, unpacked
from nps_insights.survey.workbooks import read_excel, read_parquet, read_sql
from nps_insights.tables import DataRefusedError, SettingsError

_TEXT = (".csv", ".tsv", ".txt", ".tab")
_EXCEL = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_PARQUET = (".parquet", ".pq")


@dataclass(frozen=True, eq=False)
class RawTable:
    """An export as text.

    Attributes:
        name: Name of the file without its folder; of a database, its name.
        frame: One row per readable record; every cell is text, an empty cell is "".
        row_numbers: Number of each record as a person counts them in the file: the header is 1, the first
            record 2. A record whose quoted cell spans several lines counts as one.
        broken: Records that could not be read, with the columns row_number, reason.
        encoding: Encoding of a text file, else "".
        delimiter: What separates the cells of a text file, else "".
        sha256: Of the file's bytes; for SQL of the text of the rows.
        notes: What was done while reading, in sentences.
    """

    name: str
    frame: pd.DataFrame
    row_numbers: np.ndarray
    broken: pd.DataFrame
    encoding: str = ""
    delimiter: str = ""
    sha256: str = ""
    notes: tuple[str, ...] = field(default=())


def read_source(
    source: str | Path,
    *,
    query: str | None = None,
    sheet: str | None = None,
    usual_sheet: str = "",
    encoding: str | None = None,
) -> RawTable:
    r"""Read a survey export or a list of accounts as text.

    Args:
        source: CSV, TSV (plain or .gz), Excel or Parquet file, or a SQLAlchemy URL such as `sqlite:///crm.db`.
        query: SQL query; needed with a URL, refused without one.
        sheet: Sheet of a workbook; may be left out where only one sheet holds anything.
        usual_sheet: Sheet that is taken, if it is there, where several hold rows and none is stated.
        encoding: Encoding of a text file; detected if left out.

    Returns:
        The rows as text. Ids keep leading zeros; "N/A" and "None" stay text.

    Raises:
        SettingsError: The file is missing, of an unknown kind, or the arguments do not fit it.
        DataRefusedError: The file is empty, has no usable header, or is not what its name says.

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
        name, rows = read_sql(str(source), query)
        joined = "\x1e".join("\x1f".join(row) for row in rows)
        return _raw_table(name, _records(rows), hashlib.sha256(joined.encode("utf-8", "replace")).hexdigest())
    if query is not None:
        raise SettingsError(f"query: only a database URL takes a query, and {Path(source).name!r} is a file")
    path = Path(source)
    data = _bytes_of(path)
    sha256 = hashlib.sha256(data).hexdigest()
    kind = path.with_suffix("").suffix.lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    content = unpacked(data, path.name)
    if kind in _TEXT:
        text, found = decoded(content, path.name, encoding)
        return _raw_table(path.name, read_delimited(text, path.name), sha256, encoding=found)
    if kind in _EXCEL:
        return _raw_table(path.name, _records(read_excel(content, path.name, sheet, usual_sheet)), sha256)
    if kind in _PARQUET:
        return _raw_table(path.name, _records(read_parquet(content, path.name)), sha256)
    raise SettingsError(
        f"{path.name}: cannot tell what kind of file this is; it must end in "
        f"{', '.join((*_TEXT, *_EXCEL, *_PARQUET))} (text files also with .gz)"
    )


def _records(rows: list[list[str]]) -> Delimited:
    return Delimited(rows=rows, numbers=list(range(1, len(rows) + 1)), delimiter="")


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        near = path.absolute().parent
        others = sorted(other.name for other in near.glob(f"*{path.suffix}"))[:5] if near.is_dir() else []
        hint = f"; that folder has {', '.join(others)}" if others else ""
        raise SettingsError(f"{path}: there is no such file{hint}") from error
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: cannot be read ({error})") from error


def _raw_table(name: str, source: Delimited, sha256: str, encoding: str = "") -> RawTable:
    filled = [(n, row) for n, row in zip(source.numbers, source.rows, strict=True) if row]
    if not filled:
        raise DataRefusedError(f"{name}: is empty; a header and at least one row are needed")
    header = _header(filled[0][1], name)
    whole, broken = [], list(source.broken)
    for number, row in filled[1:]:
        if len(row) == len(header):
            whole.append((number, row))
        elif len(row) > len(header) and not any(cell.strip() for cell in row[len(header) :]):
            whole.append((number, row[: len(header)]))
        else:
            broken.append((number, f"has {len(row)} cells where the header has {len(header)}"))
    if not whole and not broken:
        raise DataRefusedError(f"{name}: has a header and no rows")
    cells = zip(*(row for _, row in whole), strict=True) if whole else [()] * len(header)
    frame = pd.DataFrame(
        {column: pd.array(_storable(values), dtype="str") for column, values in zip(header, cells, strict=True)}
    )
    return RawTable(
        name=name,
        frame=frame,
        row_numbers=np.array([number for number, _ in whole], dtype="int64"),
        broken=pd.DataFrame(sorted(broken), columns=["row_number", "reason"]).astype(
            {"row_number": "int64", "reason": "str"}
        ),
        encoding=encoding,
        delimiter=source.delimiter,
        sha256=sha256,
        notes=tuple(source.notes),
    )


def _storable(values: Sequence[str]) -> list[str]:
    """Half a surrogate pair cannot be written as UTF-8, so it becomes a question mark."""
    try:
        "".join(values).encode("utf-8")
    except UnicodeEncodeError:
        return [value.encode("utf-8", "replace").decode("utf-8") for value in values]
    return list(values)


def _header(cells: list[str], name: str) -> list[str]:
    names, unnamed = [], 0
    trimmed = [" ".join(cell.split()) for cell in cells]
    if not any(trimmed):
        raise DataRefusedError(f"{name}: row 1 is blank; it must hold the names of the columns")
    for cell in trimmed:
        unnamed += not cell
        names.append(cell or f"unnamed_{unnamed}")
    repeated = sorted({cell for cell in names if names.count(cell) > 1})
    if repeated:
        raise DataRefusedError(
            f"{name}: {', '.join(map(repr, repeated))} stands in the header more than once; "
            "rename the columns so that each name is there once"
        )
    if all(_is_number(cell) for cell in trimmed if cell):
        raise DataRefusedError(
            f"{name}: row 1 holds only numbers, so it is data and not a header; add a row of column names above it"
        )
    return names


def _is_number(cell: str) -> bool:
    return cell.replace(".", "", 1).replace(",", "", 1).removeprefix("-").isdigit()
