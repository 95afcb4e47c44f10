"""A report's figures in a database, for a dashboard: one issue per survey and period, replaced whole or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from nps_insights.jobs.outputs.aggregate_tables import AGGREGATES, shared_contract
from nps_insights.jobs.outputs.sql_tables import ROWS_AT_ONCE, first_line, plain, plain_rows, sql_type, writing_engine
from nps_insights.jobs.settings.secrets import masked
from nps_insights.tables import SettingsError

PREFIX = "nps_"
RUNS = PREFIX + "runs"
_TRIES = 5


@dataclass(frozen=True)
class Issue:
    """What a run says of itself in the database.

    Attributes:
        run_id: Id of the run.
        survey: Name of the survey; with the period it names the issue that later runs replace.
        period_start: First day of the last finished period; None where the answers have no dates.
        period_end: Its last day.
        title: Title of the report.
        as_of: Moment of knowing.
        n: Answers.
        nps: NPS of all answers.
        nps_low: Lower end of its likely range.
        nps_high: Upper end.
        version: Version of nps-insights.
        simulated: Whether the answers were generated.

    Example:
        >>> Issue("r1", "shop", pd.Timestamp("2026-04-01"), pd.Timestamp("2026-06-30")).period
        '2026-04-01/2026-06-30'
        >>> Issue("r1", "shop").period
        'all'
    """

    run_id: str
    survey: str
    period_start: pd.Timestamp | None = None
    period_end: pd.Timestamp | None = None
    title: str = ""
    as_of: pd.Timestamp | None = None
    n: int | None = None
    nps: float | None = None
    nps_low: float | None = None
    nps_high: float | None = None
    version: str = ""
    simulated: bool = False

    @property
    def period(self) -> str:
        """The period in one word."""
        if self.period_start is None or self.period_end is None:
            return "all"
        return f"{self.period_start:%Y-%m-%d}/{self.period_end:%Y-%m-%d}"


def write_aggregates(tables: Mapping[str, pd.DataFrame], url: str, issue: Issue) -> dict[str, int]:
    """Put a report's figures into a database; what stood there of the same survey and period, or run, is replaced.

    The rows are exchanged in one transaction: a kill leaves the old rows or the new, and of two writers one waits for
    the other. Tables are made where they are missing, and get the columns that a newer version has; columns that
    somebody else added are left alone.

    Args:
        tables: As `aggregates` returns them.
        url: SQLAlchemy URL.
        issue: What the rows are of.

    Returns:
        Rows written, by table of the database.

    Raises:
        SettingsError: The database cannot be reached or written.
    """
    from sqlalchemy.exc import SQLAlchemyError

    engine = writing_engine(url)
    try:
        return _exchanged(engine, tables, issue)
    except SQLAlchemyError as error:
        raise SettingsError(
            f"output.database == {masked(url)!r}: the figures cannot be written there: {first_line(error)}"
        ) from None
    finally:
        engine.dispose()


def _exchanged(engine: Any, tables: Mapping[str, pd.DataFrame], issue: Issue, tries: int = _TRIES) -> dict[str, int]:
    """Make the tables, then exchange the rows; anew where another writer did the same in the same moment."""
    from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

    known = _schema()
    try:
        with engine.begin() as connection:
            _grow(connection, known)
        with engine.begin() as connection:
            return _replace(connection, known, tables, issue)
    except (IntegrityError, OperationalError, ProgrammingError):
        if tries == 1:
            raise
    return _exchanged(engine, tables, issue, tries - 1)


def _schema() -> dict[str, Any]:
    """Every table: those of figures by their name in the contract, and that of the runs."""
    import sqlalchemy as sql

    meta = sql.MetaData()
    issue: dict[str, Any] = {"run_survey": sql.String(255), "run_period": sql.String(64), "run_id": sql.String(64)}
    runs: dict[str, Any] = {
        "period_start": sql.DateTime(),
        "period_end": sql.DateTime(),
        "title": sql.Text(),
        "as_of": sql.DateTime(),
        "n": sql.BigInteger(),
        "nps": sql.Float(),
        "nps_low": sql.Float(),
        "nps_high": sql.Float(),
        "version": sql.String(64),
        "simulated": sql.Boolean(),
    }

    def own(*keys: str) -> list[Any]:
        return [sql.Column(name, kind, primary_key=name in keys, nullable=False) for name, kind in issue.items()]

    key = ("run_survey", "run_period")
    known = {RUNS: sql.Table(RUNS, meta, *own(*key), *(sql.Column(name, kind) for name, kind in runs.items()))}
    for name in AGGREGATES:
        columns = [sql.Column(column.name, sql_type(column)) for column in shared_contract(name).columns]
        number = sql.Column("run_row", sql.Integer, primary_key=True, autoincrement=False)
        known[name] = sql.Table(PREFIX + name, meta, *own(*key), number, *columns)
    return known


def _grow(connection: Any, known: Mapping[str, Any]) -> None:
    """Make the tables that are missing and the columns that a newer version has."""
    import sqlalchemy as sql
    from sqlalchemy.schema import CreateColumn

    found = sql.inspect(connection).get_multi_columns()
    there = {name: {column["name"] for column in columns} for (_, name), columns in found.items()}
    for table in known.values():
        if table.name not in there:
            table.create(connection)
            continue
        quoted = connection.dialect.identifier_preparer.format_table(table)
        for column in table.columns:
            if column.name not in there[table.name]:
                made = CreateColumn(column).compile(dialect=connection.dialect)
                connection.execute(sql.text(f"ALTER TABLE {quoted} ADD {made}"))


def _replace(
    connection: Any, known: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], issue: Issue
) -> dict[str, int]:
    import sqlalchemy as sql

    runs = known[RUNS]
    told = _run_row(issue)
    # First, since it locks the row: another writer of the same issue waits here, and then replaces what this one wrote.
    mine = (runs.c.run_survey == issue.survey) & (runs.c.run_period == issue.period)
    if connection.execute(sql.update(runs).where(mine).values(told)).rowcount == 0:
        connection.execute(sql.insert(runs), told)
    connection.execute(sql.delete(runs).where((runs.c.run_id == issue.run_id) & ~mine))
    written = {}
    for name in AGGREGATES:
        target, table = known[name], tables[name]
        same_issue = (target.c.run_survey == issue.survey) & (target.c.run_period == issue.period)
        connection.execute(sql.delete(target).where(same_issue | (target.c.run_id == issue.run_id)))
        for start in range(0, len(table), ROWS_AT_ONCE):
            rows = _rows(table.iloc[start : start + ROWS_AT_ONCE], name, issue, start)
            connection.execute(sql.insert(target), rows)
        written[target.name] = len(table)
    return written


def _named(issue: Issue) -> dict[str, Any]:
    return {"run_survey": issue.survey, "run_period": issue.period, "run_id": issue.run_id}


def _run_row(issue: Issue) -> dict[str, Any]:
    told = {name: plain(value) for name, value in vars(issue).items() if name not in ("survey", "run_id")}
    return _named(issue) | told


def _rows(part: pd.DataFrame, name: str, issue: Issue, start: int) -> list[dict[str, Any]]:
    names = [column.name for column in shared_contract(name).columns]
    own = _named(issue)
    return [{**own, "run_row": start + place, **row} for place, row in enumerate(plain_rows(part, names))]
