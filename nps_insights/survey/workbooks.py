"""Read what already has types (Excel, Parquet, databases) as the text a person would see."""

import datetime
import io
import math
from decimal import Decimal
from typing import Any

from nps_insights.tables import DataRefusedError, MissingExtraError, SettingsError


def as_text(value: Any) -> str:
    """Return a typed cell as text: 10.0 as "10", dates as ISO, nothing as "".

    Example:
        >>> import datetime
        >>> [as_text(value) for value in (10.0, 7.5, None, True, datetime.datetime(2026, 3, 4))]
        ['10', '7.5', '', 'true', '2026-03-04']
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value == int(value) else str(value)
    if isinstance(value, datetime.datetime):
        midnight = value.tzinfo is None and value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").replace("\0", "")
    return str(value)


def read_excel(data: bytes, name: str, sheet: str | None = None, usual_sheet: str = "") -> list[list[str]]:
    """Return the rows of one sheet of an Excel or OpenDocument workbook, blank rows as empty lists.

    Args:
        data: Bytes of the file.
        name: Name of the file, for error messages.
        sheet: Name of the sheet; may be left out where only one sheet holds anything.
        usual_sheet: Sheet that is taken, if it is there, where several hold rows and none is stated.

    Raises:
        SettingsError: The sheet does not exist, or several hold rows and none is stated.
        DataRefusedError: The file is no readable workbook, or all its sheets are empty.

    Example:
        >>> read_excel(b"no workbook", "survey.xlsx")
        Traceback (most recent call last):
        nps_insights.tables.errors.DataRefusedError: survey.xlsx: cannot be read as a workbook (...
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = list(book.sheet_names)
        if sheet is not None and sheet not in names:
            raise SettingsError(f"sheet: {name} has no sheet {sheet!r}; it has {', '.join(map(repr, names))}")
        filled = {}
        for title in names if sheet is None else [sheet]:
            rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
            if any(cell != "" for row in rows for cell in row):
                filled[title] = rows
    except (CalamineError, OSError, ValueError) as error:
        raise DataRefusedError(
            f"{name}: cannot be read as a workbook ({error}); save it again as .xlsx or export it as CSV"
        ) from error
    if not filled:
        raise DataRefusedError(f"{name}: its sheets are empty ({', '.join(map(repr, names))})")
    if len(filled) > 1 and usual_sheet in filled:
        filled = {usual_sheet: filled[usual_sheet]}
    if len(filled) > 1:
        raise SettingsError(f"sheet: {name} holds several sheets; state one of {', '.join(map(repr, filled))}")
    rows = next(iter(filled.values()))
    texts = [[as_text(cell) for cell in row] for row in rows]
    return [row if any(row) else [] for row in texts]


def read_parquet(data: bytes, name: str) -> list[list[str]]:
    """Return the rows of a Parquet file as text, the column names first.

    Args:
        data: Bytes of the file.
        name: Name of the file, for error messages.

    Raises:
        DataRefusedError: The bytes are not a readable Parquet file.

    Example:
        >>> import pandas as pd
        >>> read_parquet(pd.DataFrame({"id": ["007"], "score": [9.0]}).to_parquet(), "survey.parquet")
        [['id', 'score'], ['007', '9']]
    """
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(pyarrow.BufferReader(data))
        columns = [column.to_pylist() for column in table.columns]
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise DataRefusedError(f"{name}: cannot be read as Parquet ({error})") from error
    texts = [[as_text(value) for value in column] for column in columns]
    return [[str(column) for column in table.column_names], *map(list, zip(*texts, strict=True))]


def read_sql(url: str, query: str) -> tuple[str, list[list[str]]]:
    """Return the name of a database and the rows of a query as text, the column names first.

    Args:
        url: SQLAlchemy URL. Its password is never repeated in a message.
        query: One SELECT statement.

    Raises:
        SettingsError: The URL is not understood.
        MissingExtraError: The driver of that database is not installed.
        DataRefusedError: The database refuses the connection or the query.

    Example:
        >>> read_sql("sqlite://", "SELECT '007' AS id, 9.0 AS score")
        ('sqlite', [['id', 'score'], ['007', '9']])
    """
    import sqlalchemy

    try:
        address = sqlalchemy.make_url(url)
        engine = sqlalchemy.create_engine(address)
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"the driver {error.name!r} of that database is not installed; pip install it"
        ) from error
    except (sqlalchemy.exc.ArgumentError, ValueError) as error:
        scheme = url.split("://", 1)[0]
        raise SettingsError(
            f"source: {scheme!r}://... is not a database URL that SQLAlchemy understands, "
            "e.g. postgresql+psycopg://user:password@host/database"
        ) from error
    try:
        with engine.connect() as connection:
            result = connection.execute(sqlalchemy.text(query))
            rows = [[as_text(value) for value in row] for row in result]
            header = [str(key) for key in result.keys()]  # noqa: SIM118 - a result, not a dict
    except sqlalchemy.exc.SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or type(error).__name__
        raise DataRefusedError(f"{address.render_as_string(hide_password=True)}: the query failed ({cause})") from error
    finally:
        engine.dispose()
    name = (address.database or address.drivername).rsplit("/", 1)[-1]
    return name, [header, *rows]
