"""Where a person may stand: run folders, what is kept beside them, caches, tracking databases and lists of flags."""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nps_insights.jobs.churn.settings import ChurnScoringSettings
from nps_insights.jobs.finished import columns_there, read_manifest
from nps_insights.jobs.folder import MANIFEST
from nps_insights.jobs.forgetting.person import Person, tables_in
from nps_insights.jobs.settings.driver_report import DriverReportSettings
from nps_insights.jobs.settings.pipeline import read_pipeline
from nps_insights.jobs.settings.secrets import database_from_environment, masked, sqlite_file
from nps_insights.tables import SettingsError
from nps_insights.tracking import database_of, local_tracking_uri

# Programs and their caches; no run writes there.
_FOREIGN = {".git", ".venv", "venv", "node_modules", "__pycache__", "mlartifacts"}
_MASKED = "***"


@dataclass(frozen=True, eq=False)
class Places:
    """Where to look.

    Attributes:
        roots: The project and the further folders.
        runs: Run folders, those that tell who wrote what last.
        beside: Folders beside run folders, with the answers of issued figures.
        pseudonyms: Whether a run says that its ids are pseudonyms.
        keys: Fingerprint of a key -> the runs whose pseudonyms were made under it; "" -> those that do not tell.
        in_clear: Whether a run holds ids as they were given.
        caches: Folders of encoded texts.
        tracking: URI -> file of a local tracking database.
        databases: (URL, table) of lists of flags.
        figures: URLs of databases that hold the figures of reports.
        former: URLs that only finished runs name; what stood there may be gone.
        unreadable: What could not be looked into, in sentences.
    """

    roots: list[Path]
    runs: list[Path]
    beside: list[Path]
    pseudonyms: bool
    keys: dict[str, list[Path]]
    in_clear: bool
    caches: list[Path]
    tracking: dict[str, Path]
    databases: list[tuple[str, str]]
    figures: list[str]
    former: frozenset[str]
    unreadable: list[str] = field(default_factory=list)

    def runs_of(self, person: Person) -> list[Path]:
        """Return the run folders that hold an answer of a person."""
        return [run for run in self.runs if any(_holds_answer(path, person.in_run(run)) for path in tables_in(run))]

    def other_files(self) -> Iterator[Path]:
        """Give the files below the roots that no run wrote and no tracking database keeps."""
        ours = {path.resolve() for path in (*self.runs, *self.caches)}
        databases = {str(path.resolve()) for path in self.tracking.values()}
        for root in self.roots:
            for folder, files in _walk(root):
                if not ours & {folder.resolve(), *folder.resolve().parents}:
                    yield from (path for path in files if not str(path.resolve()).startswith(tuple(databases)))


def places_of(
    project: Path, folders: Sequence[Path], tracking_uri: str | None, databases: Sequence[tuple[str, str]]
) -> Places:
    """Return where to look for a person.

    Args:
        project: The project's folder.
        folders: Further folders.
        tracking_uri: MLflow's tracking URI; that of the project if not given.
        databases: (URL, table) of further lists of flags.

    Raises:
        SettingsError: A folder does not exist.
        DataRefusedError: A manifest is damaged.
    """
    roots = [project, *folders]
    for root in roots:
        if not root.is_dir():
            raise SettingsError(f"--folder {root}: there is no such folder")
    found = [(folder, files) for root in roots for folder, files in _walk(root)]
    runs = list(dict.fromkeys(folder for folder, files in found if _is_run(folder, files)))
    told = [read_manifest(run) for run in runs]
    unreadable = _links_elsewhere(roots)
    written = _of_pipelines(project, unreadable)
    listed = [(in_project(url, project), table) for url, table in _lists(told, written, unreadable)]
    flags = [*databases, *_tables_of(told, databases), *listed]
    figures = [in_project(one, project) for one in _figures(told, written, unreadable)]
    named = {*(url for url, _ in databases), *(in_project(url, project) for url in _named(written))}
    known = [*(url for url, _ in databases), *figures]
    unreadable += _out_of_reach(told, [*known, *(url for url, _ in flags)])
    return Places(
        roots=roots,
        runs=sorted(runs, key=lambda run: ((run / "tables" / "responses.parquet").is_file(), str(run))),
        beside=_beside(project, found, told),
        pseudonyms=any(map(_hides_ids, told)),
        keys=_keys(dict(zip(runs, told, strict=True))),
        in_clear=not all(map(_hides_ids, told)),
        caches=_caches(project, roots, told),
        tracking=_tracking(project, told, tracking_uri, unreadable),
        databases=list(dict.fromkeys(flags)),
        figures=list(dict.fromkeys(known)),
        former=frozenset({*known, *(url for url, _ in flags)} - named),
        unreadable=unreadable,
    )


