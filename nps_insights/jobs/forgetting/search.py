"""Look for a person in the bytes of any file, packed ones too: to find what must go, and to prove that it is gone."""

import gzip
import io
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


def contents_of(data: bytes, name: str = "") -> Iterator[bytes]:
    """Give the bytes of a file and of everything packed in it: zip (xlsx, npz, skops), gzip, PDF, Parquet.

    Args:
        data: The file.
        name: Its name, of which the ending tells that it is Parquet.

    Example:
        >>> next(contents_of(b"plain"))
        b'plain'
    """
    yield data
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for member in packed.namelist():
                yield member.encode("utf-8")
                yield from contents_of(packed.read(member), member)
    elif data[:2] == b"\x1f\x8b":
        yield from contents_of(gzip.decompress(data), name.removesuffix(".gz"))
    elif data[:5] == b"%PDF-":
        for found in _STREAM.finditer(data):
            yield from _inflated(found.group(1))
    elif data[:4] == b"PAR1":
        yield from _parquet(data)


def holds(data: bytes, needles: Sequence[str], name: str = "") -> bool:
    """Return whether any of the texts stands in a file, as UTF-8, UTF-16 or as JSON escapes it.

    Letters and digits that go on before or behind make it another text.

    Args:
        data: The file.
        needles: Texts.
        name: Name of the file.

    Example:
        >>> holds(gzip.compress(b"asked C-1001, too"), ["C-1001"]), holds(b"asked C-10012", ["C-1001"])
        (True, False)
    """
    patterns = _patterns(needles)
    return any(pattern.search(content) for content in contents_of(data, name) for pattern in patterns)


def sqlite_contents(path: Path) -> bytes:
    """Return every byte of a database's files, its journal among them."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return b"".join(one.read_bytes() for one in sorted(path.parent.glob(f"{path.name}*")) if one.is_file())


def _patterns(needles: Sequence[str]) -> list[re.Pattern[bytes]]:
    if not needles:
        return []
    plain = {one.encode("utf-8", "surrogatepass") for one in needles}
    escaped = {one.encode("unicode_escape") for one in needles} | {_as_json(one) for one in needles}
    html = {_as_html(one) for one in needles}
    wide = {one.encode(coding, "surrogatepass") for one in needles for coding in ("utf-16-le", "utf-16-be")}
    word = rb"(?<![0-9A-Za-z_])(?:%s)(?![0-9A-Za-z_])"
    return [re.compile(word % _either(plain | escaped | html)), re.compile(_either(wide))]


def _either(texts: set[bytes]) -> bytes:
    return b"|".join(re.escape(one) for one in sorted(texts, key=lambda one: (-len(one), one)))


def _as_json(text: str) -> bytes:
    import json

    return json.dumps(text)[1:-1].encode("ascii")


def _as_html(text: str) -> bytes:
    from html import escape

    # Jinja writes quotes as numbers, the standard library apostrophes in hexadecimal.
    return escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;").encode("utf-8", "surrogatepass")


def _inflated(stream: bytes) -> Iterator[bytes]:
    try:
        yield zlib.decompress(stream.strip(b"\r\n"))
    except zlib.error:
        # A stream that is not packed this way is found in the file's own bytes.
        return


def _parquet(data: bytes) -> Iterator[bytes]:
    import pandas as pd

    table = pd.read_parquet(io.BytesIO(data))
    for column in table.select_dtypes(["object", "string"]).columns:
        values = "\n".join(str(value) for value in table[column].dropna().unique())
        yield f"{column}\n{values}".encode("utf-8", "surrogatepass")
