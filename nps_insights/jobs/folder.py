"""A run folder appears whole or not at all, and one run at a time may write it."""

import ctypes
import glob
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from nps_insights.tables import BusyFolderError, SettingsError

MANIFEST = "manifest.json"
_AT_CWD = -100
_EXCHANGE = 2


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold `folder` for one run; leftovers of killed runs are swept away first.

    Args:
        folder: The run folder, which need not exist yet.

    Raises:
        BusyFolderError: Another run holds it; it is not waited for.
        SettingsError: Something that no run wrote stands there.
    """
    if folder.name in ("", "..") or not str(folder).isprintable():
        raise SettingsError(f"{str(folder)!r}: is no name for a run folder; name another with --out")
    lock = FileLock(folder.parent / f".{folder.name}.lock")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise BusyFolderError(f"{folder}: another run holds this folder; wait for it or name another --out") from None
    except OSError as error:
        raise SettingsError(f"{folder}: cannot be written there ({error.strerror}); name another with --out") from None
    try:
        refuse_foreign(folder)
        # Unescaped, a folder named "*" would sweep away what other runs are writing.
        for leftover in folder.parent.glob(f".{glob.escape(folder.name)}.partial-*"):
            sweep(leftover)
        yield
    finally:
        lock.release()


def sweep(leftover: Path) -> None:
    """Remove a leftover; where a link stands in its place, the link and not what it leads to."""
    if leftover.is_dir() and not leftover.is_symlink():
        shutil.rmtree(leftover)
    else:
        leftover.unlink()


def refuse_foreign(folder: Path) -> None:
    """Refuse a folder that holds something no run wrote.

    Raises:
        SettingsError: It is a file, or not empty and without a manifest.
    """
    if folder.exists() and not folder.is_dir():
        raise SettingsError(f"{folder}: is a file; the output must be a folder, name another with --out")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MANIFEST).is_file():
        raise SettingsError(
            f"{folder}: is not empty and holds no {MANIFEST}, so no run wrote it; name another folder with --out"
        )


@contextmanager
def published(folder: Path) -> Iterator[Path]:
    """Give a temporary folder to write into, and put it in the place of `folder` when all went well.

    Every file reaches the disk before the swap, so a kill at any moment leaves the old folder or the new one.

    Args:
        folder: Where the run folder will stand.

    Yields:
        An empty folder beside it.
    """
    partial = folder.parent / f".{folder.name}.partial-{os.getpid()}"
    partial.mkdir()
    try:
        yield partial
        for path in sorted(partial.rglob("*")):
            _to_disk(path)
        _to_disk(partial)
        _put_in_place(partial, folder)
        _to_disk(folder.parent)
    finally:
        if partial.exists() or partial.is_symlink():
            sweep(partial)


def _to_disk(path: Path) -> None:
    if sys.platform == "win32" and path.is_dir():
        return  # Windows cannot open a folder to flush it.
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _put_in_place(new: Path, folder: Path) -> None:
    if not folder.exists():
        new.rename(folder)
    elif sys.platform == "linux":
        _exchange(new, folder)
    else:
        # Only Linux can swap two folders in one step; elsewhere a kill between these lines leaves the old run aside.
        aside = folder.parent / f".{folder.name}.partial-old"
        folder.rename(aside)
        new.rename(folder)
        shutil.rmtree(aside)


def _exchange(new: Path, folder: Path) -> None:
    """Swap two folders in one step; what stood at `folder` then stands at `new` and is swept away."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(_AT_CWD, os.fsencode(new), _AT_CWD, os.fsencode(folder), _EXCHANGE) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(folder))
