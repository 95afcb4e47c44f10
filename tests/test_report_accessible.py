"""The report for everybody: axe-core finds nothing serious, nothing scrolls sideways, and the keyboard gets on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from report_driver_tables import whole_example
from report_watch_tables import watched_example, watched_facts

from benchmarks.browser import Browser
from nps_insights.report import render_report

AXE = Path(__file__).parent / "axe" / "axe.min.js"
# Serious and critical, as axe-core itself weighs its rules.
_RUN = """
axe.run(document, { resultTypes: ["violations"], preload: false, runOnly: ONLY }).then((told) => told.violations
  .filter((rule) => rule.impact === "serious" || rule.impact === "critical")
  .map((rule) => rule.id + ": " + rule.nodes.map((node) => node.html.slice(0, 120)).join(" | ")))
"""
_COLOURS = "{ type: 'rule', values: ['color-contrast', 'link-in-text-block'] }"
_OPEN_ALL = "for (const part of document.querySelectorAll('details')) part.open = true; 0"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("accessible") / "report.html"
    path.write_text(render_report(whole_example() | watched_example(), watched_facts()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        pytest.fail("axe-core is not there; run: python scripts/fetch_pinned.py tests/axe/pin.toml")
    return AXE.read_text(encoding="utf-8")


def findings(tab: Browser, axe: str, only: str = "undefined") -> Any:
    tab.evaluate(f"{axe}; 0")
    return tab.evaluate(_RUN.replace("ONLY", only))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_serious(width: int, dark: bool, page: Path, tab: Browser, axe: str) -> None:
    tab.visit(page, width=width, dark=dark)
    tab.evaluate(_OPEN_ALL)
    # A dark page differs from a light one by its colours alone.
    assert findings(tab, axe, _COLOURS if dark else "undefined") == []
    assert tab.noticed == []


def test_axe_is_not_blind(tab: Browser, axe: str, tmp_path: Path) -> None:
    planted = "<!doctype html><title>x</title><img src='data:,'><p style='color: #999; background: #aaa'>pale</p>"
    (tmp_path / "page.html").write_text(planted, encoding="utf-8")
    tab.visit(tmp_path / "page.html")
    found = " ".join(findings(tab, axe))
    assert "image-alt" in found
    assert "color-contrast" in found


@pytest.mark.parametrize("width", [360, 800])
def test_the_page_never_scrolls_sideways(width: int, page: Path, tab: Browser) -> None:
    tab.visit(page, width=width)
    tab.evaluate(_OPEN_ALL)
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    hanging = """
    [...document.querySelectorAll("main p, main td, main h2, main h3, main button, nav a")]
      .filter((element) => element.getClientRects().length && !element.closest(".table-frame, .chart")
                           && element.getBoundingClientRect().right > innerWidth + 1)
      .map((element) => element.outerHTML.slice(0, 100))
    """
    assert tab.evaluate(hanging) == []


def tabbed(tab: Browser, times: int) -> Iterator[str]:
    for _ in range(times):
        for kind in ("keyDown", "keyUp"):
            tab.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        yield tab.evaluate("document.activeElement.outerHTML.slice(0, 80)")


def test_the_keyboard_reaches_everything_and_sees_where_it_is(page: Path, tab: Browser) -> None:
    tab.visit(page)
    stops = tabbed(tab, 4)
    assert 'class="skip"' in next(stops)
    assert tab.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    assert 'id="theme-button"' in next(stops)
    outline = (
        "(({ outlineStyle, outlineWidth }) => outlineStyle + outlineWidth)(getComputedStyle(document.activeElement))"
    )
    assert tab.evaluate(outline) == "solid3px"
    links = tab.evaluate("[...document.querySelectorAll('a[href]')].map((link) => link.getAttribute('href').slice(1))")
    assert all(tab.evaluate(f"document.getElementById({link!r}) !== null") for link in links)


def test_wide_tables_scroll_by_keyboard_and_narrow_ones_are_no_stop(page: Path, tab: Browser) -> None:
    tab.visit(page, width=900)
    tab.evaluate("document.querySelector('.table-frame table').style.width = '3000px'; 0")
    tab.evaluate("window.dispatchEvent(new Event('resize')); new Promise((done) => setTimeout(done, 300))")
    frames = "[...document.querySelectorAll('.table-frame')]"
    assert tab.evaluate(f"{frames}[0].tabIndex") == 0
    assert tab.evaluate(f"{frames}[0].getAttribute('aria-label') === {frames}[0].querySelector('caption').textContent")
    fits = (
        f"{frames}.filter((frame) => frame.scrollWidth <= frame.clientWidth && frame.hasAttribute('tabindex')).length"
    )
    assert tab.evaluate(fits) == 0


def test_every_chart_is_told_in_words_and_followed_by_its_table(page: Path, tab: Browser) -> None:
    tab.visit(page)
    told = """
    [...document.querySelectorAll(".chart")].map((chart) => {
      const tables = [...chart.closest("section").querySelectorAll("table")];
      const next = tables.find((table) => chart.compareDocumentPosition(table) & Node.DOCUMENT_POSITION_FOLLOWING);
      return [chart.id, chart.getAttribute("role"), chart.getAttribute("aria-label").length > 20, next !== undefined];
    })
    """
    charts = tab.evaluate(told)
    assert len(charts) > 10
    assert [own for own in charts if own[1:] != ["img", True, True]] == []
