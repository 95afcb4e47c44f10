"""The workbook: every table in the report's order, text that stays text, numbers that read as what they are."""

import zipfile
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from report_driver_tables import driver_tables
from report_tables import SCRIPT_LABEL
from report_watch_tables import watched_example, watched_facts

from nps_insights.jobs.watching.work_list import work_list
from nps_insights.report import report_workbook
from nps_insights.report.exports.headings import heading, number_formats
from nps_insights.report.exports.report_sheets import KEPT_BACK, SHEETS, report_sheets
from nps_insights.report.exports.workbook import MOST_CHARACTERS, Sheet, write_workbook
from nps_insights.report.inputs import READ, report_tables
from nps_insights.tables import TABLES, SettingsError

FORMULAS = ("=1+1", "+cmd|'/C calc'!A0", "-2+3", "@SUM(A1)", "{=1}", "\t=1", "=HYPERLINK(1)", "https://evil.example/")
TELLING = ("-great", "+1 415 555", "007", "1e5", "TRUE", "3/4")


@cache
def tables() -> Mapping[str, pd.DataFrame]:
    return watched_example() | driver_tables()


@cache
def whole() -> bytes:
    return report_workbook(tables(), watched_facts())


def read(data: bytes) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(BytesIO(data))


def cells(data: bytes, sheet: str) -> list[list[object]]:
    return read(data).get_sheet_by_name(sheet).to_python()


def written(table: pd.DataFrame, **how: object) -> bytes:
    buffer = BytesIO()
    write_workbook(buffer, [Sheet("one", table, **how)])
    return buffer.getvalue()


def parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(data)) as book:
        return {name: book.read(name).decode("utf-8") for name in book.namelist()}


def test_every_table_has_a_sheet_in_the_reports_order() -> None:
    assert set(SHEETS) == set(READ) - set(KEPT_BACK), "what single customers said stays in the run folder"
    named = [SHEETS[name] for name in SHEETS if len(tables().get(name, ()))]
    assert read(whole()).sheet_names == ["Contents", "About", *named]
    contents = cells(whole(), "Contents")
    assert contents[0] == ["Sheet", "Table", "One row is", "Rows", "To know"]
    told = {row[1]: (row[0], row[3]) for row in contents[1:]}
    for name in SHEETS:
        assert told[name] == (SHEETS[name] if name in tables() else "", len(tables().get(name, ()))), name


def test_actions_stand_list_by_list_as_people_work_through_them() -> None:
    given = tables()["actions"]
    turned = dict(tables()) | {"actions": given.sort_values(["account_id", "action"], ascending=False)}
    head, *rows = cells(report_workbook(turned, watched_facts()), SHEETS["actions"])
    found = [(row[head.index("Action")], row[head.index("Account id")]) for row in rows]
    expected = work_list(report_tables(turned)["actions"])
    assert found == list(zip(expected["Action"], expected["Account id"], strict=True))
    assert len({action for action, _ in found}) > 1


def test_figures_and_dates_are_numbers_that_read_as_what_they_are() -> None:
    head, *rows = cells(whole(), SHEETS["alerts"])
    alerts = report_tables(tables())["alerts"]
    at = {name: place for place, name in enumerate(head)}
    assert [row[at["Figure"]] for row in rows] == alerts["estimate"].tolist()
    assert [row[at["After start"]] for row in rows] == [day.date() for day in alerts["after_start"]]
    assert [row[at["Answers"]] for row in rows] == alerts["n"].tolist()
    formats = number_formats("alerts", alerts)
    assert set(zip(alerts["metric"], formats["estimate"], strict=True)) == {("nps", "0.0"), ("theme_share", "0.0%")}
    assert number_formats("themes", report_tables(tables())["themes"])["share"] == "0.0%"


def test_headings_are_words_and_no_two_of_a_sheet_are_alike() -> None:
    for name in SHEETS:
        headings = [heading(column.name, name) for column in TABLES[name].columns]
        assert len(set(headings)) == len(headings), name
        assert not any("_" in one for one in headings), name


