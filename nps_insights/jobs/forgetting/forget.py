"""Forget a person: out of run folders, caches, databases, models and lists, and never let in again."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nps_insights.jobs.finished import read_manifest
from nps_insights.jobs.forgetting.cells import MAY_NAME, in_cells, may_name
from nps_insights.jobs.forgetting.databases import (
    caches_in,
    forget_flags,
    forget_vectors,
    refuse_unfit,
    scrub_database,
    scrub_figures,
)
from nps_insights.jobs.forgetting.decided import decided_without
from nps_insights.jobs.forgetting.in_files import rewritten
from nps_insights.jobs.forgetting.kinds import hints_on, standing_of, stated_kinds
from nps_insights.jobs.forgetting.models import holds_their_text
from nps_insights.jobs.forgetting.person import Person, person_in
from nps_insights.jobs.forgetting.places import Places, places_of
from nps_insights.jobs.forgetting.run_folder import Changes, changes_in, forget_in, sweep_killed_runs, unreadable
from nps_insights.jobs.forgetting.search import holds
from nps_insights.jobs.forgetting.tombstones import add_marks, read_tombstones, tombstones_file, with_marks
from nps_insights.jobs.forgetting.under_pseudonyms import runs_of_other_keys, with_pseudonyms
from nps_insights.tables import DataRefusedError, SettingsError, replace_file
from nps_insights.tracking import StoredModel, artifact_folders, delete_stored, stored_models

# Ids of customers, as apart from the numbers of answers.
_CUSTOMERS = ("account_id", "contact_id")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Forgetting:
    """What was done, or with `dry_run` would be. Neither an id nor a word of the person stands in it.

    Attributes:
        dry_run: Whether nothing was written.
        changed: Files and folders that are without the person now, with what was done to them.
        deleted: Files that could only go whole.
        models: Stored models that held their text, and are deleted.
        learned: Stored models that were fitted on their comments too and hold none of their text: fit them anew.
        left_to_you: Files that name them and are nobody's to change but yours, such as the export itself.
        marks: Where the marks stand that stop a re-import.
        known_before: Whether everybody asked for had been forgotten before.
        hints: What to look at where somebody stands in no run, in sentences.
    """

    dry_run: bool
    changed: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    learned: list[str] = field(default_factory=list)
    left_to_you: list[str] = field(default_factory=list)
    marks: str = ""
    known_before: bool = False
    hints: list[str] = field(default_factory=list)


def forget(
    ids: Sequence[str],
    *,
    project: Path,
    salt: str,
    folders: Sequence[Path] = (),
    kind: str | None = None,
    tracking_uri: str | None = None,
    databases: Sequence[tuple[str, str]] = (),
    dry_run: bool = False,
) -> Forgetting:
    """Remove a person from everything that runs left, and stop every re-import.

    The marks that stop a re-import are written first, the run folders that tell who wrote what last, each whole or not
    at all: after a kill the same command again does the rest.

    Args:
        ids: contact_id, account_id or response_id; real ids are found under their pseudonyms too where the environment
            holds the key.
        project: The project's folder.
        salt: For marks of a project that has none yet: long, random and nobody's choice.
        folders: Run folders, or folders of them, outside the project.
        kind: account_id, contact_id or response_id, where an id stands under several.
        tracking_uri: MLflow's tracking URI; `mlflow.db` of the project if not given. Those that the runs name are
            looked into as well.
        databases: (URL, table) of lists of flags, beside those that the project's pipelines name.
        dry_run: Write nothing.

    Raises:
        SettingsError: An id is blank or ambiguous, or it is a real one and runs hold pseudonyms whose key is
            missing, or a folder or database cannot be used.
        DataRefusedError: The list of who was forgotten is damaged, or a table of a run is.
        BusyFolderError: A run holds a folder.
    """
    refuse_unfit(databases)
    places = places_of(project, folders, tracking_uri, databases)
    file = tombstones_file(project / "models")
    before = read_tombstones(file)
    named = with_pseudonyms(ids, places)
    standing = standing_of([one for names in named for one in names], places.runs, before)
    asked = stated_kinds(named, standing, kind)
    marked = with_marks(before, asked, salt=salt)
    person = person_in([*places.runs, *places.beside], asked, marked)
    marks = [*asked, *((name, one) for name in _CUSTOMERS for one in person.ids[name]), *person.marks]
    marked = with_marks(marked, marks, salt=salt)
    _log.info("looking into %d run folder%s", len(places.runs), "s" * (len(places.runs) != 1))
    known_before = marked.marks == before.marks
    hints = [] if known_before else hints_on(named, standing)
    hints += runs_of_other_keys(ids, places)
    if not places.runs:
        hints = [f"no run folder stands below {project}; name the project with --project, other folders with --folder"]
    done = Forgetting(dry_run, marks=str(file), known_before=known_before, hints=hints)
    if not dry_run:
        add_marks(file, marks, salt=salt)
        for folder in places.roots:
            sweep_killed_runs(folder)
    _forget_in_databases(places, person.anywhere(), done)
    _forget_decisions(project / "models", person.anywhere(), done)
    _forget_models(places, person, done)
    _forget_files(places, person, done)
    _forget_runs(places, person, done)
    done.left_to_you.extend([*places.unreadable, *_others(places, person.anywhere(), done)])
    return done


def _forget_in_databases(places: Places, person: Person, done: Forgetting) -> None:
    write = not done.dry_run
    for cache in (one for folder in places.caches for one in caches_in(folder)):
        if n := forget_vectors(cache, person.texts, write=write):
            done.changed.append(f"{cache}: {n} encoded texts")
    for url, table in places.databases:
        with _told_if_former(url, places, done):
            if n := forget_flags(url, table, person, write=write):
                done.changed.append(f"table {table} of a database: {n:,} rows")
    for url in places.figures:
        with _told_if_former(url, places, done):
            if n := scrub_figures(url, person, write=write):
                done.changed.append(f"a database of figures: {n} texts")


@contextmanager
def _told_if_former(url: str, places: Places, done: Forgetting) -> Iterator[None]:
    """A database that only an old run names and that is gone keeps nobody from being forgotten elsewhere."""
    try:
        yield
    except SettingsError as why:
        if url not in places.former:
            raise
        done.left_to_you.append(f"a database that only earlier runs name was not looked into ({why})")


def _forget_decisions(models: Path, person: Person, done: Forgetting) -> None:
    for path in _files_in(models, "*.toml"):
        if path == tombstones_file(models):
            continue
        left = decided_without(path, person)
        if left != path.read_text(encoding="utf-8"):
            done.changed.append(f"{path}: phrases that quote them")
            if not done.dry_run:
                replace_file(path, left.encode("utf-8"))
    for path in _files_in(models, "*.md"):
        _rewrite(path, person, done)


def _files_in(folder: Path, pattern: str) -> list[Path]:
    return [path for path in sorted(folder.rglob(pattern)) if path.is_file()]


def _forget_models(places: Places, person: Person, done: Forgetting) -> None:
    for uri, file in places.tracking.items():
        for model in stored_models(uri):
            try:
                theirs = holds_their_text(model.folder, person)
            except DataRefusedError as why:
                done.left_to_you.append(f"model {model.called}: {unreadable(why)}")
                continue
            if theirs:
                done.models.append(model.called)
                if not done.dry_run:
                    delete_stored(uri, model)
            elif _learned_from(model, places, person):
                done.learned.append(model.called)
        for folder in artifact_folders(uri):
            for path in _files_in(folder, "*"):
                if path.relative_to(folder).parts[0] != "models":
                    _rewrite(path, person.anywhere(), done)
        if n := scrub_database(file, person.anywhere(), write=not done.dry_run):
            done.changed.append(f"{file}: {n} texts")


def _learned_from(model: StoredModel, places: Places, person: Person) -> bool:
    """Whether a run that holds an answer of theirs says that it stored this model."""
    told = (_texts(read_manifest(run)) for run in places.runs_of(person))
    return any(set(model.versions) & set(texts) for texts in told)


def _texts(told: Any) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict | list):
        for one in told.values() if isinstance(told, dict) else told:
            yield from _texts(one)


def _forget_files(places: Places, person: Person, done: Forgetting) -> None:
    for folder in places.beside:
        for path in sorted(folder.glob("*.parquet")):
            _rewrite(path, person.in_run(folder), done)


def _rewrite(path: Path, person: Person, done: Forgetting) -> None:
    try:
        left = rewritten(path, person)
    except DataRefusedError as why:
        done.left_to_you.append(f"{path}: {unreadable(why)}")
        return
    if left is None:
        done.deleted.append(str(path))
        if not done.dry_run:
            path.unlink()
    elif left != path.read_bytes():
        done.changed.append(str(path))
        if not done.dry_run:
            replace_file(path, left)


def _forget_runs(places: Places, person: Person, done: Forgetting) -> None:
    for folder in places.runs:
        changes = changes_in(folder, person) if done.dry_run else forget_in(folder, person)
        done.left_to_you.extend(f"{folder / name}: {why}" for name, why in changes.unsure.items())
        if not changes.touched:
            continue
        done.changed.append(_in_words(changes))
        done.deleted.extend(str(folder / name) for name in changes.deleted)
        done.models.extend(str(folder / name) for name in changes.models)


def _in_words(changes: Changes) -> str:
    pages = "; pages made anew from its tables" if changes.pages else ""
    why = f"; pages deleted, since they cannot be made anew ({changes.why_not})" if changes.why_not else ""
    return f"{changes.folder}: {len(changes.written)} files{pages}{why}"


def _others(places: Places, person: Person, done: Forgetting) -> list[str]:
    """Files of the project that name the person, or may, and are not ours to change."""
    # In a dry run they still hold what would be taken out of them.
    ours = {told.partition(": ")[0] for told in [*done.changed, *done.deleted, *done.left_to_you]}
    told = []
    for path in (one for one in places.other_files() if str(one) not in ours):
        try:
            said = _said_of(path, person)
        except DataRefusedError as why:
            said = f"{path}: {unreadable(why)}"
        told += [said] if said else []
    if person.counts:
        told.append("an id is a number too short to be told from others: look for it in the files that no run wrote")
    return told


def _said_of(path: Path, person: Person) -> str:
    data = path.read_bytes()
    if holds(data, person.unmistakable, path.name, person.others) or in_cells(data, person, path.name):
        return str(path)
    return f"{path}: {MAY_NAME}" if may_name(data, person, path.name) else ""
