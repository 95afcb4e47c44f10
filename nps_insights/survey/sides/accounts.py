"""Accounts: read the list of customers, and join what is known of them onto their responses."""

from dataclasses import dataclass, field

import pandas as pd

from nps_insights.survey.files.read import RawTable
from nps_insights.survey.ids.customer_ids import names_nobody
from nps_insights.survey.ledger import Ledger
from nps_insights.survey.mapping.aliases import ACCOUNT_FIELDS
from nps_insights.survey.mapping.columns import resolve
from nps_insights.survey.privacy.forgotten_rows import without_forgotten
from nps_insights.survey.privacy.known_people import known_people
from nps_insights.survey.privacy.personal_columns import without_personal_columns
from nps_insights.survey.privacy.pseudonyms import with_pseudonyms
from nps_insights.survey.redaction import KnownNames
from nps_insights.survey.settings import SurveySettings
from nps_insights.survey.sides.attributes import attribute_columns, flags_stated, unfit_as_driver
from nps_insights.survey.sides.field_columns import field_columns, reasons_in_words, side_dates
from nps_insights.survey.values.numbers import is_missing, parse_numbers
from nps_insights.tables import ATTRIBUTE_PREFIX, DataRefusedError, SettingsError, conform

_DATES = ("started_at", "ended_at", "snapshot_at", "renewal_at", "contacted_at")
_FLAGS = ("churned", "open_complaint", "opted_out")
_TEXTS = ("ended_reason", "owner", "account_name", "parent_id")
# They tell how the story ended; as a driver of an answer given before, they would leak it.
OUTCOME_FIELDS = ("ended_at", "ended_reason", "churned")


@dataclass(frozen=True, eq=False)
class AccountAdmission:
    """What came out of an export of accounts.

    Attributes:
        accounts: The accounts table.
        columns: Field -> column of the file.
        quarantine: Refused rows.
        counts: Rows read, kept, quarantined, duplicate, filtered.
        breakdown: Fate -> reason -> rows.
        notes: What was decided, in sentences.
    """

    accounts: pd.DataFrame
    columns: dict[str, str]
    quarantine: pd.DataFrame
    counts: dict[str, int]
    breakdown: dict[str, dict[str, int]]
    notes: tuple[str, ...] = field(default=())


def admit_accounts(raw: RawTable, settings: SurveySettings, names: KnownNames | None = None) -> AccountAdmission:
    """Turn an export of accounts into the accounts table.

    Columns are found by their names or by `settings.account_columns`; all others become `attribute/<name>`, save those
    of e-mail addresses and phones and, where ids become pseudonyms, those of names.

    Args:
        raw: The export as read.
        settings: `account_columns`, `date_format`, `missing_dates` and what is said of privacy are used.
        names: Names that are taken out of free text; those of the accounts' own contacts and owners, and of
            themselves, if not given. Owner and account_name stay.

    Returns:
        The accounts, what was refused and why.

    Raises:
        SettingsError: A stated column or field does not exist.
        DataRefusedError: There is no account_id, an account stands there with different values, or nothing is left.

    Example:
        >>> import numpy as np
        >>> frame = pd.DataFrame({"Account ID": ["007"], "Plan": ["gold"]}, dtype="str")
        >>> raw = RawTable("accounts.csv", frame, np.array([2]), pd.DataFrame())
        >>> admit_accounts(raw, SurveySettings()).accounts
          account_id attribute/Plan
        0        007           gold
    """
    columns, notes = field_columns(
        raw, settings.account_columns, ACCOUNT_FIELDS, required=("account_id",), option="account_columns"
    )
    known_names = known_people(None, raw, settings) if names is None and settings.redact else names or KnownNames()
    raw, columns, told = without_personal_columns(raw, columns, settings, known_names)
    notes += told
    raw = without_forgotten(raw, columns, settings.forgotten, settings.pseudonym_key)
    raw = with_pseudonyms(raw, columns, settings.pseudonym_key)
    ledger = Ledger(raw)
    frame = raw.frame.apply(lambda cells: cells.str.strip())
    ids = frame[columns["account_id"]]
    ledger.take_out((frame == "").all(axis="columns"), "filtered", "the row is blank")
    ledger.quarantine(ids == "", "account_id", "is blank", None)
    ledger.quarantine(names_nobody(ids), "account_id", "is a placeholder and names no account", ids)
    known = _known_columns(frame, columns, settings, ledger, notes)
    ledger.take_out(frame.duplicated() & ledger.open, "duplicate", "repeats another row in every cell")
    _refuse_repeated(raw, ids[ledger.open])
    rest = [name for name in frame.columns if name not in columns.values()]
    attributes = attribute_columns(frame[rest])
    table = pd.concat([pd.DataFrame(known, index=frame.index), attributes], axis="columns")[ledger.open]
    if table.empty:
        raise DataRefusedError(f"{raw.name}: no account is left; {reasons_in_words(ledger)}")
    return AccountAdmission(
        accounts=conform("accounts", table),
        columns=columns,
        quarantine=ledger.quarantined_rows(),
        counts=ledger.counts(),
        breakdown=ledger.breakdown(),
        notes=(*raw.told, *notes),
    )


