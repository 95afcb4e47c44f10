"""Who may be contacted at all: not who has left, wants to be left alone, complains already or was contacted lately."""

import numpy as np
import pandas as pd

from nps_insights.actions.known_answers import among, one_row_per_account
from nps_insights.metrics.accounts import has_left

_CARRIED = {"value": "float64", "account_name": "str", "owner": "str"}


def standing(
    account_ids: pd.Series,
    accounts: pd.DataFrame | None,
    outcomes: pd.DataFrame | None,
    *,
    as_of: pd.Timestamp,
    quiet_days: int,
) -> pd.DataFrame:
    """Return how accounts stand at as_of.

    Args:
        account_ids: For whom; may repeat.
        accounts: Table `accounts`; None: everybody is a customer, and nothing else is known.
        outcomes: Table `outcomes`, for contacts that the accounts do not tell.
        as_of: The moment of knowing; an end or a contact from then on is not known.
        quiet_days: Days after a contact in which an account is left alone.

    Returns:
        account_id as index, sorted: is_customer, left_alone (why, empty text where it may be contacted), value,
        account_name and owner (missing where unknown).

    Example:
        >>> accounts = pd.DataFrame({"account_id": ["a", "b"], "opted_out": [True, False]})
        >>> day = pd.Timestamp("2026-03-01")
        >>> found = standing(pd.Series(["a", "b", "c"]), accounts, None, as_of=day, quiet_days=14)
        >>> found["left_alone"].tolist(), found["is_customer"].tolist()
        (['opted out', '', ''], [True, True, False])
    """
    ids = pd.Index(sorted(account_ids.dropna().unique()), name="account_id", dtype="str")
    rows = pd.DataFrame({"is_customer": True}, index=ids)
    known = None
    if accounts is not None:
        known = one_row_per_account(accounts).reindex(ids)
        rows["is_customer"] = _is_customer(known, among(ids, accounts["account_id"]), as_of)
    rows["left_alone"] = _left_alone(ids, known, last_contacts(accounts, outcomes, as_of=as_of), as_of, quiet_days)
    for name, kind in _CARRIED.items():
        unknown = pd.Series(np.nan, index=ids, dtype=kind)
        rows[name] = unknown if known is None or name not in known.columns else known[name].astype(kind)
    return rows


def last_contacts(accounts: pd.DataFrame | None, outcomes: pd.DataFrame | None, *, as_of: pd.Timestamp) -> pd.Series:
    """Return when each account was last contacted before as_of, account_id as index; only those that were.

    Example:
        >>> outcomes = pd.DataFrame({"account_id": ["a", "a"], "contacted_at": pd.to_datetime(["2026-01-05", None])})
        >>> last_contacts(None, outcomes, as_of=pd.Timestamp("2026-03-01")).dt.day.to_dict()
        {'a': 5}
    """
    told = [table for table in (accounts, outcomes) if table is not None and "contacted_at" in table.columns]
    if not told:
        return pd.Series(dtype="datetime64[us]", index=pd.Index([], dtype="str", name="account_id"))
    contacts = pd.concat([table[["account_id", "contacted_at"]] for table in told], ignore_index=True)
    return contacts[contacts["contacted_at"] < as_of].groupby("account_id")["contacted_at"].max()


def _is_customer(known: pd.DataFrame, listed: np.ndarray, as_of: pd.Timestamp) -> np.ndarray:
    here = listed & ~has_left(known, as_of).to_numpy()
    if "started_at" in known.columns:
        here &= ~(known["started_at"] >= as_of).to_numpy()
    return here


def _left_alone(
    ids: pd.Index, known: pd.DataFrame | None, contacts: pd.Series, as_of: pd.Timestamp, quiet_days: int
) -> pd.Series:
    contacted = contacts.reindex(ids)
    recent = contacted > as_of - pd.Timedelta(days=quiet_days)
    days = contacted.dt.strftime("%Y-%m-%d").astype("str")
    because = pd.Series("", index=ids, dtype="str")
    if quiet_days:
        because = because.mask(recent, "contacted on " + days + f", less than {quiet_days} days before")
    for name, why in (("open_complaint", "open complaint"), ("opted_out", "opted out")):
        if known is not None and name in known.columns:
            because = because.mask(known[name].fillna(False).astype(bool), why)
    return because
