"""Events: read what happened when (an outage, a price rise, a release), to stand beside the figures as a note."""

from collections.abc import Mapping

import pandas as pd

from nps_insights.survey.files.read import RawTable
from nps_insights.survey.ledger import Ledger
from nps_insights.survey.mapping.aliases import EVENT_FIELDS
from nps_insights.survey.privacy.private_texts import without_private_texts
from nps_insights.survey.redaction import KnownNames
from nps_insights.survey.settings import SurveySettings
from nps_insights.survey.sides.field_columns import field_columns, side_dates
from nps_insights.survey.sides.side_tables import SideAdmission, side_admission, take_out_repeated
from nps_insights.survey.values.dates import after_moment
from nps_insights.tables import counted

_NOBODY = KnownNames()


def admit_events(
    raw: RawTable,
    settings: SurveySettings | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    names: KnownNames = _NOBODY,
) -> SideAdmission:
    """Turn a list of events into table `events`; columns that are no field are left out.

    Events after the moment of knowing are kept, since a price rise may be planned; a note counts them.

    Args:
        raw: The file as read.
        settings: `date_format`, `missing_dates`, `as_of` and what is said of privacy are used.
        columns: Field (event_at, ended_at, label, kind) -> column, where the names (date, until, label, kind) do not
            tell.
        names: Names that are taken out of the labels.

    Returns:
        The table, what was refused and why. It does not depend on the order of the rows.

    Raises:
        SettingsError: A stated column or field does not exist.
        DataRefusedError: There is no date or label, dates can be read in two ways, or nothing is left.

    Example:
        >>> import numpy as np
        >>> frame = pd.DataFrame({"date": ["2026-03-01"], "until": ["2026-03-04"], "label": ["Outage"]}, dtype="str")
        >>> admit_events(RawTable("events.csv", frame, np.array([2]), pd.DataFrame())).table
            event_at   ended_at   label
        0 2026-03-01 2026-03-04  Outage
    """
    stated = settings or SurveySettings()
    found, notes = field_columns(
        raw, columns or {}, EVENT_FIELDS, required=("event_at", "label"), option="event_columns"
    )
    raw, _ = without_private_texts(raw, [found[name] for name in ("label", "kind") if name in found], stated, names)
    ledger = Ledger(raw)
    frame = raw.frame.apply(lambda cells: cells.str.strip())
    ledger.take_out((frame == "").all(axis="columns"), "filtered", "the row is blank")
    table = pd.DataFrame(index=frame.index)
    for name in (name for name in ("event_at", "ended_at") if name in found):
        read = side_dates(frame[found[name]], found[name], stated)
        notes += read.notes
        ledger.quarantine(read.reasons != "", name, read.reasons, frame[found[name]])
        table[name] = read.dates
    ledger.quarantine(table["event_at"].isna(), "event_at", "is blank", None)
    if "ended_at" in table:
        turned = table["ended_at"] < table["event_at"]
        ledger.quarantine(turned, "ended_at", "is before event_at", frame[found["ended_at"]])
    table["label"] = frame[found["label"]]
    ledger.quarantine(table["label"] == "", "label", "is blank", None)
    if "kind" in found:
        table["kind"] = frame[found["kind"]].mask(frame[found["kind"]] == "")
    if isinstance(stated.as_of, pd.Timestamp):
        n_planned = int((after_moment(table["event_at"], stated.as_of) & ledger.open).sum())
        lie, are = counted(n_planned, "event lies", "events lie"), "it is" if n_planned == 1 else "they are"
        told = f"event_at: {lie} after {stated.as_of:%Y-%m-%d}, the moment of knowing; {are} kept"
        notes += [told] if n_planned else []
    take_out_repeated(ledger, frame, table[["event_at", "label"]], "this date and label")
    return side_admission("events", table, ledger, found, notes)
