"""What the tables say of each account strictly before a date: last answers, comments and mentions."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from nps_insights.churn.moments import dates_of


@dataclass(frozen=True, eq=False)
class Facts:
    """Facts of some accounts strictly before `as_of`.

    Attributes:
        as_of: The moment of knowing.
        since: Where the lookback begins.
        knows_answers: Whether responses were given: then an account that is not in `answers` never answered.
        answers: By account, its last answer: score, category, responded_at (NaT where undated), and `before`, the
            score before that of the same contact on the same scale (NaN without one).
        mentions: By account and theme: n (answers that mention it in the lookback), first and last (their dates).
        commented_at: By account, the last comment that says something.
    """

    as_of: pd.Timestamp
    since: pd.Timestamp
    knows_answers: bool = False
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    mentions: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    commented_at: dict[str, pd.Timestamp] = field(default_factory=dict)


def facts_of(
    account_ids: pd.Series,
    responses: pd.DataFrame | None,
    comments: pd.DataFrame | None,
    mentions: pd.DataFrame | None,
    *,
    as_of: pd.Timestamp,
    lookback_days: int,
    undated: bool = False,
) -> Facts:
    """Look up the facts of the given accounts; responses without `account_id` bear none.

    Args:
        account_ids: The accounts.
        responses: Table `responses`, or None.
        comments: Table `comments`, or None.
        mentions: Table `mentions`, or None.
        as_of: The moment of knowing: what is dated at it or after is not read.
        lookback_days: How far back mentions are counted.
        undated: Whether answers without a date are known as well (a snapshot of undated answers).
    """
    since = as_of - pd.Timedelta(days=lookback_days)
    if responses is None or "account_id" not in responses.columns:
        return Facts(as_of, since)
    answered = _answered(responses, account_ids, as_of, undated=undated)
    return Facts(
        as_of,
        since,
        knows_answers=True,
        answers=_last_answers(answered),
        mentions={} if mentions is None else _mentioned(answered, mentions, since),
        commented_at={} if comments is None else _commented(answered, comments),
    )


def _answered(responses: pd.DataFrame, account_ids: pd.Series, as_of: pd.Timestamp, *, undated: bool) -> pd.DataFrame:
    """Answers of the accounts before as_of, by account and time."""
    mine = responses[responses["account_id"].isin(account_ids)]
    mine = mine.assign(responded_at=dates_of(mine, "responded_at"))
    at = mine["responded_at"]
    mine = mine[(at < as_of) | (at.isna() & undated)]
    wanted = ["response_id", "account_id", "contact_id", "score", "scale_min", "scale_max", "category", "responded_at"]
    kept = mine[[name for name in wanted if name in mine.columns]]
    # As in the features: an undated answer stands before the dated ones.
    order = ["account_id", "responded_at", "response_id"]
    return kept.sort_values(order, kind="stable", na_position="first", ignore_index=True)


def _last_answers(answered: pd.DataFrame) -> dict[str, dict[str, Any]]:
    same = ["account_id", *(name for name in ("contact_id", "scale_min", "scale_max") if name in answered.columns)]
    before = answered.groupby(same, dropna=False, sort=False)["score"].shift()
    # Which of several undated answers came first, nobody knows.
    before = before.where(answered["responded_at"].notna())
    last = answered.assign(before=before).drop_duplicates("account_id", keep="last").set_index("account_id")
    return dict(last[["score", "category", "responded_at", "before"]].to_dict("index"))


def _mentioned(
    answered: pd.DataFrame, mentions: pd.DataFrame, since: pd.Timestamp
) -> dict[tuple[str, str], dict[str, Any]]:
    recent = answered.loc[~(answered["responded_at"] < since), ["response_id", "account_id", "responded_at"]]
    mine = mentions.loc[mentions["response_id"].isin(recent["response_id"]), ["response_id", "theme_id"]]
    said = mine.drop_duplicates().merge(recent, on="response_id")
    found = said.groupby(["account_id", "theme_id"])["responded_at"].agg(n="size", first="min", last="max")
    return dict(found.to_dict("index"))


def _commented(answered: pd.DataFrame, comments: pd.DataFrame) -> dict[str, pd.Timestamp]:
    says = comments.loc[~comments["says_nothing"].astype(bool), "response_id"]
    said = answered[answered["response_id"].isin(says)].dropna(subset=["responded_at"])
    return dict(said.groupby("account_id")["responded_at"].max())
