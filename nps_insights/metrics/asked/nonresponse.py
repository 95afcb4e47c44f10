"""What to do about those who did not answer: weights for those who did, and the list of accounts that keep silent."""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from nps_insights.metrics.accounts import has_left
from nps_insights.metrics.asked.matching import asked_and_answered, last_date
from nps_insights.metrics.asked.response_rates import group_of_asked
from nps_insights.metrics.figures.weighting import MOST, Raked, rake
from nps_insights.tables import ATTRIBUTE_PREFIX, DataRefusedError, SettingsError, conform

_OF_THE_ACCOUNT = ("value", "account_name", "owner")


def nonresponse_weights(
    invitations: pd.DataFrame,
    responses: pd.DataFrame,
    accounts: pd.DataFrame | None,
    *,
    by: Iterable[str],
    as_of: pd.Timestamp | None = None,
    most: float = MOST,
    crossed: bool = False,
) -> Raked:
    """Return weights under which those who answered are made up like those who were asked.

    They mend what the columns of `by` explain: where the silent of a plan think like the answering of that plan, the
    weighted NPS is that of everybody asked. What the columns do not explain stays wrong; `response_rates` bounds it.

    Args:
        invitations: Table `invitations`; one row is one time that somebody was asked.
        responses: Table `responses`; answers that belong to no invitation get no weight.
        accounts: Table `accounts`, where its columns are named; None if the invitations hold them all.
        by: Columns to weight by, of the invitations, else of the accounts. Missing values are the level "(not known)".
        as_of: Moment of knowing; the last invitation or answer if not given.
        most: Highest weight allowed, as a multiple of the mean weight.
        crossed: Whether to weight each combination of the columns (cells), which must be well filled; else each
            column's shares on their own (raking).

    Returns:
        Weights by response_id, mean 1, with the effective number of answers and the shares reached. Levels that were
        asked and never answered cannot be spoken for: they are left out, and `notes` says what share they are.

    Raises:
        SettingsError: No column is named, or one is in neither table.
        DataRefusedError: Nobody who was asked answered.

    Example:
        >>> invitations = pd.DataFrame({"invitation_id": list("abcd"), "sent_at": pd.Timestamp("2026-03-01")})
        >>> invitations["plan"], invitations["response_id"] = ["Free", "Free", "Pro", "Pro"], ["r1", None, "r3", "r4"]
        >>> responses = pd.DataFrame({"response_id": ["r1", "r3", "r4"], "category": "passive"})
        >>> nonresponse_weights(invitations, responses, None, by=["plan"]).weights.to_dict()
        {'r1': 1.5, 'r3': 0.75, 'r4': 0.75}
    """
    columns = [name.removeprefix(ATTRIBUTE_PREFIX) for name in dict.fromkeys(by)]
    if not columns:
        raise SettingsError("by: no column was given; name at least one that is known of the silent too, such as plan")
    moment = last_date(invitations, responses) if as_of is None else as_of
    asked = asked_and_answered(invitations, responses, as_of=moment)
    if not asked["answered"].any():
        raise DataRefusedError(
            f"responses: none answers one of the {len(asked):,} invitations; there is nobody to weight"
        )
    groups = pd.DataFrame({name: group_of_asked(asked, name, accounts) for name in columns})
    if crossed:
        groups = pd.DataFrame({" x ".join(columns): groups[columns[0]].str.cat(groups[columns[1:]], sep=" x ")})
    rows = groups.assign(response_id=asked["answer_id"])[asked["answered"]]
    notes, margins = [], {}
    for name in groups.columns:
        counts = groups[name].value_counts().sort_index()
        heard = counts.index.isin(rows[name])
        if not heard.all():
            notes.append(_unheard(name, counts[~heard], len(asked)))
        margins[name] = (counts[heard] / counts[heard].sum()).to_dict()
    n_uninvited = int((~responses["response_id"].isin(asked["answer_id"].dropna())).sum())
    if n_uninvited:
        notes.append(
            f"{n_uninvited:,} of {len(responses):,} answers belong to no invitation known by then; they have no weight."
        )
    raked = rake(rows.sort_values("response_id"), margins, most=most)
    return replace(raked, notes=[*notes, *raked.notes])


