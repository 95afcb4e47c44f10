"""The planted churn world: a known chance of leaving, which depends only on what anyone could have seen before."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.simulate.churn_shapes import ChurnDraw, account_table, answer_tables, theme_table, usage_table
from nps_insights.tables import SettingsError

LAST_DATE = "2026-01-01"
# An account that leaves in a quarter ends on one of the 89 days after its first.
PLANTED_HORIZON_DAYS = 90
HISTORY = 4
MIN_ACCOUNTS = 10
NOISE_CHANCE = 0.07

# Theme: words, share of comments of an average customer, how much happiness and tendency sway it, points of score that
# it costs, logits of leaving that its mention in the last year adds. The last three have nothing to do with anything.
PLANTED_CHURN_THEMES = (
    ("outages", "outages again", -2.0, -0.5, -1.0, 1.2),
    ("price", "the price is too high", -1.8, -0.3, -0.6, 1.0),
    ("support wait", "long waits for support", -2.2, -0.4, -0.6, 0.5),
    ("staff", "helpful staff", -1.8, 0.4, 0.6, -0.6),
    ("mobile app", "the mobile app", -2.2, 0.0, 0.0, 0.0),
    ("office move", "the move of your office", -2.8, 0.0, 0.0, 0.0),
    ("paper mail", "letters on paper", -2.5, 0.0, 0.0, 0.0),
)
_PLANS = {"Basic": 0.6, "Business": 0.0, "Premium": -0.6}
_INTERCEPT, _PER_POINT, _PER_FALL, _FIRST_YEAR, _PER_USAGE = -3.75, -0.37, 0.15, 0.6, -1.6
_USUAL_SCORE = 8.0


@dataclass(frozen=True, eq=False)
class PlantedChurn:
    """A planted churn world.

    Attributes:
        accounts: Contract table, with attributes plan (matters), region and seats (do not).
        responses: Contract table.
        comments: Contract table; a clause per theme.
        mentions: Contract table, with tone.
        themes: Contract table; the last three have nothing to do with leaving.
        usage: Contract table: `usage/logins` once a month.
        dates: Starts of the quarters at which accounts are looked at; the data go on until two quarters after the
            last, so that every outcome within `PLANTED_HORIZON_DAYS` (90) is known.
        truth: One row per date and account that is a customer then: account_id, as_of, chance (probability of leaving
            within the horizon; nobody who knows all that was observed before the date can know it better).
    """

    accounts: pd.DataFrame
    responses: pd.DataFrame
    comments: pd.DataFrame
    mentions: pd.DataFrame
    themes: pd.DataFrame
    usage: pd.DataFrame
    dates: list[pd.Timestamp]
    truth: pd.DataFrame


def planted_churn(n_accounts: int, *, n_dates: int = 6, noise: bool = False, random_state: int = 0) -> PlantedChurn:
    """Draw a planted churn world.

    The chance of leaving in the quarter after a date is logistic in the last score of the year before it, the fall
    from the score before that one, the themes mentioned in that year, the plan, the first year, and the fall in
    logins from the quarter but one to the last; about 7 % on average, with an AUC of about .80.

    Args:
        n_accounts: Accounts, at least 10.
        n_dates: Quarter starts at which accounts are looked at, at least 1; the last is 2026-01-01. A year of answers
            stands before the first.
        noise: Leaving is unrelated to everything: a chance of .07 for all.
        random_state: Seed.

    Returns:
        The world, the same for the same arguments.

    Raises:
        SettingsError: `n_accounts` or `n_dates` is too small.

    Example:
        >>> world = planted_churn(200, n_dates=2)
        >>> [str(date.date()) for date in world.dates]
        ['2025-10-01', '2026-01-01']
        >>> list(world.truth.columns)
        ['account_id', 'as_of', 'chance']
    """
    if n_accounts < MIN_ACCOUNTS or n_dates < 1:
        raise SettingsError(
            f"n_accounts == {n_accounts}, n_dates == {n_dates}: must be at least {MIN_ACCOUNTS} accounts and 1 date."
        )
    draw = _drawn(n_accounts, n_dates, noise, np.random.default_rng(random_state))
    words = np.random.default_rng([random_state, 1])
    responses, comments, mentions = answer_tables(draw, PLANTED_CHURN_THEMES, words)
    themes = theme_table(responses, mentions, PLANTED_CHURN_THEMES)
    row, date = np.nonzero(~np.isnan(draw.chance))
    truth = pd.DataFrame(
        {
            "account_id": pd.array(draw.account_id, dtype="str")[row],
            "as_of": pd.Series(draw.starts[date].astype("datetime64[us]")),
            "chance": draw.chance[row, date],
        }
    ).sort_values(["account_id", "as_of"], ignore_index=True)
    dates = [pd.Timestamp(start) for start in draw.starts[HISTORY : HISTORY + n_dates]]
    truth = truth[truth["as_of"] <= dates[-1]].reset_index(drop=True)
    accounts = account_table(draw, words)
    return PlantedChurn(accounts, responses, comments, mentions, themes, usage_table(draw), dates, truth)


def _drawn(n: int, n_dates: int, noise: bool, rng: np.random.Generator) -> ChurnDraw:
    last = pd.Period(LAST_DATE, "Q")
    quarters = pd.period_range(last - (n_dates + HISTORY - 1), last + 1, freq="Q")
    starts = quarters.start_time.to_numpy("datetime64[D]")
    draw = _population(n, starts, rng)
    happiness = rng.normal(0, 1, n)
    tendency = rng.normal(0, 0.8, (n, len(PLANTED_CHURN_THEMES)))
    answering = np.where(rng.random(n) < 0.15, 0.0, rng.uniform(0.35, 0.75, n))
    level = rng.normal(3.5, 0.8, n)
    for quarter, start in enumerate(starts):
        if quarter >= HISTORY:
            _let_leave(draw, quarter, start, noise, rng)
        happiness = 0.85 * happiness + rng.normal(0, 0.55, n)
        _let_answer(draw, quarter, start, happiness, tendency, answering, rng)
        level = level + rng.normal(0, 0.25, n)
        months = slice(3 * quarter, 3 * quarter + 3)
        draw.logins[:, months] = rng.poisson(np.exp(np.clip(level, 0, 7))[:, None], (n, 3))
    return draw


def _population(n: int, starts: np.ndarray, rng: np.random.Generator) -> ChurnDraw:
    days = (starts[-1] - starts[HISTORY]).astype(int)
    # A third joined while the accounts were looked at, the others in the six years before.
    since = np.where(rng.random(n) < 0.35, rng.uniform(0, 1, n) * days, -rng.uniform(0, 1, n) * 2190)
    shape = (n, len(starts))
    return ChurnDraw(
        account_id=np.array([f"A{number:06d}" for number in range(1, n + 1)], dtype=object),
        starts=starts,
        started_at=starts[HISTORY] + np.floor(since).astype("timedelta64[D]"),
        ended_at=np.full(n, np.datetime64("NaT"), dtype="datetime64[D]"),
        plan=rng.choice(list(_PLANS), n, p=[0.45, 0.4, 0.15]),
        score=np.full(shape, np.nan),
        answered_at=np.full(shape, np.datetime64("NaT"), dtype="datetime64[D]"),
        commented=np.zeros(shape, dtype=bool),
        themes=np.zeros((*shape, len(PLANTED_CHURN_THEMES)), dtype=bool),
        logins=np.zeros((n, 3 * len(starts))),
        chance=np.full(shape, np.nan),
    )


def _let_leave(draw: ChurnDraw, quarter: int, start: np.datetime64, noise: bool, rng: np.random.Generator) -> None:
    there = np.isnat(draw.ended_at) & (draw.started_at < start)
    chance = np.full(len(there), NOISE_CHANCE) if noise else 1 / (1 + np.exp(-_logit(draw, quarter, start)))
    draw.chance[there, quarter] = chance[there]
    leaves = there & (rng.random(len(there)) < chance)
    day = rng.integers(1, PLANTED_HORIZON_DAYS, len(there)).astype("timedelta64[D]")
    draw.ended_at[leaves] = start + day[leaves]


def _logit(draw: ChurnDraw, quarter: int, start: np.datetime64) -> np.ndarray:
    year = slice(quarter - HISTORY, quarter)
    last, before = _last_two(draw.score[:, year])
    mentioned = (draw.themes[:, year] & draw.commented[:, year, None]).any(axis=1)
    weights = np.array([theme[-1] for theme in PLANTED_CHURN_THEMES])
    logins = draw.logins[:, 3 * quarter - 6 : 3 * quarter]
    trend = np.log((logins[:, 3:].sum(axis=1) + 1) / (logins[:, :3].sum(axis=1) + 1))
    # Who joined within the last two quarters has no half year of logins to compare.
    known = draw.started_at < draw.starts[quarter - 2]
    return np.asarray(
        _INTERCEPT
        + _PER_POINT * (np.nan_to_num(last, nan=_USUAL_SCORE) - _USUAL_SCORE)
        + _PER_FALL * np.maximum(np.nan_to_num(before - last), 0)
        + mentioned @ weights
        + pd.Series(draw.plan).map(_PLANS).to_numpy(float)
        + _FIRST_YEAR * ((start - draw.started_at).astype(int) < 365)
        + _PER_USAGE * np.where(known, np.clip(trend, -1, 1), 0)
    )


def _last_two(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The last and the last but one score of each row, NaN where there is none."""
    last, before = np.full(len(scores), np.nan), np.full(len(scores), np.nan)
    for column in scores.T:
        given = ~np.isnan(column)
        before = np.where(given, last, before)
        last = np.where(given, column, last)
    return last, before


def _let_answer(
    draw: ChurnDraw,
    quarter: int,
    start: np.datetime64,
    happiness: np.ndarray,
    tendency: np.ndarray,
    answering: np.ndarray,
    rng: np.random.Generator,
) -> None:
    n = len(happiness)
    base, sway, points = (np.array([theme[place] for theme in PLANTED_CHURN_THEMES]) for place in (2, 3, 4))
    odds = base + sway * happiness[:, None] + tendency
    themes = rng.random(odds.shape) < 1 / (1 + np.exp(-odds))
    score = np.clip(np.round(_USUAL_SCORE + 1.2 * happiness + themes @ points + rng.normal(0, 1.0, n)), 0, 10)
    day = start + rng.integers(1, PLANTED_HORIZON_DAYS, n).astype("timedelta64[D]")
    there = (draw.started_at < day) & (np.isnat(draw.ended_at) | (day < draw.ended_at))
    answers = there & (rng.random(n) < answering)
    draw.score[answers, quarter] = score[answers]
    draw.answered_at[answers, quarter] = day[answers]
    draw.commented[:, quarter] = answers & (rng.random(n) < 0.7)
    draw.themes[:, quarter] = themes