def test_headers_stay_in_sight_and_can_be_filtered() -> None:
    pages = {name: text for name, text in parts(whole()).items() if name.startswith("xl/worksheets/sheet")}
    assert len(pages) == len(read(whole()).sheet_names)
    for name, text in pages.items():
        assert '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' in text, name
        assert "<autoFilter" in text or name.endswith("sheet2.xml")


def test_the_same_tables_give_the_same_bytes_in_any_order() -> None:
    shuffled = {name: table.sample(frac=1, random_state=1) for name, table in reversed(tables().items())}
    assert report_workbook(shuffled, watched_facts()) == whole()


@pytest.mark.parametrize("text", [*FORMULAS, *TELLING])
def test_text_stays_text(text: str) -> None:
    data = written(pd.DataFrame({"said": [text], text: ["x"]}), filters=True)
    files = parts(data)
    assert "<f>" not in files["xl/worksheets/sheet1.xml"]
    assert "<hyperlink" not in files["xl/worksheets/sheet1.xml"]
    assert 't="s"' in files["xl/worksheets/sheet1.xml"]
    assert cells(data, "one")[1][0] == text


def test_a_payload_in_every_text_makes_no_formula_and_no_link() -> None:
    payload = '=HYPERLINK("https://evil.example/","x")'
    harmed = {}
    for name, table in report_tables(tables()).items():
        free = [
            column.name
            for column in TABLES[name].columns
            if column.kind == "text" and column.vocabulary is None and column.name not in TABLES[name].key
        ]
        harmed[name] = table.head(3).assign(**dict.fromkeys(free, payload))
    for name, text in parts(report_workbook(harmed, watched_facts())).items():
        if name.startswith("xl/worksheets/"):
            assert "<f>" not in text, name
            assert "<hyperlink" not in text, name
        assert "evil.example" not in text or name == "xl/sharedStrings.xml"


def test_hidden_characters_and_endless_texts_are_cut() -> None:
    themes = report_tables(tables())["themes"].assign(label="late\u202e\u200b deliv\x07ery")
    data = report_workbook({"themes": themes}, watched_facts())
    head, *rows = cells(data, SHEETS["themes"])
    assert {row[head.index("Name")] for row in rows} == {"late delivery"}
    for text in ("x" * 40_000, "😀" * 20_000):
        (cell,) = cells(written(pd.DataFrame({"said": [text]})), "one")[1]
        assert cell.endswith("…")
        assert len(cell.encode("utf-16-le")) // 2 <= MOST_CHARACTERS
    assert SCRIPT_LABEL in str(cells(whole(), SHEETS["themes"]))


def test_a_sheet_that_would_not_hold_all_rows_says_so() -> None:
    sheets = report_sheets(tables(), watched_facts(), most_rows=10)
    assert max(len(sheet.table) for sheet in sheets[2:]) == 10
    contents = sheets[0].table.set_index("Table")
    assert contents.loc["estimates", "Rows"] == len(tables()["estimates"])
    assert "these are" not in contents.loc["movers", "To know"]
    assert "tables/estimates.parquet" in contents.loc["estimates", "To know"]
    with pytest.raises(SettingsError, match="1,048,575 rows below its header"):
        written(pd.DataFrame({"n": range(1_048_576)}))


def test_what_the_page_keeps_back_the_workbook_keeps_back() -> None:
    everything = "".join(parts(whole()).values())
    assert "secret" not in everything


def test_what_cannot_be_a_number_in_excel_is_written_all_the_same(tmp_path: Path) -> None:
    days = [pd.Timestamp("1812-03-04"), pd.Timestamp("2026-03-04 05:06")]
    table = pd.DataFrame({"x": [float("inf"), float("-inf")], "at": days})
    data = written(table, formats={"at": "yyyy-mm-dd"})
    first, second = cells(data, "one")[1:]
    assert [first[0], second[0]] == ["∞", "−∞"]
    assert first[1] == "1812-03-04"
    assert second[1] == days[1].to_pydatetime()
    assert "<f>" not in parts(data)["xl/worksheets/sheet1.xml"]
