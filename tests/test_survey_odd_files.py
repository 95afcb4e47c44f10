"""Files that are nearly a table: each is read as a person would, or refused with the way out."""

import random
import struct
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_survey_limits import zipped

from benchmarks.hostile_files import workbook_bytes
from nps_insights.survey import Limits, read_source
from nps_insights.survey.files.delimited import read_delimited
from nps_insights.survey.files.encodings import decoded
from nps_insights.survey.files.limits import Unpacking, members
from nps_insights.survey.files.not_a_table import refuse_no_table
from nps_insights.survey.files.open_document_limits import OpenDocumentSize
from nps_insights.survey.files.parquet_limits import refuse_hostile_parquet
from nps_insights.survey.files.thrift import read_struct
from nps_insights.survey.files.workbooks import read_excel, read_parquet, read_sql
from nps_insights.tables import DataRefusedError, MissingExtraError, SettingsError


def test_of_two_delimiters_that_fit_alike_the_usual_one_is_taken() -> None:
    found = read_delimited("id,score;plan\n1,9;gold\n", "a.csv")
    assert (found.delimiter, found.rows) == (",", [["id", "score;plan"], ["1", "9;gold"]])


def test_a_file_full_of_quotes_that_are_never_closed_is_no_csv() -> None:
    opened = '1,"a line\n2,another\n3,and more\n'
    few = read_delimited("id,said\n" + opened * 3, "a.csv", Limits(cell_characters=20))
    assert [number for number, _ in few.broken] == [2, 5, 8]
    assert [row[0] for row in few.rows] == ["id", "2", "3", "2", "3", "2", "3"]
    with pytest.raises(DataRefusedError, match=r"more than 50 quotes .* \(last in row 152\); export the file again"):
        read_delimited("id,said\n" + opened * 51, "a.csv", Limits(cell_characters=20))


def test_a_long_cell_of_several_lines_is_told_from_an_open_quote() -> None:
    said = 'id,said\n1,"' + "a line\n" * 5 + '"\n2,fine\n'
    with pytest.raises(DataRefusedError, match="has a cell of more than that in row 2, the limit is 20 characters"):
        read_delimited(said, "a.csv", Limits(cell_characters=20))


def test_rows_of_many_widths_count_by_their_cells() -> None:
    with pytest.raises(DataRefusedError, match="has more than 10 cells, the limit is 10"):
        read_delimited("a,b,c,d,e,f,g,h\n1\n2\n3\n", "a.csv", Limits(cells=10))


def test_bytes_that_break_after_a_mark_say_what_to_state() -> None:
    torn = b"\xff\xfe" + "id,score".encode("utf-16-le") + b"\n"
    with pytest.raises(DataRefusedError, match=r"like utf-16 but breaks at byte 18; export the file again as UTF-8"):
        decoded(torn, "a.csv")


def test_a_stated_encoding_is_used_without_its_mark() -> None:
    assert decoded("\ufeffid,été".encode(), "a.csv", "utf-8") == ("id,été", "utf-8")
    with pytest.raises(SettingsError, match="'base64' is not known; use utf-8, utf-16, cp1252 or latin-1"):
        decoded(b"aWQ=", "a.csv", "base64")


def test_half_a_pair_becomes_a_question_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,said\n1,good +2D0- really\n2,fine\n")
    assert read_source(path, encoding="utf-7").frame["said"].tolist() == ["good ? really", "fine"]


