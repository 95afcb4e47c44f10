"""Who was asked and did not answer."""

import numpy as np
import pandas as pd

from nps_insights.churn.features.answers import Answers
from nps_insights.churn.features.sums import counted, divided
from nps_insights.churn.lookup import places
from nps_insights.churn.moments import dates_of, days_between


def silence_features(
    accounts: pd.DataFrame,
    answers: Answers,
    invitations: pd.DataFrame | None,
    as_of: np.ndarray,
    *,
    lookback_days: float,
) -> dict[str, np.ndarray]:
    """Return how often an account was invited within the lookback, and the share that it had not answered by as_of.

    Where invitations do not name the answer, the answers within the lookback are held against them.

    Args:
        accounts: Table `accounts`.
        answers: All answers before as_of.
        invitations: Table `invitations`; None gives NaN.
        as_of: datetime64[us], (n_accounts,).
        lookback_days: How far back invitations are read.

    Returns:
        `answers/invited` and `answers/unanswered`, (n_accounts,) each; the share is NaN where nobody was invited.
    """
    n = answers.n_accounts
    if invitations is None:
        return {"answers/invited": np.full(n, np.nan), "answers/unanswered": np.full(n, np.nan)}
    code = _invited(accounts, answers, invitations)
    sent = dates_of(invitations, "sent_at")
    known = (code >= 0) & (sent < as_of[code]) if n else np.zeros(len(code), dtype=bool)
    age = np.full(len(code), np.nan)
    age[known] = days_between(sent[known], as_of[code[known]])
    rows = np.flatnonzero(age <= lookback_days)
    invited = counted(code[rows], n)
    if "response_id" in invitations.columns:
        answer = answers.places(invitations["response_id"].iloc[rows])
        # The answer of another account is none to this invitation.
        replied = answer >= 0
        replied[replied] = answers.code[answer[replied]] == code[rows][replied]
        open_still = counted(code[rows][~replied], n)
    else:
        recent = answers.within(lookback_days)
        open_still = np.maximum(invited - counted(recent.code, n), 0.0)
    return {"answers/invited": invited, "answers/unanswered": divided(open_still, invited)}


def _invited(accounts: pd.DataFrame, answers: Answers, invitations: pd.DataFrame) -> np.ndarray:
    """The account of each invitation: the one it names, else the one its contact last answered for."""
    code = np.full(len(invitations), -1)
    if "account_id" in invitations.columns:
        code = places(accounts["account_id"], invitations["account_id"], table="accounts")
    if "contact_id" not in invitations.columns or "contact_id" not in answers.responses.columns:
        return code
    unnamed = (code < 0) & invitations["contact_id"].notna().to_numpy()
    if "account_id" in invitations.columns:
        unnamed &= invitations["account_id"].isna().to_numpy()
    asked = invitations["contact_id"].iloc[np.flatnonzero(unnamed)]
    past = pd.DataFrame({"contact_id": answers.column("contact_id"), "code": answers.code, "age": answers.age})
    past = past[past["contact_id"].isin(asked)]
    past["account_id"] = accounts["account_id"].to_numpy()[past["code"]]
    latest = past.sort_values(["age", "account_id"]).drop_duplicates("contact_id")
    place = places(latest["contact_id"], asked, table="contacts")
    code[unnamed] = np.where(place >= 0, latest["code"].to_numpy()[place] if len(latest) else -1, -1)
    return code
