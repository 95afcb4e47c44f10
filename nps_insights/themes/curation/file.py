"""The edits file: read, checked, and added to without touching what an analyst wrote in it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nps_insights.tables import SettingsError, replace_file
from nps_insights.themes.curation.checked_edits import check_edits
from nps_insights.themes.curation.edits import Edits

EDITS_FILE = Path("models/themes/edits.toml")

HEADER = """\
# What people decided about the themes. Every fit of the themes replays it: seeds first, then the edits in this order.
# `nps-insights themes rename | merge | split | delete | pin | owner` add entries; to take one back, delete it here.
# Comments are kept. `was` tells what a theme was called, so that it is found again when its id has changed.
#
# [[edit]]
# kind = "rename"
# theme = "t07"
# label = "Waiting time"
#
# [[edit]]
# kind = "merge"
# themes = ["t03", "t09"]
# keep = "t03"                    # optional: the id that stays; otherwise the agreed one, or the largest theme's
# label = "Delivery"              # optional
#
# [[edit]]
# kind = "split"
# theme = "t02"
# into = 2                        # or: parts = [{ label = "Queue" }, { label = "Hotline", phrases = ["on hold"] }]
#
# [[edit]]
# kind = "pin"                    # these phrases, and what is said like them, belong to the theme
# theme = "t04"                   # the name of a theme that is not there yet makes a new one
# phrases = ["no space to park"]
#
# [[edit]]
# kind = "delete"
# theme = "t11"
#
# [[edit]]
# kind = "owner"
# theme = "t07"
# owner = "Customer service"
#
# [[seed]]                        # a theme of your taxonomy
# name = "Parking"
# examples = ["the car park is full", "parking costs too much"]
# owner = "Facilities"            # optional
"""


def read_edits(path: Path) -> Edits:
    """Return the checked entries of an edits file; none where there is no such file.

    Args:
        path: A TOML file, usually `models/themes/edits.toml`.

    Raises:
        SettingsError: It is no valid TOML, or entries are wrong; all problems are named, with the file.

    Example:
        >>> read_edits(Path("no/such/edits.toml")).edit
        ()
    """
    return _checked(path, _text(path))


def add_entry(path: Path, table: str, entry: Mapping[str, Any]) -> Edits:
    """Append one entry to an edits file, which is made where absent, and return all entries.

    What stands in the file stays as it is, comments included; the file is replaced in one step, so a kill leaves the
    old file or the new one. An entry that is wrong, or contradicts the others, is refused and nothing is written.

    Args:
        path: The edits file.
        table: "edit" or "seed".
        entry: Its keys; those that are None or empty are left out.

    Raises:
        SettingsError: The file or the new entry is wrong.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> edits = add_entry(folder / "edits.toml", "edit", {"kind": "owner", "theme": "t07", "owner": "Billing"})
        >>> edits.edit[0].owner
        'Billing'
    """
    before = _text(path)
    _checked(path, before)
    text = (before or HEADER).rstrip("\n") + "\n\n" + _entry_text(table, entry)
    edits = _checked(path, text)
    _replace(path, text)
    return edits


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.exists() else ""
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is no UTF-8 text ({error.reason}); save it as UTF-8") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}); name the edits file with --edits") from None


def _checked(path: Path, text: str) -> Edits:
    try:
        return check_edits(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: is no valid TOML: {error}") from None
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from None


def _entry_text(table: str, entry: Mapping[str, Any]) -> str:
    import tomlkit

    block = tomlkit.table()
    for key, value in entry.items():
        if key != "was" and value not in (None, "", [], ()):
            block.add(key, tomlkit.item(value))
    if entry.get("was"):
        was = tomlkit.table()
        for theme, told in entry["was"].items():
            inline = tomlkit.inline_table()
            inline.update(told)
            was.add(theme, inline)
        block.add("was", was)
    document = tomlkit.document()
    listed = tomlkit.aot()
    listed.append(block)
    document.add(table, listed)
    return tomlkit.dumps(document).lstrip("\n")


def _replace(path: Path, text: str) -> None:
    try:
        replace_file(path, text.encode("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written ({error.strerror}); name another file with --edits") from None
