"""The ready schedules are well formed and call commands and files that exist."""

import ast
import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from nps_insights.cli.main import app

ROOT = Path(__file__).parents[1]
SCHEDULES = ROOT / "pipelines" / "schedules"
FILES = sorted(path for path in SCHEDULES.iterdir() if path.is_file())
CALLING = [path for path in FILES if path.suffix != ".timer" and path.stem != "run_on_spark"]
SCRIPTS = [path for path in FILES if path.suffix == ".py"]


def called(path: Path) -> list[str]:
    """The words after `nps-insights`, or after the script that spark-submit runs, whatever quotes stand around them."""
    plain = re.sub(r"""["',\[\]]|\\\n""", " ", path.read_text("utf-8"))
    (command,) = re.findall(r"(?:bin/nps-insights|run_on_spark\.py) +((?:--quiet )?run .+)", plain)
    return re.sub(r"\{\{.*?\}\}", "2026-06-30", command).split()


@pytest.mark.parametrize("path", CALLING, ids=lambda path: path.name)
def test_a_schedule_calls_a_command_that_exists(path: Path) -> None:
    main = typer.main.get_group(app)
    with main.make_context("nps-insights", called(path)) as context:
        assert context.params == {"quiet": "--quiet" in called(path)}
    words = [word for word in called(path) if word != "--quiet"]
    given = main.commands[words[0]].make_context(words[0], words[1:]).params
    assert given["pipeline"] == Path("pipelines/churn_scoring.toml")
    assert (ROOT / given["pipeline"]).is_file()
    assert given["as_of"] in (None, "2026-06-30")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_python(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree)


def test_the_cron_line_has_five_fields_of_time() -> None:
    (line,) = [one for one in (SCHEDULES / "churn_scoring.cron").read_text().splitlines() if re.match(r"[\d*]", one)]
    minute, hour, *days = line.split()[:5]
    assert 0 <= int(minute) < 60
    assert 0 <= int(hour) < 24
    assert days == ["*"] * 3


def test_the_systemd_units_belong_together() -> None:
    units = {}
    for kind in ("service", "timer"):
        units[kind] = configparser.ConfigParser(interpolation=None)
        units[kind].optionxform = str  # type: ignore[assignment,method-assign]
        units[kind].read_string((SCHEDULES / f"churn_scoring.{kind}").read_text("utf-8"))
    assert units["service"]["Service"]["Type"] == "oneshot"
    assert units["timer"]["Timer"]["OnCalendar"].endswith("04:00:00")
    assert "Install" in units["timer"]


def test_the_script_for_spark_is_the_command_line() -> None:
    done = subprocess.run(
        [sys.executable, str(SCHEDULES / "run_on_spark.py"), "run", "no/such.toml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
