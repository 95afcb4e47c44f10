"""The report on paper: printed by a real Chromium, every page with the run, and a clear word where there is none."""

import re
import shutil
from pathlib import Path

import pytest
from report_tables import facts_example, report_example

from nps_insights.report import render_report, write_pdf
from nps_insights.report.exports.pdf import find_browser
from nps_insights.tables import MissingExtraError, SettingsError

needs_browser = pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium is on the path")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "report.html"
    tables = {name: table for name, table in report_example().items() if name in ("estimates", "changes")}
    path.write_text(render_report(tables, facts_example()), encoding="utf-8")
    return path


@needs_browser
def test_equal_pages_give_equal_files_with_chapters_as_bookmarks(page: Path, tmp_path: Path) -> None:
    write_pdf(page, tmp_path / "a.pdf")
    write_pdf(page, tmp_path / "b.pdf")
    first = (tmp_path / "a.pdf").read_bytes()
    assert first == (tmp_path / "b.pdf").read_bytes()
    assert first.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", first)) > 5
    assert b"/CreationDate (D:20000101000000" in first
    assert b"/Title (How we know)" in first


@pytest.mark.parametrize("script", ["exit 0", "echo no room >&2; exit 1"])
def test_a_browser_that_prints_nothing_is_told(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    broken = tmp_path / "bin" / "chromium"
    broken.write_text(f"#!/bin/sh\n{script}\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(SettingsError, match=r"printed no PDF of report\.html"):
        write_pdf(tmp_path / "report.html", tmp_path / "report.pdf")
    assert not (tmp_path / "report.pdf").exists()


def test_without_a_browser_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingExtraError, match="install Chromium, or leave the PDF out"):
        find_browser()
