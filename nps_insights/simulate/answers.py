"""What is answered: who answers when, which opinions they hold, the score that follows, and who writes a comment."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from nps_insights.simulate import world
from nps_insights.simulate.leaving import Leaving
from nps_insights.simulate.population import Population


@dataclass(frozen=True)
class Answers:
    """All answers, in the order in which they came in.

    Attributes:
        frame: One row per answer: contact and account (rows of the population), wave, responded_at, channel, score,
            commented, says_nothing, plan, region, industry.
        themes: bool, one row per answer and one column per theme: the opinions held, written down or not.
        noise: What is neither theme nor attribute: base, account, contact and the day; per answer.
    """

    frame: pd.DataFrame
    themes: np.ndarray
    noise: np.ndarray


def draw_answers(
    people: Population, leaving: Leaving, waves: pd.PeriodIndex, comment_rate: float, rng: np.random.Generator
) -> Answers:
    """Draw every answer of every wave."""
    frame = _who_answers(people, leaving, waves, rng)
    accounts = people.accounts
    for name in world.LEVELS:
        frame[name] = accounts[name].to_numpy()[frame["account"]]
    frame["channel"] = rng.choice(
        np.array(list(world.CHANNELS), dtype=object), len(frame), p=list(world.CHANNELS.values())
    )
    themes = _opinions(frame, people.leanings, len(waves), rng)
    lasting = (
        accounts["happiness"].to_numpy()[frame["account"]] + people.contacts["happiness"].to_numpy()[frame["contact"]]
    )
    noise = world.BASE_SCORE + lasting + rng.normal(0.0, world.NOISE_SD, len(frame))
    frame["score"] = scores(noise, themes, {name: frame[name].to_numpy() for name in world.LEVELS})
    chance = np.minimum(1.0, comment_rate * np.array(world.COMMENT_CURVE)[frame["score"]])
    frame["commented"] = rng.random(len(frame)) < chance
    frame["says_nothing"] = frame["commented"] & (rng.random(len(frame)) < world.NOTHING_RATE)
    return Answers(frame, themes, noise)


def scores(noise: np.ndarray, themes: np.ndarray, levels: dict[str, np.ndarray]) -> np.ndarray:
    """Return the answer, 0 to 10, that follows from noise, opinions and attributes; also for what did not happen."""
    return np.clip(np.round(happiness(noise, themes, levels)), 0, 10).astype(int)


def happiness(noise: np.ndarray, themes: np.ndarray, levels: dict[str, np.ndarray]) -> np.ndarray:
    """Return what is rounded to the answer: noise and the effects of opinions and attributes, without bounds."""
    total = noise.copy()
    for name, level in levels.items():
        for value, effect in world.LEVEL_EFFECTS[name].items():
            total += effect * (level == value)
    for column, theme in enumerate(world.THEMES):
        held = themes[:, column]
        total += theme.effect * held
        for plan, special in theme.effect_by_plan.items():
            total += (special - theme.effect) * (held & (levels["plan"] == plan))
    return total


def _who_answers(people: Population, leaving: Leaving, waves: pd.PeriodIndex, rng: np.random.Generator) -> pd.DataFrame:
    contacts = people.contacts
    account = contacts["account"].to_numpy()
    started = people.accounts["started_at"].to_numpy("datetime64[D]")[account]
    ended = leaving.ended_at[account]
    parts = []
    for wave in range(len(waves)):
        moment = _moments(waves[wave], len(contacts), rng)
        day = moment.astype("datetime64[D]")
        there = (day >= started + np.timedelta64(30, "D")) & (np.isnat(ended) | (day < ended))
        answers = there & (rng.random(len(contacts)) < contacts["answers"].to_numpy())
        rows = np.flatnonzero(answers)
        parts.append(
            pd.DataFrame({"contact": rows, "account": account[rows], "wave": wave, "responded_at": moment[rows]})
        )
    # The contact breaks ties of the second, so that the order is always the same.
    return pd.concat(parts).sort_values(["responded_at", "contact"], ignore_index=True)


def _moments(wave: pd.Period, n: int, rng: np.random.Generator) -> np.ndarray:
    """Any day of the quarter in working hours; three in four of those on a weekend wait until the Friday before."""
    first = np.datetime64(wave.start_time, "D")
    n_days = (wave.end_time - wave.start_time).days + 1
    day = first + np.floor(rng.random(n) * n_days).astype("timedelta64[D]")
    weekday = (day.astype(int) + 3) % 7
    back = np.where((weekday >= 5) & (rng.random(n) < 0.75), weekday - 4, 0).astype("timedelta64[D]")
    day = np.where(day - back >= first, day - back, day)
    seconds = np.clip(rng.normal(12.5 * 3600, 3 * 3600, n), 6 * 3600, 22 * 3600).astype("timedelta64[s]")
    return day.astype("datetime64[s]") + seconds


def _opinions(frame: pd.DataFrame, leanings: np.ndarray, n_waves: int, rng: np.random.Generator) -> np.ndarray:
    """Which themes each answer holds: a threshold on a normal value that the account's answers partly share."""
    n = len(frame)
    held = np.zeros((n, len(world.THEMES)), dtype=bool)
    own = np.sqrt(1.0 - world.THEME_STICKINESS)
    shared = np.sqrt(world.THEME_STICKINESS)
    for column, theme in enumerate(world.THEMES):
        value = shared * leanings[frame["account"], column] + own * rng.standard_normal(n)
        held[:, column] = value < threshold(_prevalence(theme, frame, held, n_waves))
    return held


def _prevalence(theme: world.Theme, frame: pd.DataFrame, held: np.ndarray, n_waves: int) -> np.ndarray:
    prevalence = np.full(len(frame), theme.prevalence)
    if theme.code == world.SHIFTED_THEME:
        prevalence[frame["wave"].to_numpy() == n_waves - 1] = world.SHIFTED_PREVALENCE
    for (name, level), factor in theme.more_often.items():
        prevalence[frame[name].to_numpy() == level] *= factor
    if theme.beside is not None:
        partner, beside = theme.beside
        prevalence[held[:, world.THEME_CODES.index(partner)]] = beside
    return prevalence


def threshold(prevalence: np.ndarray) -> np.ndarray:
    """Return below which standard normal value an opinion of such a prevalence is held."""
    values, position = np.unique(prevalence, return_inverse=True)
    return np.array([NormalDist().inv_cdf(value) for value in values])[position]
