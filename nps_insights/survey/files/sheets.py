"""Sheets of a workbook as text; those in the old binary forms are read in a process of their own."""

import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

from nps_insights.survey.files.cell_text import as_text
from nps_insights.tables import DataRefusedError

ZIP = b"PK\x03\x04"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BINARY_PART = "xl/workbook.bin"
# A zip's list of files ends so, where nothing stands behind it.
_END = b"PK\x05\x06"
_XML_SHEET = re.compile(r"xl/worksheets/[^/]*\.xml|xl/_rels/workbook\.xml\.rels")
# A cell of a binary workbook takes ten bytes or more, and is laid out in well below a thousand.
_MEMORY, _MEMORY_A_BYTE = 256 * 2**20, 100
_SECONDS = 300

Sheets = tuple[list[str], dict[str, list[list[str]]]]


def sheets(data: bytes, sheet: str | None = None) -> Sheets:
    """Return the names of the sheets of a workbook, and the rows of those that hold anything.

    Args:
        data: Bytes of the workbook, looked through before.
        sheet: The only sheet that is read.

    Raises:
        ValueError: It is no readable workbook.

    Example:
        >>> sheets(b"no workbook")
        Traceback (most recent call last):
        ValueError: Cannot detect file format
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = list(book.sheet_names)
        filled = {}
        for title in names if sheet is None else [name for name in names if name == sheet]:
            rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
            if any(cell != "" for row in rows for cell in row):
                filled[title] = [[as_text(cell) for cell in row] for row in rows]
    except BaseException as error:
        # A reader in Rust that gives up raises what is no Exception, under a name of its own.
        if isinstance(error, CalamineError | OSError | ValueError | OverflowError):
            raise ValueError(str(error)) from error
        if type(error).__name__ == "PanicException":
            raise ValueError("it is damaged") from error
        raise
    return names, filled


def is_binary_workbook(data: bytes, name: str) -> bool:
    """Return whether a file is a workbook in the binary form (.xlsb), told by the parts that its zip lists.

    Args:
        data: Bytes of the file.
        name: Its name, for error messages.

    Raises:
        DataRefusedError: It holds a workbook both as XML and in the binary form: two programs could read two tables.

    Example:
        >>> is_binary_workbook(b"no zip", "survey.xlsx")
        False
    """
    if not data.startswith(ZIP) or data[-22:-18] != _END:
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {part.replace("\\", "/").lower().lstrip("/") for part in archive.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError, OSError, OverflowError):
        # What is wrong with it is said by the look through its parts.
        return False
    if _BINARY_PART not in parts:
        return False
    if any(part in ("xl/workbook.xml", "content.xml") or _XML_SHEET.fullmatch(part) for part in parts):
        raise DataRefusedError(
            f"{name}: holds a workbook both as XML and in the binary form; save it again as .xlsx and give that file"
        )
    return True


def old_sheets(data: bytes, sheet: str | None = None) -> Sheets:
    """Return what `sheets` does for an .xls or .xlsb, read in a process of its own whose memory is bounded.

    Cells of these forms say where they stand, and a few of them can span any area; that shows only once they are
    laid out. A process can be bounded so on Linux only; elsewhere such a file is read without that guard.

    Args:
        data: Bytes of the workbook.
        sheet: The only sheet that is read.

    Raises:
        ValueError: It is no readable workbook, or takes more memory than one of its size should.

    Example:
        >>> old_sheets(b"no workbook")
        Traceback (most recent call last):
        ValueError: Cannot detect file format
    """
    memory = _MEMORY + _MEMORY_A_BYTE * len(data)
    command = [sys.executable, "-m", __name__, str(memory), *([] if sheet is None else [sheet])]
    try:
        run = subprocess.run(command, input=data, capture_output=True, check=False, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise ValueError(f"it takes longer than {_SECONDS} seconds") from error
    if run.returncode:
        raise ValueError(f"it takes more than {memory / 2**20:,.0f} MiB of memory, or is damaged")
    told = json.loads(run.stdout)
    if "error" in told:
        raise ValueError(told["error"])
    return told["names"], told["filled"]


def _main(memory: str, sheet: str | None = None) -> None:
    data = sys.stdin.buffer.read()
    _bound_memory(int(memory))
    try:
        names, filled = sheets(data, sheet)
        told = {"names": names, "filled": filled}
    except ValueError as error:
        told = {"error": str(error)}
    sys.stdout.write(json.dumps(told))


def _bound_memory(more: int) -> None:
    """Let this process take no more than that above what it has."""
    pages = Path("/proc/self/statm")
    if pages.is_file():
        import resource

        most = int(pages.read_text(encoding="ascii").split()[0]) * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    _main(*sys.argv[1:])
