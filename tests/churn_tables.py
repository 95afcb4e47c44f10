"""Small tables for tests of the churn room: accounts, answers, comments, mentions, usage and invitations at random."""

import numpy as np
import pandas as pd

from nps_insights.metrics import categorize

AS_OF = pd.Timestamp("2026-01-01")


def answers_of(rows: list[tuple]) -> pd.DataFrame:
    """Return responses of (account_id, responded_at, score), by number."""
    frame = pd.DataFrame(rows, columns=["account_id", "responded_at", "score"])
    frame = frame.astype({"account_id": "str", "score": float})
    frame["responded_at"] = pd.to_datetime(frame["responded_at"], format="ISO8601").astype("datetime64[us]")
    frame.insert(0, "response_id", pd.array([f"r{number}" for number in range(len(frame))], dtype="str"))
    return frame.assign(scale_min=0.0, scale_max=10.0, category=categorize(frame["score"]))


def random_tables(seed: int, *, n_accounts: int = 30, n_rows: int = 150) -> dict[str, pd.DataFrame]:
    """Return tables whose rows are dated before, at and after AS_OF."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"a{number:02d}" for number in range(n_accounts)])

    def moments(n: int) -> pd.Series:
        days = rng.integers(-500, 120, n) + rng.choice([0.0, 0.5], n)
        return pd.Series(AS_OF + pd.to_timedelta(np.where(rng.random(n) < 0.1, 0.0, days), unit="D")).astype("M8[us]")

    responses = answers_of(
        list(zip(rng.choice(ids, n_rows), moments(n_rows), rng.integers(0, 11, n_rows), strict=True))
    )
    responses["contact_id"] = responses["account_id"] + "c" + pd.Series(rng.integers(0, 3, n_rows)).astype("str")
    wrote = rng.random(n_rows) < 0.6
    comments = pd.DataFrame(
        {"comment_id": responses["response_id"], "response_id": responses["response_id"], "text": "x"}
    )
    comments = comments[wrote].assign(says_nothing=rng.random(wrote.sum()) < 0.1)
    mentions = pd.DataFrame(
        {
            "segment_id": [f"s{number}" for number in range(n_rows)],
            "theme_id": rng.choice(["t1", "t2", "t3"], n_rows),
            "response_id": rng.choice(comments["response_id"], n_rows),
        }
    )
    started = moments(n_accounts) - pd.Timedelta(days=200)
    accounts = pd.DataFrame(
        {
            "account_id": ids,
            "started_at": started.where(rng.random(n_accounts) < 0.9),
            "ended_at": moments(n_accounts).where(rng.random(n_accounts) < 0.5),
            "ended_reason": rng.choice(["price", "death"], n_accounts),
            "renewal_at": moments(n_accounts),
            "value": rng.random(n_accounts),
            "parent_id": pd.Series(rng.choice(["p1", "p2"], n_accounts)).where(rng.random(n_accounts) < 0.5),
            "attribute/plan": rng.choice(["Pro", "Free", "Old"], n_accounts, p=[0.5, 0.45, 0.05]),
            "attribute/seats": rng.integers(1, 50, n_accounts).astype(float),
        }
    )
    usage = pd.DataFrame({"account_id": rng.choice(ids, n_rows), "used_at": moments(n_rows)})
    usage["usage/logins"] = rng.integers(0, 9, n_rows).astype(float)
    invitations = pd.DataFrame({"invitation_id": np.arange(n_rows).astype(str), "sent_at": moments(n_rows)})
    invitations["contact_id"] = rng.choice(responses["contact_id"], n_rows)
    invitations["account_id"] = pd.Series(rng.choice(ids, n_rows)).where(rng.random(n_rows) < 0.7)
    invitations["response_id"] = pd.Series(rng.choice(responses["response_id"], n_rows)).where(rng.random(n_rows) < 0.5)
    return {
        "accounts": accounts,
        "responses": responses,
        "comments": comments.reset_index(drop=True),
        "mentions": mentions,
        "usage": usage.drop_duplicates(["account_id", "used_at"]).reset_index(drop=True),
        "invitations": invitations,
    }
