"""Outcomes: read which accounts were to be contacted, and what became of it."""

from collections.abc import Mapping

import pandas as pd

from nps_insights.survey.files.read import RawTable
from nps_insights.survey.ids.customer_ids import names_nobody
from nps_insights.survey.ledger import Ledger
from nps_insights.survey.mapping.aliases import OUTCOME_FIELDS, plain_name
from nps_insights.survey.privacy.forgotten_rows import without_forgotten
from nps_insights.survey.privacy.private_texts import without_private_texts
from nps_insights.survey.privacy.pseudonyms import with_pseudonyms
from nps_insights.survey.redaction import KnownNames
from nps_insights.survey.settings import SurveySettings
from nps_insights.survey.sides.field_columns import field_columns, side_dates
from nps_insights.survey.sides.side_tables import SideAdmission, filter_later, side_admission, take_out_repeated
from nps_insights.survey.values.dates import after_moment
from nps_insights.tables import counted

_NOBODY = KnownNames()
_REQUIRED = ("action", "account_id", "proposed_at")
_LATER = ("contacted_at", "closed_at")
_SAID = {
    "call": "call|called|call back|callback|phone|anruf|anrufen|appel|appeler|llamada|llamar",
    "convert": "convert|conversion|win over|passive|passives|gewinnen|convertir|convertir passif",
    "refer": "refer|referral|reference|review|ask for a reference|empfehlung|referenz|recommandation|referencia",
}
_ACTION = {word: action for action, words in _SAID.items() for word in words.split("|")}


def admit_outcomes(
    raw: RawTable,
    settings: SurveySettings | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    names: KnownNames = _NOBODY,
) -> SideAdmission:
    """Turn a list of contacts that were made, or not, into table `outcomes`.

    Rows proposed after the moment of knowing are filtered; a contact or an end after it is not known yet and is left
    empty. An exported list of actions with `contacted_at` and `closed_at` filled in is such a file: who was left alone
    in it (`suppressed_because`) was not proposed and is filtered, unless contacted all the same. Other columns that are
    no field are left out.

    Args:
        raw: The file as read.
        settings: `date_format`, `missing_dates`, `as_of` and what is said of privacy are used.
        columns: Field (action, account_id, proposed_at, contacted_at, closed_at, result, suppressed_because) ->
            column, where the names do not tell.
        names: Names that are taken out of the results.

    Returns:
        The table, what was refused and why. It does not depend on the order of the rows.

    Raises:
        SettingsError: A stated column or field does not exist.
        DataRefusedError: There is no action, account_id or proposed_at, dates can be read in two ways, or nothing is
            left.

    Example:
        >>> import numpy as np
        >>> cells = {"action": ["call"], "account_id": ["007"], "proposed_at": ["2026-03-01"], "result": ["solved"]}
        >>> raw = RawTable("outcomes.csv", pd.DataFrame(cells, dtype="str"), np.array([2]), pd.DataFrame())
        >>> admit_outcomes(raw).table[["action", "account_id", "proposed_at", "result"]]
          action account_id proposed_at  result
        0   call        007  2026-03-01  solved
    """
    stated = settings or SurveySettings()
    found, notes = field_columns(raw, columns or {}, OUTCOME_FIELDS, required=_REQUIRED, option="outcome_columns")
    raw, _ = without_private_texts(raw, [found["result"]] if "result" in found else [], stated, names)
    raw = without_forgotten(raw, found, stated.forgotten, stated.pseudonym_key)
    raw = with_pseudonyms(raw, found, stated.pseudonym_key)
    ledger = Ledger(raw)
    frame = raw.frame.apply(lambda cells: cells.str.strip())
    ledger.take_out((frame == "").all(axis="columns"), "filtered", "the row is blank")
    texts, ids = frame[found["action"]], frame[found["account_id"]]
    actions = texts.map({text: _ACTION.get(plain_name(text)) for text in texts.unique()}).astype("str")
    ledger.quarantine(actions.isna(), "action", "is none of call, convert, refer", texts)
    ledger.quarantine(ids == "", "account_id", "is blank", None)
    ledger.quarantine(names_nobody(ids), "account_id", "is a placeholder and names no account", ids)
    dates = _dates(frame, found, stated, ledger, notes)
    if "suppressed_because" in found:
        left_alone = (frame[found["suppressed_because"]] != "") & dates["contacted_at"].isna()
        ledger.take_out(left_alone, "filtered", "was left alone, not proposed")
    filter_later(ledger, dates["proposed_at"], "proposed_at", "proposed", stated, notes)
    _empty_later(dates, stated, ledger, notes)
    result = frame[found["result"]] if "result" in found else pd.Series("", index=frame.index, dtype="str")
    table = pd.DataFrame({"action": actions, "account_id": ids, **dates, "result": result.mask(result == "")})
    key = table[["action", "account_id", "proposed_at"]]
    take_out_repeated(ledger, frame, key, "this action, account_id and proposed_at")
    return side_admission("outcomes", table, ledger, found, notes)


def _dates(
    frame: pd.DataFrame, found: dict[str, str], settings: SurveySettings, ledger: Ledger, notes: list[str]
) -> dict[str, pd.Series]:
    dates = {name: pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]") for name in _LATER}
    for name in (name for name in ("proposed_at", *_LATER) if name in found):
        read = side_dates(frame[found[name]], found[name], settings)
        notes += read.notes
        ledger.quarantine(read.reasons != "", name, read.reasons, frame[found[name]])
        dates[name] = read.dates
    ledger.quarantine(dates["proposed_at"].isna(), "proposed_at", "is blank", None)
    order = (("contacted_at", "proposed_at"), ("closed_at", "proposed_at"), ("closed_at", "contacted_at"))
    for later, earlier in order:
        # A list of days and a log with times may name the same day.
        turned = dates[later].dt.floor("D") < dates[earlier].dt.floor("D")
        ledger.quarantine(turned, later, f"is before {earlier}", dates[later].dt.strftime("%Y-%m-%d"))
    return dates


def _empty_later(dates: dict[str, pd.Series], settings: SurveySettings, ledger: Ledger, notes: list[str]) -> None:
    if not isinstance(settings.as_of, pd.Timestamp):
        return
    for name in _LATER:
        late = after_moment(dates[name], settings.as_of)
        dates[name] = dates[name].mask(late)
        if n_late := int((late & ledger.open).sum()):
            notes.append(
                f"{name}: {counted(n_late, 'date lies', 'dates lie')} after {settings.as_of:%Y-%m-%d}, the moment of "
                f"knowing, and {'is' if n_late == 1 else 'are'} left empty"
            )
