"""How much a file may hold, checked while it is unpacked and before the whole of it is in memory."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import NoReturn

from nps_insights.survey.files.packed import gzip_pieces, packed_bytes, refuse_entry, zip_pieces
from nps_insights.tables import DataRefusedError, SettingsError

MIB = 2**20
_ENTRY_MARK = b"PK\x01\x02"
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf\x27\x1c", b"\xfd7zXZ\x00", b"Rar!")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much one input file may hold; a file above a limit is refused, and the message names the limit.

    The defaults leave room for any survey we know of (five million rows of forty columns) and stop files that were
    made, or broken, to fill the memory. Raise one in the section `[limits]` of a pipeline file.

    Attributes:
        file_mib: Size of the file as it lies on the disk, in MiB.
        unpacked_mib: Size of what a packed file (gz, zip, xlsx, ods, parquet) holds, all parts together, in MiB.
        ratio: Unpacked bytes per packed byte. Surveys pack 3 to 30 to 1, sheets of empty cells up to 60 to 1.
            Counts above `RATIO_FREE_MIB` unpacked only: what is small harms nobody.
        rows: Records of a table.
        columns: Columns of a table, and cells of a record; Excel's own limit.
        cells: Rows times columns of a table.
        cell_characters: Characters of one cell. A cell of Excel holds 32,767.
        members: Files inside a zip.

    Raises:
        SettingsError: A limit is below 1.

    Example:
        >>> Limits(rows=20_000_000).rows, Limits().columns
        (20000000, 16384)
    """

    file_mib: int = 2_048
    unpacked_mib: int = 4_096
    ratio: int = 100
    rows: int = 10_000_000
    columns: int = 16_384
    cells: int = 250_000_000
    cell_characters: int = 131_072
    members: int = 10_000

    def __post_init__(self) -> None:
        for name in (field.name for field in fields(self)):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise SettingsError(f"limits.{name}: {value!r} is no limit; state a whole number of at least 1")


RATIO_FREE_MIB = 32
USUAL_LIMITS = Limits()


def refuse(name: str, given: str, limit: str, allowed: str) -> NoReturn:
    """Refuse a file that is above a limit.

    Args:
        name: Name of the file.
        given: What it holds, as the end of a sentence ("has 1,000,000 columns").
        limit: Field of `Limits`.
        allowed: The limit in words ("16,384").

    Raises:
        DataRefusedError: Always.

    Example:
        >>> refuse("a.csv", "has 20,000 columns", "columns", "16,384")
        Traceback (most recent call last):
        nps_insights.tables.errors.DataRefusedError: a.csv: has 20,000 columns, the limit is 16,384; if the file is ...
    """
    raise DataRefusedError(
        f"{name}: {given}, the limit is {allowed}; if the file is meant to be so large, raise `{limit}` in the section "
        "[limits] of a pipeline file, else export it again with the rows and columns of the survey alone"
    )


def refuse_large_file(size: int, name: str, limits: Limits = USUAL_LIMITS) -> None:
    """Refuse a file by its size on the disk, before it is opened.

    Raises:
        DataRefusedError: It is larger than `limits.file_mib`.

    Example:
        >>> refuse_large_file(2**20, "survey.csv")
    """
    if size > limits.file_mib * MIB:
        refuse(name, f"is {size / MIB:,.0f} MiB large", "file_mib", f"{limits.file_mib:,} MiB")


def refuse_large_table(rows: int, columns: int, name: str, limits: Limits = USUAL_LIMITS) -> None:
    """Refuse a table by its numbers of rows and columns.

    Raises:
        DataRefusedError: There are more rows, columns or cells than `limits` allow.

    Example:
        >>> refuse_large_table(5_000_000, 40, "survey.csv")
    """
    if columns > limits.columns:
        refuse(name, f"has {columns:,} columns", "columns", f"{limits.columns:,}")
    if rows > limits.rows:
        refuse(name, f"has {rows:,} rows", "rows", f"{limits.rows:,}")
    if rows * columns > limits.cells:
        refuse(name, f"has {rows:,} rows of {columns:,} columns", "cells", f"{limits.cells:,} cells")


class Unpacking:
    """Running count of what comes out of a packed file; counts several parts together.

    Args:
        name: Name of the file, for error messages.
        limits: What may come out.

    Example:
        >>> count = Unpacking("survey.csv.gz")
        >>> count.count(packed=100, unpacked=1_000)
        >>> count.unpacked
        1000
    """

    def __init__(self, name: str, limits: Limits = USUAL_LIMITS) -> None:
        self.name, self.limits = name, limits
        self.unpacked = self.packed = 0

    def count(self, packed: int, unpacked: int) -> None:
        """Add to the count.

        Raises:
            DataRefusedError: More came out than the limits allow.
        """
        self.packed += packed
        self.unpacked += unpacked
        self.compare(self.packed, self.unpacked)

    def compare(self, packed: int, unpacked: int) -> None:
        """Compare sizes, counted or stated, with the limits.

        Raises:
            DataRefusedError: They are above them.
        """
        limits = self.limits
        if unpacked > limits.unpacked_mib * MIB:
            given = f"unpacks to {unpacked / MIB:,.0f} MiB or more"
            refuse(self.name, given, "unpacked_mib", f"{limits.unpacked_mib:,} MiB")
        if unpacked > RATIO_FREE_MIB * MIB and unpacked > limits.ratio * packed:
            ratio = unpacked / max(packed, 1)
            refuse(self.name, f"unpacks to {ratio:,.0f} times its packed size", "ratio", f"{limits.ratio:,} times")


