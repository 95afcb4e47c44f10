"""Who was forgotten, kept in the project as marks that name nobody: a re-import is stopped by them."""

import os
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

from nps_insights.survey import Forgotten, mark_of
from nps_insights.tables import DataRefusedError

FILE = "forgotten.toml"
_HEADER = """\
# Who asked to be forgotten, as marks (HMAC-SHA256 under the salt below); no id stands here and none can be read off.
# The door turns their rows away and counts them. `nps-insights forget` adds marks; keep this file with the project.
"""


def tombstones_file(models: str | Path | None) -> Path:
    """Return where the marks are kept: in the project's `models`, or in that of the current folder.

    Example:
        >>> tombstones_file("acme/models").as_posix()
        'acme/models/forgotten.toml'
    """
    return Path(models or "models") / FILE


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
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError):
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


def write_tombstones(file: Path, forgotten: Forgotten) -> None:
    """Write the marks; a kill leaves the old file or the new one."""
    lines = [f'salt = "{forgotten.salt}"', "marks = [", *(f'  "{mark}",' for mark in sorted(forgotten.marks)), "]"]
    replace_file(file, (_HEADER + "\n".join(lines) + "\n").encode("utf-8"))


def replace_file(file: Path, content: bytes) -> None:
    """Put a file in the place of another in one step, on the disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as new:
            new.write(content)
            new.flush()
            os.fsync(new.fileno())
        temporary.chmod(file.stat().st_mode & 0o777 if file.exists() else 0o644)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
