import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from nps_insights.cli.columns import parse_columns, parse_names
from nps_insights.jobs.driver_report import last_change_in_words, number_in_words, written_beside
from nps_insights.jobs.folder import held
from nps_insights.jobs.watching.step import standing_alerts
from nps_insights.tables import SettingsError


def nps_insights(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nps_insights.cli", *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "120"}
    )


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    path = tmp_path / "survey.csv"
    rows = pd.DataFrame(
        {"Response ID": [f"r{i}" for i in range(40)], "NPS": [10, 9, 3, 0] * 10, "Comment": "too expensive"}
    )
    rows.to_csv(path, index=False)
    return path


def test_the_help_lists_every_command(tmp_path: Path) -> None:
    shown = nps_insights("--help", cwd=tmp_path)
    assert shown.returncode == 0
    for command in ("inspect", "report", "sample", "init", "run"):
        assert command in shown.stdout


def test_inspect_writes_nothing(survey: Path, tmp_path: Path) -> None:
    shown = nps_insights("inspect", survey, cwd=tmp_path)
    assert shown.returncode == 0
    assert 'score = "NPS"' in shown.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["survey.csv"]


def test_inspect_says_why_rows_are_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    rows = ["Response ID,NPS,Comment", "r1,9,good", "r2,8,nice", "r2,8,nice", "r3,22,what", "r4,,quiet", "r5,5,meh"]
    path.write_text("\n".join(rows), encoding="utf-8")
    lines = nps_insights("inspect", path, cwd=tmp_path).stdout.splitlines()
    assert lines[lines.index("Rows") + 1 :][:4] == [
        "  read 6, kept 3, quarantined 1, duplicate 1, filtered 1",
        "  - duplicate 1: repeats another row in every cell",
        "  - filtered 1: no score was given",
        "  - quarantined 1: score: is outside 0-10",
    ]


def test_inspect_as_json_is_json(survey: Path, tmp_path: Path) -> None:
    told = json.loads(nps_insights("inspect", survey, "--json", cwd=tmp_path).stdout)
    assert told["counts"]["read"] == 40


def test_a_dry_run_counts_and_writes_nothing(survey: Path, tmp_path: Path) -> None:
    told = json.loads(nps_insights("report", survey, "--dry-run", "--json", cwd=tmp_path).stdout)
    assert told["counts"]["kept"] == 40
    assert [path.name for path in tmp_path.iterdir()] == ["survey.csv"]


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    ended = nps_insights("report", "nowhere.csv", cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.startswith("error: ")
    assert "nowhere.csv" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_refused_data_ends_with_3_and_teaches(tmp_path: Path) -> None:
    path = tmp_path / "moods.csv"
    pd.DataFrame({"Name": ["a", "b"], "Mood": ["good", "bad"]}).to_csv(path, index=False)
    ended = nps_insights("report", path, cwd=tmp_path)
    assert ended.returncode == 3
    assert "--columns" in ended.stderr
    assert ended.stdout == ""


def test_a_held_folder_ends_with_75(survey: Path, tmp_path: Path) -> None:
    with held(tmp_path / "out"):
        ended = nps_insights("report", survey, "--out", tmp_path / "out", cwd=tmp_path)
    assert ended.returncode == 75
    assert "another run holds this folder" in ended.stderr


def test_an_unknown_option_is_a_usage_error(tmp_path: Path) -> None:
    assert nps_insights("report", "x.csv", "--colour", cwd=tmp_path).returncode == 2


def test_names_with_commas_are_quoted() -> None:
    assert parse_names(['a,"b, c"', "d"]) == ("a", "b, c", "d")
    assert parse_names(None) == ()


def test_a_field_given_twice_names_two_columns() -> None:
    assert parse_columns(["comment=Good", "comment=Bad,score=NPS"]) == {"comment": ("Good", "Bad"), "score": "NPS"}


def test_a_part_without_equals_is_refused() -> None:
    with pytest.raises(SettingsError, match="'NPS' is not FIELD=COLUMN"):
        parse_columns(["NPS"])


def test_the_number_is_rounded_as_the_page_rounds_it() -> None:
    found = {"metric": "nps", "by": "", "group": "", "period_start": pd.NaT, "n": 13612}
    # Rounded twice, to 54.50 and then to the even number, it would be 54 here and 55 on the page.
    estimates = pd.DataFrame([found | {"estimate": 53.4161, "conf_low": 52.3082, "conf_high": 54.5041}])
    run = SimpleNamespace(tables={"estimates": estimates})
    assert number_in_words(run) == "NPS      53 (likely 52 to 55), n = 13,612"


def test_the_terminal_tells_the_last_move_as_the_page_does() -> None:
    days = {name: pd.Timestamp(day) for name, day in [
        ("before_start", "2026-04-01"), ("before_end", "2026-06-30"),
        ("after_start", "2026-07-01"), ("after_end", "2026-09-30"),
    ]}  # fmt: skip
    figures = {"before_estimate": 37.2, "estimate": -6.0, "conf_low": -10.0, "conf_high": -2.0}
    changes = pd.DataFrame([{"metric": "nps", "by": "", "group": ""} | days | figures])
    assert last_change_in_words(SimpleNamespace(tables={"changes": changes})) == [
        "Q3 2026: Down 6 on Q2 2026 (37). This is a real drop (likely −10 to −2)."
    ]
    assert last_change_in_words(SimpleNamespace(tables={"changes": changes.assign(metric="csat")})) == []


def test_the_terminal_names_what_stands_beside_the_report(tmp_path: Path) -> None:
    for name in ("report.html", "report-board.html", "report.xlsx", "report.md", "manifest.json", "notes.txt"):
        (tmp_path / name).touch()
    run = SimpleNamespace(folder=tmp_path, report=tmp_path / "report.html")
    assert [path.name for path in written_beside(run)] == ["report-board.html", "report.md", "report.xlsx"]


@pytest.mark.parametrize(
    ("statuses", "told"),
    [
        (["raised", "quiet"], ""),
        (["known", "raised"], "1 figure lies where an earlier change took it"),
        (["known", "known", "part"], "2 figures lie where an earlier change took them"),
    ],
)
def test_a_first_run_tells_of_levels_that_moved_earlier(statuses: list[str], told: str) -> None:
    assert standing_alerts({"alerts": pd.DataFrame({"status": statuses})}) == told
    assert standing_alerts({}) == ""
