"""A hundred short comments on three plain subjects, and the command line as a function."""

from pathlib import Path

from typer.testing import CliRunner

from nps_insights.cli.main import app, exit_code
from nps_insights.tables import NpsInsightsError

SUBJECTS = {
    "queue": ["the queue at the till was long", "we waited an hour in the queue", "such a slow line at the checkout"],
    "staff": ["the staff were friendly", "a kind and helpful assistant", "lovely people at the desk"],
    "price": ["far too expensive for me", "prices went up again", "cheap and good value"],
}
PLACES = ["today", "in May", "again", "as ever", "last week", "on Monday", "in the morning", "at noon", "this year"]
COMMENTS = [f"{text} {place}" for texts in SUBJECTS.values() for text in texts for place in PLACES]
SUBJECT_OF = [subject for subject, texts in SUBJECTS.items() for _ in texts for _ in PLACES]


def nps_insights(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and words of a command, errors of the product included; any other exception is raised."""
    ended = CliRunner().invoke(app, ["--quiet", *map(str, arguments)])
    if isinstance(ended.exception, NpsInsightsError):
        return exit_code(ended.exception), str(ended.exception)
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return ended.exit_code, ended.output
