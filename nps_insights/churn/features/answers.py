"""The answers that are known of each account strictly before a date, and what they say without words."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.churn.features.sums import counted, distinct, divided, ends, picked, slopes, summed
from nps_insights.churn.lookup import places
from nps_insights.churn.moments import Moment, dates_of, days_between, moment


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers known before as_of, by account and then by time; arrays (n_answers,) unless said otherwise.

    Attributes:
        n_accounts: Number of accounts.
        code: Row of the account in the accounts.
        age: Days before as_of; NaN where nobody knows.
        score: On 0 to 10, whatever the scale.
        rows: Row in the responses.
        responses: The responses, all of them.
    """

    n_accounts: int
    code: np.ndarray
    age: np.ndarray
    score: np.ndarray
    rows: np.ndarray
    responses: pd.DataFrame

    def column(self, name: str) -> np.ndarray:
        """Return a column of the responses for these answers, as objects."""
        return np.asarray(self.responses[name].to_numpy(dtype=object)[self.rows])

    def places(self, ids: pd.Series) -> np.ndarray:
        """Return the answer of each response_id, -1 where there is none."""
        if not len(self.rows):
            return np.full(len(ids), -1)
        return places(self.responses["response_id"].iloc[self.rows], ids, table="responses")

    def where(self, kept: np.ndarray) -> "Answers":
        """Return some of the answers."""
        code, age, score, rows = self.code[kept], self.age[kept], self.score[kept], self.rows[kept]
        return Answers(self.n_accounts, code, age, score, rows, self.responses)

    def within(self, days: float) -> "Answers":
        """Return the answers of the last `days` before as_of; undated ones count as such."""
        return self.where(~(self.age > days))


def known_answers(
    accounts: pd.DataFrame, responses: pd.DataFrame | None, as_of: np.ndarray, *, undated: bool = False
) -> Answers:
    """Return the answers that came in strictly before each account's `as_of`.

    An answer that carries a bare day came in at 00:00 of it: an answer of the day `as_of` itself is not known.

    Args:
        accounts: Table `accounts`.
        responses: Table `responses`; None for no answers.
        as_of: datetime64[us], (n_accounts,).
        undated: Whether answers without a date are known as well (a snapshot of undated answers).

    Returns:
        The answers of the accounts, by account, time and response_id.

    Raises:
        DataRefusedError: An account or an answer stands there twice, or dates are no dates.
    """
    if responses is None or "account_id" not in responses.columns:
        nobody = np.zeros(0, dtype=np.int64)
        return Answers(len(accounts), nobody, np.zeros(0), np.zeros(0), nobody, pd.DataFrame())
    at = dates_of(responses, "responded_at")
    early = np.isnat(at) if undated else np.zeros(len(at), dtype=bool)
    if len(as_of):
        early |= at < as_of.max()
    rows = np.flatnonzero(early)
    code = places(accounts["account_id"], responses["account_id"].iloc[rows], table="accounts")
    rows, code = rows[code >= 0], code[code >= 0]
    known = (at[rows] < as_of[code]) | np.isnat(at[rows])
    rows, code = rows[known], code[known]
    order = _in_time(code, at[rows], responses["response_id"], rows)
    rows, code = rows[order], code[order]
    low, high = (responses[name].to_numpy(float)[rows] for name in ("scale_min", "scale_max"))
    score = (responses["score"].to_numpy(float)[rows] - low) * (10.0 / (high - low))
    return Answers(len(accounts), code, days_between(at[rows], as_of[code]), score, rows, responses)


