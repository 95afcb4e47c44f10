"""What every account was known to have answered before a moment, in the order of time."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.tables import DataRefusedError, SettingsError, counted

_COLUMNS = ("response_id", "account_id", "customer_id", "score", "category", "responded_at")


@dataclass(frozen=True, eq=False)
class KnownAnswers:
    """What was answered strictly before a moment by customers whose account is known.

    Attributes:
        rows: response_id, account_id, customer_id (account and contact, where a contact is known), score, category,
            responded_at; in the order of time, of several at one moment the worst last.
        dated: Whether the answers carry dates; without, all of them are taken as known.
        notes: What was left aside, in sentences.
    """

    rows: pd.DataFrame
    dated: bool
    notes: tuple[str, ...] = ()

    def latest(self, by: str = "account_id") -> pd.DataFrame:
        """Return the latest answer of each account or customer, with that id as index, sorted by it."""
        return self.rows.drop_duplicates(by, keep="last").set_index(by).sort_index()


def answers_before(responses: pd.DataFrame, *, as_of: pd.Timestamp) -> KnownAnswers:
    """Return what was answered before `as_of`, by customers whose account is known.

    Args:
        responses: Table `responses`. Rows without account, or without a date where others have one, are left aside.
        as_of: The moment of knowing; an answer of that very moment is not known yet.

    Example:
        >>> responses = pd.DataFrame({"response_id": ["r1", "r2"], "account_id": "a", "score": [3.0, 9.0],
        ...     "category": ["detractor", "promoter"], "responded_at": pd.to_datetime(["2026-01-01", "2026-02-01"])})
        >>> answers_before(responses, as_of=pd.Timestamp("2026-02-01")).latest()["category"].to_dict()
        {'a': 'detractor'}
    """
    if "account_id" not in responses.columns or responses["account_id"].isna().all():
        nothing = pd.DataFrame({name: pd.Series(dtype="str") for name in _COLUMNS})
        return KnownAnswers(nothing, False, ("No answer names an account, so nobody can be told apart.",))
    rows = responses[responses["account_id"].notna()]
    nameless = len(responses) - len(rows)
    notes = []
    if nameless:
        told = counted(nameless, "answer names no account and is", "answers name no account and are")
        notes.append(f"{told} left aside.")
    dated = "responded_at" in rows.columns and bool(rows["responded_at"].notna().any())
    if dated:
        if undated := int(rows["responded_at"].isna().sum()):
            notes.append(f"{counted(undated, 'answer without a date is', 'answers without a date are')} left aside.")
        rows = rows[rows["responded_at"] < as_of]
    else:
        rows = rows.assign(responded_at=pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us]"))
        notes.append("The answers carry no dates: all of them are taken as known, the worst as the latest.")
    score = rows["score"] if "score" in rows.columns else pd.Series(float("nan"), index=rows.index)
    rows = rows.assign(customer_id=_customer(rows), score=score.astype(float), _height=rows["category"].map(_HEIGHT))
    ordered = rows.sort_values(
        ["responded_at", "_height", "score", "response_id"], ascending=[True, False, False, True], ignore_index=True
    )
    return KnownAnswers(ordered[list(_COLUMNS)], dated, tuple(notes))


def moment_of(as_of: str | pd.Timestamp) -> pd.Timestamp:
    """Return a moment without a zone, or say what is wrong with it.

    Raises:
        SettingsError: It is no moment, or carries a zone.

    Example:
        >>> moment_of("2026-03-01")
        Timestamp('2026-03-01 00:00:00')
    """
    try:
        moment = pd.Timestamp(as_of)
    except (ValueError, TypeError) as error:
        raise SettingsError(f"as_of == {as_of!r}: must be a day or a moment, for example 2026-03-01") from error
    if pd.isna(moment) or moment.tzinfo is not None:
        raise SettingsError(f"as_of == {as_of!r}: must be a moment without a zone (UTC), for example 2026-03-01")
    return moment


def one_row_per_account(accounts: pd.DataFrame) -> pd.DataFrame:
    """Return the accounts with account_id as index, sorted.

    Raises:
        DataRefusedError: An account stands there twice.
    """
    twice = accounts.loc[accounts["account_id"].duplicated(), "account_id"]
    if len(twice):
        raise DataRefusedError(
            f"accounts: {twice.nunique():,} account_ids stand there more than once (first: {min(twice)!r}); "
            "an account needs one row"
        )
    return accounts.set_index("account_id").sort_index()


def of_accounts(values: pd.Series, account_ids: pd.Series) -> pd.Series:
    """Return the value of each row's account, missing where there is none, with the index of `account_ids`.

    Args:
        values: By account_id, each once. Unlike `Series.map`, it may hold dates and be empty.
        account_ids: Account of each row.

    Example:
        >>> of_accounts(pd.Series({"a": 1.0}), pd.Series(["b", "a"])).tolist()
        [nan, 1.0]
    """
    return values.reindex(pd.Index(account_ids)).set_axis(account_ids.index)


def among(ids: pd.Series | pd.Index, known: pd.Series) -> NDArray[np.bool_]:
    """Return which of `ids` are among `known`; for long columns of text far quicker than `isin`.

    Example:
        >>> among(pd.Series(["a", "b"]), pd.Series(["b", "b"])).tolist()
        [False, True]
    """
    if not len(known) or not len(ids):
        return np.zeros(len(ids), dtype=bool)
    return np.asarray(pd.Index(known).drop_duplicates().get_indexer(pd.Index(ids)) >= 0)


_HEIGHT = {"detractor": 0, "passive": 1, "promoter": 2}


def _customer(rows: pd.DataFrame) -> pd.Series:
    """The contact of the account where one is known, else the account: a NUL is no text of a file."""
    account = rows["account_id"].astype("str")
    if "contact_id" not in rows.columns:
        return account
    contact = rows["contact_id"].astype("str")
    return (account + "\0" + contact).where(rows["contact_id"].notna(), account)
