"""Text stays text in what we write: nothing runs, nothing is lost, and our own readers give back what was written."""

import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.formula_texts import ATTACKS, LEGITIMATE
from benchmarks.spreadsheet_formulas import came_back, texts_table
from nps_insights.jobs.outputs.for_people import shown, write_for_people
from nps_insights.tables import as_it_was, not_a_formula, texts_as_they_were

# What a spreadsheet takes for the beginning of a formula, once it has taken blanks off.
_RUNS = re.compile(r"[\s\x00-\x1f\ufeff\u200b-\u200f]*[=+\-@＝＋－＠]")


@given(st.text(max_size=8) | st.text("'=+-@ \t1a", max_size=5))
def test_what_is_put_before_a_text_is_taken_off_again(text: str) -> None:
    assert as_it_was(not_a_formula(text)) == text


@given(st.text("'=+-@ \t\n;|,\"1a", max_size=8))
def test_no_part_of_a_text_begins_like_a_formula_whatever_separates_cells(text: str) -> None:
    written = not_a_formula(text)
    assert as_it_was(written) == text
    assert not_a_formula(as_it_was(written)) == written
    first, *others = re.split(r"[;\t|\r\n]", written)
    # A quotation mark at the beginning of a cell is a quotation mark to every reader; within one it may not be.
    for part in (first, *(other.lstrip(' "') for other in others)):
        assert not _RUNS.match(part) or re.fullmatch(r"[+-][\d ,]+", part.strip())


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("nice;=1+1", "nice;'=1+1"),
        ("nice\t@SUM(1)", "nice\t'@SUM(1)"),
        ("nice|+1+1", "nice|'+1+1"),
        ('nice;"=1+1"', 'nice;\'"=1+1"'),
        ("a\n=1+1;b", "a\n'=1+1;b"),
        ("good; -great", "good;' -great"),
        ("good; fine", "good; fine"),
        ("9;-5;+1 415 555", "9;-5;+1 415 555"),
    ],
)
def test_a_formula_behind_another_separator_is_shown_too(text: str, written: str) -> None:
    assert not_a_formula(text) == written
    assert as_it_was(written) == text


@pytest.mark.parametrize("text", ["11", "-5", "-12.5", "+4", "+1 415 555", "+49 (30) 123 456", "it's fine", "'quoted'"])
def test_numbers_phones_and_plain_texts_stay_as_they_are(text: str) -> None:
    assert not_a_formula(text) == text


def test_no_cell_of_a_csv_file_begins_like_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    write_for_people(path, {"texts": texts_table()})
    cells = pd.read_csv(path, keep_default_na=False, dtype="str")["text"]
    assert len(cells) == len(ATTACKS) + len(LEGITIMATE)
    begins = {text for text in cells if _RUNS.match(text)}
    assert begins == {"+1 415 555", "+1 (415) 555 0100", "-5", "-12.5", "+4"}
    assert came_back(path, texts_table()) == []


def test_an_excel_file_holds_texts_without_formulas_or_links(tmp_path: Path) -> None:
    path = tmp_path / "texts.xlsx"
    write_for_people(path, {"texts": texts_table()})
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert not any("externalLink" in name for name in book.namelist())
    assert not re.search(r"<f[ >/]|<hyperlink", sheet)
    assert came_back(path, texts_table()) == []


def test_a_heading_is_no_formula_either_and_an_id_keeps_its_characters() -> None:
    table = pd.DataFrame({"=cmd|' /C calc'!A0": ["a"], "row_id": ["r\u200b1"], "text": ["a\u202eb\rc"]}, dtype="str")
    safe = shown(table)
    assert list(safe.columns) == ["'=cmd|' /C calc'!A0", "row_id", "text"]
    assert safe.iloc[0].tolist() == ["a", "r\u200b1", "ab\nc"]
    assert texts_as_they_were(safe)["row_id"].tolist() == ["r\u200b1"]