def latest_category(accounts: pd.DataFrame, responses: pd.DataFrame | None, *, as_of: Moment) -> pd.Series:
    """Return the category of each account's latest answer strictly before `as_of`, however long ago.

    Args:
        accounts: Table `accounts`.
        responses: Table `responses`.
        as_of: The moment of knowing.

    Returns:
        promoter, passive or detractor by account_id, in the order of the accounts; missing for the silent.

    Example:
        >>> responses = pd.DataFrame({"response_id": ["r"], "account_id": ["a"], "category": ["passive"]}).assign(
        ...     score=7.0, scale_min=0.0, scale_max=10.0, responded_at=pd.Timestamp("2026-01-09"))
        >>> latest_category(pd.DataFrame({"account_id": ["a"]}), responses, as_of="2026-02-01")["a"]
        'passive'
    """
    moments = np.full(len(accounts), moment(as_of, "as_of").to_datetime64(), dtype="datetime64[us]")
    answers = known_answers(accounts, responses, moments)
    ids = pd.Index(accounts["account_id"], name="account_id")
    return pd.Series(category_of_latest(answers), index=ids, dtype="str", name="category")


def category_of_latest(answers: Answers) -> np.ndarray:
    """Return the category of each account's latest answer, None for the silent; (n_accounts,) object.

    Which of several undated answers was the latest, nobody knows: None as well.
    """
    found = np.full(answers.n_accounts, None, dtype=object)
    _, last = ends(answers.code, answers.n_accounts)
    known = (last >= 0) & _timed(answers, last)
    if len(answers.code):
        found[known] = answers.column("category")[last[known]]
    return found


def _timed(answers: Answers, last: np.ndarray) -> np.ndarray:
    """Whether it is known which answer of each account was the latest."""
    return (counted(answers.code, answers.n_accounts) == 1) | ~np.isnan(picked(answers.age, last))


def score_features(answers: Answers) -> dict[str, np.ndarray]:
    """Return level, course and spread of the scores, on 0 to 10; NaN where there are too few answers."""
    n, code, score = answers.n_accounts, answers.code, answers.score
    rows = counted(code, n)
    mean = divided(summed(code, score, n), rows)
    spread = score - mean[code]
    variance = divided(summed(code, spread * spread, n), np.maximum(rows - 1, 0))
    _, last = ends(code, n)
    timed = _timed(answers, last)
    lowest = np.full(n, np.inf)
    np.minimum.at(lowest, code, score)
    detractor = answers.column("category") == "detractor" if len(code) else np.zeros(0)
    latest = np.where(timed, picked(score, last), np.nan)
    before = np.where((rows > 1) & timed, picked(score, np.where(rows > 1, last - 1, -1)), np.nan)
    return {
        "score/last": latest,
        "score/mean": mean,
        "score/min": np.where(rows > 0, lowest, np.nan),
        "score/change": latest - before,
        "score/trend": slopes(code, answers.age, score, n),
        "score/volatility": np.sqrt(variance),
        "score/detractor_share": divided(summed(code, detractor.astype(float), n), rows),
    }


def answer_features(answers: Answers) -> dict[str, np.ndarray]:
    """Return how often, by how many contacts, and how long ago an account answered."""
    n, code = answers.n_accounts, answers.code
    rows = counted(code, n)
    _, last = ends(code, n)
    contacts = np.full(n, np.nan)
    if "contact_id" in answers.responses.columns:
        contact, names = pd.factorize(answers.responses["contact_id"].iloc[answers.rows])
        pairs = distinct((code * (len(names) + 1) + contact)[contact >= 0])
        several = counted(pairs // (len(names) + 1), n)
        contacts = np.where((several > 0) | (rows == 0), several, np.nan)
    return {
        "answers/count": rows,
        "answers/contacts": contacts,
        "answers/days_since": picked(answers.age, last),
    }


def _in_time(code: np.ndarray, at: np.ndarray, ids: pd.Series, rows: np.ndarray) -> np.ndarray:
    """The order by account and time; ids are looked at where both are equal, and nowhere else: they are texts."""
    order = np.lexsort((at, code))
    same = (code[order][1:] == code[order][:-1]) & (
        (at[order][1:] == at[order][:-1]) | (np.isnat(at[order][1:]) & np.isnat(at[order][:-1]))
    )
    if not same.any():
        return order
    tied = np.zeros(len(order), dtype=bool)
    tied[:-1] |= same
    tied[1:] |= same
    rank = np.zeros(len(code), dtype=np.int64)
    rank[order[tied]] = pd.factorize(ids.iloc[rows[order[tied]]], sort=True)[0]
    return np.lexsort((rank, at, code))
