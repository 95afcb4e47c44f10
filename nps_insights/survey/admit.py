"""The door: an export goes in, validated responses, comments and codes come out, and every row is accounted for."""

from dataclasses import dataclass, field, replace

import pandas as pd

from nps_insights.survey.answers import (
    Answers,
    quarantine_bad_answers,
    read_answers,
    refuse_unstated_scale,
    response_fields,
)
from nps_insights.survey.codes import codes_table
from nps_insights.survey.comments import comments_table
from nps_insights.survey.files.read import RawTable
from nps_insights.survey.ids.customer_ids import without_lone_account
from nps_insights.survey.ids.identity import (
    one_per_response,
    quarantine_disputed,
    response_ids,
    take_out_duplicates,
)
from nps_insights.survey.ledger import Ledger
from nps_insights.survey.mapping.columns import ColumnMapping, map_columns
from nps_insights.survey.mapping.looks import look_at
from nps_insights.survey.privacy.forgotten_rows import REASON as FORGOTTEN
from nps_insights.survey.privacy.forgotten_rows import without_forgotten
from nps_insights.survey.privacy.known_people import known_people
from nps_insights.survey.privacy.private_texts import (
    private_errors,
    private_notes,
    private_quarantine,
    redaction_note,
    without_private_texts,
)
from nps_insights.survey.privacy.pseudonyms import with_pseudonyms
from nps_insights.survey.redaction import KnownNames
from nps_insights.survey.settings import SurveySettings
from nps_insights.survey.sides.accounts import AccountAdmission, admit_accounts
from nps_insights.survey.sides.join import joined_attributes
from nps_insights.survey.values.languages import with_languages
from nps_insights.survey.values.scale import shown_scale
from nps_insights.tables import DataRefusedError, conform, empty


@dataclass(frozen=True, eq=False)
class Admission:
    """What came out of a survey export.

    Attributes:
        responses: The responses table; attributes are columns `attribute/<name>`.
        comments: The comments table.
        codes: The codes table, from `theme_columns`.
        accounts: The accounts table, or None.
        quarantine: Refused rows of both files.
        counts: Input rows read, kept, quarantined, duplicate, filtered; read is the sum of the others.
        breakdown: Fate -> reason -> rows.
        account_counts: The same counts of the accounts' file; empty without one.
        account_columns: Field -> column of the accounts' file; empty without one.
        account_breakdown: Fate -> reason -> rows of the accounts' file.
        notes: What a reader must know, in sentences without any comment's text.
        mapping: Which column was understood as what.
        scale: Scale and cuts in words.
        as_of: The stated moment, else the last answer's date; None without dates.
        accounts_without_response: account_ids of the accounts' file that nobody answered for, sorted.
        responses_without_account: account_ids of the survey that the accounts' file lacks, sorted.
        refused_attributes: attribute -> why it must not be a driver; these columns are not in responses.
        named_attributes: attribute, control or group column as the user typed it -> column of responses.
        driver_attributes: Attributes to take as drivers, without prefix: those named as such, in that order, then the
            accounts' own that are fit for it; the controls are not among them.
        stated_codes: Columns named as `theme_columns`, ranges resolved; `codes` lacks those that are never used.
        redactions: Table `redactions`: what was taken out of the comments before anything else was done.
        names: Names that were looked for; the files beside the survey are searched for them too.
    """

    responses: pd.DataFrame
    comments: pd.DataFrame
    codes: pd.DataFrame
    accounts: pd.DataFrame | None
    quarantine: pd.DataFrame
    counts: dict[str, int]
    breakdown: dict[str, dict[str, int]]
    account_counts: dict[str, int]
    account_breakdown: dict[str, dict[str, int]]
    notes: tuple[str, ...]
    mapping: ColumnMapping
    scale: str
    as_of: pd.Timestamp | None
    accounts_without_response: tuple[str, ...] = ()
    responses_without_account: tuple[str, ...] = ()
    refused_attributes: dict[str, str] = field(default_factory=dict)
    named_attributes: dict[str, str] = field(default_factory=dict)
    driver_attributes: tuple[str, ...] = ()
    stated_codes: tuple[str, ...] = ()
    account_columns: dict[str, str] = field(default_factory=dict)
    redactions: pd.DataFrame = field(default_factory=lambda: empty("redactions"))
    names: KnownNames = field(default_factory=KnownNames, repr=False)


