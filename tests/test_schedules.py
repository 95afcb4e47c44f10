"""The ready schedules are well formed, call commands and files that exist, and read exit codes as they are meant."""

import ast
import configparser
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer.main

from nps_insights.cli.main import BUSY, REFUSED, SETTINGS, app
from nps_insights.jobs.project import init_project

ROOT = Path(__file__).parents[1]
SCHEDULES = ROOT / "pipelines" / "schedules"
FILES = sorted(path for path in SCHEDULES.iterdir() if path.is_file())
CALLING = [path for path in FILES if path.suffix != ".timer" and path.stem not in ("run_on_spark", "run_pipeline")]
SCRIPTS = [path for path in FILES if path.suffix == ".py"]
JOBS = ("churn_scoring", "churn_training", "driver_report")


def called(path: Path) -> list[str]:
    """The words after `nps-insights`, or after the script or function that runs it, whatever quotes stand around."""
    plain = re.sub(
        r"""["',\[\]]|\\\n""", " ", path.read_text("utf-8").replace("run_pipeline(", "bin/nps-insights run ")
    )
    (command,) = re.findall(r"(?:bin/nps-insights|run_on_spark\.py) +((?:--quiet )?run [^*)\n]+)", plain)
    return re.sub(r"\{\{.*?\}\}", "2026-06-30", command).split()


@pytest.mark.parametrize("path", CALLING, ids=lambda path: path.name)
def test_a_schedule_calls_a_command_that_exists(path: Path) -> None:
    main = typer.main.get_group(app)
    with main.make_context("nps-insights", called(path)) as context:
        assert context.params["quiet"] == ("--quiet" in called(path))
    words = [word for word in called(path) if word != "--quiet"]
    given = main.commands[words[0]].make_context(words[0], words[1:]).params
    (job,) = [job for job in JOBS if job in path.name]
    assert given["pipeline"] == Path(f"pipelines/{job}.toml")
    assert (ROOT / given["pipeline"]).is_file()
    assert given["as_of"] in (None, "2026-06-30")


@pytest.mark.parametrize("job", JOBS)
def test_each_job_has_every_kind_of_schedule(job: str) -> None:
    names = {f"{job}.cron", f"{job}.service", f"{job}.timer", f"airflow_{job}.py", f"prefect_{job}.py"}
    assert names <= {path.name for path in FILES}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_python(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree)


def cron_line(job: str) -> str:
    (line,) = [one for one in (SCHEDULES / f"{job}.cron").read_text("utf-8").splitlines() if re.match(r"[\d*]", one)]
    return line


@pytest.mark.parametrize(
    ("job", "when"),
    [("churn_scoring", "0 4 * * *"), ("churn_training", "0 2 3 * *"), ("driver_report", "0 5 2 * *")],
)
def test_every_scheduler_means_the_same_time(job: str, when: str) -> None:
    assert cron_line(job).startswith(f"{when} cd ")
    for kind in ("airflow", "prefect"):
        assert f'"{when}"' in (SCHEDULES / f"{kind}_{job}.py").read_text("utf-8")
    minute, hour, day, _, _ = when.split()
    days = "*" if day == "*" else f"{int(day):02}"
    assert units_of(job)["timer"]["Timer"]["OnCalendar"] == f"*-*-{days} {int(hour):02}:{int(minute):02}:00"


def units_of(job: str) -> dict[str, configparser.ConfigParser]:
    units = {}
    for kind in ("service", "timer"):
        units[kind] = configparser.ConfigParser(interpolation=None)
        units[kind].optionxform = str  # type: ignore[assignment,method-assign]
        units[kind].read_string((SCHEDULES / f"{job}.{kind}").read_text("utf-8"))
    return units


@pytest.mark.parametrize("job", JOBS)
def test_the_systemd_units_belong_together_and_read_the_exit_codes(job: str) -> None:
    units = units_of(job)
    service = units["service"]["Service"]
    assert service["Type"] == "oneshot"
    assert service["SuccessExitStatus"] == str(BUSY)
    assert {str(SETTINGS), str(REFUSED)} <= set(service["RestartPreventExitStatus"].split())
    assert "Install" in units["timer"]


@pytest.mark.parametrize(
    "path", [path for path in SCRIPTS if path.stem.startswith("airflow")], ids=lambda path: path.name
)
def test_a_dag_skips_a_held_folder_and_tries_nothing_twice(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    (task,) = [
        one for one in ast.walk(tree) if isinstance(one, ast.Call) and getattr(one.func, "id", "") == "BashOperator"
    ]
    given = {word.arg: word.value.value for word in task.keywords if isinstance(word.value, ast.Constant)}
    assert given["skip_on_exit_code"] == BUSY
    assert given["retries"] == 0


@pytest.fixture
def project(tmp_path: Path) -> Callable[[str], Path]:
    """A project whose nps-insights is the shell script that is given."""

    def make(script: str) -> Path:
        command = tmp_path / ".venv" / "bin" / "nps-insights"
        command.parent.mkdir(parents=True)
        command.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        command.chmod(0o755)
        return tmp_path

    return make


@pytest.mark.parametrize(("code", "fails"), [(0, False), (BUSY, False), (1, True), (SETTINGS, True), (REFUSED, True)])
def test_the_prefect_flows_fail_where_a_person_must_look(
    project: Callable[[str], Path], code: int, fails: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    run_pipeline = runpy.run_path(str(SCHEDULES / "run_pipeline.py"))["run_pipeline"]
    folder = project(f'echo "$@"; exit {code}')
    if fails:
        with pytest.raises(RuntimeError, match=f"exit code {code}"):
            run_pipeline("pipelines/driver_report.toml", project=str(folder))
    else:
        run_pipeline("pipelines/driver_report.toml", "--as-of", "2026-06-30", project=str(folder))
        assert "run pipelines/driver_report.toml --as-of 2026-06-30" in capsys.readouterr().out


@pytest.mark.parametrize("job", JOBS)
def test_the_cron_line_runs_and_hands_on_the_exit_code(project: Callable[[str], Path], job: str) -> None:
    folder = project(f'exec {shlex.quote(sys.executable)} -m nps_insights.cli "$@"')
    init_project(folder / "project")
    # The template's data are not there, so what is read first is refused as a setting.
    line = cron_line(job).split(" cd ", 1)[1].replace("/srv/nps", "project", 1).replace(".venv", "../.venv", 1)
    done = subprocess.run(["sh", "-c", f"cd {line}"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == SETTINGS, done.stderr
    assert done.stderr.startswith("error: ")


def test_the_schedules_travel_with_a_new_project(tmp_path: Path) -> None:
    init_project(tmp_path / "acme")
    there = {path.name for path in (tmp_path / "acme" / "pipelines" / "schedules").iterdir()}
    assert there == {path.name for path in FILES}


def test_the_script_for_spark_is_the_command_line() -> None:
    done = subprocess.run(
        [sys.executable, str(SCHEDULES / "run_on_spark.py"), "run", "no/such.toml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
