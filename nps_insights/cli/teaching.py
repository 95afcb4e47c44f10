"""Where a file is not understood, say what was, what is missing, and what to try next."""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from nps_insights.cli.terminal import say
from nps_insights.tables.errors import DataRefusedError

if TYPE_CHECKING:
    from nps_insights.jobs.settings.driver_report import DriverReportSettings

# As for every refusal of data.
_REFUSED = 3


@contextmanager
def taught(settings: "DriverReportSettings") -> Iterator[None]:
    """Turn the refusal of a survey file that is not understood into a lesson on stderr, and end with code 3.

    Args:
        settings: Checked settings of the command.

    Raises:
        DataRefusedError: The refusal itself, where the survey is understood and something else was refused.
    """
    try:
        yield
    except DataRefusedError:
        from nps_insights.jobs.lesson import lesson_of

        lesson = lesson_of(settings, command=shlex.join(["nps-insights", *sys.argv[1:]]))
        if lesson is None:
            raise
        say(f"error: {lesson}", err=True)
        raise typer.Exit(_REFUSED) from None
