"""Who answered more than once: steps from one answer of a customer to the next, or out of the door."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from nps_insights.tables import SettingsError

CHURNED = "churned"
Steps = Literal["every", "last"]
_COLUMNS = ["customer_id", "account_id", "response_id", "next_response_id"]
_COLUMNS += ["from_category", "to_category", "from_score", "to_score", "days"]


@dataclass(frozen=True)
class RepeatAnswers:
    """Steps of customers from one state to the next.

    Attributes:
        steps: One row per step: customer_id, account_id (missing where unknown), response_id and next_response_id of
            the two answers, from_category, to_category, from_score, to_score (missing where the answers are on
            different scales), days between. A customer who left has to_category "churned" and no next answer.
            Sorted by response_id.
        counts: How many: customers, pairs (steps between two answers), exits, open (customers who answered once and
            have not left; in no share), unknown, undated, same_day, after_end (answers left aside).
        follows_exits: Whether it is known who left.
        notes: Plain sentences on what a reader must know.
    """

    steps: pd.DataFrame
    counts: dict[str, int]
    follows_exits: bool
    notes: list[str]


def repeat_answers(
    responses: pd.DataFrame,
    accounts: pd.DataFrame | None = None,
    *,
    as_of: str | pd.Timestamp | None = None,
    steps: Steps = "every",
) -> RepeatAnswers:
    """Find customers who answered on different days, and those who left after an answer.

    A customer is a contact where `contact_id` is there, an account otherwise. Of several answers on one day the last
    counts. Answers without a date or a customer, and answers after the account had ended, are left aside and counted.
    A customer's last answer leads to "churned" where the account ended on that day or later; who answered once and
    has not left is counted as open: what becomes of them is not known yet.

    Args:
        responses: Table `responses`.
        accounts: Table `accounts` with `ended_at`; without it exits are not known.
        as_of: Day after which nothing is known yet; all that the tables hold if not given.
        steps: "every" takes each step from an answer to the next answer or exit, so that shares are per step. "last"
            takes one per customer, the last: shares of moves are of the latest, but the share who left piles up over
            all the time surveyed, as every customer who ever left is in it.

    Raises:
        SettingsError: `steps` is neither "every" nor "last".

    Example:
        >>> responses = pd.DataFrame({"response_id": ["r1", "r2", "r3"], "account_id": ["a", "a", "b"],
        ...     "category": ["passive", "promoter", "detractor"], "score": [7.0, 9.0, 2.0],
        ...     "responded_at": pd.to_datetime(["2026-01-05", "2026-04-05", "2026-01-07"])})
        >>> accounts = pd.DataFrame({"account_id": ["b"], "ended_at": pd.to_datetime(["2026-03-01"])})
        >>> repeat_answers(responses, accounts).steps[["from_category", "to_category", "days"]].values.tolist()
        [['passive', 'promoter', 90], ['detractor', 'churned', 53]]
    """
    if steps not in ("every", "last"):
        raise SettingsError(f'steps == {steps!r}: must be "every" (each step counts) or "last" (one per customer)')
    ended = _ended(accounts, as_of)
    answers, counts = _dated_answers(responses, ended, as_of)
    following = answers.groupby("customer_id", sort=False)
    for column in ("response_id", "category", "score", "day"):
        answers[f"next_{column}"] = following[column].shift(-1)
    last = answers["next_response_id"].isna()
    left = last & answers["ended"].notna()
    found = answers[~last | left].copy()
    found["to_category"] = found["next_category"].where(found["next_category"].notna(), CHURNED)
    found["days"] = (found["next_day"].fillna(found["ended"]) - found["day"]).dt.days
    if steps == "last":
        found = found.drop_duplicates("customer_id", keep="last")
    renamed = {"category": "from_category", "score": "from_score", "next_score": "to_score"}
    table = found.rename(columns=renamed)[_COLUMNS].sort_values("response_id", ignore_index=True)
    counts |= {
        "customers": int(answers["customer_id"].nunique()),
        "pairs": int(table["next_response_id"].notna().sum()),
        "exits": int(table["next_response_id"].isna().sum()),
        "open": int((last & ~left & ~answers["customer_id"].duplicated()).sum()),
    }
    return RepeatAnswers(table, counts, ended is not None, _notes(counts, table, ended is not None, steps))


def _ended(accounts: pd.DataFrame | None, as_of: str | pd.Timestamp | None) -> pd.Series | None:
    """Day on which each account ended; None where that is not recorded."""
    if accounts is None or "ended_at" not in accounts.columns:
        return None
    ended = accounts.set_index("account_id")["ended_at"].dt.normalize()
    return ended if as_of is None else ended.where(ended <= pd.Timestamp(as_of).normalize())


def _dated_answers(
    responses: pd.DataFrame, ended: pd.Series | None, as_of: str | pd.Timestamp | None
) -> tuple[pd.DataFrame, dict[str, int]]:
    """One answer per customer and day, in order, and how many were left aside."""
    text = pd.Series(np.nan, index=responses.index, dtype="str")
    contact, account = (responses.get(name, text) for name in ("contact_id", "account_id"))
    at = responses.get("responded_at", pd.Series(pd.NaT, index=responses.index, dtype="datetime64[us]"))
    rows = pd.DataFrame(
        {
            "response_id": responses["response_id"],
            "customer_id": ("contact/" + contact).fillna("account/" + account),
            "account_id": account,
            "category": responses["category"],
            "score": _scores(responses),
            "at": at,
            "day": at.dt.normalize(),
            "ended": pd.NaT if ended is None else account.map(ended),
        }
    )
    rows["ended"] = rows["ended"].astype("datetime64[us]")
    if as_of is not None:
        rows = rows[rows["day"].isna() | (rows["day"] <= pd.Timestamp(as_of).normalize())]
    unknown, undated = rows["customer_id"].isna(), rows["day"].isna()
    known = rows[~unknown & ~undated]
    after_end = known["day"] > known["ended"]
    known = known[~after_end].sort_values(["customer_id", "at", "response_id"], ignore_index=True)
    single = known.drop_duplicates(["customer_id", "day"], keep="last", ignore_index=True)
    counts = {
        "unknown": int(unknown.sum()),
        "undated": int((undated & ~unknown).sum()),
        "after_end": int(after_end.sum()),
        "same_day": len(known) - len(single),
    }
    return single, counts


def _scores(responses: pd.DataFrame) -> pd.Series:
    """The scores where all are on one scale: others cannot be compared."""
    ends = [name for name in ("scale_min", "scale_max") if name in responses.columns]
    if "score" not in responses.columns or (ends and len(responses[ends].drop_duplicates()) > 1):
        return pd.Series(np.nan, index=responses.index)
    return responses["score"].astype(float)


def _notes(counts: dict[str, int], steps: pd.DataFrame, follows_exits: bool, kind: Steps) -> list[str]:
    movers = steps["customer_id"].nunique()
    left = f" and {counts['exits']} exits" if follows_exits else ""
    which = "" if kind == "every" else ", the last step of each"
    notes = [
        f"{counts['pairs']:,} steps from one answer to the next{left}, of {movers:,} customers{which}; "
        f"{counts['open']:,} customers answered once{' and have not left' if follows_exits else ''}: they are in "
        "no share."
    ]
    if not follows_exits:
        notes.append("Who left is not known: no accounts with the day on which they ended.")
    if kind == "last" and counts["exits"]:
        notes.append("The share who left is of all the time surveyed, not of one step.")
    by_account = steps["customer_id"].str.startswith("account/")
    if by_account.any():
        notes.append(
            f"{steps.loc[by_account, 'customer_id'].nunique()} customers are known by account alone: answers of "
            "different people of one account count as one customer's."
        )
    reasons = {
        "undated": "have no date",
        "unknown": "belong to no known customer",
        "after_end": "came after the account had ended",
        "same_day": "were followed by another of the same customer on the same day",
    }
    aside = [f"{counts[name]} {why}" for name, why in reasons.items() if counts[name]]
    return [*notes, f"Answers left aside: {'; '.join(aside)}."] if aside else notes
