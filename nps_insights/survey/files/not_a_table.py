"""Files that hold no table, whatever their name says: told by their first bytes, with the way out."""

import re

from nps_insights.tables import DataRefusedError

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PASSWORD = "EncryptedPackage".encode("utf-16-le")
_EXPORT = "export the answers from your survey tool as CSV or Excel and give that file"
_BY_FIRST_BYTES = (
    (b"%PDF-", f"is a PDF, pages to be read by people; {_EXPORT}"),
    (b"\x89PNG\r\n\x1a\n", f"is a picture; {_EXPORT}"),
    (b"\xff\xd8\xff", f"is a picture; {_EXPORT}"),
    (b"{\\rtf", f"is a text document; {_EXPORT}"),
)
# An object, or a list of them: a header begins with neither.
_JSON = re.compile(rb'(?:\[\s*)?\{\s*"[^"\n]*"\s*:')
_WEB_PAGE = (b"<!doctype html", b"<html")
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb")
_ZIP = b"PK\x03\x04"
_NEAR = 2048


def refuse_no_table(data: bytes, name: str) -> None:
    """Refuse a file that is a PDF, a picture, a document, a web page, JSON or a workbook under a password.

    Args:
        data: Bytes of the file.
        name: Name of the file.

    Raises:
        DataRefusedError: It is one of those; the message says how to get a table.

    Example:
        >>> refuse_no_table(b"id,score", "survey.csv")
        >>> refuse_no_table(b"%PDF-1.7", "survey.csv")
        Traceback (most recent call last):
        nps_insights.tables.errors.DataRefusedError: survey.csv: is a PDF, pages to be read by people; export the ...
    """
    begins = data[:_NEAR].lstrip(b"\xef\xbb\xbf \t\r\n")
    for first, told in _BY_FIRST_BYTES:
        if data.startswith(first):
            raise DataRefusedError(f"{name}: {told}")
    if data.startswith(_OLD_OFFICE) and _PASSWORD in data:
        raise DataRefusedError(
            f"{name}: is protected by a password; open it in Excel, take the password off "
            "(File, Info, Protect Workbook), save it, and give that file"
        )
    if begins.lower().startswith(_WEB_PAGE):
        raise DataRefusedError(
            f"{name}: is a web page under the name of a table; open it in Excel and save it as .xlsx, "
            "or download the export again while you are logged in"
        )
    if _JSON.match(begins):
        raise DataRefusedError(f"{name}: is JSON under the name of a table; {_EXPORT}")
    if data.startswith(_ZIP) and b"word/document.xml" in data:
        raise DataRefusedError(f"{name}: is a text document; {_EXPORT}")
    if name.lower().endswith(_WORKBOOKS) and _is_text(data[:_NEAR]):
        raise DataRefusedError(f"{name}: is no workbook but plain text; name it .csv and give it again")


def _is_text(begins: bytes) -> bool:
    return b"\0" not in begins and b"\n" in begins and any(mark in begins.split(b"\n")[0] for mark in b",;\t|")
