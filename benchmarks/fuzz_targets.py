"""What is fuzzed: one small function per reader, seeds for each, and whole files that are damaged at random."""

import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from nps_insights.jobs.settings.pipeline import read_pipeline
from nps_insights.survey import (
    SurveySettings,
    admit_accounts,
    admit_survey,
    parse_cuts,
    parse_dates,
    parse_scale,
    parse_scores,
    read_source,
)
from nps_insights.survey.files.delimited import read_delimited
from nps_insights.survey.files.encodings import decoded, unpacked
from nps_insights.survey.files.limits import members
from nps_insights.survey.files.workbook_limits import refuse_hostile_workbook
from nps_insights.survey.files.workbooks import read_excel, read_parquet
from nps_insights.survey.values.numbers import parse_numbers
from nps_insights.tables import NpsInsightsError

_TEXT = b'response_id,nps,comment,date\n1,9,"fine; or so",2026-03-04\n2,3,late,05.03.2026\n'
_PIPELINE = b'job = "driver_report"\n[input]\nsurvey = "a.csv"\n[score]\nscale = "1-10"\n[limits]\nrows = 10\n'
_ROWS = b'<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>9</v></c></row></sheetData>'
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _read_text(data: bytes, folder: Path) -> None:
    path = folder / ("a.csv" if data[:1] < b"\x80" else "a.tsv")
    path.write_bytes(data[1:])
    read_source(path)


def _split_text(data: bytes, folder: Path) -> None:
    read_delimited(decoded(data, "a.csv")[0], "a.csv")


def _unpack(data: bytes, folder: Path) -> None:
    unpacked(data if data[:2] == b"\x1f\x8b" else gzip.compress(data, 1) + data[:9], "a.csv.gz")


def _zip(data: bytes, folder: Path) -> None:
    members(data, "a.zip")


def _workbook(data: bytes, folder: Path) -> None:
    refuse_hostile_workbook(data, "a.xlsx")


def _sheet(data: bytes, folder: Path) -> None:
    """The input is what stands inside a sheet and, behind a NUL, inside the shared texts."""
    rows, _, shared = data.partition(b"\0")
    read_excel(workbook(rows, shared), "a.xlsx")


def _document(data: bytes, folder: Path) -> None:
    read_excel(open_document(data), "a.ods")


def _parquet(data: bytes, folder: Path) -> None:
    read_parquet(data, "a.parquet")


def _lines(data: bytes) -> pd.Series:
    text = data.decode("utf-8", "replace")
    return pd.Series(text.split("\n")[:20], dtype="str")


def _dates(data: bytes, folder: Path) -> None:
    parse_dates(_lines(data), "date")


def _scores(data: bytes, folder: Path) -> None:
    parse_scores(_lines(data))


def _numbers(data: bytes, folder: Path) -> None:
    parse_numbers(_lines(data), "value")


def _scales(data: bytes, folder: Path) -> None:
    text = data.decode("utf-8", "replace")
    scale, _, rest = text.partition("\n")
    cuts, _, day = rest.partition("\n")
    SurveySettings(scale=parse_scale(scale), cuts=parse_cuts(cuts) if cuts else None, as_of=day or None)


def _settings(data: bytes, folder: Path) -> None:
    path = folder / "a.toml"
    path.write_bytes(data)
    read_pipeline(path)


def _survey(data: bytes, folder: Path) -> None:
    path = folder / "a.csv"
    path.write_bytes(b"response_id,nps,comment,date,customer_id\n" + data[:600])
    admit_survey(read_source(path), SurveySettings())


def _accounts(data: bytes, folder: Path) -> None:
    path = folder / "a.csv"
    path.write_bytes(b"account_id,mrr,ended_at\n" + data[:600])
    admit_accounts(read_source(path), SurveySettings())


