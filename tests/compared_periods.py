"""Two periods of a survey with a planted difference, for the tests of what can be compared."""

import numpy as np
import pandas as pd

STARTS = ("2026-04-01", "2026-07-01")
WORDING = "How likely are you to recommend us?"
# Shares of promoter and detractor by channel: 40 and 0 points.
ANSWERS = {"email": (0.55, 0.15), "SMS": (0.35, 0.35)}


def period(
    side: int,
    seed: int,
    *,
    n: int = 500,
    sms: float = 0.2,
    worse: float = 0.0,
    answers_per_account: int = 1,
) -> pd.DataFrame:
    """Answers of one quarter; `worse` of those who would be promoters are detractors, whatever the channel."""
    rng = np.random.default_rng([seed, side])
    n_accounts = n // answers_per_account
    account = np.repeat(np.arange(n_accounts), answers_per_account)
    # Answers of one account come by one channel and lean one way.
    channel = np.where(rng.random(n_accounts) < sms, "SMS", "email")[account]
    promoter, detractor = np.array([ANSWERS[name] for name in channel]).T
    lean = rng.uniform(-0.1, 0.1, n_accounts)[account]
    luck = rng.random(n)
    score = np.where(luck < promoter - worse + lean, 9.0, np.where(luck > 1 - detractor - worse + lean, 3.0, 8.0))
    category = np.select([score >= 9, score <= 6], ["promoter", "detractor"], "passive")
    days = pd.to_timedelta(rng.integers(0, 90, n), unit="D")
    return pd.DataFrame(
        {
            "response_id": [f"{'ba'[side]}{row:05}" for row in range(n)],
            "score": score,
            "scale_min": 0.0,
            "scale_max": 10.0,
            "category": category,
            "account_id": [f"{'ba'[side]}-{one}" for one in account],
            "responded_at": pd.Timestamp(STARTS[side]) + days,
            "survey": "relational",
            "channel": channel,
            "wording": WORDING,
            "attribute/plan": rng.choice(["Basic", "Pro", "Trial"], n_accounts, p=[0.5, 0.3, 0.2])[account],
            "attribute/region": rng.choice(list("NESW"), n_accounts)[account],
            "attribute/seats": np.round(rng.lognormal(3, 1, n_accounts))[account],
        }
    )


def invited(answers: pd.DataFrame, rate: float, seed: int, *, sms: float = 0.2) -> pd.DataFrame:
    """The invitations behind the answers: each answer's own, and those that stayed silent."""
    rng = np.random.default_rng(seed)
    n_silent = round(len(answers) / rate) - len(answers)
    first = answers["responded_at"].min().normalize()
    side = answers["response_id"].iloc[0][0]
    sent = pd.Series(first, index=range(len(answers) + n_silent))
    silent = np.where(rng.random(n_silent) < sms, "SMS", "email")
    return pd.DataFrame(
        {
            "invitation_id": [f"i{side}{row:05}" for row in range(len(sent))],
            "account_id": [*answers["account_id"], *(f"s{side}{row}" for row in range(n_silent))],
            "sent_at": sent,
            "response_id": [*answers["response_id"], *[None] * n_silent],
            "channel": [*answers["channel"], *silent],
        }
    )
