"""The page in a real browser: charts are drawn, in light, dark and print, and elements from data are none."""

import re
from pathlib import Path

import pytest
from report_outline import Outline
from report_tables import SCRIPT_LABEL, facts_example, report_example

from benchmarks.browser import Browser
from nps_insights.report import render_report

LIGHT_DOT, DARK_DOT = "rgb(70, 87, 214)", "rgb(152, 164, 255)"
COLOUR = """
getComputedStyle(document.querySelector("#chart-time .point")).fill
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with payloads where plotly shows text."""
    tables = report_example()
    payload = SCRIPT_LABEL + "<img src=x onerror='window.pwned=2'><a href='javascript:window.pwned=3'>x</a>"
    tables["effects"]["label"] = tables["effects"]["label"].replace("late delivery", payload)
    tables["themes"]["example"] = payload
    estimates = tables["estimates"]
    tables["estimates"] = estimates.assign(group=estimates["group"].replace("Business", payload))
    path = tmp_path_factory.mktemp("browser") / "page.html"
    path.write_text(render_report(tables, facts_example()), encoding="utf-8")
    return path


def test_plotly_draws_every_chart_and_the_policy_is_not_offended(page: Path, tab: Browser) -> None:
    tab.visit(page)
    dom = tab.evaluate("document.documentElement.outerHTML")
    drawn = re.findall(r'<div class="chart js-plotly-plot" id="(chart-[a-z0-9-]+)"', dom)
    planned = set(re.findall(r'id="(chart-(?!data)[a-z0-9-]+)"', dom))
    assert len(drawn) == 9
    assert set(drawn) == planned
    assert (tab.noticed, tab.requests) == ([], [])


def test_charts_hold_no_elements_from_data(page: Path, tab: Browser) -> None:
    tab.visit(page)
    seen = Outline(tab.evaluate("document.documentElement.outerHTML"))
    assert seen.count("script") == 4
    assert seen.count("img") == 0
    assert not [attrs for _, attrs in seen.tags if "javascript" in str(attrs.get("href"))]
    assert not [name for _, attrs in seen.tags for name in attrs if name.startswith("on")]
    assert "<script>window.pwned=1</script>" in seen.text


def test_hatches_bars_ranges_and_lines_are_all_drawn(page: Path, tab: Browser) -> None:
    tab.visit(page)
    for part in (".barlayer .point path", "pattern", ".errorbar path", ".scatterlayer .point", ".lines path"):
        assert tab.evaluate(f"document.querySelectorAll('.chart {part}').length") > 0, part


@pytest.mark.parametrize("dark", [False, True])
def test_the_button_turns_page_and_charts_and_says_which_it_is(dark: bool, page: Path, tab: Browser) -> None:
    tab.visit(page, dark=dark)
    card = "getComputedStyle(document.querySelector('.card')).backgroundColor"
    before = tab.evaluate(card)
    assert tab.evaluate(COLOUR) == (DARK_DOT if dark else LIGHT_DOT)
    assert tab.evaluate("document.getElementById('theme-button').getAttribute('aria-pressed')") == str(dark).lower()
    tab.evaluate("document.getElementById('theme-button').click()")
    assert tab.evaluate(COLOUR) == (LIGHT_DOT if dark else DARK_DOT)
    assert tab.evaluate("document.getElementById('theme-button').getAttribute('aria-pressed')") == str(not dark).lower()
    assert tab.evaluate(card) != before


def test_paper_is_light_with_every_chart_and_nothing_but_long_rests_folded(page: Path, tab: Browser) -> None:
    tab.visit(page, dark=True)
    folded = "document.querySelectorAll('details:not([open])').length"
    before = tab.evaluate(folded)
    tab.call("Emulation.setEmulatedMedia", media="print")
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert tab.evaluate("document.querySelectorAll('details:not([open]):not(.rest)').length") == 0
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert tab.evaluate(COLOUR) == LIGHT_DOT
    widths = tab.evaluate("[...document.querySelectorAll('.chart .main-svg')].map((svg) => svg.clientWidth)")
    assert set(widths) == {660}
    assert tab.evaluate("getComputedStyle(document.querySelector('.theme-button')).display") == "none"
    tab.call("Emulation.setEmulatedMedia", media="")
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert tab.evaluate(folded) == before


def test_every_printed_page_names_report_and_run() -> None:
    page = render_report({}, facts_example())
    assert '@top-right { content: "run 7f3a91c2"; }' in page
    assert '@top-left { content: "Customer loyalty\\2c  Q2 2026"; }' in page
