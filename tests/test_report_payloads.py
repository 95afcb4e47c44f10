"""Script payloads in every text of a report, in a real browser: none runs, none asks for anything, none offends."""

from pathlib import Path

import pandas as pd
import pytest
from report_driver_tables import whole_example
from report_tables import facts_example, report_example
from report_watch_tables import watched_example, watched_facts

from benchmarks.browser import Browser
from benchmarks.payloads import PAYLOADS, poisoned_facts, poisoned_tables, touched
from nps_insights.report import render_report


def everything() -> dict[str, pd.DataFrame]:
    return whole_example() | watched_example()


@pytest.fixture(scope="module")
def clean() -> str:
    return render_report(everything(), watched_facts())


def test_no_payload_comes_alive(clean: str, tab: Browser, tmp_path: Path) -> None:
    # The page holds all payloads; in the benchmark every text has its turn with every one of them.
    page = render_report(poisoned_tables(everything(), turn=0), poisoned_facts(watched_facts(), turn=0))
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    tab.visit(tmp_path / "page.html")
    assert touched(tab) == []
    # Nothing was lost on the way: the poisoned page has the chapters, tables and charts of the clean one.
    for part in ("<section", "<table", 'class="chart"', "<script"):
        assert page.count(part) == clean.count(part)
    shown = tab.evaluate("document.body.textContent")
    assert sum(f"alert({number})" in shown for number in range(1, len(PAYLOADS) + 1)) >= 20
    assert tab.evaluate("document.querySelectorAll('.js-plotly-plot').length") == clean.count('class="chart"')


PLANTED = {
    "<img src=x onerror=alert(1)>": "violation: img-src",
    "<button onclick=alert(2)>x</button>": "violation: script-src-attr",
    "<script>alert(3)</script>": "violation: script-src-elem",
    "<p style='color: red'>x</p>": "violation: style-src-attr",
    "<style>p { color: red }</style>": "violation: style-src-elem",
    "<link rel=stylesheet href=x.css>": "violation: style-src-elem",
    "<form action=http://127.0.0.1:9/><button>x</button></form><base href=//127.0.0.1:9/>": "violation: base-uri",
}


def test_the_policy_holds_what_would_get_past_the_escaping(tab: Browser, tmp_path: Path) -> None:
    page = render_report({"estimates": report_example()["estimates"]}, facts_example())
    (tmp_path / "page.html").write_text(page.replace("<main>", f"<main>{''.join(PLANTED)}"), encoding="utf-8")
    tab.visit(tmp_path / "page.html")
    said = touched(tab)
    for told in PLANTED.values():
        assert [one for one in said if one.startswith(told)], told
    assert not [one for one in said if one.startswith(("executed", "request"))]


def test_the_watch_is_not_blind(tab: Browser, tmp_path: Path) -> None:
    planted = "<body><img src='http://127.0.0.1:9/' onerror=alert(1)><button onclick=alert(2)>x</button>"
    (tmp_path / "page.html").write_text(planted, encoding="utf-8")
    tab.visit(tmp_path / "page.html")
    said = touched(tab)
    assert {"executed: 1", "executed: 2", "request: http://127.0.0.1:9/"} <= set(said)
