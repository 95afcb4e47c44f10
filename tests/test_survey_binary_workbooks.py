"""Workbooks in the binary form (.xlsb): read in a process of their own, whose memory is bounded."""

import io
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from nps_insights.survey.files.sheets import is_binary_workbook, sheets
from nps_insights.survey.files.workbooks import read_excel
from nps_insights.tables import DataRefusedError

_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
)
# Numbers of the records, as [MS-XLSB] has them.
_ROW, _REAL, _TEXT, _DATA, _END_DATA, _SIZE, _SHEET, _END_SHEETS, _END = 0, 5, 6, 145, 146, 148, 156, 144, 132
Row = tuple[int, Sequence[tuple[int, str | float]]]


def record(kind: int, body: bytes = b"") -> bytes:
    number = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    assert len(body) < 128
    return number + bytes([len(body)]) + body


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def cell(column: int, value: str | float) -> bytes:
    place = struct.pack("<II", column, 0)
    if isinstance(value, float):
        return record(_REAL, place + struct.pack("<d", value))
    return record(_TEXT, place + wide(value))


def binary_workbook(rows: Sequence[Row], relation: str = "rId1") -> bytes:
    """A workbook of one sheet: row -> column -> value; the sheet lies where `rId1` says."""
    numbers, columns = [row for row, _ in rows], [column for _, cells in rows for column, _ in cells]
    sheet = record(_SIZE, struct.pack("<4I", min(numbers), max(numbers), min(columns), max(columns))) + record(_DATA)
    for row, cells in rows:
        sheet += record(_ROW, struct.pack("<I", row) + bytes(13)) + b"".join(cell(*one) for one in cells)
    listed = record(_SHEET, struct.pack("<II", 0, 1) + wide(relation) + wide("answers"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/workbook.bin", listed + record(_END_SHEETS) + record(_END))
        archive.writestr("xl/_rels/workbook.bin.rels", _RELATIONS)
        archive.writestr("xl/worksheets/sheet1.bin", sheet + record(_END_DATA))
    return packed.getvalue()


def test_a_binary_workbook_reads_as_a_person_sees_it() -> None:
    book = binary_workbook([(0, [(0, "id"), (1, "nps")]), (1, [(0, "007"), (1, 9.0)]), (3, [(1, 7.5)])])
    assert read_excel(book, "survey.xlsb", "answers") == [["id", "nps"], ["007", "9"], [], ["", "7.5"]]


def test_a_reader_that_gives_up_in_its_own_way_says_that_the_file_is_damaged() -> None:
    with pytest.raises(ValueError, match=r"^it is damaged$"):
        sheets(binary_workbook([(0, [(0, "id")])], relation="rId7"))


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="a process can be bounded on Linux only")
def test_two_cells_far_apart_do_not_fill_the_memory() -> None:
    far = binary_workbook([(0, [(0, "id")]), (1_048_575, [(16_383, "x")])])
    with pytest.raises(
        DataRefusedError, match=r"more than 256 MiB of memory, or is damaged\); save it again as \.xlsx"
    ):
        read_excel(far, "survey.xlsb")


def test_a_zip_whose_list_leads_nowhere_is_left_to_the_look_through_its_parts() -> None:
    data = bytearray(binary_workbook([(0, [(0, "id")])]))
    data[-10:-6] = struct.pack("<I", 2**31)
    assert not is_binary_workbook(bytes(data), "survey.xlsb")
    with pytest.raises(DataRefusedError, match="the zip is damaged or cut off"):
        read_excel(bytes(data), "survey.xlsb")
