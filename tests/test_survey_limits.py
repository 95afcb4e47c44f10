"""Files made to fill the memory or to lead elsewhere are refused, and real ones of any size are read."""

import gzip
import io
import struct
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.hostile import MOST_MB, MOST_SECONDS, refused
from benchmarks.hostile_files import HOSTILE, MB, workbook_bytes
from nps_insights.survey import Limits, read_source
from nps_insights.survey.files.limits import Unpacking, gunzipped, members
from nps_insights.survey.files.open_document_limits import OpenDocumentSize
from nps_insights.survey.files.sheets import is_binary_workbook
from nps_insights.survey.files.workbooks import read_excel, read_parquet
from nps_insights.tables import DataRefusedError, SettingsError

# These take no time to make; the others are made by the benchmark alone.
_QUICK = (
    "entity_workbook",
    "far_corners_workbook",
    "million_columns_workbook",
    "repeated_rows_document",
    "million_columns_text",
    "long_cell_text",
    "repeated_text_parquet",
    "many_rows_parquet",
    "large_footer_parquet",
    "lying_page_parquet",
)


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize("name", _QUICK)
def test_a_hostile_file_is_refused_with_the_limit_or_the_damage(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataRefusedError, match=r"the limit is|declares entities|describes its columns in 95 MiB"):
        read_source(HOSTILE[name](tmp_path))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is measured on Linux")
def test_a_bomb_takes_neither_time_nor_memory(tmp_path: Path) -> None:
    found = refused(HOSTILE["blank_workbook"](tmp_path))
    assert found["error"] == "DataRefusedError"
    assert float(str(found["seconds"])) < MOST_SECONDS
    assert float(str(found["mb"])) < MOST_MB


def test_limits_can_be_raised_and_lowered(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"id,score\n" + b"1,9\n" * 500))
    assert len(read_source(path).frame) == 500
    with pytest.raises(DataRefusedError, match=r"has 500 rows, the limit is 499; .* raise `rows` in the section"):
        read_source(path, limits=Limits(rows=499))
    with pytest.raises(DataRefusedError, match="raise `columns`"):
        read_source(path, limits=Limits(columns=1))
    with pytest.raises(DataRefusedError, match="has a cell of more than that in row 1, the limit is 3 characters"):
        read_source(path, limits=Limits(cell_characters=3))
    with pytest.raises(SettingsError, match=r"limits\.rows: 0 is no limit"):
        Limits(rows=0)


def test_the_ratio_counts_only_where_it_can_harm_and_may_be_raised() -> None:
    blank = bytes(40 * MB)
    packed = gzip.compress(blank)
    with pytest.raises(DataRefusedError, match=r"unpacks to .* times its packed size, the limit is 100 times"):
        gunzipped(packed, "a.gz")
    assert gunzipped(packed, "a.gz", Limits(ratio=2000)) == blank
    assert gunzipped(gzip.compress(bytes(20 * MB)), "a.gz") == bytes(20 * MB)


def test_several_gzip_streams_and_zeros_behind_them_are_one_file() -> None:
    packed = b"".join(gzip.compress(part) for part in (b"id,score\n", b"", b"1,9\n"))
    assert gunzipped(packed + bytes(512), "a.gz") == b"id,score\n1,9\n"
    for torn in (packed[:-1], packed[:-9], packed + b"rest"):
        with pytest.raises(DataRefusedError, match="damaged or cut off"):
            gunzipped(torn, "a.gz")


@pytest.mark.parametrize(
    "path",
    [
        "../up.csv",
        "/etc/passwd",
        "a/../../b.csv",
        "..\\up.csv",
        "C:\\a.csv",
        "\\\\host\\a.csv",
        "a\x00b.csv",
        "a:b.csv",
    ],
)
def test_a_path_that_leads_out_of_a_zip_is_refused(path: str) -> None:
    entry = zipfile.ZipInfo("placeholder")
    entry.filename = path
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(entry, b"id,score\n1,9\n")
    with pytest.raises(DataRefusedError, match=r"leads out|damaged"):
        members(packed.getvalue(), "a.zip")


def test_links_twins_and_archives_in_a_zip_are_refused() -> None:
    link = zipfile.ZipInfo("answers.csv")
    link.external_attr = 0o120777 << 16
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(DataRefusedError, match="is a link"):
        members(packed.getvalue(), "a.zip")
    with pytest.raises(DataRefusedError, match="is there twice"):
        members(zipped({"a.csv": b"1", "A.csv": b"2"}), "a.zip")
    with pytest.raises(DataRefusedError, match="another archive"):
        members(zipped({"a.zip": zipped({"a.csv": b"1"})}), "a.zip")
    with pytest.raises(DataRefusedError, match="holds 3 files, the limit is 2"):
        members(zipped({"a.csv": b"1", "b.csv": b"2", "c.csv": b"3"}), "a.zip", Limits(members=2))
    assert members(zipped({"b/a.csv": b"1", "a.csv": b"2"}), "a.zip") == {"b/a.csv": b"1", "a.csv": b"2"}


