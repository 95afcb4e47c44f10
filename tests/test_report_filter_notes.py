"""What a narrowed page says of itself, in a real browser: what is not narrowed, what is searched, what is printed."""

from pathlib import Path

import pandas as pd
import pytest
from report_watch_tables import watched_facts
from test_report_filters import choose, search, tables

from benchmarks.browser import Browser
from nps_insights.report import render_report

NOTE = "document.querySelector('#{} > h2 + .filter-note')?.innerText || ''"
TEXT = "document.getElementById('{}').innerText"
SETTLED = "new Promise((done) => setTimeout(done, 60))"


def written(path: Path, language: str = "en", comments: int = 0) -> Path:
    """A report; its comments are repeated to as many as asked."""
    found = tables()
    if comments:
        own = found["responses"].iloc[[0] * comments].assign(response_id=[f"s{at}" for at in range(comments)])
        said = (
            found["comments"]
            .iloc[[0] * comments]
            .assign(comment_id=[f"s{at}/1" for at in range(comments)], response_id=list(own["response_id"]))
        )
        found["responses"] = pd.concat([found["responses"], own], ignore_index=True)
        found["comments"] = pd.concat([found["comments"], said], ignore_index=True)
    path.write_text(render_report(found, watched_facts(), language=language), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("notes") / "report.html")


@pytest.fixture(scope="module")
def full_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More comments than a page holds, all but three of them of Q2 2026."""
    return written(tmp_path_factory.mktemp("notes") / "full.html", comments=1000)


def test_a_chapter_without_groups_says_that_it_is_of_all_answers(page: Path, tab: Browser) -> None:
    tab.visit(page)
    said = choose(tab, "Business", "Q2 2026")
    assert tab.evaluate(NOTE.format("drivers")) == "Not narrowed to plan: Business, Q2 2026."
    assert tab.evaluate(NOTE.format("number")) == ""
    assert tab.evaluate(NOTE.format("quotes")) == ""
    assert said.endswith(" Parts marked “Not narrowed” stay as they are.")
    tab.evaluate("document.getElementById('filter-clear').click()")
    assert tab.evaluate(NOTE.format("drivers")) == ""


def test_a_chapter_link_keeps_the_choice_in_the_address(page: Path, tab: Browser) -> None:
    tab.visit(page)
    said = choose(tab, "Business")
    tab.evaluate(f"document.querySelector('nav a[href=\"#drivers\"]').click(); {SETTLED}")
    assert tab.evaluate("location.hash") == "#filter?at=drivers&by=plan&group=Business"
    link = page.as_uri() + tab.evaluate("location.hash")
    for address in ("about:blank", link):
        tab.call("Page.navigate", url=address)
    tab.evaluate("new Promise((done) => setTimeout(done, 1000))")
    assert tab.evaluate(TEXT.format("filter-said")) == said
    assert abs(tab.evaluate("document.getElementById('drivers').getBoundingClientRect().top")) < 200


@pytest.mark.parametrize(("group", "button"), [("", "quote-clear"), ("Business", "filter-clear")])
def test_a_search_can_be_taken_back(group: str, button: str, page: Path, tab: Browser) -> None:
    tab.visit(page)
    choose(tab, group)
    assert search(tab, "nowhere") == []
    assert not tab.evaluate("document.querySelector('#quote-list table').checkVisibility()")
    assert tab.evaluate(f"document.getElementById('{button}').checkVisibility()")
    tab.evaluate(f"document.getElementById('{button}').click()")
    assert tab.evaluate("document.getElementById('quote-search').value") == ""
    assert tab.evaluate(TEXT.format("quote-count")) == "4 of 4 shown."
    assert tab.evaluate("location.hash") == ""


def test_a_period_before_the_newest_comments_says_where_older_ones_are(full_page: Path, tab: Browser) -> None:
    tab.visit(full_page)
    choose(tab, "", "Q2 2025")
    assert tab.evaluate(TEXT.format("quote-count")) == (
        "None among the newest 1,000 comments; older ones are in the tables of the run."
    )


def test_paper_says_how_many_quotes_of_what_search_it_shows(full_page: Path, tab: Browser) -> None:
    tab.visit(full_page)
    choose(tab, "Business")
    search(tab, "wrong")
    tab.call("Emulation.setEmulatedMedia", media="print")
    try:
        assert tab.evaluate(TEXT.format("quote-tools")).split("\n")[-1].strip() == (
            "Printed: 25 of 1,000. plan: Business. Search: “wrong”."
        )
        assert not tab.evaluate("document.getElementById('quote-search').checkVisibility()")
        assert tab.evaluate(NOTE.format("drivers")) == "Not narrowed to plan: Business."
    finally:
        tab.call("Emulation.setEmulatedMedia", media="")


def test_the_keyboard_goes_on_at_the_first_new_row_and_a_search_opens_the_list(full_page: Path, tab: Browser) -> None:
    tab.visit(full_page)
    tab.evaluate("document.getElementById('quote-more').focus(); document.getElementById('quote-more').click()")
    assert tab.evaluate("document.activeElement === document.querySelectorAll('#quote-list tbody tr')[25]")
    tab.evaluate("document.getElementById('quote-list').open = false")
    search(tab, "wrong")
    assert tab.evaluate("document.getElementById('quote-list').open")


@pytest.mark.parametrize(
    ("language", "period", "note", "count"),
    [
        ("de", "Q2 2026", "Nicht eingegrenzt auf plan: Business, Q2 2026.", "0 von 4 gefunden."),
        ("fr", "T2 2026", "Non restreint à plan\u00a0: Business, T2 2026.",
         "Résultats\u00a0: 0 sur 4."),
    ],
)  # fmt: skip
def test_a_narrowed_page_speaks_its_own_language(
    language: str, period: str, note: str, count: str, tmp_path: Path, tab: Browser
) -> None:
    tab.visit(written(tmp_path / "report.html", language))
    choose(tab, "Business", period)
    search(tab, "nowhere")
    assert tab.evaluate(NOTE.format("drivers")) == note
    assert tab.evaluate(TEXT.format("quote-count")) == count
    told = tab.evaluate("[...document.querySelectorAll('.filter-note')].map((one) => one.textContent).join(' ')")
    assert not any(word in told for word in ("shown", "no figure", "these are"))


def test_a_narrowed_chart_names_its_marks_alone_on_the_scale_of_all(page: Path, tab: Browser) -> None:
    tab.visit(page)
    chart = "document.querySelector('.by .chart:not([hidden])')"
    whole = tab.evaluate(f"{chart}.getAttribute('aria-label')")
    choose(tab, "North")
    tab.evaluate("new Promise((done) => setTimeout(done, 400))")
    names = tab.evaluate(f"{chart}.layout.yaxis.ticktext.filter(Boolean).length")
    assert names == 1
    assert tab.evaluate(f"{chart}.getAttribute('aria-label')").endswith(". Only region: North is shown.")
    low, high = tab.evaluate(f"{chart}.layout.xaxis.range")
    every = tab.evaluate("JSON.parse(document.getElementById('chart-data').textContent)")
    marks = every[tab.evaluate(f"{chart}.id")]["data"][0]["x"]
    assert low < min(marks) <= max(marks) < high
    hidden = "[...document.querySelectorAll('.by')].filter((one) => one.querySelector('.chart[hidden]'))"
    legends = f"{hidden}.map((one) => one.querySelector('p.fine').checkVisibility())"
    assert True not in tab.evaluate(legends)
    tab.evaluate("document.getElementById('filter-clear').click()")
    assert tab.evaluate(f"{chart}.getAttribute('aria-label')") == whole