def admit_survey(raw: RawTable, settings: SurveySettings, accounts: RawTable | None = None) -> Admission:
    """Turn a survey export into validated tables.

    Addresses, numbers and known names are taken out of the comments first, and ids become pseudonyms where a key is
    given: tables, refused values, notes and errors hold neither.

    Args:
        raw: The export as read.
        settings: What the user states about it.
        accounts: An export of accounts to join by account_id.

    Returns:
        Tables, refused rows and books. The tables do not depend on the order of the rows.

    Raises:
        SettingsError: A setting does not fit the file.
        DataRefusedError: Something must be stated first (column, scale, date format), or nothing is left.

    Example:
        >>> import numpy as np
        >>> frame = pd.DataFrame({"id": ["r1", "r2"], "nps": ["9", "11"], "comment": ["quick", ""]}, dtype="str")
        >>> raw = RawTable("export.csv", frame, np.array([2, 3]), pd.DataFrame())
        >>> admission = admit_survey(raw, SurveySettings(scale=(0, 10)))
        >>> admission.counts
        {'read': 2, 'kept': 1, 'quarantined': 1, 'duplicate': 0, 'filtered': 0}
    """
    names = known_people(raw, accounts, settings) if settings.redact else KnownNames()
    with private_errors(settings, names):
        mapping = map_columns(raw, settings)
        customers = None if accounts is None else admit_accounts(accounts, settings, names)
        fields = {name: mapping.one(name) for name in mapping.columns}
        raw = without_forgotten(raw, fields, settings.forgotten, settings.pseudonym_key)
        raw, redactions = without_private_texts(raw, mapping.columns.get("comment", ()), settings, names)
        raw = with_pseudonyms(raw, fields, settings.pseudonym_key)
        admission = _admitted(raw, mapping, settings, customers)
    return replace(
        admission,
        quarantine=private_quarantine(admission.quarantine, settings, names),
        notes=(*private_notes(admission.notes, settings, names), *redaction_note(redactions, settings)),
        redactions=redactions,
        names=names,
    )


def _admitted(
    raw: RawTable, mapping: ColumnMapping, settings: SurveySettings, customers: AccountAdmission | None
) -> Admission:
    ledger = Ledger(raw)
    answers = read_answers(raw, mapping, settings)
    refuse_unstated_scale(answers)
    quarantine_bad_answers(ledger, answers, settings)
    id_column = mapping.one("response_id")
    take_out_duplicates(ledger, id_column)
    ids = response_ids(raw.frame, id_column, ledger.open)
    # Answers without an id of their own are known by what stands in them.
    ledger.take_out(settings.forgotten.holds("response_id", ids), "filtered", FORGOTTEN)
    quarantine_disputed(ledger, ids, answers.scored)
    _quarantine_repeated_comments(ledger, mapping)
    _refuse_nothing(ledger)
    return _admission(ledger, answers, ids, mapping, settings, customers)