def test_what_comes_out_counts_and_not_what_a_zip_says(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.csv": b"id,score\n1,9\n" * 100}))
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 10)
    with pytest.raises(DataRefusedError, match="damaged"):
        members(bytes(data), "a.zip")


def test_a_sheet_with_few_cells_far_apart_is_refused_and_a_full_one_read() -> None:
    far = b'<sheetData><row r="200000"><c r="ZZ200000"><v>1</v></c></row></sheetData>'
    with pytest.raises(DataRefusedError, match="200,000 rows by 702 columns with 1 cells"):
        read_excel(workbook_bytes(far), "a.xlsx")
    near = b'<sheetData><row r="1"><c r="A1"><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row></sheetData>'
    assert read_excel(workbook_bytes(near), "a.xlsx") == [["1", "2"], ["3", ""]]


def test_a_workbook_with_a_second_end_is_refused() -> None:
    with pytest.raises(DataRefusedError, match="goes on behind its end"):
        read_excel(workbook_bytes(b"<sheetData/>") + b"more", "a.xlsx")


@pytest.mark.parametrize("name", ["xl/workbook.bin", "XL/Workbook.bin", "docs/xl/workbook.bin"])
def test_a_binary_part_takes_no_workbook_past_the_guards(name: str) -> None:
    far = (
        b'<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="9000"><c r="XFD9000"><v>1</v></c></row></sheetData>'
    )
    with zipfile.ZipFile(packed := io.BytesIO(workbook_bytes(far)), "a") as archive:
        archive.writestr(name, "")
    with pytest.raises(DataRefusedError, match=r"the limit is|both as XML and in the binary form"):
        read_excel(packed.getvalue(), "a.xlsx")


def test_a_binary_workbook_is_told_by_its_parts_and_not_by_its_bytes() -> None:
    assert is_binary_workbook(zipped({"[Content_Types].xml": b"", "xl/workbook.bin": b""}), "a.xlsb")
    assert not is_binary_workbook(
        zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b"xl/workbook.bin"}, 0), "a.xlsx"
    )
    for other in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "content.xml", "xl\\workbook.xml"):
        with pytest.raises(DataRefusedError, match="both as XML and in the binary form"):
            is_binary_workbook(zipped({"xl/workbook.bin": b"", other: b""}), "a.xlsx")


def test_a_damaged_old_workbook_is_refused_from_a_process_of_its_own() -> None:
    with pytest.raises(DataRefusedError, match="cannot be read as a workbook"):
        read_excel(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), "a.xls")


def test_a_damaged_parquet_is_refused_whatever_bit_it_is() -> None:
    data = pd.DataFrame({"id": ["a", "b"], "score": [9, 3]}).to_parquet(index=False)
    assert read_parquet(data, "a.parquet") == [["id", "score"], ["a", "9"], ["b", "3"]]
    for place in range(len(data) - 8 - int.from_bytes(data[-8:-4], "little"), len(data), 3):
        damaged = bytearray(data)
        damaged[place] ^= 0x10
        try:
            read_parquet(bytes(damaged), "a.parquet")
        except DataRefusedError:
            continue


def test_columns_of_repeated_texts_and_categories_read_as_before() -> None:
    frame = pd.DataFrame({"plan": pd.Categorical(["a", "b", None]), "text": ["x", None, "x"], "n": [1.0, None, 2.5]})
    assert read_parquet(frame.to_parquet(index=False), "a.parquet") == [
        ["plan", "text", "n"],
        ["a", "x", "1"],
        ["b", "", ""],
        ["", "x", "2.5"],
    ]


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    import os

    path = tmp_path / "a.csv"
    os.mkfifo(path)
    with pytest.raises(SettingsError, match="is no plain file"):
        read_source(path)


@pytest.mark.parametrize("text", ["sep=", "sep=\n", 'sep="', "sep=,", "sep=,\n", "sep=;\nid;score\n1;9\n"])
def test_a_line_that_states_the_separator_may_state_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    if "score" in text:
        assert read_source(path).frame["score"].tolist() == ["9"]
    else:
        with pytest.raises(DataRefusedError):
            read_source(path)


def test_a_damaged_open_document_is_refused() -> None:
    with pytest.raises(DataRefusedError, match="its content is damaged"):
        OpenDocumentSize(Unpacking("a.ods")).feed(b"<a></b>")
