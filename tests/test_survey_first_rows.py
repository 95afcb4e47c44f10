"""A file that does not begin with its header is refused, and told where the header may stand."""

from pathlib import Path

import pytest

from nps_insights.survey import read_source
from nps_insights.tables import DataRefusedError

ROWS = "id,nps,comment\n" + "".join(f"r{i},9,fine\n" for i in range(20))


@pytest.mark.parametrize("above", ["NPS Report Q1 2026\nGenerated 2026-04-01\n\n", "Report,Q1\n,\n\n"])
def test_lines_above_the_header_are_told(above: str, tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(above + ROWS, encoding="utf-8")
    cells = above.split("\n")[0].count(",") + 1
    with pytest.raises(DataRefusedError, match=rf"row 1 has {cells} cells?, 21 of 22 rows .*have 3.*row 4.*delete"):
        read_source(tmp_path / "e.csv")


def test_a_few_rows_that_are_too_long_are_set_aside_as_ever(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(ROWS + "r1,9,fine,,more\n" * 9, encoding="utf-8")
    assert len(read_source(tmp_path / "e.csv").broken) == 9


def test_separators_behind_the_last_cell_are_no_cells(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(ROWS.replace("fine", "fine,"), encoding="utf-8")
    raw = read_source(tmp_path / "e.csv")
    assert (len(raw.frame), len(raw.broken)) == (20, 0)


def test_json_under_the_name_of_a_table_is_told(tmp_path: Path) -> None:
    for text in ('[{"nps": 9, "comment": "a"}]', ' {"data": [{"nps": 9}]}', '{"nps": 9}\n{"nps": 3}\n'):
        (tmp_path / "e.csv").write_text(text, encoding="utf-8")
        with pytest.raises(DataRefusedError, match=r"is JSON.*export the answers .* as CSV"):
            read_source(tmp_path / "e.csv")
    (tmp_path / "e.csv").write_text('{id},"[score]"\n1,9\n', encoding="utf-8")
    assert list(read_source(tmp_path / "e.csv").frame) == ["{id}", "[score]"]


@pytest.mark.parametrize("first", ["r0,c0,3,too slow,2026-01-01", "r0,9,good,01.02.2026", "7,gold,1/2/26 10:00"])
def test_a_file_without_a_header_is_refused(first: str, tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(f"{first}\n" * 9, encoding="utf-8")
    with pytest.raises(DataRefusedError, match=r"row 1 holds a number \('\d'\) and a date .*add a row of column names"):
        read_source(tmp_path / "e.csv")


def test_a_number_or_a_date_alone_may_be_a_name(tmp_path: Path) -> None:
    for names in ("id,1,2,3", "id,nps,2026-01-01"):
        (tmp_path / "e.csv").write_text(names + "\n" + ",".join("9" for _ in names.split(",")), encoding="utf-8")
        assert list(read_source(tmp_path / "e.csv").frame) == names.split(",")
