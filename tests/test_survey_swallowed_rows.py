"""A quote that is opened and not closed costs its own row, also where a later quote happens to close it."""

from pathlib import Path

import pytest

from nps_insights.survey.files.delimited import read_delimited
from nps_insights.survey.files.read import read_source
from nps_insights.tables import DataRefusedError

HEAD = "id,contact,nps,comment,date\n"


def row(i: int, comment: str = "fine") -> str:
    return f"r{i},c{i},9,{comment},2026-01-05\n"


def file_with(*bad: str, every: int = 7, n: int = 40) -> str:
    return HEAD + "".join(row(i, bad[i // every % len(bad)] if i % every == 0 else "fine") for i in range(n))


@pytest.mark.parametrize(
    "bad", [('"too slow',), ('"too slow', '"not ""here"""'), ('"too slow', 'a 5" screen'), ('"too', '"slow, but good"')]
)
def test_rows_between_two_open_quotes_are_not_swallowed(bad: tuple[str, ...]) -> None:
    found = read_delimited(file_with(*bad), "e.csv")
    opened = [i for i in range(0, 40, 7) if bad[i // 7 % len(bad)].count('"') == 1 and bad[i // 7 % len(bad)][0] == '"']
    assert [number for number, _ in found.broken] == [i + 2 for i in opened]
    assert len(found.rows) + len(found.broken) == 41
    assert {len(one) for one in found.rows} == {5}
    assert not [cell for one in found.rows for cell in one if "\n" in cell]
    assert found.numbers == sorted(found.numbers)


def test_what_is_lost_is_counted_and_said(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(file_with('"too slow'), encoding="utf-8")
    raw = read_source(tmp_path / "e.csv")
    assert (raw.n_read, len(raw.frame), len(raw.broken)) == (40, 34, 6)
    assert set(raw.broken["reason"]) <= {
        "opens a quote that is closed in another row",
        "opens a quote that is never closed",
    }


@pytest.mark.parametrize(
    "comment",
    [
        '"one\ntwo, three, four, five, six\nseven"',
        '"a table:\nr1,c1,9,fine,2026-01-05\nr2,c2,9,fine,2026-01-05"',
        '"he said ""no"",\nr9,c9,9,and left,2026-01-05"',
        '"two\nlines with ""quotes"" in them"',
    ],
)
def test_a_comment_of_several_lines_that_is_well_quoted_stays_whole(comment: str) -> None:
    text = HEAD + row(1, comment) + row(2)
    found = read_delimited(text, "e.csv")
    assert found.rows[1][3] == comment[1:-1].replace('""', '"')
    assert (len(found.rows), found.broken) == (3, [])
    # Nor does a row that is not beside it take it along.
    beside = read_delimited(text + "".join(row(i, '"open') for i in range(3, 9)), "e.csv")
    assert beside.rows[1] == found.rows[1]
    assert len(beside.broken) == 6


def test_inch_marks_inside_cells_are_no_quotes() -> None:
    found = read_delimited(HEAD + row(1, 'a 5" screen') + row(2, '6" and\t7"') + row(3), "e.csv")
    assert ([one[3] for one in found.rows[1:]], found.broken) == (['a 5" screen', '6" and\t7"', "fine"], [])


def test_too_many_of_them_are_refused() -> None:
    with pytest.raises(DataRefusedError, match="more than 50 quotes are opened"):
        read_delimited(file_with('"too slow', every=2, n=200), "e.csv")
