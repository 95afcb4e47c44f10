"""Who stands behind the pseudonyms: for the job whose readers call customers, and for nobody else."""

import pandas as pd

from nps_insights.survey.files.read import RawTable
from nps_insights.survey.mapping.aliases import ACCOUNT_FIELDS
from nps_insights.survey.privacy.pseudonyms import pseudonyms_of, reversed_ids
from nps_insights.survey.settings import SurveySettings
from nps_insights.survey.sides.field_columns import field_columns

_SHOWN = ("account_name", "owner")


def real_accounts(raw: RawTable, settings: SurveySettings) -> pd.DataFrame:
    """Return the real id, name and owner of each account of a file, by the id that the tables hold.

    Args:
        raw: The accounts as read; only what stands in it can be traced back.
        settings: `account_columns` and `pseudonym_key` are used.

    Returns:
        account_id (as in the tables), real_account_id and, where the file has them, account_name and owner; sorted by
        account_id. Not a table of the contract: it is shown, and not stored.

    Raises:
        DataRefusedError: Two ids have one pseudonym, or the file has no account_id.

    Example:
        >>> import numpy as np
        >>> frame = pd.DataFrame({"Account ID": ["007"], "Name": ["Acme"]}, dtype="str")
        >>> real_accounts(RawTable("a.csv", frame, np.array([2]), pd.DataFrame()), SurveySettings()).values.tolist()
        [['007', '007', 'Acme']]
    """
    columns, _ = field_columns(
        raw, settings.account_columns, ACCOUNT_FIELDS, required=("account_id",), option="account_columns"
    )
    real = raw.frame[columns["account_id"]].str.strip()
    key = settings.pseudonym_key
    ids = real if key is None else pseudonyms_of(real, key)
    known = dict(zip(ids, ids, strict=True)) if key is None else reversed_ids(ids, real, key)
    table = pd.DataFrame({"account_id": ids, "real_account_id": ids.map(known)})
    for name in (name for name in _SHOWN if name in columns):
        texts = raw.frame[columns[name]].str.strip()
        table[name] = texts.mask(texts == "")
    traced = table[table["real_account_id"].notna() & (table["account_id"] != "")]
    return traced.drop_duplicates("account_id").sort_values("account_id", ignore_index=True)
