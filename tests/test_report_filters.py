"""Groups, periods and quotes in a real browser: only what was chosen shows, and the page says how much that is."""

from pathlib import Path

import pandas as pd
import pytest
from report_driver_tables import whole_example
from report_outline import Outline
from report_watch_tables import series, watched_example, watched_facts

from benchmarks.browser import Browser
from nps_insights.report import render_report

AXE = Path(__file__).parent / "axe" / "axe.min.js"
QUOTES = {
    "r1": ("The bill was WRONG, überhaupt nicht übersichtlich", 2, "Business"),
    "r2": ("ÜBERALL schnell geliefert", 10, "Basic"),
    "r3": ("Große Straße, kleine Rechnung", 7, "Business"),
    "r4": ("<b>Nothing</b> arrived", 0, "Family"),
}
SHOWN = "[...document.querySelectorAll('{}')].filter((row) => row.checkVisibility()).map((row) => row.innerText)"


def tables() -> dict[str, pd.DataFrame]:
    """A report with figures of two plans per quarter, and four comments."""
    found = whole_example() | watched_example()
    whole = series()
    plans = [whole[whole["metric"] == "nps"].assign(by="plan", group=one) for one in ("Basic", "Business")]
    plans[1]["estimate"] += 1
    found["series"] = pd.concat([whole, *plans], ignore_index=True)
    when = pd.to_datetime(["2026-05-01", "2026-02-01", "2025-05-01", "2026-05-02"]).astype("datetime64[us]")
    ids = list(QUOTES)
    scores = [float(QUOTES[one][1]) for one in ids]
    found["responses"] = pd.DataFrame(
        {"response_id": ids, "score": scores, "scale_min": 0.0, "scale_max": 10.0, "responded_at": when}
    ).assign(
        category=["detractor", "promoter", "passive", "detractor"],
        **{"attribute/plan": [QUOTES[one][2] for one in ids]},
    )
    found["comments"] = pd.DataFrame({"comment_id": [f"{one}/1" for one in ids], "response_id": ids}).assign(
        text=[QUOTES[one][0] for one in ids], says_nothing=False
    )
    found["mentions"] = pd.DataFrame({"segment_id": ["r1/1#1", "r2/1#1"], "response_id": ["r1", "r2"]}).assign(
        theme_id=list(found["themes"]["theme_id"][found["themes"]["level"] == 2][:2]), strength=0.9, tone=-0.5
    )
    return found


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("filters") / "report.html"
    path.write_text(render_report(tables(), watched_facts()), encoding="utf-8")
    return path


def choose(tab: Browser, group: str = "", period: str = "") -> str:
    """Choose as a reader does, and return what the page says."""
    tab.evaluate(f"""(() => {{
      const group = document.getElementById("filter-group");
      group.selectedIndex = [...group.options].findIndex((one) => (one.dataset.group || "") === {group!r});
      const period = document.getElementById("filter-period");
      period.value = {period!r};
      for (const select of [group, period]) select.dispatchEvent(new Event("change"));
    }})()""")
    return str(tab.evaluate("document.getElementById('filter-said').textContent"))


def search(tab: Browser, text: str) -> list[str]:
    tab.evaluate(f"""(() => {{
      const box = document.getElementById("quote-search");
      box.value = {text!r};
      box.dispatchEvent(new Event("input"));
    }})()""")
    return list(tab.evaluate(SHOWN.format("#quote-list tbody tr")))


def test_a_group_shows_its_own_rows_and_its_stored_figure(page: Path, tab: Browser) -> None:
    tab.visit(page)
    said = choose(tab, "Business")
    shown = tab.evaluate(SHOWN.format("tr[data-by]"))
    assert shown
    groups = tab.evaluate(
        "[...new Set([...document.querySelectorAll('tr[data-by]')].filter((row) => row.checkVisibility())"
        ".map((row) => row.dataset.by + ': ' + row.dataset.group))]"
    )
    assert groups == ["plan: Business"]
    figure = tab.evaluate("document.querySelector('tr[data-group=Business][data-period=\"\"]').dataset.figure")
    assert said.startswith(f"plan: Business: {figure}. ")
    assert "1 of 3 rows shown." in tab.evaluate(SHOWN.format(".filter-note"))
    assert tab.noticed == []


def test_a_group_in_a_period_has_the_figure_of_the_table_and_no_sum(page: Path, tab: Browser) -> None:
    tab.visit(page)
    row = tables()["series"].query("group == 'Business'").iloc[-1]
    assert choose(tab, "Business", "Q2 2026").startswith(
        f"plan: Business, Q2 2026: NPS {row['estimate']:.0f} (likely {row['conf_low']:.0f} to {row['conf_high']:.0f}), "
        "600 answers. "
    )
    drawn = "document.querySelector('.own-time:not([hidden]) .chart').data[0].y.filter((one) => one !== null).length"
    assert tab.evaluate(drawn) == 1


