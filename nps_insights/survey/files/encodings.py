"""Turn the bytes of an export into text, and say in which encoding they were."""

import codecs

from nps_insights.survey.files.limits import USUAL_LIMITS, Limits, gunzipped
from nps_insights.tables import DataRefusedError, SettingsError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT = 4096
# Bytes that cp1252 uses for quotes, dashes and the euro sign, and latin-1 for control characters.
_CP1252_ONLY = bytes(range(0x80, 0xA0))


def unpacked(data: bytes, name: str, limits: Limits = USUAL_LIMITS) -> bytes:
    """Return `data` without its gzip layer, if it has one.

    Args:
        data: Bytes of a file.
        name: Name for the error message.
        limits: How much may come out.

    Raises:
        DataRefusedError: The gzip layer is damaged or cut off, or more comes out of it than the limits allow.

    Example:
        >>> import gzip
        >>> unpacked(gzip.compress(b"score,comment"), "survey.csv.gz")
        b'score,comment'
    """
    if not data.startswith(b"\x1f\x8b"):
        return data
    return gunzipped(data, name, limits)


def decoded(data: bytes, name: str, encoding: str | None = None) -> tuple[str, str]:
    """Return the text of `data` and the name of its encoding.

    Looks for a byte order mark, then tries UTF-16 without mark, UTF-8, cp1252 and latin-1, in this order.

    Args:
        data: Bytes of a text file.
        name: Name of the file, for error messages.
        encoding: The encoding, where the user states it.

    Raises:
        SettingsError: The stated encoding is unknown.
        DataRefusedError: The bytes are not text, or not text in the stated encoding.

    Example:
        >>> decoded("préférée".encode("latin-1"), "export.csv")
        ('préférée', 'latin-1')
    """
    if encoding is not None:
        return _as_stated(data, name, encoding), encoding
    found = _detected(data)
    try:
        text = data.decode(found)
    except UnicodeDecodeError as error:
        raise DataRefusedError(
            f"{name}: begins like {found} but breaks at byte {error.start:,}; state the encoding, e.g. "
            "`encoding = 'cp1252'`, or export the file again as UTF-8"
        ) from error
    _refuse_rubbish(text, name)
    return text, found


def _as_stated(data: bytes, name: str, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except (LookupError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise DataRefusedError(
                f"{name}: is not {encoding} (byte {error.start:,}); leave the encoding out to have it detected"
            ) from error
        raise SettingsError(f"encoding: {encoding!r} is not known; use utf-8, utf-16, cp1252 or latin-1") from error
    if not isinstance(text, str):
        raise SettingsError(f"encoding: {encoding!r} is not a text encoding; use utf-8, utf-16, cp1252 or latin-1")
    _refuse_rubbish(text, name)
    return text.removeprefix("\ufeff")


def _detected(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    head = data[:_LOOKED_AT]
    if len(head) >= 4:
        # Western text in UTF-16 is every second byte NUL, on one side only.
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) > len(head) * 0.3 and min(even, odd) < len(head) * 0.05:
            return "utf-16-be" if even > odd else "utf-16-le"
    for encoding in ("utf-8", "cp1252"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Without a byte in that range the two read the same text; latin-1 claims less.
        plain = encoding == "cp1252" and not any(byte in data for byte in _CP1252_ONLY)
        return "latin-1" if plain else encoding
    return "latin-1"


def _refuse_rubbish(text: str, name: str) -> None:
    head = text[:_LOOKED_AT]
    control = sum(1 for character in head if ord(character) < 32 and character not in "\0\t\n\r\f\v\x1a\x1b")
    nul = head.count("\0")
    if head and (control > len(head) * 0.02 + 2 or nul > len(head) * 0.2 + 2):
        raise DataRefusedError(
            f"{name}: does not hold text ({control + nul} control characters in its first {len(head):,}); "
            "give a CSV, TSV, Excel or Parquet export"
        )
