"""Take a person out of databases: encoded texts, MLflow's own, and lists of flags."""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nps_insights.jobs.forgetting.person import Person
from nps_insights.jobs.settings.secrets import masked
from nps_insights.tables import BusyFolderError, SettingsError

if TYPE_CHECKING:
    import sqlalchemy as sa

_WAIT_SECONDS = 60.0
_OF_A_CONTACT = ("contact_id", "contact_role", "last_score", "answered_at", "category", "quote")
_FIGURES = "nps_"
_REASONS = ("reason_1", "reason_2", "reason_3")


def caches_in(folder: Path) -> list[Path]:
    """Return the files of encoded texts below a folder."""
    return [path for path in sorted(folder.rglob("*.sqlite")) if _is_cache(path)]


def forget_vectors(cache: Path, texts: Iterable[str], *, write: bool) -> int:
    """Remove the vectors of texts from a cache, and return how many there are.

    Args:
        cache: File of the cache; it holds hashes and vectors, no text.
        texts: What only the person wrote.
        write: Whether to remove them; the file's free pages are overwritten too.
    """
    keys = [(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest(),) for text in sorted(texts)]
    with _opened(cache) as connection:
        find = "SELECT COUNT(*) FROM vectors WHERE text_sha256 = ?"
        n = sum(connection.execute(find, key).fetchone()[0] for key in keys)
        if n and write:
            # What is deleted is overwritten at once, so that a kill before the file is packed leaves no byte.
            connection.execute("PRAGMA secure_delete = ON")
            with connection:
                connection.executemany("DELETE FROM vectors WHERE text_sha256 = ?", keys)
            _tidy(connection)
    return n


def scrub_database(file: Path, person: Person, *, write: bool) -> int:
    """Take a person out of every text of a SQLite database, and return how many texts hold them.

    Args:
        file: The database.
        person: Who is forgotten.
        write: Whether to change anything; free pages are overwritten, so that no byte stays behind.
    """
    n = 0
    with _opened(file) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        with connection:
            for table, column in _columns(connection):
                query = f'SELECT DISTINCT "{column}" FROM "{table}" WHERE typeof("{column}") = \'text\''
                for value in [row[0] for row in connection.execute(query)]:
                    told = person.out_of(value)
                    n += told != value
                    if told != value and write:
                        change = f'UPDATE "{table}" SET "{column}" = ? WHERE "{column}" = ?'
                        connection.execute(change, (told, value))
        if write:
            _tidy(connection)
    return n


def forget_flags(url: str, table: str, person: Person, *, write: bool) -> int:
    """Take a person out of a table of flags; return how many rows are about them.

    Rows of a forgotten account go; of a forgotten contact the account's row stays, without what the contact said.

    Args:
        url: SQLAlchemy URL.
        table: Its table, as `[output] sql_table` names it.
        person: Who is forgotten.
        write: Whether to change anything.

    Raises:
        SettingsError: The database cannot be reached or written.
    """
    import sqlalchemy as sa
    from sqlalchemy.exc import SQLAlchemyError

    if absent(url):
        return 0
    try:
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            if not sa.inspect(connection).has_table(table):
                return 0
            rows = sa.Table(table, sa.MetaData(), autoload_with=connection)
            if lacking := sorted({"account_id", "contact_id", "quote"} - set(rows.c.keys())):
                raise SettingsError(
                    f"database {masked(url)!r}: its table {table} lacks {', '.join(lacking)}, so it is no list of "
                    "flags; name the list with --table, or leave --database out"
                )
            accounts = rows.c.account_id.in_(sorted(person.ids.get("account_id", ())))
            contacts = rows.c.contact_id.in_(sorted(person.ids.get("contact_id", ())))
            told = connection.execute(sa.select(rows.c.quote).distinct()).scalars().all()
            quoted = rows.c.quote.in_([one for one in told if one and person.said(one)])
            n = connection.execute(sa.select(sa.func.count()).where(accounts | contacts | quoted)).scalar() or 0
            if write and n:
                connection.execute(sa.delete(rows).where(accounts))
                nothing = {name: None for name in (*_OF_A_CONTACT, *_REASONS) if name in rows.c}
                connection.execute(sa.update(rows).where(contacts | quoted).values(nothing))
        _vacuum(engine, where=write)
    except (SQLAlchemyError, ImportError) as error:
        raise SettingsError(_unreachable(url, error)) from None
    return int(n)


