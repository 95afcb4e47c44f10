"""The pages of a run: one per edition, the first one report.html, and nothing beside it that shows more."""

import dataclasses
from pathlib import Path

import pandas as pd
import pytest
from report_watch_tables import watched_example, watched_facts

from nps_insights.jobs.outputs.pages import first_edition, write_pages
from nps_insights.jobs.settings.driver_report import DriverReportSettings, check_settings
from nps_insights.tables import SettingsError


def settings(edition: object) -> DriverReportSettings:
    return check_settings({"input": {"survey": "survey.csv"}, "report": {"edition": edition}})


def test_one_edition_or_several_each_once_and_none_that_is_not_known() -> None:
    assert check_settings({"input": {"survey": "survey.csv"}}).report.edition == ("analyst",)
    assert settings("board").report.edition == ("board",)
    assert settings(["cs", "board", "cs"]).report.edition == ("cs", "board")
    for wrong in ("press", [], ["analyst", "press"]):
        with pytest.raises(SettingsError, match=r"report\.edition"):
            settings(wrong)


def test_the_first_edition_is_report_html_and_each_further_one_has_its_name(tmp_path: Path) -> None:
    few = {name: watched_example()[name] for name in ("actions", "action_lists", "estimates")}
    write_pages(tmp_path, few, watched_facts(), settings(["cs", "board"]))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report-board.html", "report.html"]
    assert "call-01" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "call-01" not in (tmp_path / "report-board.html").read_text(encoding="utf-8")


def test_what_leaves_beside_the_page_shows_no_more_than_it() -> None:
    facts = dataclasses.replace(watched_facts(), notes=("Account 17 asked to be left alone.",))
    tables, told = first_edition({"actions": pd.DataFrame(watched_example()["actions"])}, facts, settings("board"))
    assert tables["actions"].empty
    assert told.notes == ()
