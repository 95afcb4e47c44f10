"""Find the columns of a file beside the survey: accounts, usage, invitations."""

from collections.abc import Mapping

import pandas as pd

from nps_insights.survey.files.raw import RawTable
from nps_insights.survey.ids.rounded_ids import rounded_ids
from nps_insights.survey.ledger import Ledger
from nps_insights.survey.mapping.aliases import is_alias_of
from nps_insights.survey.mapping.columns import described_columns, resolve, suggestions
from nps_insights.survey.settings import SurveySettings
from nps_insights.survey.values.dates import DateColumn, parse_dates
from nps_insights.survey.values.numbers import is_missing
from nps_insights.tables import DataRefusedError, SettingsError


def field_columns(
    raw: RawTable,
    stated: Mapping[str, str],
    fields: Mapping[str, str],
    *,
    required: tuple[str, ...],
    option: str,
) -> tuple[dict[str, str], list[str]]:
    """Return which column is which field, and notes on fields that several columns could be.

    Stated columns are believed; otherwise a column is taken if its name is exactly a known one.

    Args:
        raw: The file as read.
        stated: Field -> column.
        fields: Field -> its known names.
        required: Fields that must be found; of these the column called like the field wins over its other names.
        option: Section of the pipeline file that states columns, for messages.

    Raises:
        SettingsError: A stated column or field does not exist.
        DataRefusedError: A required field has no column, or several could be it.

    Example:
        >>> import numpy as np
        >>> from nps_insights.survey.mapping.aliases import USAGE_FIELDS
        >>> raw = RawTable("usage.csv", pd.DataFrame({"Kunde": ["a"], "Datum": [""]}), np.array([2]), pd.DataFrame())
        >>> field_columns(raw, {}, USAGE_FIELDS, required=("account_id", "used_at"), option="usage_columns")[0]
        {'account_id': 'Kunde', 'used_at': 'Datum'}
    """
    names, notes = list(raw.frame.columns), []
    found = {}
    for name, column in stated.items():
        if name not in fields:
            near = suggestions(name, list(fields))
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise SettingsError(f"{option}: {name!r} is no field; {hint}The fields are {', '.join(fields)}")
        found[name] = resolve(column, names, f"{option}: {name}")
    _take_known(raw, fields, found)
    for name in (name for name in fields if name not in found):
        free = [column for column in names if column not in found.values()]
        wrong = () if raw.tool is None else raw.tool.never.get(name, ())
        fitting = [column for column in free if is_alias_of(column, name, fields) and column not in wrong]
        if len(fitting) == 1:
            found[name] = fitting[0]
        elif fitting and name in required:
            found[name] = _exact(raw, name, fitting, option)
        elif fitting:
            notes.append(f"{raw.name}: {' and '.join(map(repr, fitting))} could all be {name}; none is taken as it")
    for name in (name for name in required if name not in found):
        raise DataRefusedError(
            f"{name}: {raw.name} has no column known to hold it; state it: "
            f'`[{option}] {name} = "..."`\n' + "\n".join(described_columns(raw))
        )
    for name in (name for name in required if name.endswith("_id") and name not in stated):
        if rounded := rounded_ids(raw.frame[found[name]]):
            raise DataRefusedError(f"{name}: in {raw.name}, {rounded}")
    return found, notes


def _take_known(raw: RawTable, fields: Mapping[str, str], found: dict[str, str]) -> None:
    """Add the columns that the file's tool is known for, unless they are empty or play another part."""
    known = {} if raw.tool is None else raw.tool.columns
    for name, columns in known.items():
        filled = [c for c in columns if c not in found.values() and (raw.frame[c].str.strip() != "").any()]
        if name in fields and name not in found and filled:
            found[name] = filled[0]


def side_dates(texts: pd.Series, column: str, settings: SurveySettings) -> DateColumn:
    """Read a column of dates; the format stated for the survey helps where the column leaves its own open.

    Args:
        texts: Cells of the column.
        column: Its name, for messages.
        settings: `date_format` and `missing_dates` are used.

    Raises:
        DataRefusedError: No way of writing dates fits.

    Example:
        >>> side_dates(pd.Series(["03/04/2026"]), "Day", SurveySettings(date_format="%d/%m/%Y")).dates.dt.month.tolist()
        [4]
    """
    given = texts.mask(is_missing(texts), "")
    try:
        return parse_dates(given, column, missing=settings.missing_dates)
    except DataRefusedError:
        if settings.date_format is None:
            raise
        return parse_dates(given, column, date_format=settings.date_format, missing=settings.missing_dates)


def reasons_in_words(ledger: Ledger) -> str:
    """Return why no row of a file is left, the first five reasons.

    Example:
        >>> import numpy as np
        >>> frame = pd.DataFrame({"id": [""]}, dtype="str")
        >>> ledger = Ledger(RawTable("usage.csv", frame, np.array([2]), pd.DataFrame()))
        >>> ledger.take_out(frame["id"] == "", "filtered", "the row is blank")
        >>> reasons_in_words(ledger)
        '1 filtered (the row is blank)'
    """
    reasons = [f"{n:,} {fate} ({why})" for fate, rows in ledger.breakdown().items() for why, n in rows.items()]
    return "; ".join(reasons[:5])


def _exact(raw: RawTable, name: str, fitting: list[str], option: str) -> str:
    exact = [column for column in fitting if column.casefold() == name]
    if not exact:
        raise DataRefusedError(
            f"{name}: {' and '.join(map(repr, fitting))} of {raw.name} could both be it; state one: "
            f'`[{option}] {name} = "{fitting[0]}"`'
        )
    return exact[0]
