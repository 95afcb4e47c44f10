"""Who is asked in a watched world: accounts with a product, their contacts, and the agents who serve them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.simulate.leaving import Leaving, draw_leaving
from nps_insights.simulate.population import Population, draw_population
from nps_insights.simulate.watched_stories import PRODUCTS

# A contact is asked for the relational survey every fourth month at most.
N_TURNS = 4
_AGENTS_PER_PRODUCT, _AGENT_SD = 8, 0.45
# Per answer of a month so many accounts: a quarter of their contacts has its turn, and three in ten answer.
_ACCOUNTS_PER_ANSWER, _ACCOUNTS_AT_LEAST = 10, 200


@dataclass(frozen=True, eq=False)
class WatchedPeople:
    """Everybody who may be asked: A accounts, C contacts.

    Attributes:
        population: Accounts and contacts, all customers from before the first month on.
        leaving: When accounts end.
        product: Place of each account's product in `PRODUCTS` (A,).
        turn: In which of four months a contact has its turn (C,).
        day: Where in a month a contact answers, 0 to 1 (C,).
        answering: Chance of an answer when asked; the unhappy answer a little less (C,).
        agents: One row per agent: agent_id, product (place), effect (points on the 0-10 scale), asks_only_the_happy.
    """

    population: Population
    leaving: Leaving
    product: np.ndarray
    turn: np.ndarray
    day: np.ndarray
    answering: np.ndarray
    agents: pd.DataFrame


def accounts_for(n_per_period: int) -> int:
    """Return how many accounts are drawn, so that so many answers a month come in.

    Example:
        >>> accounts_for(100)
        1200
    """
    return _ACCOUNTS_AT_LEAST + _ACCOUNTS_PER_ANSWER * n_per_period


def draw_people(n_accounts: int, months: pd.PeriodIndex, rng: np.random.Generator) -> WatchedPeople:
    """Draw accounts, contacts and agents.

    Args:
        n_accounts: Number of accounts.
        months: The months that are watched.
        rng: Source of chance.
    """
    quarters = pd.period_range(months[0].asfreq("Q"), months[-1].asfreq("Q"), freq="Q")
    # Drawn for the quarter before, so that nearly all are customers when the first month starts.
    population = draw_population(n_accounts, quarters[:1] - 1, rng)
    contacts = population.contacts
    n = len(contacts)
    happiness = population.accounts["happiness"].to_numpy()[contacts["account"]] + contacts["happiness"].to_numpy()
    return WatchedPeople(
        population=population,
        leaving=draw_leaving(population, quarters, rng),
        product=rng.choice(len(PRODUCTS), n_accounts, p=[share for share, _ in PRODUCTS.values()]),
        turn=rng.integers(0, N_TURNS, n),
        day=rng.random(n),
        answering=np.clip(contacts["answers"].to_numpy() * np.exp(0.15 * happiness), 0.01, 0.95),
        agents=_agents(rng),
    )


def _agents(rng: np.random.Generator) -> pd.DataFrame:
    n = _AGENTS_PER_PRODUCT * len(PRODUCTS)
    return pd.DataFrame(
        {
            "agent_id": pd.array([f"AG{number:03d}" for number in range(1, n + 1)], dtype="str"),
            "product": np.arange(n) % len(PRODUCTS),
            "effect": rng.normal(0.0, _AGENT_SD, n),
            "asks_only_the_happy": np.arange(n) == n // 2,
        }
    )