def scrub_figures(url: str, person: Person, *, write: bool) -> int:
    """Take a person out of the figures that reports put into a database; return how many texts hold them.

    No customer stands there, but labels of themes do, and a word of one may be the person's own.

    Args:
        url: SQLAlchemy URL, as `[output] database` names it.
        person: Who is forgotten.
        write: Whether to change anything.

    Raises:
        SettingsError: The database cannot be reached or written.
    """
    import sqlalchemy as sa
    from sqlalchemy.exc import SQLAlchemyError

    n = 0
    if absent(url):
        return n
    try:
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            names = [name for name in sa.inspect(connection).get_table_names() if name.startswith(_FIGURES)]
            for rows in [sa.Table(name, sa.MetaData(), autoload_with=connection) for name in names]:
                for column in (one for one in rows.c if isinstance(one.type, sa.String)):
                    values = connection.execute(sa.select(column).distinct().where(column.is_not(None))).scalars().all()
                    clean = person.out_of_keywords if column.name == "keywords" else person.out_of
                    for value, told in ((one, clean(one)) for one in values):
                        n += told != value
                        if told != value and write:
                            connection.execute(sa.update(rows).where(column == value).values({column: told}))
        _vacuum(engine, where=write)
    except (SQLAlchemyError, ImportError) as error:
        raise SettingsError(_unreachable(url, error)) from None
    return n


def refuse_unfit(databases: Iterable[tuple[str, str]]) -> None:
    """Refuse, before anything is written, lists of flags that were named and are none.

    Args:
        databases: (URL, table).

    Raises:
        SettingsError: There is no such file, the database cannot be reached, or its table is another.
    """
    for url, table in databases:
        if absent(url):
            raise SettingsError(f"--database {masked(url)!r}: there is no such file; name the database that runs wrote")
        forget_flags(url, table, Person(), write=False)


def absent(url: str) -> bool:
    """Return whether a URL names a SQLite file that is not there; opening it would make one.

    Example:
        >>> absent("sqlite:////nowhere/flags.db"), absent("postgresql://db.example/crm")
        (True, False)
    """
    import sqlalchemy as sa
    from sqlalchemy.exc import SQLAlchemyError

    try:
        known = sa.make_url(url)
    except SQLAlchemyError:
        return False
    file = known.database or ""
    local = known.get_backend_name() == "sqlite" and file not in ("", ":memory:") and not file.startswith("file:")
    return local and not Path(file).exists()


def _vacuum(engine: "sa.Engine", *, where: bool) -> None:
    """Take deleted rows out of the file of a SQLite database; others do so by themselves.

    Also where none were deleted: a call that was killed before this line may have left them.
    """
    import sqlalchemy as sa

    if where and engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM"))
    engine.dispose()


def _unreachable(url: str, error: Exception) -> str:
    return (
        f"database {masked(url)!r}: nobody can be forgotten there ({type(error).__name__}); check the URL and whether "
        "rows may be changed, and run the same command again"
    )


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a database of ours.

    Raises:
        BusyFolderError: Another program holds it.
    """
    with closing(sqlite3.connect(file, timeout=_WAIT_SECONDS)) as connection:
        try:
            yield connection
        except sqlite3.OperationalError as error:
            raise BusyFolderError(
                f"{file}: cannot be changed now ({error}); stop what uses it, such as `mlflow ui`, and run the same "
                "command again"
            ) from None


def _is_cache(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path, timeout=_WAIT_SECONDS)) as connection:
            return ("vectors", "text_sha256") in _columns(connection)
    except sqlite3.DatabaseError:
        # Ends like a cache and is none: nothing of ours stands in it.
        return False


def _columns(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return [(table, row[1]) for table in tables for row in connection.execute(f'PRAGMA table_info("{table}")')]


def _tidy(connection: sqlite3.Connection) -> None:
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
