"""Take a person out of one run folder: its tables and lists, and its pages made anew from what is left."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.jobs.churn.nightly import only_run, sweep_leftovers
from nps_insights.jobs.driver_report import write_tables
from nps_insights.jobs.driving.rerun import changed_settings, read_run
from nps_insights.jobs.finished import read_manifest
from nps_insights.jobs.folder import held, published
from nps_insights.jobs.forgetting.cells import MAY_NAME, may_name
from nps_insights.jobs.forgetting.in_files import out_of_json, rewritten
from nps_insights.jobs.forgetting.in_tables import with_other_examples
from nps_insights.jobs.forgetting.models import holds_their_text
from nps_insights.jobs.forgetting.person import Person
from nps_insights.jobs.forgetting.search import holds
from nps_insights.jobs.manifest import write_manifest
from nps_insights.jobs.outputs.beside_the_page import write_outputs
from nps_insights.jobs.outputs.pages import write_pages
from nps_insights.jobs.theming.step import MODEL
from nps_insights.report import ReportFacts
from nps_insights.tables import DataRefusedError, NpsInsightsError, SettingsError, counted

TOLD = "forgotten"
NOTE = (
    "After this run somebody asked to be forgotten: their rows are gone from its tables, and what the page counts from "
    "them is counted without. Figures that the run had estimated stand as they were issued."
)
# Every cell and value of these was compared: a number that is left is no id.
_SEEN_THROUGH = {".parquet", ".csv", ".json", ".md", ".txt", ".toml"}
_REFUSED = "quarantine.csv"
_IN_WORDS = r"[^\W\d_]{2,}\s+[^\W\d_]{2,}"
_RENDERED = ("report*.html", "report.md", "report.xlsx", "report.pdf")


@dataclass(frozen=True)
class Changes:
    """What is done in a run folder.

    Attributes:
        folder: The run folder.
        written: Files without the person in the place of those with them.
        deleted: Files that could only go whole, relative to the folder.
        models: Folders of models that held their text, and go.
        pages: Whether pages are made anew from the tables.
        why_not: Why they cannot be, and are deleted.
        unsure: Files that stay and may name them, or could not be looked into, with why, relative to the folder.
    """

    folder: Path
    written: dict[str, bytes] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    pages: bool = False
    why_not: str = ""
    unsure: dict[str, str] = field(default_factory=dict)

    @property
    def touched(self) -> bool:
        """Whether anything of the person is there."""
        return bool(self.written or self.deleted or self.models)


def sweep_killed_runs(under: Path) -> None:
    """Remove what killed runs left half written below a folder; their rows stand there too.

    Raises:
        BusyFolderError: A run is writing there.
    """
    for leftover in sorted(under.rglob(".*.partial-*")):
        if leftover.is_dir():
            name = leftover.name[1:].partition(".partial-")[0]
            with _hold(leftover.parent / name):
                pass


def changes_in(folder: Path, person: Person) -> Changes:
    """Return what has to be done in a run folder; nothing is written."""
    changes, person = Changes(folder), person.in_run(folder)
    pages = {path.name for pattern in _RENDERED for path in folder.glob(pattern)}
    job = read_manifest(folder).get("job")
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        name = path.relative_to(folder).as_posix()
        if (name in pages and job == "driver_report") or name.startswith(f"{MODEL}/"):
            continue
        try:
            _look_into(path, name, person, changes)
        except DataRefusedError as why:
            changes.unsure[name] = unreadable(why)
    if told := _refused_words(folder):
        changes.unsure[_REFUSED] = told
    try:
        changes.models.extend([MODEL] if holds_their_text(folder / MODEL, person) else [])
    except DataRefusedError as why:
        changes.unsure[MODEL] = unreadable(why)
    if not (changes.touched and pages and job == "driver_report"):
        return changes
    try:
        _read_again(folder, None)
    except NpsInsightsError as why:
        changes.deleted.extend(sorted(pages))
        return replace(changes, why_not=str(why))
    return replace(changes, pages=True)


def unreadable(why: DataRefusedError) -> str:
    """Return what is said of a file that could not be looked into.

    Example:
        >>> unreadable(DataRefusedError("a.zip: is damaged"))
        'could not be looked into (a.zip: is damaged)'
    """
    return f"could not be looked into ({why})"


def _refused_words(folder: Path) -> str:
    """Say that refused cells hold words: such a row has no id, so that nobody can tell whose they are."""
    if not (folder / _REFUSED).is_file():
        return ""
    try:
        refused = pd.read_csv(folder / _REFUSED, dtype="str", keep_default_na=False, encoding_errors="replace")
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        return "could not be looked into (it is no list of refused rows)"
    n = int(refused["value"].str.contains(_IN_WORDS).sum()) if "value" in refused else 0
    cells = counted(n, "refused cell in words", "refused cells in words")
    return f"holds {cells}, of rows that name nobody; look whether one is theirs" if n else ""


def _look_into(path: Path, name: str, person: Person, changes: Changes) -> None:
    before, left = path.read_bytes(), rewritten(path, person)
    if left is None:
        changes.deleted.append(name)
    elif left != before:
        changes.written[name] = left
    elif path.suffix.lower() not in _SEEN_THROUGH and may_name(before, person, path.name):
        changes.unsure[name] = MAY_NAME


def forget_in(folder: Path, person: Person) -> Changes:
    """Put the run folder without the person in the place of the one with them, in one step, and return what was done.

    What has to be done is looked up again while the folder is held, so that no run writes between.

    Raises:
        BusyFolderError: A run holds the folder.
    """
    person = person.in_run(folder)
    with _hold(folder):
        changes, told = changes_in(folder, person), read_manifest(folder)
        if not changes.touched:
            return changes
        with published(folder) as partial:
            shutil.copytree(folder, partial, dirs_exist_ok=True, ignore_dangling_symlinks=True)
            for name in (*changes.deleted, *changes.models):
                _remove(partial / name)
            for name, content in changes.written.items():
                (partial / name).write_bytes(content)
            if changes.pages:
                changes = _with_pages(partial, changes, person)
            write_manifest(partial, _told_again(told, partial, person))
    return changes


def _with_pages(partial: Path, changes: Changes, person: Person) -> Changes:
    pages = sorted(path.name for pattern in _RENDERED for path in partial.glob(pattern))
    for name in pages:
        _remove(partial / name)
    try:
        tables, facts, settings = _read_again(partial, person)
        tables = with_other_examples(tables)
        shutil.rmtree(partial / "tables")
        write_tables(partial, tables)
        write_pages(partial, tables, facts, settings)
        write_outputs(partial, tables, facts, settings)
    except NpsInsightsError as why:
        return _without_pages(partial, replace(changes, pages=False, why_not=str(why)), pages)
    written = {name: (partial / name).read_bytes() for name in pages if (partial / name).is_file()}
    return _without_pages(
        partial,
        changes,
        [name for name, page in written.items() if holds(page, person.unmistakable, name, person.others)],
    )


def _without_pages(partial: Path, changes: Changes, names: list[str]) -> Changes:
    for name in names:
        _remove(partial / name)
    return replace(changes, deleted=[*changes.deleted, *names])


def _read_again(folder: Path, person: Person | None) -> tuple[dict[str, pd.DataFrame], ReportFacts, Any]:
    """Tables, facts and settings of a report, as far as this version can make its pages anew.

    Raises:
        SettingsError: It was written by another version.
    """
    manifest, tables = read_run(folder)
    told = dict(manifest["report"])
    known = set(asdict(ReportFacts("", "")))
    if set(told) - known:
        raise SettingsError(f"{folder}: its page was made by another version; make the run again")
    told["as_of"] = None if told["as_of"] is None else date.fromisoformat(told["as_of"])
    facts = ReportFacts(**(told if person is None else out_of_json(told, person)))
    facts = replace(facts, notes=tuple(dict.fromkeys([*facts.notes, NOTE])))
    return tables, facts, changed_settings(manifest, {})


def _told_again(told: dict[str, Any], partial: Path, person: Person) -> dict[str, Any]:
    left = dict(out_of_json(told, person))
    rows = {path.stem: len(pd.read_parquet(path)) for path in sorted(partial.rglob("*.parquet"))}
    before = told.get("rows", {})
    fewer = {name: before[name] - n for name, n in rows.items() if before.get(name, n) > n}
    earlier = told.get(TOLD, {})
    times = earlier.get("times", 0) + 1
    removed = {name: n + earlier.get("rows", {}).get(name, 0) for name, n in fewer.items()}
    left[TOLD] = {"times": times, "rows": earlier.get("rows", {}) | removed, "note": NOTE}
    left["rows"] = {name: rows.get(name, n) for name, n in before.items()}
    if "notes" in left:
        left["notes"] = list(dict.fromkeys([*left["notes"], NOTE]))
    return left


def _hold(folder: Path) -> AbstractContextManager[None]:
    return _held_night(folder) if (folder.parent / ".lock").exists() else held(folder)


def _held_night(folder: Path) -> AbstractContextManager[None]:
    from contextlib import contextmanager

    @contextmanager
    def holding() -> Iterator[None]:
        with only_run(folder.parent):
            sweep_leftovers(folder.parent)
            yield

    return holding()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
