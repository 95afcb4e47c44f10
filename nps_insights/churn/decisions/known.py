"""Everything a decision reads, one row per account: who it is, its risk and worth, its last answer."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nps_insights.churn.decisions.answers import KnownAnswers, group_of
from nps_insights.churn.decisions.settings import DecisionSettings
from nps_insights.churn.decisions.standing import refusals, suppressions
from nps_insights.tables import DataRefusedError, counted

_OF_ACCOUNT = {"account_name": "str", "owner": "str", "value": "float64", "renewal_at": "datetime64[us]"}


@dataclass(frozen=True, eq=False)
class KnownAccounts:
    """What a decision reads.

    Attributes:
        rows: One row per account, by account_id: account_id, account_name, owner, value, renewal_at, risk,
            value_at_risk, expected_gain, lane, group (category or `silent`), category, last_score, answered_at,
            response_id, is_fresh, contact_id and contact_role where given, refused_because, suppressed_because,
            days_to_renewal (missing where it lies behind).
        notes: What a reader must know.
    """

    rows: pd.DataFrame
    notes: tuple[str, ...]


def known_accounts(
    accounts: pd.DataFrame,
    risk: pd.DataFrame | None,
    answers: KnownAnswers,
    *,
    as_of: pd.Timestamp,
    settings: DecisionSettings,
) -> KnownAccounts:
    """Bring accounts, risk and answers together: every account of any of the three is there once.

    Args:
        accounts: Table `accounts`.
        risk: Table `risk` at as_of, or None.
        answers: What was answered before as_of.
        as_of: The moment of knowing.
        settings: What suppresses, and what a contact costs.

    Raises:
        DataRefusedError: An account stands twice in a table, no row of `risk` is of as_of, or costs are given and no
            account has a value.
    """
    risks = _risks(risk, as_of)
    _refuse_twice(accounts["account_id"], "accounts")
    ids = _union(accounts["account_id"], risks.index, answers.shown.index)
    by_id = accounts.set_index("account_id").reindex(ids)
    rows = pd.DataFrame({"account_id": pd.Series(ids, dtype="str")})
    for name, kind in _OF_ACCOUNT.items():
        rows[name] = _column(by_id, name, kind)
    rows["risk"] = risks.reindex(ids).to_numpy(dtype=float)
    shown = answers.shown.rename(columns={"score": "last_score", "responded_at": "answered_at"}).reindex(ids)
    shown["answered_at"] = _column(shown, "answered_at", "datetime64[us]")
    rows = pd.concat([rows, shown.reset_index(drop=True)], axis="columns")
    rows["is_fresh"] = rows["is_fresh"].fillna(False).astype(bool)
    rows["group"] = group_of(rows["category"])
    rows["lane"] = np.select([rows["is_fresh"], rows["risk"].notna()], ["fresh", "model"], "rule")
    ahead = (rows["renewal_at"] - as_of) / pd.Timedelta(days=1)
    rows["days_to_renewal"] = ahead.where(ahead >= 0)
    # Of a million ids `isin` takes fifteen times as long.
    listed = pd.Series(pd.Index(accounts["account_id"]).get_indexer(ids) >= 0)
    standing = by_id.reset_index(drop=True)
    rows["refused_because"] = refusals(standing, listed, as_of=as_of)
    suppressed = suppressions(standing, as_of=as_of, settings=settings)
    rows["suppressed_because"] = suppressed.mask(rows["refused_because"].notna())
    notes = _add_money(rows, settings)
    return KnownAccounts(rows, (*_notes(rows, listed), *notes))


def _risks(risk: pd.DataFrame | None, as_of: pd.Timestamp) -> pd.Series:
    if risk is None or risk.empty:
        return pd.Series(dtype="float64", index=pd.Index([], dtype="str"))
    of_now = risk[risk["as_of"] == as_of]
    if of_now.empty:
        raise DataRefusedError(
            f"risk: no row is of as_of == {as_of:%Y-%m-%d %H:%M} (it holds {risk['as_of'].max():%Y-%m-%d %H:%M}); "
            "score the accounts as of the same moment"
        )
    _refuse_twice(of_now["account_id"], "risk")
    values = of_now["risk"] if "risk" in of_now else pd.Series(np.nan, index=of_now.index)
    return pd.Series(values.to_numpy(dtype=float), index=of_now["account_id"])


def _column(table: pd.DataFrame, name: str, kind: str) -> Any:
    """Values of a column that may not be given."""
    if name in table:
        return table[name].astype(kind).array
    return pd.Series(np.nan if kind != "datetime64[us]" else pd.NaT, index=range(len(table)), dtype=kind).array


def _union(ids: pd.Series, *others: pd.Index) -> pd.Index:
    every = pd.Index(ids, dtype="str")
    for more in others:
        every = every.append(more[every.get_indexer(more) < 0])
    return every.sort_values()


def _refuse_twice(ids: pd.Series, table: str) -> None:
    twice = ids[ids.duplicated()]
    if len(twice):
        raise DataRefusedError(
            f"{table}: {twice.nunique():,} accounts stand there more than once (first: account_id {twice.min()!r}); "
            "keep one row per account"
        )


def _add_money(rows: pd.DataFrame, settings: DecisionSettings) -> list[str]:
    rows["value_at_risk"] = rows["risk"] * rows["value"]
    rows["expected_gain"] = np.nan
    economics = settings.economics
    in_question = rows["risk"].notna() & rows["refused_because"].isna()
    if economics is None or not in_question.any():
        return []
    unknown = in_question & rows["value"].isna()
    if settings.assumed_value is None and unknown.sum() == in_question.sum():
        raise DataRefusedError(
            "[decision] offer_cost, contact_cost, acceptance: no account has a value, so no expected gain is known; "
            "give the accounts a column `value`, state assumed_value, or decide by capacity or threshold alone"
        )
    assumed = rows["value"] if settings.assumed_value is None else rows["value"].fillna(settings.assumed_value)
    rows["expected_gain"] = economics.expected_gain(rows["risk"], assumed)
    if not unknown.any():
        return []
    n = int(unknown.sum())
    told, them = counted(n, "account has no value", "accounts have no value"), "it" if n == 1 else "them"
    if settings.assumed_value is None:
        return [
            f"{told}: no gain is expected of {them}, so costs keep {them} off the list; state assumed_value to judge "
            f"{them}."
        ]
    return [f"{told}; the expected gain is that of the stated assumed_value, {settings.assumed_value:,.10g}."]


def _notes(rows: pd.DataFrame, listed: pd.Series) -> list[str]:
    notes = []
    if n_unknown := int((~listed).sum()):
        strange = counted(
            n_unknown, "account of the survey or of the risks is", "accounts of the survey or of the risks are"
        )
        notes.append(f"{strange} not in the table of accounts: refused.")
    standing = rows["refused_because"].isna()
    if rows["risk"].isna().all():
        notes.append(
            "No model speaks: the list goes by a rule (last answer, value, renewal date), which is no probability."
        )
    elif n_unscored := int((standing & rows["risk"].isna()).sum()):
        told = counted(
            n_unscored, "account has no risk; the rule places it", "accounts have no risk; the rule places them"
        )
        notes.append(f"{told} after those that have one.")
    return notes
