"""Limits on files, at the last thing allowed and at the first that is not; sizes as the parts of a file state them."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from nps_insights.survey.files.cell_text import as_text
from nps_insights.survey.files.delimited import read_delimited
from nps_insights.survey.files.encodings import decoded
from nps_insights.survey.files.limits import (
    MIB,
    RATIO_FREE_MIB,
    Limits,
    Unpacking,
    entries,
    gunzipped,
    refuse_large_file,
)
from nps_insights.survey.files.not_a_table import refuse_no_table
from nps_insights.survey.files.open_document_limits import OpenDocumentSize
from nps_insights.survey.files.sheet_size import SheetSize
from nps_insights.survey.files.swallowed import holds_other_rows
from nps_insights.survey.files.thrift import read_struct
from nps_insights.survey.files.workbook_limits import refuse_hostile_workbook
from nps_insights.survey.files.zipped import read_zip
from nps_insights.tables import DataRefusedError, SettingsError


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def check(call: Callable[[], object], refused: str) -> None:
    if not refused:
        call()
        return
    with pytest.raises(DataRefusedError, match=refused):
        call()


def size_of(*pieces: bytes) -> SheetSize:
    size = SheetSize()
    for piece in pieces:
        size.add(piece)
    return size


@pytest.mark.parametrize(
    ("pieces", "counted"),
    [
        ([b'<row r="3"><c r="B3"/><c r="AA3" t="s"/></row>'], (3, 27, 2, 1)),
        ([b'<row r="9"></row>'], (0, 0, 0, 0)),
        ([b'<row r="9"></row>', b'<c r="A2"/>'], (9, 1, 1, 0)),
        ([b'<row r="2"/><row r="10"/><c r="ZZ10"/>'], (10, 702, 1, 0)),
        ([b'<c r="XFD1048576"/>'], (1048576, 16384, 1, 0)),
        ([b'<c r="ZZZ9999999"/>'], (9999999, 18278, 1, 0)),
        ([b"<row><c/><c/></row><row><c/></row>"], (2, 2, 3, 0)),
        ([b'<row r="4"><c r="C4"/><c/></row>'], (4, 4, 2, 0)),
        ([b'<row r="4"><c r="C4"/>', b"<c/></row>"], (4, 4, 2, 0)),
        ([b'<row r="4"><c/></row>', b'<row r="6"><c/><c/><c/>', b"<c/></row>"], (6, 4, 5, 0)),
        ([b"<x:row r='5'><x:c r='b5' t='s'/><x:c r='C7'/></x:row>"], (7, 3, 2, 1)),
        ([b'<row r = "5"><c r = "B5" t = "s"/></row>'], (5, 2, 1, 1)),
        ([b'<row ht="9" r="8"><c r="A8"/></row>'], (8, 1, 1, 0)),
    ],
)
def test_a_sheet_is_as_large_as_its_last_row_and_column_however_they_are_written(
    pieces: list[bytes], counted: tuple[int, int, int, int]
) -> None:
    size = size_of(*pieces)
    assert (size.rows, size.columns, size.cells, size.shared) == counted


@pytest.mark.parametrize(
    ("pieces", "lengths"),
    [
        ([b"<sst><si>ab</si><si>c</si>"], [11, 10]),
        ([b"<sst><si>ab</si>", b"<si>c</si>"], [11, 10]),
        ([b"<x:sst><x:si>ab</x:si>"], [15]),
        ([b"<sst><sir>"], []),
    ],
)
def test_shared_texts_are_as_long_as_their_parts(pieces: list[bytes], lengths: list[int]) -> None:
    assert size_of(*pieces).text_lengths().tolist() == lengths


def laid_out(body: bytes, limits: Limits) -> tuple[int, int]:
    size = OpenDocumentSize(Unpacking("survey.ods", limits))
    size.feed(b"<d>" + body + b"</d>")
    return size.rows, size.columns


def row(cells: bytes, repeated: int = 1) -> bytes:
    return b'<table:table-row table:number-rows-repeated="%d">%s</table:table-row>' % (repeated, cells)


def cell(text: bytes = b"", repeated: int = 1) -> bytes:
    inner = b"<text:p>%s</text:p>" % text if text else b""
    return b'<table:table-cell table:number-columns-repeated="%d">%s</table:table-cell>' % (repeated, inner)


@pytest.mark.parametrize(
    ("body", "size"),
    [
        (row(cell(b"a") + cell(b"", 1000), 2) + row(cell(b"", 1000), 9000), (2, 1)),
        (row(cell(b"", 3) + cell(b"a", 2)), (1, 5)),
        (row(cell(), 4) + row(cell(b"a"), 2), (6, 1)),
        (row(cell(b"a", 3)) + row(cell(b"a", 2)), (2, 3)),
        (row(b'<table:table-cell office:value="1" a="b"/><table:covered-table-cell table:formula="=1"/>'), (1, 2)),
        (b"<table:table>" + row(cell(b"a", 7), 7) + b"</table:table><table:table/>" + row(cell(b"a")), (1, 1)),
        (row(cell(b"a")).replace(b'"1"', b'"x"'), (1, 1)),
    ],
)  # fmt: skip
def test_repeated_cells_count_where_something_follows_them(body: bytes, size: tuple[int, int]) -> None:
    assert (
        laid_out(body.replace(b"<table:table>" + row(cell(b"a")), b"<table:table/>" + row(cell(b"a"))), Limits())
        == size
    )


@pytest.mark.parametrize(
    ("body", "setting"),
    [
        (row(cell(b"a"), 10), ""),
        (row(cell(b"a"), 11), "rows"),
        (row(cell(b"a", 10)), ""),
        (row(cell(b"a", 11)), "columns"),
        (row(cell(b"a", 10), 4), ""),
        (row(cell(b"a", 7), 6), "cells"),
        (row(cell(b"a" * (MIB // 10 - 32), 10)), ""),
        (row(cell(b"a" * (MIB // 10 - 31), 10)), "unpacked_mib"),
        (row(cell(b"a" * (MIB // 10 - 31)), 10), "unpacked_mib"),
    ],
)
def test_an_open_document_is_refused_by_what_its_repeated_cells_would_fill(body: bytes, setting: str) -> None:
    limits = Limits(rows=10, columns=10, cells=40, unpacked_mib=1)
    check(lambda: laid_out(body, limits), setting and f"raise `{setting}`")


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ([0x11, 0x12, 0x00], {1: 1, 2: 0}),
        ([0x05, 0x0E, 0x09, 0x00], {7: -5}),
        ([0x25, 0x80, 0x01, 0x00], {2: 64}),
        ([0x17, *[9] * 8, 0x15, 2, 0], {1: None, 2: 1}),
        ([0x18, 2, 9, 9, 0x15, 2, 0], {1: None, 2: 1}),
        ([0x19, 0x25, 2, 4, 0], {1: [1, 2]}),
        ([0x1A, 0x15, 2, 0], {1: [1]}),
        ([0x19, 0xF5, 15, *[2] * 15, 0], {1: [1] * 15}),
        ([0x19, 0x11, 1, 0], {1: [1]}),
        ([0x1C, 0x15, 2, 0, 0], {1: {1: 1}}),
        ([*[0x1C] * 16, 0x15, 2, *[0] * 17], 16),
        ([*[0x1C] * 17, *[0] * 18], "too deep"),
        ([0x1B, 0, 0], "no maps"),
        ([0x19, 0x25, 2], "behind the end"),
        ([0x15, *[0x80] * 9, 0x00, 0], {1: 0}),
        ([0x15, *[0x80] * 10, 0x00, 0], "does not end"),
        ([*[0x19] * 17, 0x05, 0], {1: json.loads("[" * 17 + "]" * 17)}),
        ([*[0x19] * 18, 0x05, 0], "behind the end"),
    ],
)
def test_what_parquet_says_of_itself_is_read_field_by_field(data: list[int], fields: Any) -> None:
    view = memoryview(bytes(data))
    if isinstance(fields, str):
        with pytest.raises(ValueError, match=fields):
            read_struct(view, 0)
        return
    found, end = read_struct(view, 0)
    assert end == len(data)
    if isinstance(fields, int):
        for _ in range(fields):
            found = found[1]
        fields = {1: 1}
    assert found == fields


@pytest.mark.parametrize(
    ("packed", "unpacked", "refused"),
    [
        (MIB, 2 * MIB, ""),
        (MIB, 2 * MIB + 1, "unpacks to 2 MiB or more, the limit is 2 MiB"),
        (0, 2 * MIB, ""),
    ],
)
def test_what_comes_out_of_a_file_is_counted_to_the_byte(packed: int, unpacked: int, refused: str) -> None:
    check(lambda: Unpacking("a.gz", Limits(unpacked_mib=2)).count(packed, unpacked), refused)


@pytest.mark.parametrize(("more", "refused"), [(0, ""), (1, "unpacks to 10 times its packed size, the limit is 10")])
def test_the_ratio_counts_above_what_is_free(more: int, refused: str) -> None:
    free = RATIO_FREE_MIB * MIB
    limits = Limits(ratio=10)
    check(lambda: Unpacking("a.gz", limits).count(0, free), "")
    check(lambda: Unpacking("a.gz", limits).count(free // 10 + 10, 10 * (free // 10 + 10) + more), refused)


def test_a_file_may_be_as_large_and_a_zip_hold_as_many_files_as_the_limit() -> None:
    limits = Limits(file_mib=1, members=3)
    four, three = ({f"{number}.csv": b"a" for number in range(n)} for n in (4, 3))
    check(lambda: refuse_large_file(MIB, "a.csv", limits), "")
    check(lambda: refuse_large_file(MIB + 1, "a.csv", limits), "is 1 MiB large, the limit is 1 MiB")
    check(lambda: entries(zipped(three), "a.zip", limits), "")
    check(lambda: entries(zipped(four), "a.zip", limits), "holds 4 files, the limit is 3")


def test_two_streams_of_gzip_are_one_and_zeros_behind_them_are_none() -> None:
    data = gzip.compress(b"id,") + gzip.compress(b"score")
    assert gunzipped(data, "a.gz") == gunzipped(data + b"\0" * 9, "a.gz") == b"id,score"
    for damaged in (data[:-1], data + b"\0\0x", data + b"x"):
        with pytest.raises(DataRefusedError, match="damaged or cut off"):
            gunzipped(damaged, "a.gz")


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", ""),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "by a password"),
        ("EncryptedPackage".encode("utf-16-le"), "a.csv", ""),
        (b" \n<HTML>", "a.xls", "is a web page"),
        (b'\xef\xbb\xbf[ {"id": 1}]', "a.csv", "is JSON"),
        (b'[{"id"}]', "a.csv", ""),
        (b"PK\x03\x04word/document.xml", "a.docx", "is a text document"),
        (b"id,word/document.xml", "a.csv", ""),
        (b"id,score\n1,9", "a.XLSX", "but plain text; name it .csv"),
        (b"id,score\n1,9", "a.csv", ""),
        (b"id;score", "a.xlsx", ""),
        (b"id,\0\n1,9", "a.xlsx", ""),
    ],
)
def test_what_is_no_table_is_told_from_what_may_be_one(data: bytes, name: str, told: str) -> None:
    check(lambda: refuse_no_table(data, name), told)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (float("inf"), ""),
        (Decimal("NaN"), ""),
        (Decimal("7.50"), "7.50"),
        (False, "false"),
        ("a\0b", "ab"),
        (b"a\0b\xff", "ab\ufffd"),
        (datetime(2026, 3, 4, 0, 0, 1), "2026-03-04 00:00:01"),
        (datetime(2026, 3, 4, tzinfo=UTC), "2026-03-04 00:00:00+00:00"),
        (time(9, 30), "09:30:00"),
    ],
)
def test_a_typed_cell_is_the_text_that_a_person_would_see(value: Any, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("text", "rows", "numbers", "delimiter"),
    [
        ("sep=;\na;b,c\n1;2,3", [["a", "b,c"], ["1", "2,3"]], [2, 3], ";"),
        ("sep=\na,b", [["sep="], ["a", "b"]], [1, 2], ","),
        ("sep=a,b\n1,2", [["sep=a", "b"], ["1", "2"]], [1, 2], ","),
        ("a|b\n1|2\n\n3|4", [["a", "b"], ["1", "2"], [], ["3", "4"]], [1, 2, 3, 4], "|"),
        ("a,b;c;d\n1;2;3", [["a,b", "c", "d"], ["1", "2", "3"]], [1, 2], ";"),
        ("a\tb\r1\t2\r\n3\t4", [["a", "b"], ["1", "2"], ["3", "4"]], [1, 2, 3], "\t"),
        ("only\n1", [["only"], ["1"]], [1, 2], ","),
        ("a,b;c\n1,2;3", [["a", "b;c"], ["1", "2;3"]], [1, 2], ","),
        ('a,b,c\n1,"x,y\n2,x,y\n3,x,y', [["a", "b", "c"], ["2", "x", "y"], ["3", "x", "y"]], [1, 3, 4], ","),
    ],
)
def test_records_keep_their_numbers_whatever_separates_their_cells(
    text: str, rows: list[list[str]], numbers: list[int], delimiter: str
) -> None:
    found = read_delimited(text, "a.csv")
    assert (found.rows, found.numbers, found.delimiter) == (rows, numbers, delimiter)


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("a,b\n" + "1,2\n" * 5, ""),
        ("a,b\n" + "1,2\n" * 6, "has 6 rows, the limit is 5"),
        ("a,b,c\n1,2,3", ""),
        ("a,b,c,d\n1,2,3,4", "has 4 columns, the limit is 3"),
        ("a,b\n1," + "x" * 20, ""),
        ('a,b\n1,"' + "x" * 21 + '"\n3,4', "has a cell of more than that in row 2, the limit is 20 characters"),
        ("a,b,c\n" + '1,2,"x\n' * 50, ""),
        ("a,b,c\n" + '1,2,"x\n' * 51, r"more than 50 quotes are opened and never closed \(last in row 52\)"),
    ],
)
def test_a_text_is_read_at_its_limits_and_refused_above_them(text: str, refused: str) -> None:
    rows = 100 if "quotes" in refused or text.count('"') > 2 else 5
    check(lambda: read_delimited(text, "a.csv", Limits(rows=rows, columns=3, cell_characters=20)), refused)


@pytest.mark.parametrize(("width", "found"), [(2, False), (3, True), (4, False)])
def test_rows_inside_a_cell_are_seen_from_three_columns_on(width: int, found: bool) -> None:
    assert holds_other_rows('1,"slow,9\n2,ok,9\n3,"slow,9\n', ",", width) == found


@pytest.mark.parametrize(
    ("member", "told"),
    [(None, "holds several files"), ("a.csv", ""), ("in/a.csv", ""), ("c.csv", r"has no file 'c.csv'; it has 'in/a")],
)
def test_of_a_zip_the_stated_file_is_read_and_no_hidden_one(member: str | None, told: str) -> None:
    files = {"in/a.csv": b"id,x\n1,2", "b.TSV": b"id\tx", ".c.csv": b"q", "__MACOSX/c.csv": b"q", "d.pdf": b"q"}
    if told:
        with pytest.raises((DataRefusedError, SettingsError), match=told) as refused:
            read_zip(zipped(files), "a.zip", member, None)
        assert "'in/a.csv', 'b.TSV'" in str(refused.value)
        assert "MACOSX" not in str(refused.value)
    else:
        table, _, did = read_zip(zipped(files), "a.zip", member, None)
        assert table.rows == [["id", "x"], ["1", "2"]]
        assert did == ["read from 'in/a.csv' inside the ZIP"]


@pytest.mark.parametrize(
    ("rows", "refused"),
    [(4000, ""), (4001, "has a sheet of 4,001 rows by 1,000 columns with 2 cells in it, the limit is 1,000 places")],
)
def test_cells_far_apart_are_refused_by_the_rectangle_around_them(rows: int, refused: str) -> None:
    sheet = b'<row r="1"><c r="A1"/></row><row r="%d"><c r="ALL%d"/></row>' % (rows, rows)
    data = zipped({"xl/worksheets/sheet1.xml": b"<worksheet>" + sheet + b"</worksheet>"})
    check(lambda: refuse_hostile_workbook(data, "a.xlsx", Limits(ratio=1000)), refused)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"plain", "utf-8"),
        ("ü".encode("utf-16"), "utf-16"),
        ("ü".encode("utf-32"), "utf-32"),
        ("ü".encode("utf-8-sig"), "utf-8-sig"),
        ("id,score\n".encode("utf-16-le"), "utf-16-le"),
        ("id,score\n".encode("utf-16-be"), "utf-16-be"),
        ("für".encode("cp1252"), "latin-1"),
        ("für 5 €".encode("cp1252"), "cp1252"),
    ],
)
def test_the_encoding_is_told_by_mark_zeros_and_letters(data: bytes, encoding: str) -> None:
    assert decoded(data, "a.csv")[1] == encoding
