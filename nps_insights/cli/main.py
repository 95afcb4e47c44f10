"""The door of the command line: commands, exit codes, and where words go (data to stdout, logs to stderr)."""

import logging
import sys
from collections.abc import Callable
from typing import Any

import typer

from nps_insights.cli.churn import app as churn
from nps_insights.cli.config import app as config
from nps_insights.cli.diff import diff
from nps_insights.cli.drivers import drivers
from nps_insights.cli.forget import forget
from nps_insights.cli.init import init
from nps_insights.cli.inspect import inspect
from nps_insights.cli.nps import nps
from nps_insights.cli.report import report
from nps_insights.cli.run import run
from nps_insights.cli.sample import sample
from nps_insights.cli.spoken import in_options
from nps_insights.cli.start import START
from nps_insights.cli.terminal import VisibleFormatter, say
from nps_insights.cli.themes import app as themes
from nps_insights.cli.watch import actions, alerts, target
from nps_insights.tables.errors import BusyFolderError, DataRefusedError, NpsInsightsError

FAILED, SETTINGS, REFUSED, BUSY = 1, 2, 3, 75

app = typer.Typer(
    name="nps-insights",
    help="What our NPS is, whether it moved, what people talk about and what drives it; an interval on every figure.",
    pretty_exceptions_enable=False,
    add_completion=True,
)
_GROUPS: dict[str, tuple[Callable[..., None], ...]] = {
    "Begin here": (inspect, report, sample),
    "The number": (nps, alerts, target),
    "From a finished report": (drivers, actions, diff),
    "A project": (init, run, forget),
}
for group, commands in _GROUPS.items():
    for command in commands:
        app.command(rich_help_panel=group)(command)
app.add_typer(themes, name="themes", rich_help_panel="Themes, customers and settings")
app.add_typer(churn, name="churn", rich_help_panel="Themes, customers and settings")
app.add_typer(config, name="config", rich_help_panel="Themes, customers and settings")


def _version(asked: bool) -> None:
    if asked:
        from nps_insights import __version__

        typer.echo(f"nps-insights {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Say which version this is."
    ),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Say nothing on stderr but warnings and errors."),
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(START, nl=False)
        return
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(VisibleFormatter("%(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[lines])
    logging.getLogger("nps_insights").setLevel(logging.WARNING if quiet else logging.INFO)


def main() -> None:
    """Run the command line and end with its exit code: 0 ok, 1 failure, 2 settings, 3 data refused, 75 folder held."""
    try:
        app()
    except NpsInsightsError as error:
        say(f"error: {in_options(str(error), _known_options(sys.argv[1:]))}", err=True)
        sys.exit(exit_code(error))
    except PermissionError as error:
        say(f"error: {error.filename}: may not be written or read; name another folder with --out, or ask", err=True)
        sys.exit(FAILED)


def _known_options(arguments: list[str]) -> frozenset[str]:
    """The options of the command that a command line names."""
    command: Any = typer.main.get_command(app)
    for word in arguments:
        command = getattr(command, "commands", {}).get(word, command)
    return frozenset(option for parameter in command.params for option in parameter.opts)


def exit_code(error: NpsInsightsError) -> int:
    """Return the exit code of an error.

    Example:
        >>> exit_code(BusyFolderError("held"))
        75
    """
    if isinstance(error, BusyFolderError):
        return BUSY
    return REFUSED if isinstance(error, DataRefusedError) else SETTINGS
