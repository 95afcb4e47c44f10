"""What could be tried where an export is not understood: likely columns and the refusals' own advice, never taken."""

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from nps_insights.survey.files.raw import RawTable
from nps_insights.survey.mapping.columns import ColumnMapping
from nps_insights.survey.mapping.likely_columns import likely_scores
from nps_insights.survey.mapping.looks import look_at
from nps_insights.survey.settings import SurveySettings, parse_cuts, parse_scale
from nps_insights.tables import NpsInsightsError

_CANDIDATES = ["field", "column", "looks_like"]
_MOST_OF_A_FIELD = 3
_COLUMN = re.compile(r'--columns (\w+)="([^".]+)"')
_OPTION = re.compile(r"--(scale|cuts) (\d[\d.,-]*\d)")
_DATES = re.compile(r'\bformat = "([^"]+)"')
_READ: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "scale": ("scale", parse_scale),
    "cuts": ("cuts", parse_cuts),
    "date-format": ("date_format", str),
}


@dataclass(frozen=True, eq=False)
class Suggestion:
    """What could be stated next; a guess for a person to judge, never a decision.

    Attributes:
        candidates: One row per column that could play a part: field, column, looks_like; the likeliest of a field
            first.
        columns: Field -> column, the likeliest of each field that is not understood.
        options: Option -> value beside the columns, such as scale -> "1-5".
        readable: Whether the export can be read with them.
    """

    candidates: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=_CANDIDATES))
    columns: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    readable: bool = False

    @property
    def arguments(self) -> str:
        r"""The same as arguments of a command line, quoted for a shell.

        Example:
            >>> Suggestion(columns={"score": "Q 1"}, options={"scale": "1-5"}).arguments
            '--columns \'score="Q 1"\' --scale 1-5'
        """
        columns = [part for one in self.columns.items() for part in ("--columns", shlex.quote('{}="{}"'.format(*one)))]
        stated = [part for name, value in self.options.items() for part in (f"--{name}", shlex.quote(value))]
        return " ".join([*columns, *stated])


def suggest(
    raw: RawTable, settings: SurveySettings, mapping: ColumnMapping, admitted: Callable[[SurveySettings], object]
) -> Suggestion:
    """Return what could be stated next so that an export can be read.

    Args:
        raw: The export as read.
        settings: What the user states so far.
        mapping: What is understood so far.
        admitted: Reads the export with other settings, or refuses it; what a refusal advises is tried next.

    Example:
        >>> import numpy as np
        >>> frame = pd.DataFrame({"Q1": ["9", "0"], "Why": ["quick and kind", "too slow for me"]}, dtype="str")
        >>> raw = RawTable("export.csv", frame, np.array([2, 3]), pd.DataFrame())
        >>> suggest(raw, SurveySettings(), ColumnMapping({}, {}, unused=("Q1", "Why")), lambda settings: None).columns
        {'score': 'Q1', 'comment': 'Why'}
    """
    found = _candidates(raw, mapping)
    # What an option cannot carry is not suggested as one.
    columns = {name: likely[0] for name, likely in found.items() if likely and '"' not in likely[0]}
    rows = [
        (name, column, look_at(raw.frame[column]).words)
        for name, likely in found.items()
        for column in likely[:_MOST_OF_A_FIELD]
    ]
    table = pd.DataFrame(rows, columns=_CANDIDATES)
    if "score" not in mapping.columns and "score" not in columns:
        return Suggestion(table, columns)
    return _tried(replace(settings, columns={**settings.columns, **columns}), Suggestion(table, columns), admitted)


def _candidates(raw: RawTable, mapping: ColumnMapping) -> dict[str, list[str]]:
    """Columns that could be each field that is not understood."""
    # Of a file that was not split into columns, its one column is none of them.
    free = list(mapping.unused) if len(raw.frame.columns) > 1 else []
    found = {}
    if "score" not in mapping.columns:
        found["score"] = likely_scores(raw, free)
    if "comment" not in mapping.columns:
        found["comment"] = _by_length(raw, [name for name in free if look_at(raw.frame[name]).kind == "text"])
    dates = [name for name in free if look_at(raw.frame[name]).kind == "date"]
    if "responded_at" not in mapping.columns and len(dates) == 1:
        found["responded_at"] = dates
    return found


def _by_length(raw: RawTable, names: Sequence[str]) -> list[str]:
    return sorted(names, key=lambda name: -int(raw.frame[name].str.len().sum()))


def _tried(settings: SurveySettings, so_far: Suggestion, admitted: Callable[[SurveySettings], object]) -> Suggestion:
    """Follow what the refusals advise, one after the other, until nothing is refused or nothing new is advised."""
    # Each refusal adds a column or an option that was not stated yet, so this comes to an end.
    while True:
        try:
            admitted(settings)
        except NpsInsightsError as error:
            columns, options = _advice(str(error), so_far)
            if not columns and not options:
                return so_far
            stated = {_READ[name][0]: _READ[name][1](value) for name, value in options.items()}
            settings = replace(settings, columns={**settings.columns, **columns}, **stated)
            so_far = replace(so_far, columns=so_far.columns | columns, options=so_far.options | options)
        else:
            return replace(so_far, readable=True)


def _advice(said: str, so_far: Suggestion) -> tuple[dict[str, str], dict[str, str]]:
    """The columns and options that a refusal names first and that were not tried yet."""
    named = [*_OPTION.findall(said), *(("date-format", written) for written in _DATES.findall(said))]
    columns = {name: column for name, column in reversed(_COLUMN.findall(said)) if name not in so_far.columns}
    return columns, {name: value for name, value in reversed(named) if name not in so_far.options}
