"""Which promoters can be asked for a reference or a review: not those of an account that has just complained."""

import numpy as np
import pandas as pd

from nps_insights.actions.known_answers import KnownAnswers, among, of_accounts
from nps_insights.actions.lists.passives import answered
from nps_insights.actions.lists.settings import ActionSettings


def promoters(
    known: KnownAnswers,
    *,
    as_of: pd.Timestamp,
    settings: ActionSettings,
    negative: pd.DataFrame | None,
    comments: pd.DataFrame | None,
    asked: pd.Series,
) -> pd.DataFrame:
    """Return the promoters to ask, one per account: the highest and latest answer first, with a comment before without.

    A customer's latest answer is a promoter's and at most `recent_days` old. Kept off the list, and counted: accounts
    asked lately, accounts where anybody answered as a detractor within `complaint_days`, and answers that speak against
    the company in a comment. Opted-out, complaining and lately contacted accounts are kept off by `standing`.

    Args:
        known: Answers before as_of; they must be dated.
        as_of: The moment of knowing.
        settings: recent_days, complaint_days and ask_again_days.
        negative: Negative mentions, of `negative_mentions`.
        comments: Table `comments`.
        asked: When each account was last asked, account_id as index.

    Returns:
        One row per account, in order: columns of table `actions`, and response_id.

    Example:
        >>> from nps_insights.actions.known_answers import answers_before
        >>> responses = pd.DataFrame({"response_id": ["r1"], "account_id": "a", "score": 9.0, "category": "promoter",
        ...                           "responded_at": pd.Timestamp("2026-02-01")})
        >>> day = pd.Timestamp("2026-03-01")
        >>> never = pd.Series(dtype="datetime64[us]", index=pd.Index([], dtype="str"))
        >>> promoters(answers_before(responses, as_of=day), as_of=day, settings=ActionSettings(), negative=None,
        ...           comments=None, asked=never)["reason"].tolist()
        ['answered 9 on 2026-02-01']
    """
    latest = known.latest("customer_id").reset_index()
    since = as_of - pd.Timedelta(days=settings.recent_days)
    rows = latest[(latest["category"] == "promoter") & (latest["responded_at"] >= since)]
    spoke = among(rows["response_id"], _usable(comments))
    against = among(rows["response_id"], negative["response_id"]) if negative is not None else False
    rows = rows.assign(spoke=spoke, against=against)
    # Where one contact speaks against the company and another does not, the other is asked.
    rows = rows.sort_values(
        ["against", "score", "spoke", "responded_at", "response_id"], ascending=[True, False, False, False, True]
    ).drop_duplicates("account_id")
    because = _kept_off(rows, known, asked, as_of=as_of, settings=settings)
    found = pd.DataFrame(
        {
            "action": "refer",
            "account_id": rows["account_id"],
            "response_id": rows["response_id"],
            "category": "promoter",
            "reason": answered(rows) + np.where(rows["spoke"], ", with a comment", ""),
            "suppressed_because": because,
        }
    )
    return found.reset_index(drop=True)


def _usable(comments: pd.DataFrame | None) -> pd.Series:
    if comments is None:
        return pd.Series(dtype="str")
    return comments.loc[~comments["says_nothing"].astype(bool), "response_id"]


def _kept_off(
    rows: pd.DataFrame, known: KnownAnswers, asked: pd.Series, *, as_of: pd.Timestamp, settings: ActionSettings
) -> pd.Series:
    because = pd.Series("", index=rows.index, dtype="str")
    account = rows["account_id"]
    if settings.ask_again_days:
        last = of_accounts(asked, account)
        recent = last > as_of - pd.Timedelta(days=settings.ask_again_days)
        because = because.mask(recent, "asked on " + last.dt.strftime("%Y-%m-%d").astype("str"))
    because = because.mask(rows["against"].astype(bool), "the comment speaks against us")
    bad = known.rows[known.rows["category"] == "detractor"]
    last_bad = of_accounts(bad.groupby("account_id")["responded_at"].max(), account)
    complained = last_bad >= as_of - pd.Timedelta(days=settings.complaint_days)
    return because.mask(complained, "a detractor's answer on " + last_bad.dt.strftime("%Y-%m-%d").astype("str"))