def test_what_stands_in_a_zip_must_be_a_table_that_is_named_right(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(zipped({"notes.docx": b"x", "__MACOSX/a.csv": b"x"}))
    with pytest.raises(DataRefusedError, match="holds no CSV or TSV file; unpack it"):
        read_source(path)
    path.write_bytes(zipped({"a/one.csv": b"id,score\n1,9\n", "b/one.csv": b"id,score\n2,8\n"}))
    with pytest.raises(SettingsError, match=r"has no file 'two\.csv'; it has 'a/one\.csv', 'b/one\.csv'"):
        read_source(path, sheet="two.csv")
    with pytest.raises(SettingsError, match=r"has no file 'one\.csv'; it has"):
        read_source(path, sheet="one.csv")
    assert read_source(path, sheet="b/one.csv").frame["id"].tolist() == ["2"]


def test_damaged_and_unusual_zips_are_refused() -> None:
    table = b"id,score\n" + b"1,9\n" * 300
    with pytest.raises(DataRefusedError, match=r"packed in an unusual way \(method 12\); unpack it"):
        members(zipped({"a.csv": table}, zipfile.ZIP_BZIP2), "a.zip")
    headless = bytearray(zipped({"a.csv": table}))
    headless[0:4] = b"XXXX"
    broken = bytearray(zipped({"a.csv": table}))
    broken[35:45] = b"\xff" * 10
    longer = bytearray(zipped({"a.csv": table, "b.csv": table}))
    entry = longer.index(b"PK\x01\x02")
    size = struct.unpack("<I", longer[entry + 20 : entry + 24])[0]
    longer[entry + 20 : entry + 24] = struct.pack("<I", size + 5)
    for data in (headless, broken, longer):
        with pytest.raises(DataRefusedError, match=r"'a\.csv' inside it is damaged or cut off; export it again"):
            members(bytes(data), "a.zip")


def test_a_text_document_is_no_table() -> None:
    with pytest.raises(DataRefusedError, match="is a text document; export the answers"):
        refuse_no_table(zipped({"word/document.xml": b"<w/>"}), "survey.xlsx")


def test_a_file_above_the_size_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,score\n" + b"1,9\n" * 300_000)
    with pytest.raises(DataRefusedError, match=r"is 1 MiB large, the limit is 1 MiB; .* raise `file_mib`"):
        read_source(path, limits=Limits(file_mib=1))


def test_a_long_cell_of_a_database_is_refused() -> None:
    with pytest.raises(
        DataRefusedError, match=r"has a cell of 8 characters, the limit is 3; .* raise `cell_characters`"
    ):
        read_source("sqlite://", query="SELECT 1 AS id, 'too slow' AS c", limits=Limits(cell_characters=3))


def test_a_database_whose_driver_is_absent_names_the_driver() -> None:
    with pytest.raises(MissingExtraError, match="the driver 'oracledb' of that database is not installed; pip install"):
        read_sql("oracle://user:secret@host/db", "SELECT 1")


def test_an_empty_workbook_names_its_sheets() -> None:
    with pytest.raises(DataRefusedError, match=r"a\.xlsx: its sheets are empty \('s'\)"):
        read_excel(workbook_bytes(b"<sheetData/>"), "a.xlsx")


def test_a_cell_that_does_not_end_is_refused_while_it_is_unpacked() -> None:
    text = "".join(random.Random(1).choices("abcdefghijklmnop", k=20_000)).encode()
    row = b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>' + text + b"</t></is></c></row></sheetData>"
    with pytest.raises(DataRefusedError, match="has a cell of more than that, the limit is 100 characters"):
        read_excel(workbook_bytes(row), "a.xlsx", limits=Limits(cell_characters=100))
    assert read_excel(workbook_bytes(row), "a.xlsx") == [[text.decode()]]


def test_a_long_shared_text_counts_as_often_as_it_is_named() -> None:
    shared = f"<sst><si><t>{'long ' * 6_400}</t></si><si><t>kind</t></si></sst>".encode()

    def book(*named: int, cell: str = '<c r="A{}" t="s"><v>{}</v></c>') -> bytes:
        rows = "".join(f'<row r="{at}">{cell.format(at, one)}</row>' for at, one in enumerate(named, 1))
        return workbook_bytes(f"<sheetData>{rows}</sheetData>".encode(), shared)

    few = Limits(unpacked_mib=1)
    # Two of forty cells name the long text: that fits, though forty times the longest would not.
    assert read_excel(book(0, 0, *[1] * 38), "a.xlsx", limits=few)[-1] == ["kind"]
    with pytest.raises(DataRefusedError, match="unpacks to 1 MiB or more, the limit is 1 MiB"):
        read_excel(book(*[0] * 40), "a.xlsx", limits=few)
    # A cell that is written in another way could name any text, so it counts as the longest.
    with pytest.raises(DataRefusedError, match="unpacks to 1 MiB or more, the limit is 1 MiB"):
        read_excel(book(*[1] * 40, cell='<c r="A{}" t="s"><v> {}</v></c>'), "a.xlsx", limits=few)


def test_blank_cells_and_rows_below_an_open_document_take_no_room() -> None:
    size = OpenDocumentSize(Unpacking("a.ods"))
    blank = b'<table:table-cell table:number-columns-repeated="16000"/>'
    size.feed(b"<table:table><table:table-row><table:table-cell><text:p>id</text:p></table:table-cell>" + blank)
    size.feed(b'</table:table-row><table:table-row table:number-rows-repeated="1000000">' + blank)
    size.feed(b"</table:table-row></table:table>")
    assert (size.rows, size.columns) == (1, 1)


def test_lists_in_a_parquet_count_by_their_values(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"id": ["r1"], "scores": [np.arange(100.0)]}).to_parquet(path)
    with pytest.raises(DataRefusedError, match=r"has 101 values, the limit is 50; .* raise `cells`"):
        refuse_hostile_parquet(path.read_bytes(), "a.parquet", Limits(cells=50))


def test_a_long_text_of_a_parquet_is_refused_and_figures_without_end_are_blank() -> None:
    frame = pd.DataFrame({"plan": pd.Categorical(["twelve signs"]), "share": [float("inf")]})
    assert read_parquet(frame.to_parquet(index=False), "a.parquet")[1] == ["twelve signs", ""]
    with pytest.raises(DataRefusedError, match="has a cell of 12 bytes, the limit is 2 characters"):
        read_parquet(frame.to_parquet(index=False), "a.parquet", Limits(cell_characters=2))


_TOO_DEEP = bytes([0x1C]) * 200 + bytes(201)
_LISTS_IN_LISTS = bytes([0x19]) + bytes([0x19]) * 200


@pytest.mark.parametrize(
    ("footer", "why"),
    [
        (_TOO_DEEP, "too deep"),
        (_LISTS_IN_LISTS, "a list goes on behind the end"),
        (bytes([0x19, 0xF5, 0x7F, 0x00]), "a list goes on behind the end"),
        (bytes([0x15]) + b"\xff" * 12 + b"\x00", "a number does not end"),
    ],
)
def test_a_description_that_leads_nowhere_is_refused(footer: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_struct(memoryview(footer), 0)
    file = b"PAR1" + footer + struct.pack("<I", len(footer)) + b"PAR1"
    with pytest.raises(DataRefusedError, match=r"cannot be read as Parquet \(its description is damaged\)"):
        refuse_hostile_parquet(file, "a.parquet")


def test_a_number_of_rows_below_nought_is_damage() -> None:
    good = pd.DataFrame({"score": [9, 3]}).to_parquet(index=False)
    at = good.rindex(b"\x16\x04\x19")
    with pytest.raises(DataRefusedError, match="its description is damaged"):
        refuse_hostile_parquet(good[: at + 1] + b"\x05" + good[at + 2 :], "a.parquet")


def test_what_a_description_says_in_doubles_is_passed_over() -> None:
    assert read_struct(memoryview(bytes([0x17, *bytes(8), 0x15, 0x02, 0x00])), 0) == ({1: None, 2: 1}, 12)
