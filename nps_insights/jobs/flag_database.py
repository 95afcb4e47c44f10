"""The list in a database: one row per account and moment, written so that doing it twice changes nothing."""

import math
from typing import Any

import pandas as pd

from nps_insights.jobs.secrets import masked
from nps_insights.tables import TABLES, SettingsError

_ROWS_AT_ONCE = 1_000


def refuse_unreachable(url: str) -> None:
    """Refuse, before any work, a database that could not be written at the end.

    Raises:
        SettingsError: The URL, the driver or the database cannot be used.
    """
    import sqlalchemy
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with sqlalchemy.create_engine(url).connect():
            return
    except ImportError as error:
        raise SettingsError(f"output.sql == {masked(url)!r}: its driver is not installed ({error.name})") from None
    except SQLAlchemyError as error:
        why = masked(str(error).splitlines()[0])
        raise SettingsError(f"output.sql == {masked(url)!r}: cannot be reached: {why}") from None


def write_flags(
    flags: pd.DataFrame, url: str, table: str, *, list_name: str, as_of: pd.Timestamp, fingerprint: str
) -> bool:
    """Put the flags of one moment into a database; what stood there of that list and moment is replaced.

    All is one transaction: a kill leaves the old rows or the new. Every row carries the run's fingerprint, so that a
    repeated run sees that its rows are there.

    Args:
        flags: Table `flags`.
        url: SQLAlchemy URL.
        table: Name of the table; made if it does not exist.
        list_name: Name of the list, so that several pipelines can share a table.
        as_of: The moment.
        fingerprint: Of the run.

    Returns:
        Whether anything was written.

    Raises:
        SettingsError: The database cannot be reached or written.
    """
    import sqlalchemy
    from sqlalchemy.exc import SQLAlchemyError

    moment = as_of.to_pydatetime()
    try:
        engine = sqlalchemy.create_engine(url)
        target = _table(table)
        with engine.begin() as connection:
            target.metadata.create_all(connection)
            own = (target.c.list_name == list_name) & (target.c.as_of == moment)
            count = sqlalchemy.select(sqlalchemy.func.count())
            ours = target.c.fingerprint == fingerprint
            there = [connection.execute(count.where(own & rows)).scalar() for rows in (ours, ~ours)]
            if there == [len(flags), 0]:
                return False
            connection.execute(sqlalchemy.delete(target).where(own))
            for start in range(0, len(flags), _ROWS_AT_ONCE):
                part = flags.iloc[start : start + _ROWS_AT_ONCE]
                connection.execute(sqlalchemy.insert(target), _rows(part, list_name, fingerprint))
    except SQLAlchemyError as error:
        raise SettingsError(
            f"output.sql == {masked(url)!r}: the list cannot be written there: {masked(str(error).splitlines()[0])}"
        ) from None
    return True


def _table(name: str) -> Any:
    """The table, with a column for every column that flags may have."""
    import sqlalchemy

    kinds = {"date": sqlalchemy.DateTime, "integer": sqlalchemy.BigInteger}
    numbers = ("number", "share", "points")
    columns = [
        sqlalchemy.Column(
            column.name,
            kinds.get(column.kind, sqlalchemy.Float if column.kind in numbers else _text(column.kind))(),
            primary_key=column.name in TABLES["flags"].key,
            nullable=column.nullable,
        )
        for column in TABLES["flags"].columns
    ]
    return sqlalchemy.Table(
        name,
        sqlalchemy.MetaData(),
        sqlalchemy.Column("list_name", sqlalchemy.String(255), primary_key=True),
        *columns,
        sqlalchemy.Column("fingerprint", sqlalchemy.String(64), nullable=False),
    )


def _text(kind: str) -> Any:
    import functools

    import sqlalchemy

    # Some databases index no unbounded text, and ids are the key.
    return functools.partial(sqlalchemy.String, 255) if kind == "id" else sqlalchemy.Text


def _rows(flags: pd.DataFrame, list_name: str, fingerprint: str) -> list[dict[str, Any]]:
    names = [column.name for column in TABLES["flags"].columns]
    full = flags.reindex(columns=names)
    return [
        {
            "list_name": list_name,
            "fingerprint": fingerprint,
            **{name: _plain(value) for name, value in zip(names, row, strict=True)},
        }
        for row in full.itertuples(index=False, name=None)
    ]


def _plain(value: Any) -> Any:
    """A value as databases take it."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value
