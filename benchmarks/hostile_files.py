"""Files that were made to fill the memory or to lead elsewhere, each written by one small function."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

MB = 1_000_000
_SHEET = "xl/worksheets/sheet1.xml"
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns"
_LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + "]>"
)


def repeated_row_gz(folder: Path) -> Path:
    """196 MB of one row, packed by about 230 to 1 or more."""
    path = folder / "repeated.csv.gz"
    row = b"2026-03-04,9,enterprise,It does what it should and support answers quickly\n"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"date,score,plan,comment\n")
        for _ in range(196):
            file.write(row * (MB // len(row)))
    return path


def blank_workbook(folder: Path) -> Path:
    """A sheet of 200 MB of blanks: about 1,028 to 1."""
    return _workbook(folder / "ratio.xlsx", b"<sheetData>" + b" " * (200 * MB) + b"</sheetData>")


def entity_workbook(folder: Path) -> Path:
    """Shared texts that ten entities would blow up to 20 GB."""
    shared = f'{_LAUGHS}<sst xmlns="{_SPREADSHEET}"><si><t>&j;</t></si></sst>'
    rows = b'<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData>'
    return _workbook(folder / "entities.xlsx", rows, shared.encode())


def far_corners_workbook(folder: Path) -> Path:
    """Two cells whose rectangle has 17,179,869,184 places."""
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>9</v></c></row>'
    return _workbook(folder / "corners.xlsx", b"<sheetData>" + rows + b"</sheetData>")


def repeated_text_workbook(folder: Path) -> Path:
    """One text of 32,000 characters, named by 500,000 cells: 16 GB."""
    shared = f'<sst xmlns="{_SPREADSHEET}"><si><t>{"long " * 6_400}</t></si></sst>'.encode()
    rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (i, i) for i in range(1, 500_001))
    return _workbook(folder / "shared.xlsx", b"<sheetData>" + rows + b"</sheetData>", shared)


def million_columns_workbook(folder: Path) -> Path:
    """A row of a million cells without an address of their own."""
    cells = b"<c><v>9</v></c>" * 1_000_000
    return _workbook(folder / "wide.xlsx", b'<sheetData><row r="1">' + cells + b"</row></sheetData>")


def long_cell_workbook(folder: Path) -> Path:
    """A cell of 100 MB, hardly packed."""
    text = _noise(100 * MB)
    rows = b'<row r="1"><c r="A1" t="inlineStr"><is><t>' + text + b"</t></is></c></row>"
    return _workbook(folder / "cell.xlsx", b"<sheetData>" + rows + b"</sheetData>", level=1)


def repeated_rows_document(folder: Path) -> Path:
    """An OpenDocument sheet with one row that stands for a million rows of a thousand columns."""
    content = (
        f'<office:document-content xmlns:office="{_OPEN_DOCUMENT}:office:1.0" xmlns:table="{_OPEN_DOCUMENT}:table:1.0" '
        f'xmlns:text="{_OPEN_DOCUMENT}:text:1.0"><office:body><office:spreadsheet><table:table table:name="s">'
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="string" '
        'table:number-columns-repeated="1000"><text:p>nine</text:p></table:table-cell></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    path = folder / "repeated.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


def million_columns_text(folder: Path) -> Path:
    """A header of a million names."""
    path = folder / "wide.csv"
    path.write_text(",".join(f"c{i}" for i in range(1_000_000)) + "\n" + "," * 999_999 + "\n", encoding="utf-8")
    return path


def long_cell_text(folder: Path) -> Path:
    """A cell of 100 MB without an end of a line."""
    path = folder / "cell.csv"
    path.write_bytes(b'id,comment\n1,"' + b"a" * (100 * MB) + b'"\n')
    return path


def long_cell_of_lines(folder: Path) -> Path:
    """A quoted cell of 100 MB of short lines."""
    path = folder / "lines.csv"
    path.write_bytes(b'id,comment\n1,"' + b"line after line\n" * (100 * MB // 16) + b'"\n')
    return path


def repeated_text_parquet(folder: Path) -> Path:
    """A text of 100,000 characters, stored once, in 200,000 rows: 20 GB."""
    import pyarrow

    values = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 200_000, "int32"), ["long " * 20_000])
    return _parquet(folder / "repeated.parquet", pyarrow.table({"comment": values}))


def many_rows_parquet(folder: Path) -> Path:
    """Nine million equal rows in a few kilobytes."""
    import numpy as np
    import pyarrow

    return _parquet(folder / "rows.parquet", pyarrow.table({"score": np.zeros(9_000_000, dtype="int8")}))


def long_cell_parquet(folder: Path) -> Path:
    """A cell of 100 MB."""
    import pyarrow

    return _parquet(folder / "cell.parquet", pyarrow.table({"id": ["1"], "comment": ["a" * (100 * MB)]}))


def large_footer_parquet(folder: Path) -> Path:
    """A list of columns of 100 MB, as a million columns have it."""
    path = folder / "wide.parquet"
    path.write_bytes(b"PAR1" + bytes(100 * MB) + struct.pack("<I", 100 * MB) + b"PAR1")
    return path


def lying_page_parquet(folder: Path) -> Path:
    """A page that asks for two gigabytes where the list of columns states a few bytes."""
    import pyarrow.parquet

    path = _parquet(folder / "page.parquet", pyarrow.table({"score": list(range(64))}), use_dictionary=False)
    data = bytearray(path.read_bytes())
    start = pyarrow.parquet.ParquetFile(path).metadata.row_group(0).column(0).data_page_offset
    # Field 1, the kind of page, takes two bytes; behind the head of field 2 stands the unpacked size, in two bytes.
    data[start + 3 : start + 5] = _varint(2 * (2**31 - 1))
    path.write_bytes(data)
    return path


def zip_in_zip(folder: Path) -> Path:
    """A zip of zips of zeros."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("answers.csv", bytes(50 * MB))
    path = folder / "nested.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(20):
            archive.writestr(f"{number}.zip", inner.getvalue())
    return path


