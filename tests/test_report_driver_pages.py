"""The page with every table of the drivers: nothing planted lives, no account is named, the body speaks plainly."""

import itertools
import json
import re

import pytest
from report_driver_tables import driver_tables, whole_example
from report_outline import Outline
from report_tables import facts_example, report_example
from test_report_first_screen import STATISTICAL_TERMS
from test_report_page import PAYLOADS, chart_texts

from nps_insights.report import render_report
from nps_insights.report.chapters.appendix import appendix
from nps_insights.report.chapters.differs import where_differs
from nps_insights.report.chapters.drivers import theme_drivers
from nps_insights.report.chapters.what_if import what_if
from nps_insights.report.chapters.who_moved import who_moved
from nps_insights.report.chapters.why_moved import why_moved
from nps_insights.report.inputs import report_tables
from nps_insights.tables import empty

CHAPTERS = ("why", "what-if", "moved", "differs", "appendix")
BODY = ("Why did it move?", "What was left out, and why")
TEXTS = {
    "driver_sides": ("label", "finding"),
    "driver_checks": ("label", "finding"),
    "group_effects": ("label", "by", "group"),
    "explained_shares": ("label",),
    "change_parts": ("label", "before", "after"),
    "movement_effects": ("label",),
    "closest": ("account_id",),
    "scenarios": ("scenario",),
}


@pytest.fixture(scope="module")
def page() -> str:
    return render_report(whole_example(), facts_example())


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    return Outline(page)


def test_every_chapter_is_there_and_linked(outline: Outline) -> None:
    sections = [attrs["id"] for tag, attrs in outline.tags if tag == "section"]
    links = [attrs["href"] for tag, attrs in outline.tags if tag == "a"]
    assert [own for own in sections if own in CHAPTERS] == list(CHAPTERS)
    assert {f"#{own}" for own in CHAPTERS} <= set(links)


def test_every_chart_has_data_a_description_and_a_table(outline: Outline) -> None:
    boxes = [attrs for _, attrs in outline.tags if (attrs.get("class") or "") == "chart"]
    charts = json.loads(next(text for text in outline.scripts if text.startswith('{"chart-')))
    assert sorted(charts) == sorted(str(box["id"]) for box in boxes)
    assert {"chart-change-0", "chart-scenarios", "chart-movement", "chart-differs-0"} <= set(charts)
    assert all(str(box["aria-label"]).startswith("Chart: ") for box in boxes)
    assert outline.count("caption") == outline.count("table")


def test_no_account_and_no_response_is_named(page: str) -> None:
    assert "secret-account" not in page


def test_the_body_uses_no_statistical_term(outline: Outline) -> None:
    start = outline.text.index(BODY[0])
    body = outline.text[start : outline.text.index(BODY[1], start)]
    assert "Who moved?" in body
    assert [term for term in STATISTICAL_TERMS if re.search(rf"(?<![A-Za-z]){re.escape(term)}", body)] == []
    assert not re.search(r"(?<!proven )\bcauses?\b", body)


def test_the_same_input_gives_the_same_bytes_whatever_the_row_order(page: str) -> None:
    shuffled = {name: table.sample(frac=1, random_state=3) for name, table in whole_example().items()}
    assert render_report(shuffled, facts_example()) == page


def test_data_stays_data(outline: Outline) -> None:
    tables, payloads = whole_example(), itertools.cycle(PAYLOADS)
    for name, columns in TEXTS.items():
        for column in columns:
            # Of one meaning, one payload: rows of one group or period stay together.
            planted = {value: f"{next(payloads)}{value}" for value in sorted(set(tables[name][column].astype(str)))}
            tables[name] = tables[name].assign(**{column: tables[name][column].astype(str).map(planted)})
    seen = Outline(render_report(tables, facts_example()))
    assert seen.count("script") == outline.count("script") == 4
    assert not {tag for tag, _ in seen.tags} - {tag for tag, _ in outline.tags}
    assert not [name for _, attrs in seen.tags for name in attrs if name.startswith("on") or name == "srcdoc"]
    figures = json.loads(next(text for text in seen.scripts if text.startswith('{"chart-')))
    assert not [text for text in chart_texts(figures) if re.search(r"<(?!br>)", text)]


@pytest.mark.parametrize("name", sorted(driver_tables()))
def test_an_empty_table_leaves_its_part_out_without_a_gap(name: str) -> None:
    tables = report_tables(whole_example() | {name: empty(name)})
    parts = (why_moved(tables), what_if(tables), who_moved(tables), where_differs(tables), theme_drivers(tables))
    said = repr((*parts, appendix(tables, facts_example())))
    assert not re.search(r"\bnan\b|<NA>|NaT", said)


def test_without_any_of_them_the_page_is_the_one_of_before() -> None:
    seen = Outline(render_report(report_example() | {name: empty(name) for name in driver_tables()}, facts_example()))
    sections = [attrs["id"] for tag, attrs in seen.tags if tag == "section"]
    assert not set(CHAPTERS[:-1]) & set(sections)


def test_missing_figures_are_said_and_not_shown_as_numbers() -> None:
    tables = whole_example()
    for name in ("change_parts", "scenarios", "movement", "group_effects", "explained_shares", "category_scores"):
        low = tables[name].index[::2]
        tables[name] = tables[name].copy()
        tables[name].loc[low, ["conf_low", "conf_high"]] = float("nan")
        tables[name].loc[tables[name].index[1], "estimate"] = float("nan")
    seen = Outline(render_report(tables, facts_example()))
    assert not re.search(r"\b(nan|None|NaT|<NA>)\b", seen.text)