def in_project(url: str, project: Path) -> str:
    """Return the URL of a SQLite file as seen from anywhere: a relative one was taken from the project's folder.

    Args:
        url: URL of any database.
        project: The project's folder.

    Example:
        >>> in_project("sqlite:///bi.db", Path("/home/anna/acme")), in_project("sqlite:////srv/bi.db", Path("/home"))
        ('sqlite:////home/anna/acme/bi.db', 'sqlite:////srv/bi.db')
    """
    file = sqlite_file(url)
    return f"sqlite:///{project.absolute() / file}" if file else url


def _walk(root: Path) -> Iterator[tuple[Path, list[Path]]]:
    for place, below, files in os.walk(root):
        below[:] = sorted(name for name in below if name not in _FOREIGN and ".partial-" not in name)
        # Neither a link that leads nowhere nor a pipe can be read.
        yield Path(place), [path for name in sorted(files) if (path := Path(place) / name).is_file()]


def _links_elsewhere(roots: Sequence[Path]) -> list[str]:
    """Links to folders outside: what they lead to may be large and is somebody's own, so it is named and not walked."""
    inside = {root.resolve() for root in roots}
    links = (Path(folder) / name for root in roots for folder, below, _ in os.walk(root) for name in below)
    found = {}
    for link in (one for one in links if one.is_symlink() and not _FOREIGN & set(one.parts)):
        target = link.resolve()
        if not inside & {target, *target.parents}:
            found[target] = (
                f"{link}: is a link to {target}, which was not looked into; if runs are there, run the same command "
                f"again with --folder {target}"
            )
    return list(found.values())


def _is_run(folder: Path, files: list[Path]) -> bool:
    return folder / MANIFEST in files and (
        (folder / "tables").is_dir() or any(one.suffix == ".parquet" for one in files)
    )


def _holds_answer(path: Path, person: Person) -> bool:
    answers = columns_there(path, ["response_id"]).get("response_id")
    return answers is not None and bool(answers.isin(person.ids["response_id"]).any())


def _beside(project: Path, found: Sequence[tuple[Path, list[Path]]], told: Sequence[dict[str, Any]]) -> list[Path]:
    """Folders with answers of issued figures: below the roots, and where the runs say."""
    there = [folder for folder, files in found if any(one.name.endswith(".answers.parquet") for one in files)]
    # A relative path was taken from where the run started: the project.
    stated = [(project / one).parent for manifest in told if (one := _of(manifest, "output", "published"))]
    return sorted({*there, *(folder for folder in stated if folder.is_dir())})


