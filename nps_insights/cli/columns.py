"""Options on how a survey is read: names of columns, with quotes where one holds a comma, and its encoding."""

import csv
from collections.abc import Sequence
from typing import Annotated

import typer

from nps_insights.tables.errors import SettingsError

Encoding = Annotated[
    str | None, typer.Option(help="Encoding of the survey's text file, e.g. cp1250; detected if not given.")
]


def parse_names(options: Sequence[str] | None) -> tuple[str, ...]:
    r"""Return the names in options such as `plan,region` or `"Staff, manner",Parking`.

    Example:
        >>> parse_names(['plan,"Staff, manner"', "region"])
        ('plan', 'Staff, manner', 'region')
    """
    names = [name.strip() for option in options or () for name in _cells(option)]
    return tuple(name for name in names if name)


def parse_columns(options: Sequence[str] | None) -> dict[str, str | tuple[str, ...]]:
    r"""Return field -> column of options such as `score=NPS,comment="Customer Feedback"`.

    A field that is given more than once names several columns.

    Raises:
        SettingsError: A part has no `=`.

    Example:
        >>> parse_columns(['score=NPS,comment="What, and why?"'])
        {'score': 'NPS', 'comment': 'What, and why?'}
    """
    named: dict[str, list[str]] = {}
    for option in options or ():
        for part in _split_outside_quotes(option):
            field, equals, column = part.partition("=")
            if not equals or not field.strip() or not column.strip():
                raise SettingsError(
                    f'columns: {part!r} is not FIELD=COLUMN; write for example score=NPS,comment="Customer Feedback"'
                )
            named.setdefault(field.strip(), []).append(column.strip().strip('"'))
    return {field: columns[0] if len(columns) == 1 else tuple(columns) for field, columns in named.items()}


def _cells(option: str) -> list[str]:
    return next(csv.reader([option], skipinitialspace=True), [])


def _split_outside_quotes(option: str) -> list[str]:
    parts, quoted, start = [], False, 0
    for position, character in enumerate(option):
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            parts.append(option[start:position])
            start = position + 1
    return [part for part in [*parts, option[start:]] if part.strip()]
