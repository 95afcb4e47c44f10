"""Who was forgotten, kept in the project as marks that name nobody: a re-import is stopped by them."""

import os
import tomllib
from collections.abc import Iterable
from pathlib import Path

from filelock import FileLock

from nps_insights.survey import Forgotten, mark_of
from nps_insights.tables import DataRefusedError, replace_file

FILE = "forgotten.toml"
_SQLITE = "sqlite:///"
_HEADER = """\
# Who asked to be forgotten, as marks (HMAC-SHA256 under the salt below); no id stands here and none can be read off.
# The door turns their rows away and counts them. `nps-insights forget` adds marks; keep this file with the project.
"""


def tombstones_file(models: Path) -> Path:
    """Return where the marks of a project are kept: in its folder `models`.

    Example:
        >>> tombstones_file(Path("acme/models")).as_posix()
        'acme/models/forgotten.toml'
    """
    return models / FILE


def tombstones_near(*starts: str | Path | None) -> Forgotten:
    """Return who was forgotten in the projects that files lie in, all of them joined.

    Marks belong to a project: they stand in its `models/forgotten.toml` and hold for every file in it, wherever a
    command is started. Looked into is the folder `models` beside and above each start and above the current folder.

    Args:
        starts: Files that are read or written, and URIs of local tracking databases. None, and URLs of what is not on
            this machine, are passed over.

    Raises:
        DataRefusedError: A list of who was forgotten is damaged.

    Example:
        >>> import pandas as pd
        >>> tombstones_near("https://mlflow.example", None).holds("contact_id", pd.Series(["c7"])).tolist()
        [False]
    """
    paths = [Path.cwd(), *(Path(str(one).removeprefix(_SQLITE)) for one in starts if one and _is_local(str(one)))]
    folders = [
        above
        for path in paths
        for one in (path.absolute(), Path(os.path.realpath(path)))
        for above in (one, *one.parents)
    ]
    files = [tombstones_file(folder / "models") for folder in dict.fromkeys(folders)]
    found = [read_tombstones(file) for file in files if os.access(file, os.F_OK)]
    return found[0] if len(found) == 1 else Forgotten(beside=tuple(found))


def _is_local(start: str) -> bool:
    return "://" not in start.removeprefix(_SQLITE) and "\0" not in start


def read_tombstones(file: Path) -> Forgotten:
    """Return who was forgotten; nobody where there is no such file.

    Raises:
        DataRefusedError: The file is damaged. Without it nobody could tell who must not come back.
    """
    if not file.is_file():
        return Forgotten()
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
        salt, marks = told["salt"], told["marks"]
        if not (isinstance(salt, str) and salt and all(isinstance(one, str) for one in marks)):
            raise TypeError
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, OSError):
        raise DataRefusedError(
            f"{file}: is damaged, so nobody can tell who was forgotten; restore it from a copy before anything is read"
        ) from None
    return Forgotten(salt, frozenset(marks))


def with_marks(known: Forgotten, ids: Iterable[tuple[str, str]], *, salt: str) -> Forgotten:
    """Return the marks with those of further ids.

    Args:
        known: Who was forgotten before.
        ids: (field, id).
        salt: For a project that has none yet.

    Example:
        >>> len(with_marks(Forgotten(), [("contact_id", "c7"), ("contact_id", "c7")], salt="s").marks)
        1
    """
    own = known.salt or salt
    return Forgotten(own, known.marks | {mark_of(field, one, own) for field, one in ids})


def add_marks(file: Path, ids: Iterable[tuple[str, str]], *, salt: str) -> Forgotten:
    """Add marks to a project's; two that do so at once wait for each other, and both leave theirs.

    Args:
        file: As `tombstones_file` returns it.
        ids: (field, id).
        salt: For a project that has none yet.

    Returns:
        All marks of the project.

    Raises:
        DataRefusedError: The file is damaged.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(file.with_name(f".{file.name}.lock"), mode=0o644):
        # Read under the lock: another call may have added marks, and the salt, since this one began.
        marked = with_marks(read_tombstones(file), ids, salt=salt)
        write_tombstones(file, marked)
    return marked


def write_tombstones(file: Path, forgotten: Forgotten) -> None:
    """Write the marks; a kill leaves the old file or the new one."""
    lines = [f'salt = "{forgotten.salt}"', "marks = [", *(f'  "{mark}",' for mark in sorted(forgotten.marks)), "]"]
    replace_file(file, (_HEADER + "\n".join(lines) + "\n").encode("utf-8"))