def _keys(told: Mapping[Path, dict[str, Any]]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for run, manifest in told.items():
        if _hides_ids(manifest):
            found.setdefault(str(manifest.get("pseudonym_key") or ""), []).append(run)
    return found


def _hides_ids(manifest: dict[str, Any]) -> bool:
    return bool(manifest.get("pseudonym_key") or _of(manifest, "privacy", "pseudonyms"))


def _caches(project: Path, roots: Sequence[Path], told: Sequence[dict[str, Any]]) -> list[Path]:
    stated = [project / one for manifest in told if (one := _of(manifest, "themes", "cache"))]
    return [one for one in dict.fromkeys([*(root / ".cache" for root in roots), *stated]) if one.is_dir()]


def _tracking(
    project: Path, told: Sequence[dict[str, Any]], stated: str | None, unreadable: list[str]
) -> dict[str, Path]:
    named = (_of(manifest, "tracking", "uri") for manifest in told)
    uris = [stated or local_tracking_uri(project), *(in_project(uri, project) for uri in named)]
    found = {}
    for uri in dict.fromkeys(one for one in uris if one):
        database = database_of(uri)
        if database and _is_database(database):
            found[uri] = database
        elif database:
            unreadable.append(f"{database}: could not be looked into (it is damaged, or no database)")
        elif not uri.startswith("sqlite:"):
            scheme = uri.partition("://")[0]
            unreadable.append(f"MLflow at {scheme}://...: is not on this machine; who runs it deletes there")
    return found


def _is_database(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as connection:
        try:
            connection.execute("SELECT name FROM sqlite_master").fetchall()
        except sqlite3.OperationalError:
            # Held by another program: said where it is written.
            return True
        except sqlite3.DatabaseError:
            return False
    return True


def _figures(told: Sequence[dict[str, Any]], written: Sequence[Any], unreadable: list[str]) -> list[str]:
    """Databases that the runs put their figures into, as they and the pipelines say."""
    stated = [_of(manifest, "output", "database") for manifest in told]
    stated += [one.output.database or "" for one in written if isinstance(one, DriverReportSettings)]
    known = (_known(one, "output.database", "a database of figures", unreadable) for one in dict.fromkeys(stated))
    return [url for url in known if url]


def _lists(told: Sequence[dict[str, Any]], written: Sequence[Any], unreadable: list[str]) -> Iterator[tuple[str, str]]:
    """Databases that the runs put their lists into, as they and the pipelines say, each with its table."""
    stated = [(_of(manifest, "output", "sql"), _of(manifest, "output", "sql_table")) for manifest in told]
    stated += [(one.output.sql or "", one.output.sql_table) for one in written if isinstance(one, ChurnScoringSettings)]
    for named, table in dict.fromkeys(stated):
        if url := _known(named, "output.sql", "a list of flags", unreadable):
            yield url, table


def _named(written: Sequence[Any]) -> Iterator[str]:
    """Databases that the pipelines name today; what cannot be told is told where it is looked into."""
    stated = [one.output.database for one in written if isinstance(one, DriverReportSettings)]
    stated += [one.output.sql for one in written if isinstance(one, ChurnScoringSettings)]
    for one in stated:
        with suppress(SettingsError):
            yield database_from_environment(one or "", "")


def _tables_of(told: Sequence[dict[str, Any]], databases: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Lists of the databases that were named, in the tables that the runs say: their URLs stand there masked."""
    for url, _ in databases:
        for manifest in told:
            table = _of(manifest, "output", "sql_table")
            if table and _stated(manifest, "output", "sql") == str(masked(url)):
                yield url, table


def _known(stated: str, setting: str, what: str, unreadable: list[str]) -> str:
    """The URL that was stated, or that the environment tells; empty where it does not."""
    try:
        return database_from_environment(stated, setting)
    except SettingsError as why:
        unreadable.append(f"{what} was not looked into ({why})")
        return ""


def _out_of_reach(told: Sequence[dict[str, Any]], known: Sequence[str]) -> list[str]:
    """Databases that runs wrote, and of whose URLs they keep no password: nothing else here tells it either."""
    stated = [_stated(manifest, "output", name) for manifest in told for name in ("database", "sql")]
    reached = {str(masked(url)) for url in known}
    return [
        f"the database {url} was not looked into, as runs keep no password; put its URL into an environment variable "
        "and run the same command again with --database env:NAME"
        for url in dict.fromkeys(stated)
        if _MASKED in url and url not in reached
    ]


def _of_pipelines(project: Path, unreadable: list[str]) -> list[Any]:
    """Settings of the project's pipelines."""
    found = []
    for path in sorted((project / "pipelines").glob("*.toml")):
        try:
            found.append(read_pipeline(path))
        except SettingsError as why:
            unreadable.append(f"{path}: cannot be read, so its databases were not looked into ({why})")
    return found


def _of(manifest: dict[str, Any], section: str, name: str) -> str:
    stated = _stated(manifest, section, name)
    return "" if _MASKED in stated else stated


def _stated(manifest: dict[str, Any], section: str, name: str) -> str:
    told = (manifest.get("settings") or {}).get(section) or {}
    value = told.get(name) if isinstance(told, dict) else None
    return str(value) if value else ""