Target = Callable[[bytes, Path], None]
TARGETS: dict[str, Target] = {
    "text": _split_text,
    "gzip": _unpack,
    "zip": _zip,
    "workbook": _workbook,
    "sheet": _sheet,
    "document": _document,
    "parquet": _parquet,
    "scales": _scales,
    "settings": _settings,
    "file": _read_text,
    "dates": _dates,
    "scores": _scores,
    "numbers": _numbers,
    "survey": _survey,
    "accounts": _accounts,
}
# The last of them: readers that make tables.
SLOW = ("file", "dates", "scores", "numbers", "survey", "accounts")
_SEEDS: dict[str, bytes] = {
    "text": _TEXT,
    "gzip": _TEXT,
    "sheet": _ROWS + b"\0<si><t>score</t></si>",
    "document": b'<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="float" '
    b'office:value="9"><text:p>9</text:p></table:table-cell></table:table-row>',
    "scales": b"1-10\n6,9\n2026-03-31",
    "settings": _PIPELINE,
    "file": b"a" + _TEXT,
    "dates": b"2026-03-04\n04.03.2026 10:11\n3/4/26 1:02 PM\n2026-03-04T10:11:12+02:00\n1772618400",
    "scores": b"9\n10 - Extremely likely\n7,0\n-1\nn/a",
    "numbers": b"1,234.50\n12\n1e3\n-7\n\xe2\x82\xac 5",
    "survey": b"1,9,fine,2026-03-04,a\n2,3,late,2026-03-05,b\n",
    "accounts": b"a,120,2026-03-04\nb,99.5,\n",
}


def workbook(rows: bytes, shared: bytes) -> bytes:
    """Return an .xlsx around the inside of its sheet and of its shared texts."""
    from benchmarks.hostile_files import workbook_bytes

    texts = f'<sst xmlns="{_SPREADSHEET}">'.encode() + shared + b"</sst>"
    return workbook_bytes(rows, texts, level=0)


def open_document(rows: bytes) -> bytes:
    """Return an .ods around the inside of its sheet."""
    names = {"office": "office", "table": "table", "text": "text"}
    spaces = " ".join(f'xmlns:{key}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for key, name in names.items())
    head = f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="s">'
    tail = b"</table:table></office:spreadsheet></office:body></office:document-content>"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", head.encode() + rows + tail)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return packed.getvalue()


def seeds() -> Iterator[bytes]:
    """Yield inputs to start from: the number of the reader, then what it reads."""
    known = _SEEDS | {"workbook": _whole_files()["xlsx"], "parquet": _whole_files()["parquet"]}
    known["zip"] = known["workbook"]
    for number, name in enumerate(TARGETS):
        yield bytes([number]) + known[name]


def _whole_files() -> dict[str, bytes]:
    frame = pd.DataFrame(
        {"response_id": [f"r{i}" for i in range(40)], "nps": np.arange(40) % 11, "comment": ["fine", "late"] * 20}
    )
    book, columns = io.BytesIO(), io.BytesIO()
    frame.to_excel(book, index=False, engine="xlsxwriter")
    frame.to_parquet(columns, index=False, compression=None)
    text = frame.to_csv(index=False).encode()
    rows = b'<table:table-row><table:table-cell office:value-type="string"><text:p>nps</text:p></table:table-cell>'
    document = open_document((rows + b"</table:table-row>") * 5)
    return {
        "xlsx": book.getvalue(),
        "parquet": columns.getvalue(),
        "csv.gz": gzip.compress(text, mtime=0),
        "ods": document,
        "csv": text,
    }


def damaged_files(n: int, *, random_state: int) -> Iterator[tuple[str, bytes]]:
    """Yield whole files, cut off or with one to sixteen bits flipped.

    Args:
        n: Number of files.
        random_state: Seed.

    Yields:
        Ending of the name, bytes.
    """
    chance = np.random.default_rng(random_state)
    whole = _whole_files()
    for number in range(n):
        kind = list(whole)[number % len(whole)]
        data = bytearray(whole[kind])
        if chance.random() < 0.3:
            data = data[: int(chance.integers(len(data)))]
        for place in chance.integers(0, max(len(data), 1), int(chance.integers(1, 17))):
            if data:
                data[int(place)] ^= 1 << int(chance.integers(8))
        yield kind, bytes(data)


def read_damaged(kind: str, data: bytes, folder: Path) -> str:
    """Read a damaged file and return "read" or "refused"; anything else is raised."""
    path = folder / f"a.{kind}"
    path.write_bytes(data)
    try:
        read_source(path)
    except NpsInsightsError:
        return "refused"
    return "read"
