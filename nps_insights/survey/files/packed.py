"""Pieces of packed data, and which entries of a zip are plain files; how much may come out is counted elsewhere."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath, PureWindowsPath

from nps_insights.tables import DataRefusedError

_FIRST_STEP, _CHUNK = 4 * 1024, 256 * 1024
_STORED, _DEFLATED = 0, 8
_LOCAL_HEADER, _ENCRYPTED = 30, 0x1
_GZIP_WINDOW, _RAW_WINDOW = 31, -15


def gzip_pieces(packed: memoryview) -> Iterator[tuple[int, bytes]]:
    """Unpack the first gzip stream of `packed`.

    Yields:
        Number of packed bytes taken, and what came out of them: at most 256 KiB.

    Raises:
        zlib.error: The stream is damaged or cut off.

    Example:
        >>> import gzip
        >>> b"".join(out for _, out in gzip_pieces(memoryview(gzip.compress(b"score"))))
        b'score'
    """
    yield from _inflated(packed, _GZIP_WINDOW)


def zip_pieces(packed: memoryview, method: int) -> Iterator[tuple[int, bytes]]:
    """Unpack the data of one file of a zip.

    Args:
        packed: Its packed bytes.
        method: 0 for stored, 8 for deflated.

    Yields:
        Number of packed bytes taken, and what came out of them: at most 256 KiB.

    Raises:
        zlib.error: The stream is damaged, cut off, or ends elsewhere.

    Example:
        >>> list(zip_pieces(memoryview(b"score"), 0))
        [(5, b'score')]
    """
    if method == _STORED:
        for start in range(0, len(packed), _CHUNK):
            part = bytes(packed[start : start + _CHUNK])
            yield len(part), part
        return
    position = 0
    for taken, part in _inflated(packed, _RAW_WINDOW):
        position += taken
        yield taken, part
    if position != len(packed):
        raise zlib.error("the stream does not end where it is said to")


def _inflated(packed: memoryview, window: int) -> Iterator[tuple[int, bytes]]:
    """Pieces of the first stream of `packed`, each with the packed bytes that it took; none is above a chunk."""
    machine, position, step = zlib.decompressobj(window), 0, _FIRST_STEP
    while not machine.eof:
        piece = packed[position : position + step]
        out = machine.decompress(piece, _CHUNK)
        taken = len(piece) - len(machine.unconsumed_tail) - len(machine.unused_data)
        if not (taken or out or machine.eof):
            raise zlib.error("its end is missing")
        position += taken
        # A stream may be a few bytes long, and what is handed over behind its end is copied for nothing.
        step = min(2 * step, _CHUNK)
        yield taken, out


def packed_bytes(data: bytes, entry: zipfile.ZipInfo) -> memoryview | None:
    """Return the packed bytes of one file of a zip, or None where its head is damaged."""
    head = data[entry.header_offset : entry.header_offset + _LOCAL_HEADER]
    if len(head) < _LOCAL_HEADER or head[:4] != b"PK\x03\x04":
        return None
    start = entry.header_offset + _LOCAL_HEADER + int.from_bytes(head[26:28], "little")
    start += int.from_bytes(head[28:30], "little")
    return memoryview(data)[start : start + entry.compress_size]


def refuse_entry(entry: zipfile.ZipInfo, name: str, seen: set[str]) -> None:
    """Refuse a file of a zip whose name leads elsewhere, or that is no plain file.

    Args:
        entry: The file.
        name: Name of the zip, for error messages.
        seen: Names so far, in small letters; changed.

    Raises:
        DataRefusedError: It is a link, encrypted, twice there, packed unusually, or its path leads out.
    """
    why = ""
    if not _stays_inside(entry.orig_filename):
        why = "has a path that leads out of its folder"
    elif entry.filename.casefold() in seen:
        why = "is there twice"
    elif stat.S_ISLNK(entry.external_attr >> 16):
        why = "is a link"
    elif entry.flag_bits & _ENCRYPTED:
        why = "needs a password"
    elif entry.compress_type not in (_STORED, _DEFLATED):
        why = f"is packed in an unusual way (method {entry.compress_type})"
    if why:
        raise DataRefusedError(f"{name}: {entry.orig_filename[:80]!r} inside it {why}; unpack it and give the file")
    seen.add(entry.filename.casefold())


def _stays_inside(path: str) -> bool:
    """Whether a path of a zip names a plain file below the folder, on every system."""
    windows = PureWindowsPath(path)
    return (
        bool(path)
        and path.isprintable()
        and ".." not in (*windows.parts, *PurePosixPath(path).parts)
        and not (windows.drive or windows.root or path.startswith("/") or ":" in path)
    )