def _admission(
    ledger: Ledger,
    answers: Answers,
    ids: pd.Series,
    mapping: ColumnMapping,
    settings: SurveySettings,
    customers: AccountAdmission | None,
) -> Admission:
    kept = ledger.open
    cells = ledger.raw.frame[kept]
    rows, field_notes = response_fields(cells, mapping, answers, kept, settings)
    rows.insert(0, "response_id", ids[kept])
    merged, merge_notes = one_per_response(rows, [name for name in rows.columns if name != "response_id"])
    merged, mapping, account_notes = without_lone_account(merged, mapping, joining=customers is not None)
    joined = joined_attributes(merged, mapping, settings, customers)
    told = [*field_notes, *merge_notes, *account_notes, *joined.notes]
    comments, places = comments_table(
        _comment_rows(cells, ids[kept], mapping), mapping.columns.get("comment", ()), cells, mapping.labels
    )
    codes = (
        codes_table(cells[list(mapping.theme_columns)], places, comments) if mapping.theme_columns else empty("codes")
    )
    quarantine = ledger.quarantined_rows()
    if customers is not None:
        quarantine = conform("quarantine", pd.concat([quarantine, customers.quarantine]))
    return Admission(
        responses=conform("responses", joined.responses),
        comments=conform("comments", with_languages(comments)),
        codes=codes,
        accounts=None if customers is None else customers.accounts,
        quarantine=quarantine,
        counts=ledger.counts(),
        breakdown=ledger.breakdown(),
        account_counts={} if customers is None else customers.counts,
        account_columns={} if customers is None else customers.columns,
        account_breakdown={} if customers is None else customers.breakdown,
        notes=_notes(ledger, answers, mapping, told, customers),
        mapping=mapping,
        scale=shown_scale(settings),
        as_of=_as_of(settings, merged),
        accounts_without_response=joined.accounts_without_response,
        responses_without_account=joined.responses_without_account,
        refused_attributes=joined.refused,
        named_attributes=joined.named,
        driver_attributes=joined.drivers,
        stated_codes=mapping.theme_columns,
    )


def _notes(
    ledger: Ledger, answers: Answers, mapping: ColumnMapping, told: list[str], customers: AccountAdmission | None
) -> tuple[str, ...]:
    silent = [] if "comment" in mapping.columns else [_no_comments(ledger, mapping)]
    later = () if customers is None else customers.notes
    return tuple(dict.fromkeys([*ledger.raw.told, *mapping.notes, *silent, *answers.notes, *told, *later]))


def _no_comments(ledger: Ledger, mapping: ColumnMapping) -> str:
    texts = [name for name in mapping.unused if look_at(ledger.raw.frame[name]).words.startswith("text")]
    say = f'--columns comment="{texts[0]}" (`comment` in the section [columns])' if texts else ""
    hint = f"; if {texts[0]!r} holds them, say {say}" if texts else ""
    return f"no column of comments is known; only the score is read{hint}"


def _comment_rows(cells: pd.DataFrame, ids: pd.Series, mapping: ColumnMapping) -> pd.DataFrame:
    rows = pd.DataFrame({"response_id": ids})
    for name in ("comment_id", "question", "language"):
        if column := mapping.one(name):
            texts = cells[column].str.strip()
            rows[name] = texts.mask(texts == "")
    return rows


def _quarantine_repeated_comments(ledger: Ledger, mapping: ColumnMapping) -> None:
    column = mapping.one("comment_id")
    if column is None:
        return
    stated = ledger.raw.frame[column].str.strip()
    considered = stated.where(ledger.open & (stated != ""))
    ledger.quarantine(
        considered.duplicated(keep=False) & considered.notna(), "comment_id", "stands on several different rows", stated
    )


def _refuse_nothing(ledger: Ledger) -> None:
    if ledger.open.any():
        return
    reasons = [(n, f"{n:,} {fate}: {why}") for fate, rows in ledger.breakdown().items() for why, n in rows.items()]
    listed = "; ".join(text for _, text in sorted(reasons, key=lambda reason: -reason[0])[:4])
    raise DataRefusedError(
        f"{ledger.raw.name}: none of its {ledger.counts()['read']:,} rows can be used ({listed}); check that the "
        "columns and the scale are the right ones with `nps-insights inspect`"
    )


def _as_of(settings: SurveySettings, responses: pd.DataFrame) -> pd.Timestamp | None:
    if isinstance(settings.as_of, pd.Timestamp):
        return settings.as_of
    if "responded_at" not in responses or responses["responded_at"].isna().all():
        return None
    return responses["responded_at"].max()
