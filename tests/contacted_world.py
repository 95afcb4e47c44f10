"""Customers who answer several times and some of whom are contacted after an answer, with a known effect of it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.metrics import categorize

START = pd.Timestamp("2025-01-01")
AS_OF = pd.Timestamp("2026-07-01")
# Test-retest reliability .7 of the answers (methods.md): 36 % of detractors look recovered though nothing changed.
_TRUE_SD, _NOISE_SD, _MEAN = 1.75, 1.15, 7.6


@dataclass(frozen=True)
class World:
    """Tables, and what contacts truly did: the mean over contacted customers with a later answer."""

    responses: pd.DataFrame
    accounts: pd.DataFrame
    outcomes: pd.DataFrame
    effect: float
    recovered_by_chance: float


def contacted_world(n: int = 900, *, effect: float = 0.0, seed: int = 0, n_answers: int = 4) -> World:
    """Every account answers `n_answers` times. Unhappier and dearer ones are contacted more often, after an answer.

    Args:
        n: Accounts.
        effect: Chance by which a contact lifts a customer to 8 who would have stayed a detractor, over all contacted.
        seed: Seed.
        n_answers: Answers of each account.
    """
    rng = np.random.default_rng(seed)
    plan = rng.choice(["Free", "Pro"], n)
    value = rng.lognormal(6, 1, n).round()
    true = rng.normal(_MEAN, _TRUE_SD, n) + 0.8 * (plan == "Pro") - 0.4
    score = np.clip(np.round(true[:, None] + rng.normal(0, _NOISE_SD, (n, n_answers))), 0, 10)
    gaps = rng.gamma(4.0, 32.0, (n, n_answers))
    days = rng.uniform(0, 60, n)[:, None] + np.cumsum(gaps, axis=1)
    # One contact at most: after the first detractor's answer, if chance has it.
    is_low = score <= 6
    first = np.where(is_low.any(axis=1), is_low.argmax(axis=1), -1)
    rows = np.arange(n)
    at_first = score[rows, np.maximum(first, 0)]
    chance = 1 / (1 + np.exp(-(0.3 + 0.5 * (4.5 - at_first) + 0.8 * (np.log(value) - 6) + 0.5 * (plan == "Pro"))))
    proposed = (first >= 0) & (rng.random(n) < 0.8)
    contact_day = days[rows, np.maximum(first, 0)] + rng.exponential(12.0, n)
    end = (AS_OF - START).days
    contacted = proposed & (rng.random(n) < chance) & (contact_day < end)
    following = np.minimum(np.maximum(first, 0) + 1, n_answers - 1)
    between = contacted & (first < n_answers - 1) & (contact_day < days[rows, following])
    seen = between & (days[rows, following] < end)
    by_chance = score[rows, following] > 6
    stuck = between & ~by_chance
    lift = effect / max(1 - by_chance[seen].mean(), 1e-9)
    lifted = stuck & (rng.random(n) < lift)
    score[rows[lifted], following[lifted]] = 8.0
    ids = np.array([f"a{i:05d}" for i in range(n)])
    responses = pd.DataFrame(
        {
            "response_id": [f"r{i:06d}" for i in range(n * n_answers)],
            "account_id": np.repeat(ids, n_answers),
            "score": score.ravel(),
            "category": categorize(pd.Series(score.ravel())),
            "responded_at": START + pd.to_timedelta(days.ravel().round(3), unit="D"),
        }
    )
    accounts = pd.DataFrame({"account_id": ids, "value": value, "attribute/plan": plan})
    proposed_day = days[rows, np.maximum(first, 0)] + 0.5
    outcomes = pd.DataFrame(
        {
            "action": "call",
            "account_id": ids,
            "proposed_at": START + pd.to_timedelta(proposed_day, unit="D"),
            "contacted_at": pd.Series(START + pd.to_timedelta(np.maximum(contact_day, proposed_day), unit="D")).where(
                contacted
            ),
            "closed_at": pd.NaT,
            "result": None,
        }
    )[proposed]
    outcomes["closed_at"] = outcomes["closed_at"].astype("datetime64[us]")
    return World(responses, accounts, outcomes, float(lifted[seen].mean()), float(by_chance[seen].mean()))
