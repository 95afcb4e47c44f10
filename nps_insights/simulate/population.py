"""Who is asked: accounts and their contacts, each with a lasting level of happiness and lasting leanings to themes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.simulate import world
from nps_insights.simulate.names import account_names, owner_names

_SEATS_MEDIAN = {"Basic": 7.0, "Business": 26.0, "Enterprise": 140.0}
_VALUE_PER_SEAT = {"Basic": 210.0, "Business": 255.0, "Enterprise": 235.0}
_VALUE_BASE = {"Basic": 480.0, "Business": 1_900.0, "Enterprise": 9_500.0}


@dataclass(frozen=True)
class Population:
    """Everybody who may be asked.

    Attributes:
        accounts: One row per account: account_id, account_name, plan, region, industry, seats, value, owner,
            started_at, happiness.
        leanings: Standard normal, one row per account and one column per theme: its leaning to mention the theme.
        contacts: One row per contact: contact_id, account (row of `accounts`), role, language, happiness,
            answers (chance of an answer when asked).
    """

    accounts: pd.DataFrame
    leanings: np.ndarray
    contacts: pd.DataFrame


def draw_population(n_accounts: int, waves: pd.PeriodIndex, rng: np.random.Generator) -> Population:
    """Draw `n_accounts` accounts that exist during `waves`, and their one to six contacts."""
    accounts = _accounts(n_accounts, waves, rng)
    leanings = rng.standard_normal((n_accounts, len(world.THEMES)))
    return Population(accounts, leanings, _contacts(accounts, rng))


def _accounts(n: int, waves: pd.PeriodIndex, rng: np.random.Generator) -> pd.DataFrame:
    plan, region, industry = (_pick(shares, n, rng) for shares in (world.PLANS, world.REGIONS, world.INDUSTRIES))
    seats = np.maximum(1, np.round(_by(_SEATS_MEDIAN, plan) * rng.lognormal(0.0, 0.6, n))).astype(int)
    value = (_by(_VALUE_BASE, plan) + seats * _by(_VALUE_PER_SEAT, plan)) * rng.lognormal(0.0, 0.15, n)
    return pd.DataFrame(
        {
            "account_id": _numbers(n, rng),
            "account_name": account_names(region, industry, rng),
            "plan": plan,
            "region": region,
            "industry": industry,
            "seats": seats,
            "value": np.round(value, -1),
            "owner": owner_names(region, rng),
            "started_at": _start_dates(n, waves, rng),
            "happiness": rng.normal(0.0, world.ACCOUNT_SD, n),
        }
    )


def _start_dates(n: int, waves: pd.PeriodIndex, rng: np.random.Generator) -> np.ndarray:
    """Three in five were customers before the first wave, for up to six years; the others join during the waves."""
    first, last = waves[0].start_time.normalize(), waves[-1].end_time.normalize()
    before = rng.random(n) < 0.6
    days_before = np.floor(rng.random(n) ** 1.4 * 6 * 365)
    days_after = np.floor(rng.random(n) * ((last - first).days - 60))
    days = np.where(before, -1 - days_before, days_after).astype("timedelta64[D]")
    return np.datetime64(first, "D") + days


def _contacts(accounts: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    more = {"Basic": 0.5, "Business": 1.1, "Enterprise": 2.4}
    per_account = np.minimum(6, 1 + rng.poisson(_by(more, accounts["plan"].to_numpy())))
    account = np.repeat(np.arange(len(accounts)), per_account)
    n = len(account)
    return pd.DataFrame(
        {
            "contact_id": np.char.add("C", _numbers(n, rng).astype(str)),
            "account": account,
            "role": _pick(world.ROLES, n, rng),
            "language": _languages(accounts["region"].to_numpy()[account], rng),
            "happiness": rng.normal(0.0, world.CONTACT_SD, n),
            "answers": rng.beta(1.5, 3.7, n),
        }
    )


def _languages(region: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    language = np.full(len(region), "en", dtype=object)
    draw = rng.random(len(region))
    for name, shares in world.LANGUAGES.items():
        passed = 0.0
        for code, share in shares.items():
            language[(region == name) & (draw >= passed) & (draw < passed + share)] = code
            passed += share
    return language


def _numbers(n: int, rng: np.random.Generator) -> np.ndarray:
    """Distinct numbers with leading zeros, in no order: an id must not tell when an account came or went."""
    width = max(6, len(str(n)) + 1)
    drawn = rng.choice(10**width, size=n, replace=False)
    return np.array([f"{number:0{width}d}" for number in drawn], dtype=object)


def _pick(shares: dict[str, float], n: int, rng: np.random.Generator) -> np.ndarray:
    return rng.choice(np.array(list(shares), dtype=object), size=n, p=list(shares.values()))


def _by(values: dict[str, float], level: np.ndarray) -> np.ndarray:
    return np.array([values[name] for name in level], dtype=float)
