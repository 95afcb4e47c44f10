"""What a narrowed page says of itself, in a real browser: what is not narrowed, what is searched, what is printed."""

import html
from pathlib import Path

import pandas as pd
import pytest
from report_tables import facts_example
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


def test_a_chapter_without_groups_says_that_it_is_not_narrowed(page: Path, tab: Browser) -> None:
    tab.visit(page)
    said = choose(tab, "Business", "Q2 2026")
    assert tab.evaluate(NOTE.format("drivers")) == "Not narrowed to plan: Business, Q2 2026."
    assert tab.evaluate(NOTE.format("number")) == ""
    assert tab.evaluate(NOTE.format("quotes")) == ""
    assert said.endswith(" Parts marked “Not narrowed” stay as they are.")
    tab.evaluate("document.getElementById('filter-clear').click()")
    assert tab.evaluate(NOTE.format("drivers")) == ""


def test_a_page_within_another_one_has_no_address_and_can_be_narrowed_all_the_same(
    page: Path, tmp_path: Path, tab: Browser
) -> None:
    inside = html.escape(page.read_text("utf-8"), quote=True)
    outside = tmp_path / "notebook.html"
    outside.write_text(f"<!doctype html><iframe id=cell width=1200 height=800 srcdoc='{inside}'></iframe>", "utf-8")
    tab.visit(outside)
    own = "document.getElementById('cell').contentDocument"
    tab.evaluate("new Promise((done) => setTimeout(done, 600))")
    tab.evaluate(
        f"{own}.getElementById('filter-group').selectedIndex = 1;"
        f"{own}.getElementById('filter-group').dispatchEvent(new Event('change'))"
    )
    assert tab.evaluate(f"{own}.getElementById('filter-said').textContent") != ""
    tab.evaluate(f"{own}.getElementById('filter-clear').click()")
    assert tab.evaluate(f"{own}.getElementById('filter-said').textContent") == ""
    assert tab.evaluate(f"{own}.getElementById('filter-group').selectedIndex") == 0


def test_a_link_brings_a_search_back_where_there_is_nothing_to_filter_by(tmp_path: Path, tab: Browser) -> None:
    found = tables()
    for name in ("estimates", "series", "account_scores", "nonresponse"):
        rows = found[name]
        found[name] = rows[(rows["by"] == "") & (rows["period_start"].isna() if "period_start" in rows else True)]
    found["changes"] = found["changes"].head(0)
    plain = tmp_path / "plain.html"
    plain.write_text(render_report(found, facts_example()), encoding="utf-8")
    tab.visit(plain)
    assert tab.evaluate("document.getElementById('filters') === null")
    search(tab, "wrong")
    linked = plain.as_uri() + tab.evaluate("location.hash")
    for address in ("about:blank", linked):
        tab.call("Page.navigate", url=address)
    tab.evaluate("new Promise((done) => setTimeout(done, 1200))")
    assert tab.evaluate("document.getElementById('quote-search').value") == "wrong"


def test_of_a_folded_list_nothing_is_said_to_be_printed(page: Path, tab: Browser) -> None:
    tab.visit(page)
    tab.call("Emulation.setEmulatedMedia", media="print")
    try:
        shown = "document.getElementById('quote-printed').checkVisibility()"
        tab.evaluate("document.getElementById('quote-list').open = true")
        assert tab.evaluate(shown)
        tab.evaluate("document.getElementById('quote-list').open = false")
        assert not tab.evaluate(shown)
    finally:
        tab.call("Emulation.setEmulatedMedia", media="")


def test_charts_of_nothing_that_is_filtered_by_say_so(page: Path, tab: Browser) -> None:
    tab.visit(page)
    choose(tab, "Business")
    said = tab.evaluate("document.getElementById('chart-agents').nextElementSibling.innerText")
    assert said == "Not narrowed to plan: Business."


def test_a_chosen_period_has_its_name_where_names_are_too_many_to_be_written_out(tmp_path: Path, tab: Browser) -> None:
    found = tables()
    estimates = found["estimates"]
    dated = (estimates["metric"] == "nps") & estimates["period_start"].notna()
    months = pd.date_range("2024-01-01", periods=30, freq="MS")
    own = estimates[dated & (estimates["by"] == "")].iloc[[0] * len(months)]
    own = own.assign(period_start=months, period_end=months + pd.offsets.MonthEnd())
    found["estimates"] = pd.concat([estimates[~dated], own], ignore_index=True)
    long = tmp_path / "long.html"
    long.write_text(render_report(found, watched_facts()), encoding="utf-8")
    tab.visit(long)
    for period in ("May 2026", "June 2026"):
        choose(tab, "", period)
        tab.evaluate("new Promise((done) => setTimeout(done, 400))")
        assert len(tab.evaluate("document.getElementById('chart-time').layout.xaxis.ticktext.filter(Boolean)")) == 1


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
    every = tab.evaluate("JSON.parse(document.getElementById('chart-data').textContent)")
    for region in ("North", "South"):
        choose(tab, region)
        tab.evaluate("new Promise((done) => setTimeout(done, 400))")
        names = tab.evaluate(f"{chart}.layout.yaxis.ticktext.filter(Boolean).length")
        assert names == 1
        assert tab.evaluate(f"{chart}.getAttribute('aria-label')").endswith(f". Only region: {region} is shown.")
        low, high = tab.evaluate(f"{chart}.layout.xaxis.range")
        marks = every[tab.evaluate(f"{chart}.id")]["data"][0]
        ends = marks["error_x"]
        assert low < min(x - down for x, down in zip(marks["x"], ends["arrayminus"], strict=True))
        assert high > max(x + up for x, up in zip(marks["x"], ends["array"], strict=True))
    hidden = "[...document.querySelectorAll('.by')].filter((one) => one.querySelector('.chart[hidden]'))"
    legends = f"{hidden}.map((one) => one.querySelector('p.fine').checkVisibility())"
    shown = tab.evaluate(legends)
    assert shown
    assert True not in shown
    tab.evaluate("document.getElementById('filter-clear').click()")
    assert tab.evaluate(f"{chart}.getAttribute('aria-label')") == whole
