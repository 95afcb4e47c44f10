"""Who leaves: a hazard per account and quarter that rises with unhappiness and with leanings to harmful themes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.simulate import world
from nps_insights.simulate.population import Population


@dataclass(frozen=True)
class Leaving:
    """When each account ends, and how likely that was.

    Attributes:
        ended_at: One date per account, NaT while it is a customer.
        ended_reason: One reason per account, None while it is a customer.
        hazard: Chance of leaving in a wave for those still there, one row per account, one column per wave; NaN before
            the account started and after it left.
    """

    ended_at: np.ndarray
    ended_reason: np.ndarray
    hazard: np.ndarray


def draw_leaving(people: Population, waves: pd.PeriodIndex, rng: np.random.Generator) -> Leaving:
    """Draw the quarter, day and reason in which accounts leave."""
    started = people.accounts["started_at"].to_numpy("datetime64[D]")
    n = len(started)
    starts = waves.start_time.to_numpy("datetime64[D]")
    ends = waves.end_time.to_numpy("datetime64[D]")
    hazard = np.full((n, len(waves)), np.nan)
    ended_at = np.full(n, np.datetime64("NaT"), dtype="datetime64[D]")
    for wave, (first, last) in enumerate(zip(starts, ends, strict=True)):
        there = np.isnat(ended_at) & (started < first)
        hazard[there, wave] = _hazard(people, first, wave == len(waves) - 1)[there]
        leaves = there & (rng.random(n) < hazard[:, wave])
        day = np.floor(rng.random(n) * ((last - first).astype(int) + 1)).astype("timedelta64[D]")
        ended_at[leaves] = first + day[leaves]
    drawn = rng.choice(np.array(list(world.ENDED_REASONS), dtype=object), n, p=list(world.ENDED_REASONS.values()))
    drawn[np.isnat(ended_at)] = None
    return Leaving(ended_at, drawn, hazard)


def _hazard(people: Population, first: np.datetime64, shifted: bool) -> np.ndarray:
    accounts = people.accounts
    happiness = accounts["happiness"] + accounts["plan"].map(world.LEVEL_EFFECTS["plan"]).astype(float)
    first_year = (first - accounts["started_at"].to_numpy("datetime64[D]")).astype(int) < 365
    logit = (
        world.QUARTERLY_CHURN_LOGIT
        + world.CHURN_PER_HAPPINESS * happiness.to_numpy()
        + accounts["plan"].map(world.CHURN_BY_PLAN).to_numpy(float)
        + world.CHURN_FIRST_YEAR * first_year
    )
    for column, theme in enumerate(world.THEMES):
        # A customer likely to meet the new trouble leaves more easily in the quarter in which it appears.
        factor = 2.0 if shifted and theme.code == world.SHIFTED_THEME else 1.0
        logit = logit + factor * theme.churn * people.leanings[:, column]
    return 1.0 / (1.0 + np.exp(-logit))
