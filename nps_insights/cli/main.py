"""The door of the command line: commands, exit codes, and where words go (data to stdout, logs to stderr)."""

import logging
import sys

import typer

from nps_insights.cli.churn import app as churn
from nps_insights.cli.diff import diff
from nps_insights.cli.drivers import drivers
from nps_insights.cli.init import init
from nps_insights.cli.inspect import inspect
from nps_insights.cli.nps import nps
from nps_insights.cli.report import report
from nps_insights.cli.run import run
from nps_insights.cli.sample import sample
from nps_insights.cli.terminal import VisibleFormatter, say
from nps_insights.cli.themes import app as themes
from nps_insights.cli.watch import actions, alerts, target
from nps_insights.tables.errors import BusyFolderError, DataRefusedError, NpsInsightsError

FAILED, SETTINGS, REFUSED, BUSY = 1, 2, 3, 75

app = typer.Typer(
    name="nps-insights",
    help="What our NPS is, whether it moved, what people talk about and what drives it; an interval on every figure.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
)
for command in (inspect, nps, report, drivers, alerts, target, actions, diff, sample, init, run):
    app.command()(command)
app.add_typer(themes, name="themes")
app.add_typer(churn, name="churn")


@app.callback()
def _options(
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Say nothing on stderr but warnings and errors."),
) -> None:
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(VisibleFormatter("%(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[lines])
    logging.getLogger("nps_insights").setLevel(logging.WARNING if quiet else logging.INFO)


def main() -> None:
    """Run the command line and end with its exit code: 0 ok, 1 failure, 2 settings, 3 data refused, 75 folder held."""
    try:
        app()
    except NpsInsightsError as error:
        say(f"error: {error}", err=True)
        sys.exit(exit_code(error))


def exit_code(error: NpsInsightsError) -> int:
    """Return the exit code of an error.

    Example:
        >>> exit_code(BusyFolderError("held"))
        75
    """
    if isinstance(error, BusyFolderError):
        return BUSY
    return REFUSED if isinstance(error, DataRefusedError) else SETTINGS