def _unheard(name: str, counts: pd.Series, n_asked: int) -> str:
    return (
        f"{name}: nobody answered of {', '.join(counts.index)} ({int(counts.sum()):,} of {n_asked:,} invitations); "
        "no weight can speak for them, and the weighted figures are without them."
    )


def silent_accounts(
    invitations: pd.DataFrame,
    responses: pd.DataFrame,
    accounts: pd.DataFrame | None = None,
    *,
    as_of: pd.Timestamp,
    since: pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Return the accounts that were asked and of which nobody answered, the most valuable first.

    An answer of any of its people on or after the day of the first invitation counts, invited or not. Accounts that
    ended by `as_of` are not listed: they can no longer be asked.

    Args:
        invitations: Table `invitations`; those whose account is unknown are left out.
        responses: Table `responses`.
        accounts: Table `accounts`, for value, account_name, owner, ended_at and churned; accounts that it does not
            hold have no value and come last.
        as_of: Moment of knowing: what was sent or answered after it is not read.
        since: First day of the invitations looked at; all if not given.

    Returns:
        Table `silent_accounts`; `rank` is 1 for the most valuable, accounts of one value in the order of their ids.

    Raises:
        DataRefusedError: Nobody was asked by `as_of`, or nothing says which answer is to which invitation.

    Example:
        >>> invitations = pd.DataFrame({"invitation_id": ["i1", "i2", "i3"], "account_id": ["a", "b", "c"]})
        >>> invitations["sent_at"], invitations["response_id"] = pd.Timestamp("2026-03-01"), [None, "r1", None]
        >>> responses = pd.DataFrame({"response_id": ["r1"], "account_id": ["b"], "category": ["passive"]})
        >>> accounts = pd.DataFrame({"account_id": ["a", "b", "c"], "value": [10.0, 20.0, 30.0]})
        >>> silent = silent_accounts(invitations, responses, accounts, as_of=pd.Timestamp("2026-04-01"))
        >>> silent[["account_id", "rank", "value"]].values.tolist()
        [['a', 2, 10.0], ['c', 1, 30.0]]
    """
    asked = asked_and_answered(invitations, responses, as_of=as_of)
    asked = asked[asked["account_id"].notna()]
    if since is not None:
        asked = asked[asked["sent_at"] >= pd.Timestamp(since)]
    by_account = asked.groupby("account_id", sort=True)
    table = by_account.agg(
        n_invited=("sent_at", "size"),
        first=("sent_at", "min"),
        last_sent_at=("sent_at", "max"),
        heard=("answered", "any"),
    ).reset_index()
    table = table[~table["heard"] & ~_answered_since(table, responses, as_of)]
    table = _with_account(table, accounts, pd.Timestamp(as_of))
    if "value" not in table.columns:
        table["value"] = float("nan")
    ranked = table.sort_values(["value", "account_id"], ascending=[False, True], na_position="last")
    return conform("silent_accounts", ranked.assign(rank=range(1, len(ranked) + 1)).drop(columns=["first", "heard"]))


def _answered_since(table: pd.DataFrame, responses: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Whether anybody of the account answered on or after the day of its first invitation."""
    if not {"account_id", "responded_at"} <= set(responses.columns):
        return pd.Series(False, index=table.index)
    known = responses[responses["responded_at"] <= pd.Timestamp(as_of)]
    last = known.groupby("account_id")["responded_at"].max()
    latest = last.astype("datetime64[us]").reindex(table["account_id"]).set_axis(table.index)
    return latest >= table["first"].dt.normalize()


def _with_account(table: pd.DataFrame, accounts: pd.DataFrame | None, moment: pd.Timestamp) -> pd.DataFrame:
    if accounts is None:
        return table
    table = table[~table["account_id"].isin(accounts.loc[has_left(accounts, moment), "account_id"])]
    columns = [name for name in _OF_THE_ACCOUNT if name in accounts.columns]
    return table.merge(accounts[["account_id", *columns]], on="account_id", how="left")
