"""Fetch the files of a pinned npm package, and refuse every byte that differs from the pin.

A pin is a file `pin.toml` with the package, its version and the sha256 of each wanted file; the files land beside it:

    python scripts/fetch_pinned.py nps_insights/report/bundle/pin.toml

It needs Python and npm, nothing else, so that a build can call it before anything is installed. What already lies
there as pinned is not fetched again.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class PinError(Exception):
    """A pinned file cannot be had as pinned; the message says what to do."""


def fetch_pinned(pin: Path) -> list[Path]:
    """Put the pinned files beside their pin.

    Args:
        pin: The file that names package, version and sha256 of each file.

    Returns:
        The files, as pinned.

    Raises:
        PinError: npm is missing or fails, or a file differs from its pin.
    """
    wanted = tomllib.loads(pin.read_text(encoding="utf-8"))
    files = [pin.parent / name for name in wanted["sha256"]]
    if not all(path.is_file() and _digest(path.read_bytes()) == wanted["sha256"][path.name] for path in files):
        for name, content in _packed(wanted, pin).items():
            _put(pin.parent / name, content)
    return files


def _packed(wanted: Mapping[str, Any], pin: Path) -> dict[str, bytes]:
    """The wanted files from the package's archive, each held against its pin."""
    npm = shutil.which("npm")
    spec = f"{wanted['package']}@{wanted['version']}"
    again = f"python {_shown(Path(__file__))} {_shown(pin)}"
    if npm is None:
        raise PinError(
            f"{spec} is needed and npm, which fetches it, is not on the path; install npm, then run: {again}"
        )
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", spec, "--ignore-scripts", "--pack-destination", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode != 0 or len(archives) != 1:
            told = done.stderr.strip() or "it said nothing"
            raise PinError(f"npm could not fetch {spec}: {told}\nWith the package registry in reach run: {again}")
        with tarfile.open(archives[0]) as archive:
            held = {name: _member(archive, name) for name in wanted["sha256"]}
    for name, content in held.items():
        if content is None or _digest(content) != wanted["sha256"][name]:
            found = "is not in it" if content is None else f"has sha256 {_digest(content)}"
            raise PinError(f"{spec}: {name} {found}, the pin says {wanted['sha256'][name]}; nothing was written")
    return {name: content for name, content in held.items() if content is not None}


def _member(archive: tarfile.TarFile, name: str) -> bytes | None:
    try:
        member = archive.extractfile(f"package/{name}")
    except KeyError:
        return None
    return None if member is None else member.read()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _put(path: Path, content: bytes) -> None:
    """Write in one step: whoever reads at the same time sees the old file or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    Path(name).chmod(0o644)
    Path(name).replace(path)


def _shown(path: Path) -> str:
    path, here = path.resolve(), Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python scripts/fetch_pinned.py PIN.toml ...")
    try:
        for given in sys.argv[1:]:
            fetch_pinned(Path(given))
    except PinError as error:
        sys.exit(str(error))
