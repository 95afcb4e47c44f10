"""Files that are read beside the survey, such as invitations: let in, with refused rows, books and hashes together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from nps_insights.survey import (
    USUAL_LIMITS,
    KnownNames,
    Limits,
    RawTable,
    SideAdmission,
    SurveySettings,
    private_errors,
    private_notes,
    private_quarantine,
    read_source,
    with_listed_ids,
)
from nps_insights.tables import empty, texts_as_they_were

_NOBODY = KnownNames()
_WITH_FREE_TEXT = ("outcomes", "events")


@dataclass(frozen=True)
class SideFile:
    """One file beside the survey.

    Attributes:
        source: The file, or None where none was named.
        admit: What lets it in, such as `admit_invitations`.
        columns: Field -> column, where the names do not tell.
        sheet: Sheet of a workbook that is taken where several hold rows.
    """

    source: str | None
    admit: Callable[..., SideAdmission]
    columns: Mapping[str, str]
    sheet: str = ""


@dataclass(frozen=True, eq=False)
class SideFiles:
    """What came out of the files beside the survey, by name; files that were not named are in none of them.

    Attributes:
        tables: The table of each.
        quarantine: Refused rows of all.
        counts: Rows read, kept, quarantined, duplicate, filtered.
        hashes: Name and sha256 of each file.
        notes: What was decided, in sentences.
    """

    tables: dict[str, pd.DataFrame]
    quarantine: pd.DataFrame
    counts: dict[str, dict[str, int]]
    hashes: dict[str, dict[str, str]]
    notes: list[str]


def read_side_files(
    files: Mapping[str, SideFile],
    read_as: SurveySettings,
    limits: Limits = USUAL_LIMITS,
    accounts: pd.DataFrame | None = None,
    names: KnownNames = _NOBODY,
) -> SideFiles:
    """Read the files that were named.

    Args:
        files: Name of the table -> its file.
        read_as: How dates are read, and the moment of knowing.
        limits: How much each file may hold.
        accounts: Table `accounts`, where one is given: Salesforce's ids are written as it writes them.
        names: Names that are taken out of free text, refused rows, notes and errors.

    Raises:
        SettingsError: A setting does not fit a file.
        DataRefusedError: Something must be stated first, or nothing is left of a file.

    Example:
        >>> from nps_insights.survey import admit_invitations
        >>> read_side_files({"invitations": SideFile(None, admit_invitations, {})}, SurveySettings()).tables
        {}
    """
    read: dict[str, tuple[RawTable, SideAdmission]] = {}
    for name, file in files.items():
        if file.source:
            raw = read_source(file.source, usual_sheet=file.sheet, limits=limits)
            # What became of calls stands in a copy of our own list.
            if name == "outcomes" and raw.delimiter:
                raw = replace(raw, frame=texts_as_they_were(raw.frame))
            known = {"names": names} if name in _WITH_FREE_TEXT else {}
            with private_errors(read_as, names):
                read[name] = (raw, file.admit(raw, read_as, columns=file.columns, **known))
    refused = pd.concat([empty("quarantine"), *(side.quarantine for _, side in read.values())])
    notes = [note for _, side in read.values() for note in side.notes]
    return SideFiles(
        tables={name: with_listed_ids(side.table, accounts) for name, (_, side) in read.items()},
        quarantine=private_quarantine(refused, read_as, names),
        counts={name: side.counts for name, (_, side) in read.items()},
        hashes={name: hash_of(raw) for name, (raw, _) in read.items()},
        notes=list(private_notes(notes, read_as, names)),
    )


def hash_of(raw: RawTable) -> dict[str, str]:
    """Return name and sha256 of a file that was read."""
    return {"name": raw.name, "sha256": raw.sha256}
