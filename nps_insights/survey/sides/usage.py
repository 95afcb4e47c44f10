"""Usage: read what each account did when, a long file with an account, a date and columns of numbers."""

from collections.abc import Mapping

import pandas as pd

from nps_insights.survey.files.read import RawTable
from nps_insights.survey.ids.customer_ids import names_nobody
from nps_insights.survey.ledger import Ledger
from nps_insights.survey.mapping.aliases import USAGE_FIELDS
from nps_insights.survey.privacy.forgotten_rows import without_forgotten
from nps_insights.survey.privacy.pseudonyms import with_pseudonyms
from nps_insights.survey.settings import SurveySettings
from nps_insights.survey.sides.field_columns import field_columns, side_dates
from nps_insights.survey.sides.side_tables import SideAdmission, side_admission, take_out_repeated
from nps_insights.survey.values.numbers import is_missing, parse_numbers, read_numbers
from nps_insights.tables import USAGE_PREFIX, DataRefusedError

# Fewer strangers than this are typing errors, and their rows are refused; a column with more is none of numbers.
_STRANGERS = 0.02


def admit_usage(
    raw: RawTable, settings: SurveySettings | None = None, *, columns: Mapping[str, str] | None = None
) -> SideAdmission:
    """Turn an export of usage into table `usage`.

    Every other column of numbers becomes `usage/<name>`; columns of texts are left out and named in a note.

    Args:
        raw: The export as read.
        settings: `date_format` and `missing_dates` are used.
        columns: Field (account_id, used_at) -> column, where the names do not tell.

    Returns:
        The table, what was refused and why. It does not depend on the order of the rows.

    Raises:
        SettingsError: A stated column or field does not exist.
        DataRefusedError: There is no account_id, date or column of numbers, dates or numbers can be read in two ways,
            or nothing is left.

    Example:
        >>> import numpy as np
        >>> frame = pd.DataFrame({"Account ID": ["007"], "Day": ["2026-03-01"], "Logins": ["12"]}, dtype="str")
        >>> admit_usage(RawTable("usage.csv", frame, np.array([2]), pd.DataFrame())).table
          account_id    used_at  usage/Logins
        0        007 2026-03-01          12.0
    """
    stated = settings or SurveySettings()
    found, notes = field_columns(
        raw, columns or {}, USAGE_FIELDS, required=("account_id", "used_at"), option="usage_columns"
    )
    raw = without_forgotten(raw, found, stated.forgotten, stated.pseudonym_key)
    raw = with_pseudonyms(raw, found, stated.pseudonym_key)
    ledger = Ledger(raw)
    frame = raw.frame.apply(lambda cells: cells.str.strip())
    ids = frame[found["account_id"]]
    ledger.take_out((frame == "").all(axis="columns"), "filtered", "the row is blank")
    ledger.quarantine(ids == "", "account_id", "is blank", None)
    ledger.quarantine(names_nobody(ids), "account_id", "is a placeholder and names no account", ids)
    texts = frame[found["used_at"]]
    dates = side_dates(texts, found["used_at"], stated)
    notes += dates.notes
    ledger.quarantine(dates.reasons != "", "used_at", dates.reasons, texts)
    ledger.quarantine(dates.dates.isna(), "used_at", "is blank", None)
    numbers = _numbers(frame, [name for name in frame.columns if name not in found.values()], ledger, notes)
    table = pd.DataFrame({"account_id": ids, "used_at": dates.dates, **numbers})
    take_out_repeated(ledger, frame, table[["account_id", "used_at"]], "this account_id and date")
    return side_admission("usage", table, ledger, found, notes)


def _numbers(frame: pd.DataFrame, names: list[str], ledger: Ledger, notes: list[str]) -> dict[str, pd.Series]:
    found, texts_only = {}, []
    for name in names:
        texts = frame[name]
        given = ~is_missing(texts)
        values, undecided = read_numbers(texts)
        wrong = values.isna() & given
        n_wrong, n_read = int(wrong.sum()), int((values.notna() & given).sum())
        if n_read == 0 or n_wrong > max(1, _STRANGERS * int(given.sum())):
            texts_only.append(name)
            continue
        if undecided:
            values = parse_numbers(texts, name)
        ledger.quarantine(wrong, name, "is not a number", texts)
        found[USAGE_PREFIX + name] = values
    if not found and ledger.open.any():
        raise DataRefusedError(
            f"{ledger.raw.name}: it has no column of numbers beside account and date; give one per kind of use, such "
            "as logins or orders"
        )
    if texts_only:
        listed = ", ".join(map(repr, texts_only))
        notes.append(f"{ledger.raw.name}: {listed} hold no numbers (or nothing at all) and are left out")
    return found
