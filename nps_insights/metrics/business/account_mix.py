"""Which accounts and which of their people speak: coverage, roles, and how much hangs on the largest account."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from nps_insights.metrics.accounts import has_left
from nps_insights.metrics.business.account_scores import (
    ACCOUNT_METRICS,
    account_answers,
    account_rows,
    account_values,
    interval_reasons,
    scores_of,
)
from nps_insights.metrics.business.small_clusters import MIN_ACCOUNTS
from nps_insights.metrics.figures.cell_shares import cell_shares
from nps_insights.metrics.figures.surveys import one_survey
from nps_insights.metrics.figures.windows import moment
from nps_insights.metrics.intervals import nps_interval
from nps_insights.tables import conform, empty

_NOT_KNOWN = "(not known)"
_MEANING = {"nps": "answers", "nps_account": "accounts", "nps_revenue": "value"}


def account_mix(
    responses: pd.DataFrame,
    accounts: pd.DataFrame,
    *,
    as_of: pd.Timestamp | None = None,
    survey: str | None = None,
    confidence_level: float = 0.95,
    min_accounts: int = MIN_ACCOUNTS,
) -> pd.DataFrame:
    """Return the facts without which a score of business customers cannot be read.

    - `account_coverage`, `value_coverage`: share of the active accounts, and of their value, that answered. Counted,
      not estimated: no interval.
    - `role_mix`, one row per `contact_role`: its share of the answers, Wilson's interval clustered by account.
    - `effective_accounts`, by score (`nps`, `nps_account`, `nps_revenue`): as how many equal accounts those weigh.
    - `largest_account`, by score: share of the weight that the largest account holds.
    - `swing`, by score: what the score would move, in points, if the largest account left. It is the share of weight
      x (score of the others - score of the account); interval by Zou and Donner's square-and-add of both scores'.
    - `without_account`, `without_value`: share of the answers that name no account, or one that has no value in
      `accounts` or does not stand there.

    Args:
        responses: Table `responses`.
        accounts: Table `accounts`. Active: begun and not ended at `as_of`.
        as_of: Moment of knowing; later answers are left out. The last answer if not given.
        survey: Which survey, as in `one_survey`.
        confidence_level: Coverage of the intervals.
        min_accounts: Fewer accounts have no interval.

    Returns:
        Table `account_mix`; `n` is how many accounts (roles and the last two facts: answers) are spoken of.

    Raises:
        DataRefusedError: An account has a value below zero, or the answers are of two surveys.

    Example:
        >>> accounts = pd.DataFrame({"account_id": ["a", "b", "c"], "value": [60.0, 30.0, 10.0]})
        >>> responses = pd.DataFrame({"response_id": ["1", "2"], "account_id": ["a", "b"],
        ...                           "category": ["promoter", "detractor"]})
        >>> mix = account_mix(responses, accounts).set_index(["fact", "group"])
        >>> mix.loc[("value_coverage", ""), "estimate"], round(mix.loc[("swing", "nps_revenue"), "estimate"], 1)
        (np.float64(0.9), np.float64(-133.3))
    """
    answers = account_answers(one_survey(responses, survey), accounts, as_of=as_of)
    if answers.empty:
        return empty("account_mix")
    parts = [*_coverage(answers, accounts, as_of), *_left_out(answers), *_roles(answers, confidence_level)]
    for metric in ACCOUNT_METRICS:
        parts += _weight(answers, metric, confidence_level, min_accounts)
    return conform("account_mix", pd.DataFrame(parts))


def active_accounts(accounts: pd.DataFrame, as_of: pd.Timestamp | None) -> pd.DataFrame:
    """Return the accounts that had begun and not ended at `as_of`; where it is None, those without an end.

    Example:
        >>> accounts = pd.DataFrame({"account_id": ["a", "b"], "ended_at": pd.to_datetime(["2026-01-01", None])})
        >>> active_accounts(accounts, pd.Timestamp("2026-06-30"))["account_id"].tolist()
        ['b']
    """
    at = None if as_of is None else moment(as_of)
    active = ~has_left(accounts, at)
    if at is not None and "started_at" in accounts:
        active &= ~(accounts["started_at"] > at)
    return accounts[active]


def _fact(
    fact: str, group: str, estimate: float, n: int, reason: str, low: float = np.nan, high: float = np.nan
) -> dict[str, object]:
    interval = {"estimate": estimate, "conf_low": low, "conf_high": high}
    return {"fact": fact, "group": group, **interval, "n": n, "reason": reason}


def _coverage(answers: pd.DataFrame, accounts: pd.DataFrame, as_of: pd.Timestamp | None) -> Iterator[dict[str, object]]:
    last = answers["responded_at"].max() if as_of is None and "responded_at" in answers else as_of
    active = active_accounts(accounts, None if pd.isna(last) else last)
    heard_of = pd.Index(answers["account_id"].dropna().unique())
    spoke = heard_of.get_indexer(pd.Index(active["account_id"])) >= 0
    said = f"{int(spoke.sum()):,} of {len(active):,} active accounts answered."
    yield _fact("account_coverage", "", float(spoke.mean()) if len(active) else np.nan, len(active), said)
    values = account_values(active).to_numpy()
    known = ~np.isnan(values)
    total, heard = float(values[known].sum()), float(values[known & spoke].sum())
    said = f"Accounts worth {heard:,.0f} of {total:,.0f} answered; {int((~known).sum())} active ones have no value."
    if total == 0:
        said = "The active accounts have no value."
    yield _fact("value_coverage", "", heard / total if total else np.nan, int(known.sum()), said)


def _left_out(answers: pd.DataFrame) -> Iterator[dict[str, object]]:
    nobody = answers["account_id"].isna()
    said = f"{int(nobody.sum()):,} of {len(answers):,} answers name no account and count in the respondent score alone."
    yield _fact("without_account", "", float(nobody.mean()), len(answers), said)
    unvalued = ~nobody & answers["value"].isna()
    n_accounts = answers.loc[unvalued, "account_id"].nunique()
    said = (
        f"{int(unvalued.sum()):,} of {len(answers):,} answers are of {n_accounts:,} accounts without a value and do "
        "not count in the revenue-weighted score."
    )
    yield _fact("without_value", "", float(unvalued.mean()), len(answers), said)


def _roles(answers: pd.DataFrame, confidence_level: float) -> Iterator[dict[str, object]]:
    if "contact_role" not in answers or answers["contact_role"].isna().all():
        return
    roles = answers["contact_role"].fillna(_NOT_KNOWN).astype("str")
    account, everybody = answers["account"].to_numpy(dtype=np.int64), np.zeros(len(answers), dtype=np.int64)
    for role in sorted(roles.unique()):
        speaks = (roles == role).to_numpy()
        found = cell_shares(everybody, 1, speaks, account, confidence_level=confidence_level)
        share, low, high = (float(one[0]) for one in (found.estimate, found.conf_low, found.conf_high))
        said = f"{int(speaks.sum()):,} of {len(answers):,} answers."
        yield _fact("role_mix", role, share, len(answers), said, low, high)


def _weight(
    answers: pd.DataFrame, metric: str, confidence_level: float, min_accounts: int
) -> Iterator[dict[str, object]]:
    """Effective number of accounts, share of the largest one, and the swing if it left."""
    rows = account_rows(answers, metric)
    rows = rows[rows["weight"] > 0]
    if rows.empty:
        yield _fact("effective_accounts", metric, np.nan, 0, "No account counts here.")
        return
    of_account = answers.groupby("account")[["account_id", "value"]].first().reindex(rows["account"])
    rows = rows.assign(account_id=of_account["account_id"].fillna("").to_numpy(), value=of_account["value"].to_numpy())
    scores = scores_of(rows)
    n, effective, share = len(rows), float(scores.effective_accounts[0]), float(scores.largest_share[0])
    said = f"{n:,} accounts weigh as much as {effective:,.0f} equal ones."
    yield _fact("effective_accounts", metric, effective, n, said)
    # Where all weigh the same, the one that is worth most is the largest.
    order = ["weight", "value", "answers", "account_id"]
    rows = rows.sort_values(order, ascending=[False, False, False, True], kind="stable")
    largest = rows.iloc[0]
    if n == 1:
        return
    name = largest["account_id"] or "(an answer without an account)"
    yield _fact("largest_account", metric, share, n, f"Account {name} holds {share:.1%} of the {_MEANING[metric]}.")
    yield _swing(rows, metric, name, share, float(scores.estimate[0]), confidence_level, min_accounts)


def _swing(
    rows: pd.DataFrame,
    metric: str,
    name: str,
    share: float,
    score: float,
    confidence_level: float,
    min_accounts: int,
) -> dict[str, object]:
    largest, others = (
        rows.iloc[0],
        scores_of(rows.iloc[1:], confidence_level=confidence_level, min_accounts=min_accounts),
    )
    people = float(largest["people"])
    promoters, detractors = float(largest["promoter"]) * people, float(largest["detractor"]) * people
    own, own_low, own_high = map(float, nps_interval(promoters, detractors, people, confidence_level=confidence_level))
    rest = float(others.estimate[0])
    gap, below, above = rest - own, rest - float(others.conf_low[0]), float(others.conf_high[0]) - rest
    low, high = gap - np.hypot(below, own_high - own), gap + np.hypot(above, own - own_low)
    said = f"Without account {name} the NPS, by {_MEANING[metric]}, would be {rest:.1f} instead of {score:.1f}."
    reasons = interval_reasons(others, min_accounts)[0] if np.isnan(low) else ""
    said = f"{said} {reasons}".strip()
    return _fact("swing", metric, share * gap, len(rows), said, share * low, share * high)