def account_attributes(
    accounts: pd.DataFrame, columns: dict[str, str], named: tuple[str, ...]
) -> tuple[pd.DataFrame, dict[str, str], dict[str, str]]:
    """Return what is known of the accounts, by account_id, and what of it cannot be a driver, with the reason.

    Args:
        accounts: The accounts table.
        columns: Field -> column of the accounts' file.
        named: Attribute, control or group columns that the user named and the survey lacks.

    Returns:
        Attributes with account_id as index; attribute -> why it is unfit as a driver; name as typed -> attribute.

    Raises:
        SettingsError: A named column is in neither file, or tells how the account ended.

    Example:
        >>> accounts = pd.DataFrame({"account_id": ["a"], "attribute/plan": ["gold"]})
        >>> account_attributes(accounts, {}, ())[0].columns.tolist()
        ['attribute/plan']
    """
    open_names = [name for name in accounts.columns if name.startswith(ATTRIBUTE_PREFIX)]
    found = accounts.set_index("account_id")[open_names]
    fields = {column: name for name, column in columns.items()}
    originals = [name.removeprefix(ATTRIBUTE_PREFIX) for name in open_names]
    chosen = {}
    for name in named:
        column = resolve(name, [*originals, *fields], "attributes, controls or by")
        if fields.get(column) in OUTCOME_FIELDS:
            raise SettingsError(
                f"attributes, controls or by: {column!r} is {fields[column]}, known only after the answers; "
                "leave it out"
            )
        chosen[name] = ATTRIBUTE_PREFIX + column
        if column in fields and chosen[name] not in found:
            found[chosen[name]] = accounts[fields[column]].to_numpy()
    return found, unfit_as_driver(found), chosen


def _known_columns(
    frame: pd.DataFrame, columns: dict[str, str], settings: SurveySettings, ledger: Ledger, notes: list[str]
) -> dict[str, pd.Series]:
    known = {"account_id": frame[columns["account_id"]]}
    for name in (n for n in _DATES if n in columns):
        texts = frame[columns[name]].mask(is_missing(frame[columns[name]]), "")
        dates = side_dates(texts, columns[name], settings)
        ledger.quarantine(dates.reasons != "", name, dates.reasons, texts)
        known[name] = dates.dates
        notes += dates.notes
    if "value" in columns:
        texts = frame[columns["value"]]
        known["value"] = parse_numbers(texts, columns["value"])
        ledger.quarantine(known["value"].isna() & ~is_missing(texts), "value", "is not a number", texts)
    for name in (n for n in _FLAGS if n in columns):
        texts = frame[columns[name]]
        known[name] = flags_stated(texts)
        ledger.quarantine(known[name].isna() & ~is_missing(texts), name, "is neither yes nor no", texts)
    for name in (n for n in _TEXTS if n in columns):
        known[name] = frame[columns[name]].mask(frame[columns[name]] == "")
    return known


def _refuse_repeated(raw: RawTable, ids: pd.Series) -> None:
    repeated = ids[ids.duplicated(keep=False)]
    if repeated.empty:
        return
    keys = sorted(repeated.unique())
    listed = ", ".join(map(repr, keys[:5])) + (", ..." if len(keys) > 5 else "")
    raise DataRefusedError(
        f"account_id: {len(keys):,} accounts stand in {raw.name} more than once with different values ({listed}); "
        "a response could not be joined to one of them, so keep one row per account"
    )
