"""Read a ZIP of CSV files: the one that holds the answers, with what the others know of them."""

from pathlib import PurePosixPath

from nps_insights.survey.files.delimited import Delimited, read_delimited, refuse_endless_line
from nps_insights.survey.files.encodings import decoded, letters_lost
from nps_insights.survey.files.limits import USUAL_LIMITS, Limits, members
from nps_insights.survey.tools.intercom import one_table
from nps_insights.tables import DataRefusedError, SettingsError

_TEXT = (".csv", ".tsv", ".txt", ".tab")


def read_zip(
    data: bytes, name: str, member: str | None, encoding: str | None, limits: Limits = USUAL_LIMITS
) -> tuple[Delimited, str, list[str]]:
    r"""Return the records of the answers inside a ZIP, their encoding, and what was done.

    Args:
        data: Bytes of the ZIP.
        name: Its name, for messages.
        member: Name of the file inside it, where the user states it as the sheet.
        encoding: Encoding of the files; detected if left out.
        limits: How much it may hold.

    Raises:
        SettingsError: The stated file is not in the ZIP.
        DataRefusedError: It holds no text file, or several of which none is known to hold the answers.

    Example:
        >>> import io, zipfile
        >>> packed = io.BytesIO()
        >>> with zipfile.ZipFile(packed, "w") as archive:
        ...     archive.writestr("answers.csv", "id,score\n1,9\n")
        >>> read_zip(packed.getvalue(), "export.zip", None, None)[0].rows
        [['id', 'score'], ['1', '9']]
    """
    texts = {path: content for path, content in members(data, name, limits).items() if _is_table(path)}
    if not texts:
        raise DataRefusedError(f"{name}: holds no CSV or TSV file; unpack it and give the file with the answers")
    chosen = _chosen(texts, name, member)
    for path in chosen:
        refuse_endless_line(texts[path], f"{name}/{path}", limits)
    read = {path: decoded(texts[path], f"{name}/{path}", encoding) for path in chosen}
    tables = {path: read_delimited(text, f"{name}/{path}", limits) for path, (text, _) in read.items()}
    for path, (text, coding) in read.items():
        tables[path].notes.extend(letters_lost(text, coding))
    found = next(iter(read.values()))[1]
    if len(tables) == 1:
        path, table = next(iter(tables.items()))
        return table, found, [f"read from {path!r} inside the ZIP"]
    merged = one_table(tables)
    if merged is None:
        raise DataRefusedError(
            f"{name}: holds several files ({', '.join(map(repr, tables))}), and none is known to hold the answers; "
            "state it as the sheet, e.g. --sheet " + repr(next(iter(tables)))
        )
    return merged[0], found, merged[1]


def _is_table(path: str) -> bool:
    parts = PurePosixPath(path)
    return parts.suffix.lower() in _TEXT and "__MACOSX" not in parts.parts and not parts.name.startswith(".")


def _chosen(texts: dict[str, bytes], name: str, member: str | None) -> list[str]:
    if member is None:
        return list(texts)
    named = [path for path in texts if member in (path, PurePosixPath(path).name)]
    if len(named) != 1:
        raise SettingsError(f"sheet: {name} has no file {member!r}; it has {', '.join(map(repr, texts))}")
    return named
