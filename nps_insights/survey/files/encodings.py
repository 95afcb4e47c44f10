"""Turn the bytes of an export into text, and say in which encoding they were."""

import codecs
import re

from nps_insights.survey.files.limits import USUAL_LIMITS, Limits, gunzipped
from nps_insights.tables import DataRefusedError, SettingsError, counted

# The mark of UTF-32 begins like that of UTF-16.
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT = 4096
# Bytes that cp1252 uses for quotes, dashes and the euro sign, and latin-1 for control characters.
_CP1252_ONLY = bytes(range(0x80, 0xA0))
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
# Read as latin-1 these are control characters, which are no letters.
_LOST = re.compile(r"[\x80-\x9f]")
_UTF8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
# "ü" and "’" in UTF-8. Read as cp1252 they are "Ã¼" and "â€™", which no language writes.
_TYPICAL_OF_UTF8 = re.compile(rb"\xc3[\x80-\xbf]|\xe2\x80[\x80-\xbf]")
# Western words have no four accented letters in a row, and inside neither "³" nor capital "Š".
_OTHER_ALPHABET = re.compile(rb"[\xc0-\xff]{4,}")
_OTHER_LATIN = re.compile(rb"[a-z\xe0-\xff][\x8a\x8c\x8e\x9f\xa7\xb1\xb3\xb9\xbf](?=[a-z\xe0-\xff])")
_SOME = 3
_MOST_STRAY = 0.1
# Other files of a run, such as that of the accounts, are read in UTF-8 or Western encodings alone.
_STATE_IT = "where it is the survey, state its encoding (--encoding, or `encoding` in the section [input])"


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

    Looks for a byte order mark, then tries UTF-16 without mark, UTF-8, latin-1 and cp1252, in this order. What reads
    as cp1252 and cannot be meant so is refused: letters of another alphabet, and UTF-8 with some other bytes in it.

    Args:
        data: Bytes of a text file.
        name: Name of the file, for error messages.
        encoding: The encoding, where the user states it.

    Raises:
        SettingsError: The stated encoding is unknown.
        DataRefusedError: The bytes are not text, or not text in the stated encoding, or nobody can tell in which.

    Example:
        >>> decoded("préférée".encode("latin-1"), "export.csv")
        ('préférée', 'latin-1')
    """
    if encoding is not None:
        return _as_stated(data, name, encoding), encoding
    found = _detected(data, name)
    try:
        text = data.decode(found)
    except UnicodeDecodeError as error:
        raise DataRefusedError(
            f"{name}: begins like {found} but breaks at byte {error.start:,}; export the file again as UTF-8, "
            f"or {_STATE_IT}, such as cp1252"
        ) from error
    _refuse_rubbish(text, name)
    return text, found


def _as_stated(data: bytes, name: str, encoding: str) -> str:
    try:
        text = data.decode(encoding)
        mark = next((own for bom, own in _BOMS if data.startswith(bom)), None)
    except (LookupError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise DataRefusedError(
                f"{name}: is not {encoding} (byte {error.start:,}); leave --encoding out to have it detected"
            ) from error
        raise SettingsError(f"encoding: {encoding!r} is not known; use utf-8, utf-16, cp1252 or latin-1") from error
    if mark and text.removeprefix("\ufeff") != data.decode(mark, "replace"):
        raise DataRefusedError(f"{name}: begins with the mark of {mark}, so it is not {encoding}; leave --encoding out")
    _refuse_rubbish(text, name)
    return text.removeprefix("\ufeff")


def letters_lost(text: str, encoding: str) -> list[str]:
    r"""Return a sentence on characters of a text that its encoding has no letter for; they are taken out.

    Args:
        text: The text.
        encoding: What `decoded` says.

    Example:
        >>> letters_lost("\x90tendre", "latin-1")[0][:52]
        "1 character is no letter in the file's encoding (lat"
    """
    n = len(_LOST.findall(text)) if encoding == "latin-1" else 0
    if not n:
        return []
    told = counted(n, "character is no letter", "characters are no letters")
    return [
        f"{told} in the file's encoding (latin-1) and will be missing; another program may have changed it: export it "
        "again as UTF-8 if words look maimed"
    ]


def _detected(data: bytes, name: str) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    head = data[:_LOOKED_AT]
    if len(head) >= 4:
        # Western text in UTF-16 is every second byte NUL, on one side only.
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) > len(head) * 0.3 and min(even, odd) < len(head) * 0.05:
            return "utf-16-be" if even > odd else "utf-16-le"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse_rubbish(head.decode("latin-1"), name)
        _refuse_broken_utf8(data, name, error)
    else:
        return "utf-8"
    _refuse_other_letters(data, name)
    # Without a byte in that range the two read the same text; latin-1 claims less.
    plain = not any(byte in data for byte in _CP1252_ONLY)
    return "latin-1" if plain or _UNDEFINED.search(data) else "cp1252"


def _refuse_broken_utf8(data: bytes, name: str, error: UnicodeDecodeError) -> None:
    letters = [found[0] for found in _UTF8_LETTER.finditer(data)]
    wrong = len(_HIGH.findall(data)) - sum(map(len, letters))
    if len(letters) <= wrong and len(_TYPICAL_OF_UTF8.findall(data)) < _SOME:
        return
    if letters and error.end == len(data) and error.reason == "unexpected end of data":
        raise DataRefusedError(f"{name}: ends in the middle of a letter, so it is cut off; copy or export it again")
    line = data.count(b"\n", 0, error.start) + 1
    raise DataRefusedError(
        f"{name}: is in UTF-8 but for {wrong:,} byte{'s' if wrong != 1 else ''} (the first in line {line:,}): two "
        "files in different encodings were joined, or another program changed it; export it again as UTF-8, or, to "
        f"read it so all the same, {_STATE_IT} as latin-1"
    )


def _refuse_other_letters(data: bytes, name: str) -> None:
    most = max(_SOME - 1, _MOST_STRAY * len(_HIGH.findall(data)))
    undefined, inside = len(_UNDEFINED.findall(data)), len(_OTHER_LATIN.findall(data))
    runs = [found[0] for found in _OTHER_ALPHABET.finditer(data) if len(set(found[0])) >= _SOME]
    if undefined > most or inside > most or sum(map(len, runs)) > most:
        raise DataRefusedError(
            f"{name}: is neither UTF-8 nor in a Western encoding, so its letters would come out wrong; export it again "
            f"as UTF-8 (in Excel: save as CSV UTF-8), or {_STATE_IT}: cp1250 (Polish, Czech), cp1251 (Russian), cp1253 "
            "(Greek) or mac-roman"
        )


def _refuse_rubbish(text: str, name: str) -> None:
    head = text[:_LOOKED_AT]
    control = sum(1 for character in head if ord(character) < 32 and character not in "\0\t\n\r\f\v\x1a\x1b")
    nul = head.count("\0")
    if head and (control > len(head) * 0.02 + 2 or nul > len(head) * 0.2 + 2):
        raise DataRefusedError(
            f"{name}: does not hold text ({control + nul} control characters in its first {len(head):,}); "
            "give a CSV, TSV, Excel or Parquet export"
        )
