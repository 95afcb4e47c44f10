"""Every command explains itself: a summary, an example that parses, a help for every option; and Tab is quick."""

import os
import re
import resource
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from command_line import ended

from nps_insights.cli import completion
from nps_insights.cli.main import app
from nps_insights.cli.panels import in_panels
from nps_insights.cli.spoken import in_options
from nps_insights.jobs.churn.settings import ChurnSettings
from nps_insights.jobs.settings.pipeline import JOBS
from nps_insights.jobs.settings.sections import DriverSettings, ReportSettings, ThemeSettings
from nps_insights.jobs.watching.watch_settings import Survey, WatchSettings

ROOT = typer.main.get_command(app)
MANY = 12


def walked(command: Any, name: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    inner = getattr(command, "commands", {})
    if not inner:
        yield name, command
    for word, one in inner.items():
        yield from walked(one, (*name, word))


COMMANDS = dict(walked(ROOT))
NAMES = [pytest.param(name, id=" ".join(name)) for name in COMMANDS]


def examples(command: Any) -> list[str]:
    return re.findall(r"Example: (.+)", command.help or "")


@pytest.mark.parametrize("name", NAMES)
def test_every_command_begins_with_one_sentence(name: tuple[str, ...]) -> None:
    first = (COMMANDS[name].help or "").split("\n\n")[0]
    assert first.endswith((".", "?"))
    assert "\n" not in first.strip()
    assert len(first) <= 120


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_an_example_that_parses(name: tuple[str, ...]) -> None:
    shown = examples(COMMANDS[name])
    assert shown
    for example in shown:
        words = shlex.split(example.split(" && ")[0])
        assert words[: len(name) + 1] == ["nps-insights", *name]
        COMMANDS[name].make_context("example", words[len(name) + 1 :])


@pytest.mark.parametrize("name", NAMES)
def test_every_option_and_argument_has_a_help(name: tuple[str, ...]) -> None:
    silent = [one.name for one in COMMANDS[name].params if not one.help]
    assert silent == []


@pytest.mark.parametrize("name", NAMES)
def test_many_options_stand_in_groups(name: tuple[str, ...]) -> None:
    options = [one for one in COMMANDS[name].params if one.param_type_name == "option" and one.name != "help"]
    alone = [one.name for one in options if not one.rich_help_panel]
    assert len(options) <= MANY or alone == []


def test_a_group_of_no_parameter_is_refused() -> None:
    with pytest.raises(KeyError, match="colour"):
        in_panels(("Paint", "colour"))(lambda: None)


def test_nothing_asked_shows_three_commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ended([], monkeypatch, capsys)
    assert said.code == 0
    assert len(said.stdout.splitlines()) <= 14
    begun = set(re.findall(r"nps-insights ([a-z]+)", said.stdout))
    assert begun <= {name[0] for name in COMMANDS}
    assert {"inspect", "report", "sample"} <= begun


def test_the_version_is_the_package_s(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import nps_insights

    said = ended(["--version"], monkeypatch, capsys)
    assert (said.code, said.stdout.strip()) == (0, f"nps-insights {nps_insights.__version__}")


def choices(model: Any, field: str) -> set[str]:
    annotation = model.model_fields[field].annotation
    found: set[str] = set()
    for part in (annotation, *get_args(annotation)):
        found |= {one for inner in (part, *get_args(part)) for one in get_args(inner) if isinstance(one, str)}
    return found


@pytest.mark.parametrize(
    ("offered", "model", "field"),
    [
        (completion.EDITIONS, ReportSettings, "edition"),
        (completion.PERIODS, ReportSettings, "per"),
        (completion.TIERS, ThemeSettings, "tier"),
        (completion.PRECISIONS, ThemeSettings, "precision"),
        (completion.SPLITS, DriverSettings, "split"),
        (completion.HEADLINES, WatchSettings, "headline"),
        (completion.EVENTS, ChurnSettings, "event"),
    ],
)
def test_what_tab_offers_is_what_the_settings_take(offered: tuple[str, ...], model: Any, field: str) -> None:
    assert set(offered) == choices(model, field)


def test_kinds_and_jobs_are_the_settings_own() -> None:
    assert set(completion.KINDS) == set(get_args(Survey))
    assert set(completion.JOBS) == set(JOBS)


def tab(line: str, shell: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    words = line.split(" ")
    asked = {
        "_NPS_INSIGHTS_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_WORD_TO_COMPLETE": words[-1],
    }
    code = (
        "import sys; sys.argv[0] = 'nps-insights'; from nps_insights.cli.main import app; app(prog_name='nps-insights')"
    )
    return subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, check=False, env={**os.environ, **asked}
    )


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_tab_offers_the_columns_of_the_files_on_the_line(shell: str, tmp_path: Path) -> None:
    (tmp_path / "survey.csv").write_text("id;NPS;Plan;Pleasant $(touch here);Plan B\n1;9;Pro;x;y\n", encoding="utf-8")
    offered = tab("nps-insights report survey.csv --by Pl", shell, tmp_path)
    assert "Plan" in offered.stdout
    # Bash takes what it is offered as typed; the other shells quote it themselves.
    assert ("Plan\\ B" if shell == "bash" else "Plan B") in offered.stdout
    # A shell evaluates what it is offered: a header that could be a command never is.
    assert "touch" not in offered.stdout
    assert "NPS" not in offered.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_tab_goes_on_after_a_comma(shell: str, tmp_path: Path) -> None:
    assert "board,analyst" in tab("nps-insights report survey.csv --edition board,a", shell, tmp_path).stdout


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_headers_are_read_whatever_their_encoding(
    encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("survey.tsv").write_bytes("Größe\tPlan\n1\t2\n".encode(encoding))
    monkeypatch.setenv("COMP_WORDS", "nps-insights report survey.tsv --by ")
    context = typer.Context(ROOT)
    assert completion.columns(context, "") == ["Größe", "Plan"]


def seconds(code: str, **environment: str) -> float:
    """Processor time of the quickest of three runs."""
    found = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=False, env={**os.environ, **environment}
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


RUN = "import sys; sys.argv = ['nps-insights', {}]; from nps_insights.cli.main import main; main()"


def test_help_and_tab_are_quick() -> None:
    # A machine that is slow, or shared, is held against what the libraries of the command line alone cost it.
    bare = seconds("import typer.rich_utils, pydantic.main")
    assert seconds(RUN.format("'--help'")) < max(0.5, 2.2 * bare)
    asked = {"_NPS_INSIGHTS_COMPLETE": "complete_bash", "COMP_WORDS": "nps-insights report --ed", "COMP_CWORD": "2"}
    assert seconds(RUN.format(""), **asked) < max(0.4, 1.6 * bare)


def test_commands_load_no_table_library_before_they_run() -> None:
    code = "import sys, nps_insights.cli.main; sys.exit(any(one in sys.modules for one in ('pandas', 'numpy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_shown_for_each_shell(shell: str) -> None:
    asked = {"_NPS_INSIGHTS_COMPLETE": f"source_{shell}"}
    code = "from nps_insights.cli.main import app; app(prog_name='nps-insights')"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env={**os.environ, **asked}
    )
    assert f"complete_{shell}" in shown.stdout


def test_messages_name_options_only_where_the_command_has_them() -> None:
    said = "settings: report.edition.0: input should be 'board'; drivers.random_state: must be a number"
    spoken = in_options(said, frozenset({"--edition"}))
    assert spoken == "settings: --edition: input should be 'board'; drivers.random_state: must be a number"
    assert in_options(said, frozenset()) == said
