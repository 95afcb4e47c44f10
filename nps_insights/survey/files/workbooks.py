"""Read what already has types (Excel, Parquet, databases) as the text a person would see."""

from typing import Any

from nps_insights.survey.files.cell_text import as_text
from nps_insights.survey.files.limits import USUAL_LIMITS, Limits, refuse_large_table
from nps_insights.survey.files.parquet_limits import refuse_hostile_parquet, refuse_repeated_text
from nps_insights.survey.files.sheets import OLD_WORKBOOK, is_binary_workbook, old_sheets, sheets
from nps_insights.survey.files.workbook_limits import refuse_hostile_workbook
from nps_insights.tables import DataRefusedError, MissingExtraError, SettingsError


def read_excel(
    data: bytes, name: str, sheet: str | None = None, usual_sheet: str = "", limits: Limits = USUAL_LIMITS
) -> list[list[str]]:
    """Return the rows of one sheet of an Excel or OpenDocument workbook, blank rows as empty lists.

    Args:
        data: Bytes of the file.
        name: Name of the file, for error messages.
        sheet: Name of the sheet; may be left out where only one sheet holds anything.
        usual_sheet: Sheet that is taken, if it is there, where several hold rows and none is stated.
        limits: How much it may hold.

    Raises:
        SettingsError: The sheet does not exist, or several hold rows and none is stated.
        DataRefusedError: The file is no readable workbook, all its sheets are empty, it holds more than the limits, or
            a workbook both as XML and in the binary form.

    Example:
        >>> read_excel(b"no workbook", "survey.xlsx")
        Traceback (most recent call last):
        nps_insights.tables.errors.DataRefusedError: survey.xlsx: cannot be read as a workbook (...
    """
    old = data.startswith(OLD_WORKBOOK) or is_binary_workbook(data, name)
    if not old:
        refuse_hostile_workbook(data, name, limits)
    try:
        names, filled = old_sheets(data, sheet) if old else sheets(data, sheet)
    except ValueError as error:
        raise DataRefusedError(
            f"{name}: cannot be read as a workbook ({error}); save it again as .xlsx or export it as CSV"
        ) from error
    if sheet is not None and sheet not in names:
        raise SettingsError(f"sheet: {name} has no sheet {sheet!r}; it has {', '.join(map(repr, names))}")
    if not filled:
        raise DataRefusedError(f"{name}: its sheets are empty ({', '.join(map(repr, names))})")
    if len(filled) > 1 and usual_sheet in filled:
        filled = {usual_sheet: filled[usual_sheet]}
    if len(filled) > 1:
        raise SettingsError(f"sheet: {name} holds several sheets; state one of {', '.join(map(repr, filled))}")
    return [row if any(row) else [] for row in next(iter(filled.values()))]


def read_parquet(data: bytes, name: str, limits: Limits = USUAL_LIMITS) -> list[list[str]]:
    """Return the rows of a Parquet file as text, the column names first.

    Args:
        data: Bytes of the file.
        name: Name of the file, for error messages.
        limits: How much it may hold.

    Raises:
        DataRefusedError: The bytes are not a readable Parquet file, or it holds more than the limits allow.

    Example:
        >>> import pandas as pd
        >>> read_parquet(pd.DataFrame({"id": ["007"], "score": [9.0]}).to_parquet(), "survey.parquet")
        [['id', 'score'], ['007', '9']]
    """
    import pyarrow
    import pyarrow.parquet

    refuse_hostile_parquet(data, name, limits)
    try:
        file = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(data))
        texts = [field.name for field in file.schema_arrow if _is_text(field.type)]
        # A text that stands in many rows stays one text until its size is known.
        table = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(data), read_dictionary=texts).read()
        shared = [column for column in table.columns if _is_text(getattr(column.type, "value_type", None))]
        refuse_repeated_text(shared, len(data), name, limits)
        columns = [_column_texts(column) for column in table.columns]
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError, KeyError) as error:
        raise DataRefusedError(f"{name}: cannot be read as Parquet ({error})") from error
    return [[str(column) for column in table.column_names], *map(list, zip(*columns, strict=True))]


def _is_text(kind: Any) -> bool:
    import pyarrow

    tests = (pyarrow.types.is_string, pyarrow.types.is_large_string, pyarrow.types.is_binary)
    return kind is not None and any(test(kind) for test in tests)


def _column_texts(column: Any) -> list[str]:
    import pyarrow

    if not pyarrow.types.is_dictionary(column.type):
        return [as_text(value) for value in column.to_pylist()]
    texts: list[str] = []
    for chunk in column.chunks:
        known = [as_text(value) for value in chunk.dictionary.to_pylist()]
        texts += ["" if index is None else known[index] for index in chunk.indices.to_pylist()]
    return texts


def read_sql(url: str, query: str, limits: Limits = USUAL_LIMITS) -> tuple[str, list[list[str]]]:
    """Return the name of a database and the rows of a query as text, the column names first.

    Args:
        url: SQLAlchemy URL. Its password is never repeated in a message.
        query: One SELECT statement.
        limits: How many rows and columns it may give.

    Raises:
        SettingsError: The URL is not understood.
        MissingExtraError: The driver of that database is not installed.
        DataRefusedError: The database refuses the connection or the query, or gives more than the limits allow.

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
            rows: list[list[str]] = []
            for row in result:
                refuse_large_table(len(rows) + 1, len(row), address.drivername, limits)
                rows.append([as_text(value) for value in row])
            header = [str(key) for key in result.keys()]  # noqa: SIM118 - a result, not a dict
    except sqlalchemy.exc.SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or type(error).__name__
        raise DataRefusedError(f"{address.render_as_string(hide_password=True)}: the query failed ({cause})") from error
    finally:
        engine.dispose()
    name = (address.database or address.drivername).rsplit("/", 1)[-1]
    return name, [header, *rows]
