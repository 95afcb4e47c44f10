"""What is packed in a file, for whoever looks for something in it: within the limits of the door."""

import zlib
from collections.abc import Iterator

from nps_insights.survey.files.limits import MIB, Unpacking, entries, streamed
from nps_insights.survey.files.packed import gzip_pieces
from nps_insights.tables import DataRefusedError

_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_OTHERS = (b"BZh", b"7z\xbc\xaf\x27\x1c", b"\xfd7zXZ\x00", b"Rar!")


def packed_contents(data: bytes, name: str, unpacking: Unpacking) -> Iterator[tuple[str, bytes]]:
    """Give the files that are packed in a zip (xlsx, npz, skops) or gzip file; nothing where it is neither.

    Args:
        data: Bytes of the file.
        name: Its name.
        unpacking: The count of what came out, over archives in archives too.

    Yields:
        Name and content.

    Raises:
        DataRefusedError: It is damaged, needs a password, holds more than the limits allow, or is an archive of another
            kind.

    Example:
        >>> import gzip
        >>> from nps_insights.survey.files.limits import Unpacking
        >>> list(packed_contents(gzip.compress(b"score"), "a.csv.gz", Unpacking("a.csv.gz")))
        [('a.csv', b'score')]
    """
    limits = unpacking.limits
    if data.startswith(_ZIP):
        for entry in entries(data, name, limits):
            yield entry.filename, b"".join(streamed(data, entry, unpacking))
    elif data.startswith(_GZIP):
        yield name.removesuffix(".gz"), _gunzipped(data, name, unpacking)
    elif data.startswith(_OTHERS):
        raise DataRefusedError(f"{name}: is an archive of a kind that is not unpacked here")


def unpacked_stream(data: bytes, unpacking: Unpacking) -> bytes:
    """Unpack a zlib stream, as a PDF holds it, within limits; empty where it is none.

    Raises:
        DataRefusedError: More comes out than the limits allow.

    Example:
        >>> from nps_insights.survey.files.limits import Unpacking
        >>> unpacked_stream(zlib.compress(b"score"), Unpacking("a.pdf")), unpacked_stream(b"no", Unpacking("a.pdf"))
        (b'score', b'')
    """
    machine, parts, left = zlib.decompressobj(), [], data
    try:
        while left and not machine.eof:
            part = machine.decompress(left, MIB)
            unpacking.count(len(left) - len(machine.unconsumed_tail), len(part))
            parts.append(part)
            left = machine.unconsumed_tail
    except zlib.error:
        # What is not packed this way is found in the file's own bytes.
        return b""
    return b"".join(parts)


def _gunzipped(data: bytes, name: str, unpacking: Unpacking) -> bytes:
    packed, parts, position = memoryview(data), [], 0
    try:
        while position < len(packed) and any(packed[position : position + 1]):
            for taken, part in gzip_pieces(packed[position:]):
                unpacking.count(taken, len(part))
                parts.append(part)
                position += taken
    except zlib.error as error:
        raise DataRefusedError(f"{name}: the gzip file is damaged or cut off ({error}); copy it again") from error
    return b"".join(parts)
