"""The list in a database: one row per account and moment, written so that doing it twice changes nothing."""

from typing import Any

import pandas as pd

from nps_insights.jobs.outputs.sql_tables import ROWS_AT_ONCE, first_line, plain_rows, sql_type
from nps_insights.jobs.outputs.sql_tables import refuse_unreachable as refuse_unreachable_database
from nps_insights.jobs.settings.secrets import masked
from nps_insights.tables import TABLES, SettingsError


def refuse_unreachable(url: str) -> None:
    """Refuse, before any work, a database that could not be written at the end.

    Raises:
        SettingsError: The URL, the driver or the database cannot be used.
    """
    refuse_unreachable_database(url, "output.sql")


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
            for start in range(0, len(flags), ROWS_AT_ONCE):
                part = flags.iloc[start : start + ROWS_AT_ONCE]
                connection.execute(sqlalchemy.insert(target), _rows(part, list_name, fingerprint))
    except SQLAlchemyError as error:
        raise SettingsError(
            f"output.sql == {masked(url)!r}: the list cannot be written there: {first_line(error)}"
        ) from None
    return True


def _table(name: str) -> Any:
    """The table, with a column for every column that flags may have."""
    import sqlalchemy

    columns = [
        sqlalchemy.Column(
            column.name,
            sql_type(column),
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


def _rows(flags: pd.DataFrame, list_name: str, fingerprint: str) -> list[dict[str, Any]]:
    names = [column.name for column in TABLES["flags"].columns]
    own = {"list_name": list_name, "fingerprint": fingerprint}
    return [own | row for row in plain_rows(flags, names)]