def gunzipped(data: bytes, name: str, limits: Limits = USUAL_LIMITS) -> bytes:
    """Unpack gzip data of one or several streams, and stop at the first byte too many.

    Args:
        data: Bytes of the file.
        name: Name of the file, for error messages.
        limits: What may come out.

    Raises:
        DataRefusedError: More comes out than the limits allow, or the data are damaged or cut off.

    Example:
        >>> import gzip
        >>> gunzipped(gzip.compress(b"score,comment"), "survey.csv.gz")
        b'score,comment'
    """
    unpacking, packed, parts, position = Unpacking(name, limits), memoryview(data), [], 0
    try:
        while position < len(packed):
            for taken, part in gzip_pieces(packed[position:]):
                unpacking.count(taken, len(part))
                parts.append(part)
                position += taken
            # Zero bytes fill a tape or a block behind the last stream.
            if data[position : position + 1] == b"\0" and not any(packed[position:]):
                break
    except zlib.error as error:
        raise DataRefusedError(f"{name}: the gzip file is damaged or cut off ({error}); copy it again") from error
    return b"".join(parts)


def entries(data: bytes, name: str, limits: Limits = USUAL_LIMITS) -> list[zipfile.ZipInfo]:
    """List the files inside a zip, after the sizes and names that it states were checked.

    Args:
        data: Bytes of the zip.
        name: Name of the file, for error messages.
        limits: What it may hold.

    Raises:
        DataRefusedError: It is no zip, states more than the limits allow, or holds a name that leads elsewhere.

    Example:
        >>> packed = io.BytesIO()
        >>> with zipfile.ZipFile(packed, "w") as archive:
        ...     archive.writestr("answers.csv", "score")
        >>> [entry.filename for entry in entries(packed.getvalue(), "export.zip")]
        ['answers.csv']
    """
    # Each file has an entry of this mark in the list at the end: a list of millions is not even read.
    if (n := data.count(_ENTRY_MARK)) > limits.members:
        refuse(name, f"holds {n:,} files", "members", f"{limits.members:,}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError, OSError, OverflowError) as error:
        raise DataRefusedError(f"{name}: the zip is damaged or cut off ({error}); export it again") from error
    Unpacking(name, limits).compare(len(data), sum(entry.file_size for entry in found))
    seen: set[str] = set()
    for entry in found:
        refuse_entry(entry, name, seen)
    return [entry for entry in found if not entry.is_dir()]


def streamed(data: bytes, entry: zipfile.ZipInfo, unpacking: Unpacking) -> Iterator[bytes]:
    """Unpack one file of a zip piece by piece; what comes out is counted, not what the zip says of itself.

    Args:
        data: Bytes of the zip.
        entry: One of `entries`.
        unpacking: The count over all files of the zip.

    Yields:
        Pieces of at most 256 KiB.

    Raises:
        DataRefusedError: More comes out than was stated or than the limits allow, or the zip is damaged.
    """
    damaged = f"{unpacking.name}: {entry.filename[:80]!r} inside it is damaged or cut off; export it again"
    packed = packed_bytes(data, entry)
    if packed is None:
        raise DataRefusedError(damaged)
    check, size = 0, 0
    try:
        for taken, part in zip_pieces(packed, entry.compress_type):
            unpacking.count(taken, len(part))
            check, size = zlib.crc32(part, check), size + len(part)
            yield part
    except zlib.error as error:
        raise DataRefusedError(damaged) from error
    if size != entry.file_size or check != entry.CRC:
        raise DataRefusedError(damaged)


def members(data: bytes, name: str, limits: Limits = USUAL_LIMITS) -> dict[str, bytes]:
    """Unpack a zip into memory, within limits, without ever writing a file by a name that the zip chose.

    Args:
        data: Bytes of the zip.
        name: Name of the file, for error messages.
        limits: What it may hold.

    Returns:
        Path inside the zip -> content, in the order of the zip; folders are left out.

    Raises:
        DataRefusedError: It is no zip, is damaged, holds more than the limits allow, a name that leads elsewhere, a
            link, an encrypted file, the same name twice, or another archive.

    Example:
        >>> packed = io.BytesIO()
        >>> with zipfile.ZipFile(packed, "w") as archive:
        ...     archive.writestr("answers.csv", "score")
        >>> members(packed.getvalue(), "export.zip")
        {'answers.csv': b'score'}
    """
    unpacking, found = Unpacking(name, limits), {}
    for entry in entries(data, name, limits):
        content = b"".join(streamed(data, entry, unpacking))
        if content.startswith(_ARCHIVES):
            raise DataRefusedError(
                f"{name}: {entry.filename[:80]!r} inside it is another archive; unpack it and give the file that "
                "holds the answers"
            )
        found[entry.filename] = content
    return found
