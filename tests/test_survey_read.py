import gzip
import hashlib
import sqlite3
from pathlib import Path

import pandas as pd
import pytest

from nps_insights.survey import Limits, read_source
from nps_insights.survey.files.cell_text import as_text
from nps_insights.survey.files.encodings import decoded
from nps_insights.tables import DataRefusedError, SettingsError


def written(folder: Path, content: str | bytes, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def test_ids_keep_leading_zeros_and_na_stays_text(tmp_path: Path) -> None:
    raw = read_source(written(tmp_path, "id,score,comment\n007,9,N/A\n008,8,None\n"))
    assert raw.frame.to_dict("list") == {"id": ["007", "008"], "score": ["9", "8"], "comment": ["N/A", "None"]}
    assert raw.row_numbers.tolist() == [2, 3]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_beside_others_in_quotes(tmp_path: Path, delimiter: str) -> None:
    text = f'id{delimiter}comment\n1{delimiter}"a,b;c|d\te"\n2{delimiter}plain\n'
    raw = read_source(written(tmp_path, text))
    assert raw.delimiter == delimiter
    assert raw.frame["comment"].tolist() == ["a,b;c|d\te", "plain"]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("latin-1", "latin-1"),
    ],
)
def test_the_encoding_is_detected_and_said(tmp_path: Path, encoding: str, said: str) -> None:
    text = "id,comment\n1,préférée à l'été\n"
    raw = read_source(written(tmp_path, text.encode(encoding)))
    assert raw.encoding == said
    assert raw.frame["comment"].tolist() == ["préférée à l'été"]


def test_cp1252_is_told_from_latin_1_by_its_own_characters() -> None:
    assert decoded("it’s 5 €".encode("cp1252"), "f") == ("it’s 5 €", "cp1252")


def test_a_stated_encoding_that_does_not_fit_is_refused() -> None:
    with pytest.raises(DataRefusedError, match="is not utf-8"):
        decoded("é".encode("latin-1"), "f", "utf-8")
    with pytest.raises(SettingsError, match="klingon"):
        decoded(b"a", "f", "klingon")


def test_gzip_and_plain_read_the_same_and_a_torn_gzip_is_refused(tmp_path: Path) -> None:
    text = b"id,score\n" + b"".join(b"%d,9\n" % i for i in range(500))
    packed = gzip.compress(text)
    raw = read_source(written(tmp_path, packed, "e.csv.gz"))
    assert raw.frame.equals(read_source(written(tmp_path, text)).frame)
    assert raw.sha256 == hashlib.sha256(packed).hexdigest()
    with pytest.raises(DataRefusedError, match="damaged or cut off"):
        read_source(written(tmp_path, packed[:60], "torn.csv.gz"))


def test_ragged_rows_are_set_aside_with_their_number(tmp_path: Path) -> None:
    raw = read_source(written(tmp_path, 'id,score\n1,9\n2\n3,8,extra\n\n"4","two\nlines"\n5,7,,\n'))
    assert raw.broken.to_dict("list") == {
        "row_number": [3, 4],
        "reason": ["has 1 cells where the header has 2", "has 3 cells where the header has 2"],
    }
    # A record over two lines counts once, a blank line counts as the row that a person sees.
    assert raw.row_numbers.tolist() == [2, 6, 7]


def test_an_open_quote_costs_its_own_line_and_not_the_rest(tmp_path: Path) -> None:
    raw = read_source(written(tmp_path, 'id,comment\n1,fine\n2,"never closed\n3,good\n4,better'))
    assert raw.frame["id"].tolist() == ["1", "3", "4"]
    assert raw.row_numbers.tolist() == [2, 4, 5]
    assert raw.broken["row_number"].tolist() == [3]


def test_an_unnamed_index_column_gets_a_name(tmp_path: Path) -> None:
    assert list(read_source(written(tmp_path, '"","nps"\n"1","9"\n')).frame.columns) == ["unnamed_1", "nps"]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("id,score\n", "has a header and no rows"),
        ("id,id\n1,2\n", "'id' stands in the header more than once"),
        ("1,9\n2,8\n", "only numbers"),
        (",,\n1,2,3\n", "row 1 is blank"),
        (bytes(range(32)) * 50, "does not hold text"),
    ],
)
def test_files_that_are_no_table_are_refused(tmp_path: Path, content: str | bytes, match: str) -> None:
    with pytest.raises(DataRefusedError, match=match):
        read_source(written(tmp_path, content))


