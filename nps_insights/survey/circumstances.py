"""How an answer came about: what it is about and when that was, who gave it, whether it is whole, what was asked."""

import pandas as pd

from nps_insights.survey.comments import cleaned
from nps_insights.survey.mapping.aliases import is_question
from nps_insights.survey.mapping.columns import ColumnMapping
from nps_insights.survey.settings import SurveySettings
from nps_insights.survey.sides.field_columns import side_dates
from nps_insights.survey.values.flags import FLAGS, flags_of
from nps_insights.survey.values.numbers import cells_lost, is_missing
from nps_insights.tables import DataRefusedError, counted


def circumstances(
    cells: pd.DataFrame, mapping: ColumnMapping, dates: pd.Series | None, settings: SurveySettings
) -> tuple[dict[str, pd.Series], list[str]]:
    """Return trigger, event_at, wording, internal and complete of every row, as far as they are known, and notes.

    Where no column holds the wording and the header of the score is a whole question, that question is the wording.

    Args:
        cells: Rows as read.
        mapping: Which column is which field.
        dates: When each row was answered, if that is known.
        settings: `date_format` and `missing_dates` are used.

    Raises:
        DataRefusedError: The stated column of event_at can be read in two ways.

    Example:
        >>> cells = pd.DataFrame({"Would you recommend us?": ["9"], "Staff": ["yes"]}, dtype="str")
        >>> columns = {"score": ("Would you recommend us?",), "internal": ("Staff",)}
        >>> found, notes = circumstances(cells, ColumnMapping(columns, {}), None, SurveySettings())
        >>> found["wording"].tolist(), found["internal"].tolist()
        (['Would you recommend us?'], [True])
    """
    found: dict[str, pd.Series] = {}
    notes: list[str] = []
    if column := mapping.one("trigger"):
        found["trigger"] = _texts(cells[column])
    _add_event(found, notes, cells, mapping, dates, settings)
    _add_wording(found, notes, cells, mapping)
    for name in FLAGS:
        if column := mapping.one(name):
            found[name] = flags_of(name, cells[column])
            n_lost = int((found[name].isna() & ~is_missing(cells[column])).sum())
            notes += [f"{name}: {cells_lost(n_lost)}"] if n_lost else []
    notes += _told(found)
    return found, notes


def _texts(cells: pd.Series) -> pd.Series:
    texts = cleaned(cells)
    return texts.mask(texts == "")


def _add_event(
    found: dict[str, pd.Series],
    notes: list[str],
    cells: pd.DataFrame,
    mapping: ColumnMapping,
    dates: pd.Series | None,
    settings: SurveySettings,
) -> None:
    column = mapping.one("event_at")
    if column is None:
        return
    try:
        read = side_dates(cells[column], column, settings)
    except DataRefusedError as error:
        if mapping.how.get("event_at") == "stated":
            raise
        # Nobody asked for this column; it is no reason to refuse the answers.
        notes.append(f"event_at: {column!r} is named like it and was not taken: {error}")
        return
    moments = read.dates
    notes += read.notes
    n_unread = int((read.reasons != "").sum())
    lost = ("date was not understood and is left empty", "dates were not understood and are left empty")
    notes += [f"event_at: {counted(n_unread, *lost)}"] if n_unread else []
    if dates is not None:
        # A day without a time may be the day of the answer itself.
        later = moments.dt.floor("D") > dates.dt.floor("D")
        if n_later := int(later.sum()):
            before = "dated before the event that"
            told = counted(n_later, f"answer is {before} it is about", f"answers are {before} they are about")
            notes.append(f"event_at: {told}; it is left empty")
        moments = moments.mask(later)
    found["event_at"] = moments


def _add_wording(found: dict[str, pd.Series], notes: list[str], cells: pd.DataFrame, mapping: ColumnMapping) -> None:
    column = mapping.one("score") or ""
    header = mapping.labels.get(column, column)
    if stated := mapping.one("wording"):
        found["wording"] = _texts(cells[stated])
    elif is_question(header):
        asked = " ".join(header.split())
        found["wording"] = pd.Series(asked, index=cells.index, dtype="str")
        notes.append(f"wording: the question asked is taken from the header of the score, {asked!r}")


def _told(found: dict[str, pd.Series]) -> list[str]:
    notes = []
    internal = int(found["internal"].sum()) if "internal" in found else 0
    if internal:
        told = counted(internal, "row is of an employee or a test; it is", "rows are of employees or tests; they are")
        notes.append(f"internal: {told} marked")
    broken_off = int((~found["complete"].fillna(True)).sum()) if "complete" in found else 0
    if broken_off:
        off = "broken off before the end;"
        told = counted(broken_off, f"row was {off} it is", f"rows were {off} they are")
        notes.append(f"complete: {told} marked")
    n_wordings = found["wording"].nunique() if "wording" in found else 0
    if n_wordings > 1:
        notes.append(
            f"wording: the score was asked in {n_wordings:,} wordings; answers to different ones may not be comparable"
        )
    return notes
