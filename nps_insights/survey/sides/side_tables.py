"""What comes out of a long file that is read beside the survey: a table, what was refused, and the books."""

from dataclasses import dataclass, field

import pandas as pd

from nps_insights.survey.ids.identity import content_hashes
from nps_insights.survey.ledger import Ledger
from nps_insights.survey.settings import SurveySettings
from nps_insights.survey.sides.field_columns import reasons_in_words
from nps_insights.survey.values.dates import after_moment
from nps_insights.tables import DataRefusedError, conform, counted


@dataclass(frozen=True, eq=False)
class SideAdmission:
    """What came out of a file beside the survey: usage, invitations, outcomes, events or a benchmark.

    Attributes:
        table: The table of that name.
        columns: Field -> column of the file.
        quarantine: Refused rows.
        counts: Rows read, kept, quarantined, duplicate, filtered; read is the sum of the others.
        breakdown: Fate -> reason -> rows.
        notes: What was decided, in sentences.
    """

    table: pd.DataFrame
    columns: dict[str, str]
    quarantine: pd.DataFrame
    counts: dict[str, int]
    breakdown: dict[str, dict[str, int]]
    notes: tuple[str, ...] = field(default=())


def take_out_repeated(ledger: Ledger, frame: pd.DataFrame, key: pd.DataFrame, words: str) -> None:
    """Count rows that repeat another one in every cell as duplicates, and refuse different rows of one key.

    Args:
        ledger: Books of the file; changed.
        frame: Cells, stripped.
        key: What may stand there once, same index.
        words: The key, for the reason.

    Example:
        >>> import numpy as np
        >>> from nps_insights.survey.files.read import RawTable
        >>> frame = pd.DataFrame({"id": ["a", "a"], "n": ["1", "2"]}, dtype="str")
        >>> ledger = Ledger(RawTable("usage.csv", frame, np.array([2, 3]), pd.DataFrame()))
        >>> take_out_repeated(ledger, frame, frame[["id"]], "this id")
        >>> ledger.quarantined_rows()["reason"].tolist()
        ['several different rows have this id', 'several different rows have this id']
    """
    # Comparing all cells of all rows is slow; only rows that share a key can repeat each other.
    shared = key[ledger.open].duplicated(keep=False)
    rows = frame.loc[shared[shared].index]
    again = rows.duplicated().reindex(frame.index, fill_value=False).astype(bool)
    ledger.take_out(again, "duplicate", "repeats another row in every cell")
    disputed = key[ledger.open].duplicated(keep=False).reindex(frame.index, fill_value=False).astype(bool)
    ledger.quarantine(disputed, str(key.columns[0]), f"several different rows have {words}", key.iloc[:, 0])


def stated_or_hashed(frame: pd.DataFrame, column: str | None, ledger: Ledger) -> pd.Series:
    """Return stated ids, and for rows without one a content hash and occurrence number.

    Args:
        frame: Cells, stripped.
        column: Column of ids, or None.
        ledger: Books of the file; rows that are out are not numbered.
    """
    stated = frame[column] if column else pd.Series("", index=frame.index, dtype="str")
    unnamed = (stated == "") & ledger.open
    if not unnamed.any():
        return stated
    hashes = content_hashes(frame[unnamed])
    numbers = hashes.groupby(hashes, sort=False).cumcount() + 1
    return stated.mask(unnamed, (hashes + "-" + numbers.astype("str")).reindex(frame.index))


def filter_later(
    ledger: Ledger, dates: pd.Series, field: str, words: str, settings: SurveySettings, notes: list[str]
) -> None:
    """Filter rows dated after the stated moment of knowing, and say how many they are.

    Args:
        ledger: Books of the file; changed.
        dates: The dates.
        field: Their field, for the note.
        words: What happened then ("sent"), for the reason.
        settings: `as_of` is used.
        notes: Notes of the file; changed.
    """
    if not isinstance(settings.as_of, pd.Timestamp):
        return
    late = after_moment(dates, settings.as_of) & ledger.open
    if late.any():
        day = f"{settings.as_of:%Y-%m-%d}"
        ledger.take_out(late, "filtered", f"{words} after {day}")
        n = int(late.sum())
        notes.append(
            f"{field}: {counted(n, 'row is', 'rows are')} dated after {day}, the moment of knowing (the last "
            f"{dates[late].max():%Y-%m-%d}); {'it is' if n == 1 else 'they are'} left out"
        )


def side_admission(
    name: str, table: pd.DataFrame, ledger: Ledger, columns: dict[str, str], notes: list[str]
) -> SideAdmission:
    """Close the books of a file and return what came out of it.

    Raises:
        DataRefusedError: No row is left.
    """
    kept = table[ledger.open]
    if kept.empty:
        raise DataRefusedError(f"{ledger.raw.name}: no row of {name} is left; {reasons_in_words(ledger)}")
    return SideAdmission(
        table=conform(name, kept),
        columns=columns,
        quarantine=ledger.quarantined_rows(),
        counts=ledger.counts(),
        breakdown=ledger.breakdown(),
        notes=(*ledger.raw.told, *notes),
    )
