"""What is answered in a watched world: month by month who is asked and answers, what they score, who is called back."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.simulate import world
from nps_insights.simulate.answers import happiness, threshold
from nps_insights.simulate.watched_people import N_TURNS, WatchedPeople
from nps_insights.simulate.watched_stories import PRODUCTS, TRANSACTIONAL_BONUS, Story

# Touchpoint: share of the cases, what sends the survey, points on the 0-10 scale, whether an agent serves it.
TOUCHPOINTS = {
    "Support case": (0.45, "case closed", -0.3, True),
    "Installation": (0.25, "order completed", 0.2, True),
    "Invoice": (0.30, "invoice sent", 0.0, False),
}
# Points on the 0-10 scale by which an account answers happier, two months after somebody called it back.
CALL_POINTS = 0.8
_CALLED, _CLOSED = 0.5, 0.7


@dataclass(frozen=True, eq=False)
class WatchedAnswers:
    """Everything that was drawn: N invitations, T themes.

    Attributes:
        asked: One row per invitation: survey, month (its place), contact, account, product (places), touchpoint,
            trigger, agent (place, -1 for none), channel, event_at, sent_at, responded_at, answered, score, csat, ces,
            commented, says_nothing, promoter and detractor (their chances, all but the day's mood given), agent_gain
            and call_gain (what the agent and the call add to the difference of these chances), called.
        themes: Opinions held, written down or not (N, T).
        calls: One row per account that was to be called: account, proposed_at, contacted_at, closed_at, result.
    """

    asked: pd.DataFrame
    themes: np.ndarray
    calls: pd.DataFrame


def draw_watched(
    people: WatchedPeople, story: Story, sizes: dict[str, int], comment_rate: float, rng: np.random.Generator
) -> WatchedAnswers:
    """Draw all months.

    Args:
        people: Who may be asked.
        story: What is planted.
        sizes: Survey (relational, transactional) -> answers a month.
        comment_rate: Share of answers with a comment, about.
        rng: Source of chance.
    """
    called_from = np.full(len(people.product), len(story.months))
    asked, themes, calls = [], [], []
    for month in range(len(story.months)):
        frame = pd.concat([_asked(people, story.months, month, *one, rng) for one in sizes.items()], ignore_index=True)
        held = _opinions(people, frame, story.prevalence[month], rng)
        frame["called"] = called_from[frame["account"]] <= month
        _let_score(people, frame, held, story.nps[month], rng)
        _let_comment(frame, comment_rate, rng)
        proposed = _calls(frame, story.months, month, rng)
        reached = proposed.loc[proposed["contacted_at"].notna(), "account"].to_numpy(int)
        called_from[reached] = np.minimum(called_from[reached], month + 2)
        asked.append(frame)
        themes.append(held)
        calls.append(proposed)
    return WatchedAnswers(pd.concat(asked, ignore_index=True), np.concatenate(themes), pd.concat(calls))


def _asked(
    people: WatchedPeople, months: pd.PeriodIndex, month: int, survey: str, n: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Invitations go out in no order until so many have answered."""
    account = people.population.contacts["account"].to_numpy()
    ended = people.leaving.ended_at[account]
    there = np.flatnonzero(np.isnat(ended) | (ended > np.datetime64(months[month].end_time, "D")))
    order = rng.permutation(there)
    if survey == "relational":
        # Those whose turn it is come first; the others only where too few are left.
        order = order[np.argsort(people.turn[order] != month % N_TURNS, kind="stable")]
    frame = pd.DataFrame({"survey": survey, "month": month, "contact": order, "account": account[order]})
    frame["product"] = people.product[frame["account"]]
    frame = _cases(people, frame, survey, rng)
    frame["answered"] = rng.random(len(frame)) < people.answering[frame["contact"]]
    last = np.searchsorted(frame["answered"].cumsum(), n) + 1 if n else 0
    frame = frame.iloc[:last].reset_index(drop=True)
    return _dated(people, frame, months[month], survey, rng)


def _cases(people: WatchedPeople, frame: pd.DataFrame, survey: str, rng: np.random.Generator) -> pd.DataFrame:
    """What happened to whom before a transactional survey; one agent asks only those who are happy."""
    n = len(frame)
    frame["touchpoint"], frame["trigger"], frame["agent"] = None, None, -1
    if survey == "relational" or n == 0:
        return frame
    names = np.array(list(TOUCHPOINTS), dtype=object)
    place = rng.choice(len(names), n, p=[one[0] for one in TOUCHPOINTS.values()])
    frame["touchpoint"] = names[place]
    frame["trigger"] = np.array([one[1] for one in TOUCHPOINTS.values()], dtype=object)[place]
    served = np.array([one[3] for one in TOUCHPOINTS.values()])[place]
    teams = np.array([np.flatnonzero(people.agents["product"] == product) for product in range(len(PRODUCTS))])
    agent = teams[frame["product"], rng.integers(0, teams.shape[1], n)]
    frame["agent"] = np.where(served, agent, -1)
    unhappy = _lasting(people, frame) < 0
    hidden = served & unhappy & people.agents["asks_only_the_happy"].to_numpy()[agent]
    return frame[~hidden].reset_index(drop=True)


def _dated(
    people: WatchedPeople, frame: pd.DataFrame, month: pd.Period, survey: str, rng: np.random.Generator
) -> pd.DataFrame:
    n, first = len(frame), np.datetime64(month.start_time, "s")
    seconds = int((month.end_time - month.start_time).total_seconds())
    # A contact has its day of the month, so that two relational surveys lie four months apart.
    where = people.day[frame["contact"]] if survey == "relational" else rng.random(n)
    moment = first + np.floor(where * seconds).astype("timedelta64[s]")
    delay = np.minimum(np.floor(rng.exponential(2.0 * 86_400, n)) + 60, 20.0 * 86_400).astype("timedelta64[s]")
    frame["sent_at"] = (moment - delay).astype("datetime64[us]")
    frame["responded_at"] = pd.Series(moment.astype("datetime64[us]")).where(frame["answered"])
    days_before = rng.integers(0, 3, n).astype("timedelta64[D]")
    event = ((moment - delay).astype("datetime64[D]") - days_before).astype("datetime64[us]")
    frame["event_at"] = event if survey == "transactional" else np.full(n, np.datetime64("NaT", "us"))
    channels = np.array(list(world.CHANNELS), dtype=object)
    frame["channel"] = rng.choice(channels, n, p=list(world.CHANNELS.values()))
    return frame


def _lasting(people: WatchedPeople, frame: pd.DataFrame) -> np.ndarray:
    accounts, contacts = people.population.accounts, people.population.contacts
    return np.asarray(
        accounts["happiness"].to_numpy()[frame["account"]] + contacts["happiness"].to_numpy()[frame["contact"]]
    )


def _opinions(
    people: WatchedPeople, frame: pd.DataFrame, prevalence: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Which themes each one holds: a threshold on a normal value that the account's answers partly share."""
    leanings = people.population.leanings[frame["account"]]
    own = rng.standard_normal(leanings.shape)
    value = np.sqrt(world.THEME_STICKINESS) * leanings + np.sqrt(1.0 - world.THEME_STICKINESS) * own
    limits = threshold(prevalence.ravel()).reshape(prevalence.shape)
    return np.asarray(value < limits[frame["product"]])


def _let_score(
    people: WatchedPeople, frame: pd.DataFrame, themes: np.ndarray, nps: np.ndarray, rng: np.random.Generator
) -> None:
    """Draw the answers around levels at which those who answer have exactly the expected NPS that is planted."""
    agent = frame["agent"].to_numpy()
    by_agent = np.where(agent >= 0, people.agents["effect"].to_numpy()[agent], 0.0)
    by_call = CALL_POINTS * frame["called"].to_numpy(float)
    by_case = frame["touchpoint"].map({name: one[2] for name, one in TOUCHPOINTS.items()}).fillna(0.0).to_numpy(float)
    levels = {name: people.population.accounts[name].to_numpy()[frame["account"]] for name in world.LEVELS}
    level = happiness(world.BASE_SCORE + _lasting(people, frame) + by_agent + by_call + by_case, themes, levels)
    transactional = (frame["survey"] == "transactional").to_numpy()
    group = frame["product"].to_numpy() + len(nps) * transactional
    wanted = np.concatenate([nps, nps + TRANSACTIONAL_BONUS])
    answered = frame["answered"].to_numpy()
    level = level + _shifts(level[answered], group[answered], wanted)[group]
    promoter, detractor = _chances(level)
    frame["promoter"], frame["detractor"] = promoter, detractor
    for name, part in (("agent_gain", by_agent), ("call_gain", by_call)):
        without = _chances(level - part)
        frame[name] = promoter - detractor - (without[0] - without[1])
    felt = level + rng.normal(0.0, world.NOISE_SD, len(frame))
    frame["score"] = np.clip(np.round(felt), 0, 10).astype(int)
    satisfied = np.clip(np.round(4.0 + 0.45 * (felt - 8.0) + rng.normal(0.0, 0.5, len(frame))), 1, 5)
    easy = np.clip(np.round(5.3 + 0.5 * (felt - 8.0) + rng.normal(0.0, 0.7, len(frame))), 1, 7)
    frame["csat"], frame["ces"] = np.where(transactional, satisfied, np.nan), np.where(transactional, easy, np.nan)


def _chances(level: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Chances of a 9 or 10 and of a 6 or less, once the day's mood is added and the sum is rounded."""
    from scipy.special import ndtr

    return ndtr((level - 8.5) / world.NOISE_SD), ndtr((6.5 - level) / world.NOISE_SD)


def _shifts(level: np.ndarray, group: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """What to add to the level of each group, so that its expected NPS is the wanted one; found by halving."""
    low, high = np.full(len(wanted), -30.0), np.full(len(wanted), 30.0)
    n = np.maximum(np.bincount(group, minlength=len(wanted)), 1)
    for _ in range(45):
        middle = (low + high) / 2
        promoter, detractor = _chances(level + middle[group])
        nps = 100 * np.bincount(group, promoter - detractor, minlength=len(wanted)) / n
        low, high = np.where(nps < wanted, middle, low), np.where(nps < wanted, high, middle)
    return (low + high) / 2


def _let_comment(frame: pd.DataFrame, comment_rate: float, rng: np.random.Generator) -> None:
    chance = np.minimum(1.0, comment_rate * np.array(world.COMMENT_CURVE)[frame["score"]])
    frame["commented"] = frame["answered"] & (rng.random(len(frame)) < chance)
    frame["says_nothing"] = frame["commented"] & (rng.random(len(frame)) < world.NOTHING_RATE)


def _calls(frame: pd.DataFrame, months: pd.PeriodIndex, month: int, rng: np.random.Generator) -> pd.DataFrame:
    """Accounts with a relational detractor are listed when the month is over; chance decides which half is called."""
    detractors = frame["answered"] & (frame["survey"] == "relational") & (frame["score"] <= 6)
    account = np.unique(frame.loc[detractors, "account"]) if month + 1 < len(months) else np.array([], dtype=int)
    n, end = len(account), np.datetime64(months[-1].end_time, "D")
    proposed = np.datetime64(months[month].end_time, "D") + np.full(n, 2, "timedelta64[D]")
    contacted = proposed + rng.integers(0, 14, n).astype("timedelta64[D]")
    contacted[(rng.random(n) >= _CALLED) | (contacted > end)] = np.datetime64("NaT")
    closed = contacted + rng.integers(1, 31, n).astype("timedelta64[D]")
    closed[(rng.random(n) >= _CLOSED) | (closed > end)] = np.datetime64("NaT")
    result = rng.choice(np.array(["solved", "explained"], dtype=object), n)
    result[np.isnat(closed)] = None
    days = {"proposed_at": proposed, "contacted_at": contacted, "closed_at": closed}
    return pd.DataFrame(
        {"account": account, **{name: day.astype("datetime64[us]") for name, day in days.items()}, "result": result}
    )
