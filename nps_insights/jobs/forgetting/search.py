"""Look for a person in the bytes of any file, packed ones too: to find what must go, and to prove that it is gone."""

import io
import re
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from nps_insights.survey import Unpacking, packed_contents, refuse_hostile_parquet, unpacked_stream
from nps_insights.tables import DataRefusedError

_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
# An archive in an archive in an archive: an export may be one, what goes on was made to fill the memory.
_DEEPEST = 4


def contents_of(data: bytes, name: str = "") -> Iterator[bytes]:
    """Give the bytes of a file and of everything packed in it: zip (xlsx, npz, skops), gzip, PDF, Parquet.

    Args:
        data: The file.
        name: Its name, for messages.

    Raises:
        DataRefusedError: A file in it cannot be unpacked: it is damaged, needs a password, or holds more than the
            limits of the door allow.

    Example:
        >>> next(contents_of(b"plain"))
        b'plain'
    """
    yield from (content for _, content in named_contents(data, name))


def named_contents(data: bytes, name: str = "") -> Iterator[tuple[str, bytes]]:
    """Give what `contents_of` gives, each with the name that it has inside.

    Raises:
        DataRefusedError: As `contents_of`.

    Example:
        >>> list(named_contents(b"plain", "a.txt"))
        [('a.txt', b'plain')]
    """
    yield from _unpacked(data, name, Unpacking(name), _DEEPEST)


def _unpacked(data: bytes, name: str, unpacking: Unpacking, deepest: int) -> Iterator[tuple[str, bytes]]:
    yield name, data
    for inside, content in packed_contents(data, name, unpacking):
        if not deepest:
            raise DataRefusedError(f"{unpacking.name}: holds archives in archives, {_DEEPEST} deep and deeper")
        yield name, inside.encode("utf-8", "surrogatepass")
        yield from _unpacked(content, inside, unpacking, deepest - 1)
    if data[:5] == b"%PDF-":
        for found in _STREAM.finditer(data):
            yield name, unpacked_stream(found.group(1).strip(b"\r\n"), unpacking)
    elif data[:4] == b"PAR1":
        yield from ((name, content) for content in _parquet(data, name))


def holds(data: bytes, needles: Sequence[str], name: str = "", others: Collection[str] = ()) -> bool:
    """Return whether any of the texts stands in a file, as UTF-8, UTF-16 or as JSON escapes it.

    Letters and digits that go on before or behind make it another text.

    Args:
        data: The file.
        needles: Texts.
        name: Name of the file.
        others: Texts in which one of them stands, and which are somebody else's.

    Raises:
        DataRefusedError: A file in it cannot be unpacked.

    Example:
        >>> import gzip
        >>> holds(gzip.compress(b"asked C-1001, too"), ["C-1001"]), holds(b"asked C-10012", ["C-1001"])
        (True, False)
        >>> holds(b"asked C-1001-B", ["C-1001"], others=["C-1001-B"])
        False
    """
    patterns = _patterns([*needles, *others]) if needles else []
    not_theirs = _narrow(others) | _wide(others)
    return any(
        found[0] not in not_theirs
        for content in contents_of(data, name)
        for pattern in patterns
        for found in pattern.finditer(content)
    )


def sqlite_contents(path: Path) -> bytes:
    """Return every byte of a database's files, its journal among them."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return b"".join(one.read_bytes() for one in sorted(path.parent.glob(f"{path.name}*")) if one.is_file())


def _patterns(needles: Sequence[str]) -> list[re.Pattern[bytes]]:
    if not needles:
        return []
    word = rb"(?<![0-9A-Za-z_])(?:%s)(?![0-9A-Za-z_])"
    return [re.compile(word % _either(_narrow(needles))), re.compile(_either(_wide(needles)))]


def _narrow(texts: Collection[str]) -> set[bytes]:
    plain = {one.encode("utf-8", "surrogatepass") for one in texts}
    escaped = {one.encode("unicode_escape") for one in texts} | {_as_json(one) for one in texts}
    return plain | escaped | {_as_html(one) for one in texts}


def _wide(texts: Collection[str]) -> set[bytes]:
    return {one.encode(coding, "surrogatepass") for one in texts for coding in ("utf-16-le", "utf-16-be")}


def _either(texts: set[bytes]) -> bytes:
    return b"|".join(re.escape(one) for one in sorted(texts, key=lambda one: (-len(one), one)))


def _as_json(text: str) -> bytes:
    import json

    return json.dumps(text)[1:-1].encode("ascii")


def _as_html(text: str) -> bytes:
    from html import escape

    # Jinja writes quotes as numbers, the standard library apostrophes in hexadecimal.
    return escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;").encode("utf-8", "surrogatepass")


def _parquet(data: bytes, name: str) -> Iterator[bytes]:
    import pandas as pd
    import pyarrow as pa

    refuse_hostile_parquet(data, name)
    try:
        table = pd.read_parquet(io.BytesIO(data))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DataRefusedError(f"{name}: cannot be read as Parquet ({type(error).__name__}); write it again") from error
    # Ids of digits may be kept as numbers.
    for column in table.select_dtypes(["object", "string", "integer"]).columns:
        values = "\n".join(str(value) for value in table[column].dropna().unique())
        yield f"{column}\n{values}".encode("utf-8", "surrogatepass")