def test_a_missing_file_and_an_unknown_kind_are_usage_errors(tmp_path: Path) -> None:
    written(tmp_path, "a,b\n1,2\n", "survey.csv")
    with pytest.raises(SettingsError, match=r"no such file; that folder has survey\.csv"):
        read_source(tmp_path / "survei.csv")
    with pytest.raises(SettingsError, match="cannot tell what kind"):
        read_source(written(tmp_path, "x", "survey.docx"))
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    with pytest.raises(SettingsError, match="is a folder"):
        read_source(folder)


def test_excel_reads_as_a_person_sees_it(tmp_path: Path) -> None:
    path = tmp_path / "survey.xlsx"
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        frame = pd.DataFrame(
            {"id": ["007", "N/A"], "nps": [10.0, 9.0], "share": [0.5, None], "at": pd.to_datetime(["2026-03-04"] * 2)}
        )
        frame.to_excel(book, sheet_name="answers", index=False)
        pd.DataFrame().to_excel(book, sheet_name="empty")
    raw = read_source(path)
    assert raw.frame.to_dict("list") == {
        "id": ["007", "N/A"],
        "nps": ["10", "9"],
        "share": ["0.5", ""],
        "at": ["2026-03-04", "2026-03-04"],
    }
    with pytest.raises(SettingsError, match="it has 'answers', 'empty'"):
        read_source(path, sheet="answer")
    with pytest.raises(DataRefusedError, match="cannot be read as a workbook"):
        read_source(written(tmp_path, "no workbook", "fake.xlsx"))


def test_a_workbook_with_two_filled_sheets_asks_which(tmp_path: Path) -> None:
    path = tmp_path / "survey.xlsx"
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        for sheet in ("a", "b"):
            pd.DataFrame({"nps": [9]}).to_excel(book, sheet_name=sheet, index=False)
    with pytest.raises(SettingsError, match="several sheets"):
        read_source(path)
    assert read_source(path, sheet="b").frame["nps"].tolist() == ["9"]


def test_parquet_reads_as_text(tmp_path: Path) -> None:
    path = tmp_path / "survey.parquet"
    pd.DataFrame({"id": ["007"], "nps": pd.array([None], dtype="Int64"), "ok": [True]}).to_parquet(path)
    assert read_source(path).frame.to_dict("list") == {"id": ["007"], "nps": [""], "ok": ["true"]}
    with pytest.raises(DataRefusedError, match="cannot be read as Parquet"):
        read_source(written(tmp_path, "no parquet", "fake.parquet"))


def test_sql_reads_as_text_and_hides_the_password(tmp_path: Path) -> None:
    file = tmp_path / "crm.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE answers (id TEXT, nps REAL)")
        connection.execute("INSERT INTO answers VALUES ('007', 9.0), ('008', NULL)")
    connection.close()
    url = f"sqlite:///{file}"
    raw = read_source(url, query="SELECT * FROM answers ORDER BY id")
    assert raw.name == "crm.db"
    assert raw.frame.to_dict("list") == {"id": ["007", "008"], "nps": ["9", ""]}
    assert len(raw.sha256) == 64
    assert len(read_source(url, query="SELECT * FROM answers", limits=Limits(rows=2)).frame) == 2
    with pytest.raises(DataRefusedError, match="has 2 rows"):
        read_source(url, query="SELECT * FROM answers", limits=Limits(rows=1))
    with pytest.raises(SettingsError, match="needs a query"):
        read_source(url)
    with pytest.raises(DataRefusedError, match="no such table"):
        read_source(url, query="SELECT * FROM absent")
    with pytest.raises(SettingsError) as refused:
        read_source("nonsense://user:secret@host/db", query="SELECT 1")
    assert "secret" not in str(refused.value)


def test_bytes_of_a_cell_are_read_as_text() -> None:
    assert as_text("café\0 \xff".encode()[:6] + b" \xff") == "café \ufffd"
