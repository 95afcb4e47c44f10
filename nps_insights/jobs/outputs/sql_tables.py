"""Tables of the contract in a database: types, plain values, and a door that is tried before any work."""

import functools
import math
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from nps_insights.jobs.settings.secrets import masked
from nps_insights.tables import Column, SettingsError

ROWS_AT_ONCE = 1_000
_NUMBERS = ("number", "share", "points")
_SECONDS_TO_WAIT = 60


def refuse_unreachable(url: str, setting: str) -> None:
    """Refuse, before any work, a database that could not be written at the end.

    Args:
        url: SQLAlchemy URL.
        setting: Where it was stated, for the message.

    Raises:
        SettingsError: The URL, the driver or the database cannot be used.
    """
    import sqlalchemy
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with sqlalchemy.create_engine(url).connect():
            return
    except ImportError as error:
        raise SettingsError(f"{setting} == {masked(url)!r}: its driver is not installed ({error.name})") from None
    except SQLAlchemyError as error:
        raise SettingsError(f"{setting} == {masked(url)!r}: cannot be reached: {first_line(error)}") from None


def first_line(error: Exception) -> str:
    """Return what went wrong, without the statement and its values, and without passwords."""
    return str(masked(str(error).splitlines()[0]))


def sql_type(column: Column) -> Any:
    """Return the type that holds a column of the contract.

    Example:
        >>> sql_type(Column("n", "integer"))
        BigInteger()
    """
    import sqlalchemy

    # Some databases index no unbounded text, and ids are keys.
    kinds: dict[str, Any] = {
        "date": sqlalchemy.DateTime,
        "integer": sqlalchemy.BigInteger,
        "id": functools.partial(sqlalchemy.String, 255),
        "flag": sqlalchemy.Boolean,
        **dict.fromkeys(_NUMBERS, sqlalchemy.Float),
    }
    return kinds.get(column.kind, sqlalchemy.Text)()


def plain(value: Any) -> Any:
    """Return a value as databases take it; what is missing or infinite is empty.

    Example:
        >>> plain(float("nan")), plain(pd.Timestamp("2026-01-01")), plain(pd.NA)
        (None, datetime.datetime(2026, 1, 1, 0, 0), None)
    """
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def plain_rows(frame: pd.DataFrame, names: Sequence[str]) -> Iterable[dict[str, Any]]:
    """Return the rows of a frame with these columns; columns that it lacks are empty.

    Example:
        >>> list(plain_rows(pd.DataFrame({"n": [3]}), ["n", "reason"]))
        [{'n': 3, 'reason': None}]
    """
    full = frame.reindex(columns=list(names)).astype("object")
    for row in full.itertuples(index=False, name=None):
        yield {name: plain(value) for name, value in zip(names, row, strict=True)}


def writing_engine(url: str) -> Any:
    """Return an engine whose transactions hold all that is done in them, tables that are made included.

    SQLite's driver would begin a transaction at the first change only, and two writers that both have read would refuse
    each other; here a writer waits for the other at the beginning.
    """
    import sqlalchemy
    from sqlalchemy import event

    if not url.startswith("sqlite"):
        return sqlalchemy.create_engine(url)
    engine = sqlalchemy.create_engine(url, connect_args={"timeout": _SECONDS_TO_WAIT})

    @event.listens_for(engine, "connect")
    def _leave_transactions_to_us(connection: Any, _: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
