"""The page in a real browser: charts are drawn, nothing planted runs, and the policy is not offended."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from report_outline import Outline
from report_tables import SCRIPT_LABEL, facts_example, report_example

from nps_insights.report import render_report

# One worker visits the page once, however many workers there are.

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        message = f"no browser: none of {', '.join(BROWSERS)} is on the path"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return found


@pytest.fixture(scope="module")
def visit(browser: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The page's elements after its scripts have run, and what the browser logged."""
    folder = tmp_path_factory.mktemp("browser")
    tables = report_example()
    payload = SCRIPT_LABEL + "<img src=x onerror='window.pwned=2'><a href='javascript:window.pwned=3'>x</a>"
    tables["effects"]["label"] = tables["effects"]["label"].replace("late delivery", payload)
    tables["themes"]["example"] = payload
    estimates = tables["estimates"]
    tables["estimates"] = estimates.assign(group=estimates["group"].replace("Business", payload))
    (folder / "page.html").write_text(render_report(tables, facts_example()), encoding="utf-8")
    return run_browser(browser, folder / "page.html", folder / "profile")


def run_browser(browser: str, page: Path, profile: Path) -> tuple[str, str]:
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    flags += ["--disable-component-update", "--disable-sync", f"--user-data-dir={profile}", "--enable-logging=stderr"]
    flags += ["--virtual-time-budget=5000", "--dump-dom", page.as_uri()]
    done = subprocess.run([browser, *flags], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, done.stderr


def test_plotly_draws_every_chart(visit: tuple[str, str]) -> None:
    dom, _ = visit
    drawn = re.findall(r'<div class="chart js-plotly-plot" id="(chart-[a-z0-9-]+)"', dom)
    planned = set(re.findall(r'id="(chart-(?!data)[a-z0-9-]+)"', dom))
    assert len(drawn) == 9
    assert set(drawn) == planned


def test_nothing_planted_runs_and_the_policy_is_not_offended(visit: tuple[str, str]) -> None:
    _, log = visit
    assert "Content Security Policy" not in log
    assert "CONSOLE" not in log


def test_charts_hold_no_elements_from_data(visit: tuple[str, str]) -> None:
    seen = Outline(visit[0])
    assert seen.count("script") == 3
    assert seen.count("img") == 0
    assert not [attrs for _, attrs in seen.tags if "javascript" in str(attrs.get("href"))]
    assert not [name for _, attrs in seen.tags for name in attrs if name.startswith("on")]
    assert "<script>window.pwned=1</script>" in seen.text


def test_the_watch_is_not_blind(browser: str, tmp_path: Path) -> None:
    page = render_report({}, facts_example()).replace("</body>", "<img src='x' onerror='window.pwned=1'></body>")
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    _, log = run_browser(browser, tmp_path / "page.html", tmp_path / "profile")
    assert "Content Security Policy" in log
