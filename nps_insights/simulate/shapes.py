"""Bring what was simulated into shape: the contract's tables, the export of a survey tool, chances of leaving."""

import numpy as np
import pandas as pd

from nps_insights.metrics import categorize
from nps_insights.simulate import world
from nps_insights.simulate.answers import Answers
from nps_insights.simulate.leaving import Leaving
from nps_insights.simulate.population import Population
from nps_insights.tables import conform


def response_ids(n: int) -> np.ndarray:
    """Return ids in the order in which the answers came in."""
    return np.array([f"R{number:07d}" for number in range(1, n + 1)], dtype=object)


def response_table(people: Population, answers: Answers, response_id: np.ndarray) -> pd.DataFrame:
    """Return the contract's responses, with the accounts' plan, region, industry and seats as attributes."""
    frame, accounts = answers.frame, people.accounts
    account = frame["account"].to_numpy()
    responses = pd.DataFrame(
        {
            "response_id": response_id,
            "score": frame["score"].astype(float),
            "scale_min": 0.0,
            "scale_max": 10.0,
            "category": categorize(frame["score"]),
            "account_id": accounts["account_id"].to_numpy()[account],
            "contact_id": people.contacts["contact_id"].to_numpy()[frame["contact"]],
            "responded_at": frame["responded_at"],
            "survey": "relational",
            "channel": frame["channel"],
            "attribute/Plan": frame["plan"],
            "attribute/Region": frame["region"],
            "attribute/Industry": frame["industry"],
            "attribute/Seats": accounts["seats"].to_numpy(float)[account],
        }
    )
    return conform("responses", responses)


def survey_export(people: Population, answers: Answers, response_id: np.ndarray, text: np.ndarray) -> pd.DataFrame:
    """Return the answers under the everyday names of a survey tool."""
    frame, contacts = answers.frame, people.contacts
    return pd.DataFrame(
        {
            "Response ID": response_id,
            "Account ID": people.accounts["account_id"].to_numpy()[frame["account"]],
            "Contact ID": contacts["contact_id"].to_numpy()[frame["contact"]],
            "Contact role": contacts["role"].to_numpy()[frame["contact"]],
            "NPS": frame["score"],
            "Comment": pd.array(text, dtype="str"),
            "Submitted at": frame["responded_at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "Channel": frame["channel"],
        }
    )


def comment_table(people: Population, answers: Answers, response_id: np.ndarray, text: np.ndarray) -> pd.DataFrame:
    """Return the contract's comments; a comment has the id of its response."""
    wrote = answers.frame["commented"].to_numpy()
    language = people.contacts["language"].to_numpy()[answers.frame["contact"]]
    comments = pd.DataFrame(
        {
            "comment_id": response_id[wrote],
            "response_id": response_id[wrote],
            "text": text[wrote],
            "language": language[wrote],
            "says_nothing": answers.frame["says_nothing"].to_numpy()[wrote],
        }
    )
    return conform("comments", comments)


def code_table(answers: Answers, response_id: np.ndarray) -> pd.DataFrame:
    """Return the contract's codes: the true themes of each comment that says something."""
    usable = (answers.frame["commented"] & ~answers.frame["says_nothing"]).to_numpy()
    row, column = np.nonzero(answers.themes & usable[:, None])
    ids, codes = response_id[row], np.array(world.THEME_CODES, dtype=object)[column]
    return conform("codes", pd.DataFrame({"comment_id": ids, "response_id": ids, "code": codes}))


def opinion_table(answers: Answers, response_id: np.ndarray) -> pd.DataFrame:
    """Return what each answer holds, written down or not: a bool per theme."""
    opinions = pd.DataFrame(answers.themes, columns=list(world.THEME_CODES))
    opinions.insert(0, "response_id", pd.array(response_id, dtype="str"))
    return opinions


def account_table(people: Population, leaving: Leaving, waves: pd.PeriodIndex) -> pd.DataFrame:
    """Return the contract's accounts."""
    frame = people.accounts
    accounts = pd.DataFrame(
        {
            "account_id": frame["account_id"],
            "started_at": frame["started_at"],
            "ended_at": leaving.ended_at,
            "ended_reason": leaving.ended_reason,
            "renewal_at": _next_anniversaries(frame["started_at"], waves[-1].end_time.normalize()),
            "value": frame["value"],
            "owner": frame["owner"],
            "account_name": frame["account_name"],
            "attribute/Plan": frame["plan"],
            "attribute/Region": frame["region"],
            "attribute/Industry": frame["industry"],
            "attribute/Seats": frame["seats"].astype(float),
        }
    )
    return conform("accounts", accounts)


def _next_anniversaries(started_at: pd.Series, after: pd.Timestamp) -> pd.Series:
    """The next yearly renewal after a date, for those who left as well: it must not tell who left."""
    month = started_at.dt.month
    day = started_at.dt.day.clip(upper=28)
    this_year = pd.to_datetime({"year": after.year, "month": month, "day": day})
    next_year = pd.to_datetime({"year": after.year + 1, "month": month, "day": day})
    return this_year.where(this_year > after, next_year)


def churn_chances(people: Population, leaving: Leaving, waves: pd.PeriodIndex) -> pd.DataFrame:
    """Return the true chance of leaving, per account and quarter in which it was there from the first day."""
    account, wave = np.nonzero(~np.isnan(leaving.hazard))
    starts = waves.start_time.to_numpy("datetime64[us]")
    ends = waves.end_time.to_numpy("datetime64[us]")
    ended = leaving.ended_at[account].astype("datetime64[us]")
    return pd.DataFrame(
        {
            "account_id": people.accounts["account_id"].to_numpy()[account],
            "quarter_start": starts[wave],
            "chance": leaving.hazard[account, wave],
            "left": (ended >= starts[wave]) & (ended <= ends[wave]),
        }
    ).sort_values(["account_id", "quarter_start"], ignore_index=True)
