"""What is written to the terminal: text from data cannot move its cursor, change colours or turn the direction."""

import logging

import typer

from nps_insights.tables import visible


def say(text: object, *, err: bool = False) -> None:
    r"""Write lines for a person, without the characters of the data that a terminal obeys or does not show.

    Args:
        text: What is said.
        err: Say it on stderr.

    Example:
        >>> say("theme \x1b[2Jlate\u202e delivery")
        theme [2Jlate delivery
    """
    typer.echo(visible(str(text), lines=True), err=err)


class VisibleFormatter(logging.Formatter):
    r"""Log lines for a person, cleaned as `say` does.

    Example:
        >>> VisibleFormatter("%(message)s").format(logging.makeLogRecord({"msg": "read \x07a.csv"}))
        'read a.csv'
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return visible(super().format(record), lines=True)