def lying_zip(folder: Path) -> Path:
    """A zip of 200 MB of zeros that states ten bytes, with the check sum of ten bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("answers.csv", bytes(200 * MB))
    data = bytearray(packed.getvalue())
    entry = data.index(b"PK\x01\x02")
    stated = struct.pack("<I", zlib.crc32(bytes(10)))
    data[entry + 16 : entry + 20], data[entry + 24 : entry + 28] = stated, struct.pack("<I", 10)
    path = folder / "lying.zip"
    path.write_bytes(data)
    return path


def many_members_zip(folder: Path) -> Path:
    """A zip of 60,000 empty files."""
    path = folder / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(60_000):
            archive.writestr(f"{number}.csv", "")
    return path


HOSTILE: dict[str, Callable[[Path], Path]] = {
    maker.__name__: maker
    for maker in (
        repeated_row_gz,
        blank_workbook,
        entity_workbook,
        far_corners_workbook,
        repeated_text_workbook,
        million_columns_workbook,
        long_cell_workbook,
        repeated_rows_document,
        million_columns_text,
        long_cell_text,
        long_cell_of_lines,
        repeated_text_parquet,
        many_rows_parquet,
        long_cell_parquet,
        large_footer_parquet,
        lying_page_parquet,
        zip_in_zip,
        lying_zip,
        many_members_zip,
    )
}


def _workbook(path: Path, rows: bytes, shared: bytes | None = None, level: int = 6) -> Path:
    path.write_bytes(workbook_bytes(rows, shared, level))
    return path


def workbook_bytes(rows: bytes, shared: bytes | None = None, level: int = 6) -> bytes:
    """Return an .xlsx of one sheet.

    Args:
        rows: What stands inside the sheet.
        shared: The part with the shared texts; an empty one if left out.
        level: How hard it is packed, 0 to 9.
    """
    types = {"worksheet": "/" + _SHEET, "sheet.main": "/xl/workbook.xml", "sharedStrings": "/xl/sharedStrings.xml"}
    overrides = "".join(
        f'<Override PartName="{part}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}'
        '+xml"/>'
        for kind, part in types.items()
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{overrides}</Types>',
        "_rels/.rels": _relations({"officeDocument": "xl/workbook.xml"}),
        "xl/_rels/workbook.xml.rels": _relations(
            {"worksheet": "worksheets/sheet1.xml", "sharedStrings": "sharedStrings.xml"}
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_OFFICE}/relationships"><sheets>'
        '<sheet name="s" sheetId="1" r:id="rId1"/></sheets></workbook>',
        _SHEET: f'<worksheet xmlns="{_SPREADSHEET}">'.encode() + rows + b"</worksheet>",
        "xl/sharedStrings.xml": shared or f'<sst xmlns="{_SPREADSHEET}"/>',
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _relations(targets: dict[str, str]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/relationships/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets.items(), 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _parquet(path: Path, table: object, **options: object) -> Path:
    import pyarrow.parquet

    pyarrow.parquet.write_table(table, path, compression="zstd", **options)
    return path


def _noise(size: int) -> bytes:
    """Letters that hardly pack, the same at each call."""
    import numpy as np

    return np.random.default_rng(0).integers(97, 123, size, dtype="uint8").tobytes()


def _varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])