def test_what_has_no_figure_says_so(page: Path, tab: Browser) -> None:
    tab.visit(page)
    assert "there is no figure of it in this report" in choose(tab, "North", "Q2 2026")
    notes = tab.evaluate(SHOWN.format(".filter-note"))
    assert any("these are of all answers, not of region: North" in note for note in notes)
    assert tab.evaluate("document.querySelectorAll('.own-time:not([hidden])').length") == 0


def test_everything_comes_back(page: Path, tab: Browser) -> None:
    tab.visit(page)
    before = tab.evaluate("document.body.innerText.replace(/\\s+/g, ' ')")
    choose(tab, "Business", "Q2 2026")
    tab.evaluate("document.getElementById('filter-clear').click()")
    assert tab.evaluate("document.body.innerText.replace(/\\s+/g, ' ')") == before
    assert tab.evaluate("document.activeElement.id") == "filter-group"
    assert tab.evaluate("location.hash") == ""


def test_a_link_brings_the_choice_back(page: Path, tab: Browser) -> None:
    tab.visit(page)
    said = choose(tab, "Business", "Q2 2026")
    search(tab, "über")
    link = tab.evaluate("location.hash")
    tab.visit(page)
    tab.evaluate(f"location.hash = {link!r}; new Promise((done) => setTimeout(done, 100))")
    assert tab.evaluate("document.getElementById('filter-said').textContent") == said
    assert tab.evaluate("document.getElementById('quote-search').value") == "über"
    assert len(tab.evaluate(SHOWN.format("#quote-list tbody tr"))) == 1
    tab.evaluate(
        "location.hash = '#filter?by=plan&group=%3Cb%3E&theme=x'; new Promise((done) => setTimeout(done, 100))"
    )
    assert tab.evaluate("document.getElementById('filter-said').textContent") == ""
    assert tab.evaluate("document.getElementById('quote-theme').value") == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [("ÜBER", 2), ("überall", 1), ("uberall SCHNELL", 1), ("strasse", 1), ("<b>nothing", 1), ("", 4), ("nowhere", 0)],
)
def test_search_minds_neither_case_nor_accents(text: str, found: int, page: Path, tab: Browser) -> None:
    tab.visit(page)
    assert len(search(tab, text)) == found
    said = tab.evaluate("document.getElementById('quote-count').textContent")
    assert said == ("4 of 4 shown." if found == 4 else f"{found} of 4 found.")


def test_quotes_follow_theme_group_and_period(page: Path, tab: Browser) -> None:
    tab.visit(page)
    label = tab.evaluate("document.querySelector('#quote-theme').options[1].value")
    tab.evaluate(f"""(() => {{
      const box = document.getElementById("quote-theme");
      box.value = {label!r};
      box.dispatchEvent(new Event("change"));
    }})()""")
    assert 1 <= len(tab.evaluate(SHOWN.format("#quote-list tbody tr"))) <= 2
    tab.visit(page)
    choose(tab, "Business")
    assert len(search(tab, "")) == 2
    choose(tab, "Business", "Q2 2026")
    (only,) = search(tab, "")
    assert "WRONG" in only
    assert "2, detractor" in only


def test_without_a_script_nothing_is_hidden_but_the_controls() -> None:
    seen = Outline(render_report(tables(), watched_facts()))
    hidden = [attrs.get("id") for tag, attrs in seen.tags if "hidden" in attrs]
    assert hidden == ["theme-button", "filters", "filter-clear", "quote-tools", "quote-clear", "quote-more"]
    assert all(text in seen.text for text, *_ in QUOTES.values())


def test_a_board_sees_typical_quotes_and_nobody_s_comment() -> None:
    page = render_report(tables(), watched_facts(), edition="board")
    assert "ÜBERALL" not in page
    assert 'id="quotes"' in page
    assert "no others are shown here" in page


def test_a_page_holds_the_newest_and_says_how_many_there_are() -> None:
    from nps_insights.report.chapters.quotes import quotes_chapter
    from nps_insights.report.inputs import report_tables
    from nps_insights.report.page.filters import Choices

    chapter = quotes_chapter(report_tables(tables()), Choices(), most=3)
    assert [row.cells[0][:7] for row in chapter.rows] == ["<b>Noth", "The bil", "ÜBERALL"]
    assert chapter.lead.startswith("The newest 3 of 4 comments")


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_serious_while_narrowed(width: int, page: Path, tab: Browser) -> None:
    if not AXE.is_file():
        pytest.fail("axe-core is not there; run: python scripts/fetch_pinned.py tests/axe/pin.toml")
    tab.visit(page, width=width)
    choose(tab, "Business", "Q2 2026")
    tab.evaluate(f"{AXE.read_text(encoding='utf-8')}; 0")
    told = tab.evaluate("""
    axe.run(document, { resultTypes: ["violations"], preload: false }).then((told) => told.violations
      .filter((rule) => rule.impact === "serious" || rule.impact === "critical")
      .map((rule) => rule.id + ": " + rule.nodes.map((node) => node.html.slice(0, 120)).join(" | ")))
    """)
    assert told == []
    assert tab.evaluate("document.documentElement.scrollWidth") == width
