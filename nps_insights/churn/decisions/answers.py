"""What an account last answered before as_of, and the answers of detractors that are due a call."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.churn.decisions.settings import SILENT
from nps_insights.tables import counted

_SHOWN = ("response_id", "score", "category", "responded_at", "contact_id", "contact_role")
_LONGEST_QUOTE = 160


@dataclass(frozen=True, eq=False)
class KnownAnswers:
    """What was answered before as_of.

    Attributes:
        shown: One row per account, account_id as index: response_id, score, category, is_fresh, and responded_at,
            contact_id and contact_role where given. Of a fresh account it is the worst fresh answer of a detractor,
            else the latest; of several at one moment, the worst.
        before: The answers before as_of in the order of time; of several at one moment the worst is last.
        notes: What was left out.
    """

    shown: pd.DataFrame
    before: pd.DataFrame
    notes: tuple[str, ...] = ()


def known_answers(
    responses: pd.DataFrame, *, as_of: pd.Timestamp, fresh_from: pd.Timestamp, contacted_at: pd.Series | None = None
) -> KnownAnswers:
    """Return what each account answered before as_of, and whether a detractor's answer is fresh.

    Fresh is an answer of a detractor from `fresh_from` on, unless the account was contacted since.

    Args:
        responses: Table `responses`; rows without account or, where there are dates, without date are left out.
        as_of: The moment of knowing.
        fresh_from: The first moment whose answers are fresh.
        contacted_at: When each account was last contacted, account_id as index.

    Example:
        >>> responses = pd.DataFrame({"response_id": ["r1", "r2"], "account_id": ["a", "a"], "score": [3.0, 9.0],
        ...     "category": ["detractor", "promoter"], "responded_at": pd.to_datetime(["2026-01-01", "2026-02-01"])})
        >>> from_, until = pd.Timestamp("2026-02-01"), pd.Timestamp("2026-03-01")
        >>> known_answers(responses, as_of=until, fresh_from=from_).shown["category"].to_dict()
        {'a': 'promoter'}
    """
    names = ["account_id", *(name for name in _SHOWN if name in responses)]
    if "account_id" not in responses:
        nothing = responses.assign(account_id=pd.Series(dtype="str"))[names].iloc[:0]
        return KnownAnswers(_shown(nothing), nothing, ("No response names an account, so every account is silent.",))
    before, notes = _before(responses[names], as_of)
    before = _in_time(before)
    latest = before.drop_duplicates("account_id", keep="last")
    if "responded_at" not in before:
        return KnownAnswers(_shown(latest), before, notes)
    fresh = before[(before["category"] == "detractor") & (before["responded_at"] >= fresh_from)]
    if contacted_at is not None and len(fresh):
        contact = contacted_at.reindex(fresh["account_id"]).to_numpy()
        answered = fresh["responded_at"].to_numpy()
        fresh = fresh[~((contact >= answered) & (contact < as_of.to_datetime64()))]
    worst = fresh.sort_values(
        ["account_id", "score", "responded_at", "response_id"], ascending=[True, True, False, True]
    )
    worst = worst.drop_duplicates("account_id")
    rest = latest[~latest["account_id"].isin(worst["account_id"])]
    both = pd.concat([worst.assign(is_fresh=True), rest.assign(is_fresh=False)])
    return KnownAnswers(_shown(both), before, notes)


def quotes(comments: pd.DataFrame, known: KnownAnswers, account_ids: pd.Index) -> pd.Series:
    """Return what each account said, cut at a word: the shown answer's comment, else its latest before as_of.

    Args:
        comments: Table `comments`; those that say nothing are passed over.
        known: Answers before as_of.
        account_ids: For whom.

    Returns:
        Text by account_id, for those of `account_ids` that said something.
    """
    of_them = known.before[known.before["account_id"].isin(account_ids)]
    said = comments[~comments["says_nothing"].astype(bool) & comments["response_id"].isin(of_them["response_id"])]
    # Of the answers to several questions the first by id is quoted.
    text = said.sort_values("comment_id").drop_duplicates("response_id").set_index("response_id")["text"]
    rows = of_them.assign(text=of_them["response_id"].map(text)).dropna(subset="text")
    shown = known.shown["response_id"].reindex(rows["account_id"]).to_numpy()
    rows = rows.assign(is_shown=rows["response_id"].to_numpy() == shown)
    # A stable sort keeps the order of time within both groups.
    chosen = rows.sort_values("is_shown", kind="stable").drop_duplicates("account_id", keep="last")
    return chosen.set_index("account_id")["text"].map(cut).astype("str").sort_index()


def cut(text: str, *, longest: int = _LONGEST_QUOTE) -> str:
    """Return a text on one line, cut at the end of a word where it is longer than `longest`.

    Example:
        >>> cut("the engineer never came back", longest=16)
        'the engineer …'
    """
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    head, space, _ = line[: longest - 1].rpartition(" ")
    return (head if space else line[: longest - 2]) + " …"


def group_of(category: pd.Series) -> pd.Series:
    """Return the category, `silent` where there is none."""
    return category.fillna(SILENT)


def _before(responses: pd.DataFrame, as_of: pd.Timestamp) -> tuple[pd.DataFrame, tuple[str, ...]]:
    named = responses[responses["account_id"].notna()]
    if "responded_at" not in named or named["responded_at"].isna().all():
        if named.empty:
            return named, ()
        told = "The responses carry no dates: all of them are taken as known, and none as fresh."
        return named.drop(columns="responded_at", errors="ignore"), (told,)
    undated = int(named["responded_at"].isna().sum())
    told = counted(undated, "response without a date is", "responses without a date are")
    notes = (f"{told} left out: nobody knows whether before as_of.",)
    return named[named["responded_at"] < as_of], notes if undated else ()


def _in_time(answers: pd.DataFrame) -> pd.DataFrame:
    # Sorting a million ids takes seconds, and tables come sorted by id.
    if not answers["response_id"].is_monotonic_increasing:
        answers = answers.sort_values("response_id")
    keys = [-answers["score"].to_numpy()]
    if "responded_at" in answers:
        keys.append(answers["responded_at"].to_numpy().astype("int64"))
    return answers.iloc[np.lexsort(keys)].reset_index(drop=True)


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    shown = rows if "is_fresh" in rows else rows.assign(is_fresh=False)
    return shown.assign(is_fresh=shown["is_fresh"].astype(np.bool_)).set_index("account_id").sort_index()
