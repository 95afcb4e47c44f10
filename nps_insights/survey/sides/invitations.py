"""Invitations: read who was asked when, so that silence can be told from never having been asked."""

from collections.abc import Mapping

import pandas as pd

from nps_insights.survey.files.read import RawTable
from nps_insights.survey.ids.customer_ids import customer_ids
from nps_insights.survey.ledger import Ledger
from nps_insights.survey.mapping.aliases import INVITATION_FIELDS
from nps_insights.survey.privacy.forgotten_rows import without_forgotten
from nps_insights.survey.privacy.pseudonyms import with_pseudonyms
from nps_insights.survey.settings import SurveySettings
from nps_insights.survey.sides.field_columns import field_columns, side_dates
from nps_insights.survey.sides.side_tables import (
    SideAdmission,
    filter_later,
    side_admission,
    stated_or_hashed,
    take_out_repeated,
)
from nps_insights.survey.values.kinds import quarantine_unknown_kinds, survey_kinds, unknown_kinds
from nps_insights.tables import DataRefusedError

_WHOM = ("account_id", "contact_id")
_TEXTS = ("touchpoint", "channel", "agent_id")


def admit_invitations(
    raw: RawTable, settings: SurveySettings | None = None, *, columns: Mapping[str, str] | None = None
) -> SideAdmission:
    """Turn an export of invitations into table `invitations`; columns that are no field are left out.

    A row without invitation_id gets a hash of its cells as its id. Invitations sent after the moment of knowing are
    filtered. A column of kinds that the user stated is believed: a row of a strange kind is quarantined; one found by
    its name is left out where it holds strange kinds.

    Args:
        raw: The export as read.
        settings: `date_format`, `missing_dates` and `as_of` are used.
        columns: Field (invitation_id, account_id, contact_id, sent_at, response_id, survey, touchpoint, channel,
            agent_id) -> column, where the names do not tell.

    Returns:
        The table, what was refused and why. It does not depend on the order of the rows.

    Raises:
        SettingsError: A stated column or field does not exist.
        DataRefusedError: There is no date, nobody who was invited, dates can be read in two ways, or nothing is left.

    Example:
        >>> import numpy as np
        >>> frame = pd.DataFrame({"id": ["i1"], "Customer ID": ["007"], "Sent at": ["2026-03-01"]}, dtype="str")
        >>> admit_invitations(RawTable("invitations.csv", frame, np.array([2]), pd.DataFrame())).table
          invitation_id account_id    sent_at
        0            i1        007 2026-03-01
    """
    stated = settings or SurveySettings()
    found, notes = field_columns(
        raw, columns or {}, INVITATION_FIELDS, required=("sent_at",), option="invitation_columns"
    )
    if not any(name in found for name in _WHOM):
        raise DataRefusedError(
            f"account_id: {raw.name} has no column known to hold the account or the contact who was invited; state it: "
            '`[invitation_columns] account_id = "..."`'
        )
    raw = without_forgotten(raw, found, stated.forgotten, stated.pseudonym_key)
    raw = with_pseudonyms(raw, found, stated.pseudonym_key)
    ledger = Ledger(raw)
    frame = raw.frame.apply(lambda cells: cells.str.strip())
    ledger.take_out((frame == "").all(axis="columns"), "filtered", "the row is blank")
    texts = frame[found["sent_at"]]
    dates = side_dates(texts, found["sent_at"], stated)
    notes += dates.notes
    ledger.quarantine(dates.reasons != "", "sent_at", dates.reasons, texts)
    ledger.quarantine(dates.dates.isna(), "sent_at", "is blank", None)
    filter_later(ledger, dates.dates, "sent_at", "sent", stated, notes)
    whom = _whom(frame, found, notes)
    ledger.quarantine(whom.isna().all(axis="columns"), "account_id", "is blank", None)
    table = whom.assign(sent_at=dates.dates)
    for name in (name for name in _TEXTS if name in found):
        table[name] = frame[found[name]].mask(frame[found[name]] == "")
    _add_kinds(table, frame, found, columns or {}, ledger, notes)
    if "response_id" in found:
        answered = frame[found["response_id"]]
        table["response_id"] = answered.mask(answered == "")
    ids = stated_or_hashed(frame, found.get("invitation_id"), ledger)
    take_out_repeated(ledger, frame, ids.to_frame("invitation_id"), "this invitation_id")
    table["invitation_id"] = ids
    return side_admission("invitations", table, ledger, found, notes)


def _whom(frame: pd.DataFrame, columns: dict[str, str], notes: list[str]) -> pd.DataFrame:
    found = {}
    for name in (name for name in _WHOM if name in columns):
        found[name], told = customer_ids(frame[columns[name]], name)
        notes += told
    return pd.DataFrame(found, index=frame.index)


def _add_kinds(
    table: pd.DataFrame,
    frame: pd.DataFrame,
    found: dict[str, str],
    stated: Mapping[str, str],
    ledger: Ledger,
    notes: list[str],
) -> None:
    if "survey" not in found:
        return
    texts = frame[found["survey"]]
    if "survey" in stated:
        quarantine_unknown_kinds(ledger, texts)
    elif strange := unknown_kinds(texts):
        notes.append(
            f"{found['survey']!r} is named like survey and was not taken: it holds {strange}, neither relational nor "
            "transactional"
        )
        del found["survey"]
        return
    table["survey"] = survey_kinds(texts)
