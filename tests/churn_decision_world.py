import numpy as np
import pandas as pd

from nps_insights.churn.decisions import Decided, DecisionSettings, decide
from nps_insights.metrics import categorize

DAY = pd.Timestamp("2026-03-01")
TOP = DecisionSettings(capacity=20)
EVERYBODY = ("detractor", "passive", "promoter", "silent")


def world(n: int = 400, *, seed: int = 0) -> dict[str, pd.DataFrame]:
    """Accounts, answers and risks without any pattern: what is decided is what is tested."""
    rng = np.random.default_rng(seed)
    ids = pd.Series([f"a{i:05d}" for i in range(n)], dtype="str")
    none = np.datetime64("NaT")

    def on(day: str, share: float) -> pd.Series:
        return pd.Series(np.where(rng.random(n) < share, np.datetime64(day), none).astype("M8[us]"))

    accounts = pd.DataFrame(
        {
            "account_id": ids,
            "account_name": "Firm " + ids,
            "owner": pd.Series(rng.choice(["ann", "bob", "cy"], n), dtype="str"),
            "value": np.where(rng.random(n) < 0.1, np.nan, rng.lognormal(7, 1, n).round()),
            "started_at": on("2026-04-01", 0.03),
            "ended_at": on("2026-01-15", 0.05),
            "renewal_at": DAY + pd.to_timedelta(rng.integers(-100, 300, n), unit="D"),
            "open_complaint": rng.random(n) < 0.03,
            "opted_out": rng.random(n) < 0.03,
            "contacted_at": on("2026-02-20", 0.05),
        }
    )
    of = rng.integers(0, int(n * 0.7), 2 * n)
    scores = rng.integers(0, 11, 2 * n).astype(float)
    responses = pd.DataFrame(
        {
            "response_id": [f"r{i:05d}" for i in range(2 * n)],
            "account_id": ids.to_numpy()[of],
            "contact_id": [f"c{one}" for one in of],
            "contact_role": "buyer",
            "score": scores,
            "category": categorize(pd.Series(scores)),
            "responded_at": DAY + pd.to_timedelta(rng.integers(-300 * 24, 30 * 24, 2 * n), unit="h"),
        }
    )
    comments = pd.DataFrame(
        {
            "comment_id": responses["response_id"],
            "response_id": responses["response_id"],
            "text": "said by " + responses["account_id"] + " in " + responses["response_id"] + " " + "and more " * 30,
            "says_nothing": rng.random(2 * n) < 0.3,
        }
    )
    risk = pd.DataFrame({"account_id": ids, "as_of": DAY, "risk": rng.random(n).round(2)})
    return {"risk": risk, "accounts": accounts, "responses": responses, "comments": comments}


def run(tables: dict[str, pd.DataFrame], settings: DecisionSettings = TOP, **given) -> Decided:
    return decide(
        tables["risk"],
        tables["accounts"],
        tables["responses"],
        tables["comments"],
        as_of=given.pop("as_of", DAY),
        settings=settings,
        **given,
    )


def called(decided: Decided, lane: str | None = None) -> pd.DataFrame:
    flags = decided.flags[decided.flags["status"] == "flagged"].sort_values("rank")
    return flags if lane is None else flags[flags["lane"] == lane]
