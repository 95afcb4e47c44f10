"""Runs and surveys that cannot answer what is asked of them, and commands that lay out what is there."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from test_jobs_run_diff import manifest, tables, write
from typer.testing import CliRunner

from nps_insights.cli.main import app
from nps_insights.jobs.admission import admit
from nps_insights.jobs.folder import _exchange
from nps_insights.jobs.lesson import lesson_of
from nps_insights.jobs.settings.driver_report import check_settings
from nps_insights.jobs.watching.watch_questions import _names_of, actions_of, alerts_of
from nps_insights.tables import DataRefusedError, SettingsError


def survey(folder: Path, **columns: Any) -> dict[str, Any]:
    rows = pd.DataFrame({"response_id": [f"r{n}" for n in range(12)], "score": range(-1, 11)}).replace(
        {"score": {-1: 0}}
    )
    rows.assign(**columns).to_csv(folder / "survey.csv", index=False)
    return {"input": {"survey": str(folder / "survey.csv")}}


def test_a_run_without_dates_has_no_lists(tmp_path: Path) -> None:
    run = write(tmp_path / "run", manifest() | {"as_of": None}, tables())
    with pytest.raises(SettingsError, match="its answers have no dates, so nobody's latest answer is known"):
        actions_of(run)


def test_a_run_that_watched_nothing_has_no_alerts(tmp_path: Path) -> None:
    run = write(tmp_path / "run", manifest(), tables())
    with pytest.raises(SettingsError, match=r"holds no table series: .* make it again with `nps-insights report`"):
        alerts_of(str(run), lambda: check_settings({"input": {"survey": "never.csv"}}))


def test_nobody_is_known_by_name_where_no_accounts_are() -> None:
    known = _names_of(pd.DataFrame({"owner": ["Ann Miller"], "account_name": ["Acme"]}))
    assert _names_of(None) != known
    assert _names_of(None) == _names_of(pd.DataFrame({"account_id": ["a"]}))


def test_rules_that_leave_no_answer_are_named(tmp_path: Path) -> None:
    given = survey(tmp_path, complete="no") | {"answers": {"partial": "drop"}}
    with pytest.raises(DataRefusedError, match=r"answers: none is left by the rules of \[answers\].*; change them"):
        admit(check_settings(given))


def test_a_database_gets_no_lesson_on_files() -> None:
    settings = check_settings({"input": {"survey": "sqlite:///bi.db", "query": "select 1"}})
    assert lesson_of(settings, command="nps-insights report") is None


def test_folders_that_cannot_be_swapped_are_named(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    with pytest.raises(OSError, match="No such file or directory") as caught:
        _exchange(tmp_path / "new", tmp_path / "gone")
    assert caught.value.filename == str(tmp_path / "gone")
    assert (tmp_path / "new").is_dir()


def test_init_tells_every_file_that_it_laid_out(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["init", str(tmp_path / "acme")])
    assert done.exit_code == 0
    *lines, next_step, then = done.stdout.splitlines()
    told = {Path(line) for line in lines}
    assert told == {path for path in (tmp_path / "acme").rglob("*") if path.is_file()}
    assert next_step.endswith(f"nps-insights sample {tmp_path / 'acme/data'}")
    assert then == f"then     nps-insights run {tmp_path / 'acme/pipelines/driver_report.toml'}"
