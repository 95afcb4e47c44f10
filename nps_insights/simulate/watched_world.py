"""The watched world: a survey month by month whose NPS, changes, targets and calls are planted and known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.simulate.answers import Answers
from nps_insights.simulate.shapes import comment_table
from nps_insights.simulate.survey import DEFAULT_END, comment_texts
from nps_insights.simulate.watched_answers import WatchedAnswers, draw_watched
from nps_insights.simulate.watched_people import WatchedPeople, accounts_for, draw_people
from nps_insights.simulate.watched_shapes import (
    true_agents,
    true_periods,
    true_recovery,
    true_shares,
    watched_accounts,
    watched_invitations,
    watched_mentions,
    watched_outcomes,
    watched_responses,
    watched_themes,
    with_ids,
)
from nps_insights.simulate.watched_stories import Story, story_of
from nps_insights.tables import SettingsError, conform

MIN_PER_PERIOD = 10


@dataclass(frozen=True, eq=False)
class WatchedTruth:
    """What was planted.

    Attributes:
        periods: One row per survey, month and product (`by` and `group` are empty for all): `n_asked`, `n`,
            `planned` (NPS of the story), `expected` (NPS expected from just these people, opinions and all, of whom
            the day's mood alone is chance), `mood` (its standard deviation), `everyone` (expected of all who were
            asked, the silent too).
        shares: Share of answers that hold each opinion: period_start, product, theme_id, theme_code, share.
        changes: One row per planted change: `kind` (drop, recovery, rise), `at` (its first day), `by` and `group`
            (where it happened), `theme_code`, `theme_id`, `points` (of all), `points_of_group`.
        target: One row per target: name, metric, by, group, value, due_at, baseline, baseline_at, `reached`.
        agents: One row per agent: `effect` (on the 0-10 scale), `points` (what it adds to the NPS of its answers),
            `expected` (their NPS, with the customers it happens to serve), n, product, `asks_only_the_happy`.
        recovery: What calling back added to later answers: action, points, n.
    """

    periods: pd.DataFrame
    shares: pd.DataFrame
    changes: pd.DataFrame
    target: pd.DataFrame
    agents: pd.DataFrame
    recovery: pd.DataFrame


@dataclass(frozen=True, eq=False)
class WatchedSurvey:
    """A watched world.

    Attributes:
        responses: Contract table, relational and transactional; attributes Product, Plan, Region, Industry.
        comments: Contract table; the id of a comment is that of its response.
        mentions: Contract table: the opinions that the comments hold.
        themes: Contract table, without intervals (both bounds are the share itself).
        accounts: Contract table, with the same attributes.
        invitations: Contract table, the silent ones too.
        outcomes: Contract table: who was to be called back, and what became of it.
        events: Contract table.
        truth: What was planted.
        as_of: The first moment after the last month.
    """

    responses: pd.DataFrame
    comments: pd.DataFrame
    mentions: pd.DataFrame
    themes: pd.DataFrame
    accounts: pd.DataFrame
    invitations: pd.DataFrame
    outcomes: pd.DataFrame
    events: pd.DataFrame
    truth: WatchedTruth
    as_of: pd.Timestamp


def watched_survey(
    story: str = "product_drop",
    *,
    n_per_period: int = 300,
    n_periods: int = 24,
    n_transactional: int | None = None,
    comment_rate: float = 0.5,
    end: str = DEFAULT_END,
    random_state: int = 0,
) -> WatchedSurvey:
    """Simulate a relational and a transactional survey of a business with three products, month by month.

    Stories: "product_drop" (after two thirds of the months one product breaks: its customers speak of outages, the
    NPS of all falls by 20 points, and comes back by 20 when it is mended, half way to the end), "target_reached"
    (from +20 to +42, where +40 was asked, because fewer wait for support), "stable" (nothing happens). The NPS that is
    planted is exactly what is to be expected of those who answer; only the mood of the day is chance. Accounts whose
    contact is a detractor are listed for a call; chance decides which half is called, and these answer happier later.

    Args:
        story: One of the three.
        n_per_period: Relational answers a month, at least 10.
        n_periods: Months, at least 6.
        n_transactional: Transactional answers a month; None: half as many as relational ones.
        comment_rate: Share of answers with a comment, about; 0 to 0.75.
        end: A date; the last month is the last one that is over by then.
        random_state: Seed; the same arguments give the same world.

    Returns:
        The tables and their truth.

    Raises:
        SettingsError: An argument is out of bounds, or there is no such story.

    Example:
        >>> world = watched_survey("product_drop", n_per_period=40, n_periods=12, random_state=1)
        >>> world.truth.changes[["kind", "group", "points"]].values.tolist()
        [['drop', 'Cloud telephony', -20.0], ['recovery', 'Cloud telephony', 20.0]]
        >>> int((world.responses["survey"] == "relational").sum())
        480
    """
    sizes = _sizes(n_per_period, n_transactional, comment_rate)
    told = story_of(story, _months(n_periods, end))
    people = draw_people(accounts_for(n_per_period), told.months, np.random.default_rng([random_state, 0]))
    drawn = draw_watched(people, told, sizes, comment_rate, np.random.default_rng([random_state, 1]))
    return _tables(people, told, drawn, np.random.default_rng([random_state, 2]))


def _sizes(n_per_period: int, n_transactional: int | None, comment_rate: float) -> dict[str, int]:
    second = n_per_period // 2 if n_transactional is None else n_transactional
    if n_per_period < MIN_PER_PERIOD or not 0 <= second <= n_per_period:
        raise SettingsError(
            f"n_per_period == {n_per_period}, n_transactional == {second}: there must be at least {MIN_PER_PERIOD} "
            "relational answers a month, and from 0 up to as many transactional ones"
        )
    if not 0.0 <= comment_rate <= 0.75:
        raise SettingsError(f"comment_rate == {comment_rate}: must be 0 to 0.75")
    return {"relational": n_per_period, "transactional": second}


def _months(n_periods: int, end: str) -> pd.PeriodIndex:
    try:
        after = pd.Timestamp(end) + pd.Timedelta(days=1)
    except ValueError as error:
        raise SettingsError(f"end: must be a date such as 2026-06-30, got {end!r}") from error
    return pd.period_range(end=after.to_period("M") - 1, periods=max(n_periods, 0), freq="M")


def _tables(people: WatchedPeople, story: Story, drawn: WatchedAnswers, words: np.random.Generator) -> WatchedSurvey:
    asked = with_ids(drawn.asked)
    rows = np.flatnonzero(asked["answered"])
    rows = rows[np.argsort(asked["response_id"].to_numpy(dtype=str)[rows])]
    frame, themes = asked.iloc[rows].reset_index(drop=True), drawn.themes[rows]
    responses = watched_responses(people, frame)
    mentions = watched_mentions(frame, themes)
    answers = Answers(frame, themes, np.zeros(len(frame)))
    text = comment_texts(people.population, answers, words)
    found = watched_themes(responses, mentions)
    truth = WatchedTruth(
        periods=true_periods(drawn, story),
        shares=true_shares(story),
        changes=_with_theme_ids(story),
        target=story.target,
        agents=true_agents(people, frame),
        recovery=true_recovery(frame),
    )
    return WatchedSurvey(
        responses=responses,
        comments=comment_table(people.population, answers, frame["response_id"].to_numpy(dtype=object), text),
        mentions=mentions,
        themes=found,
        accounts=watched_accounts(people, story.months),
        invitations=watched_invitations(people, asked),
        outcomes=watched_outcomes(people, drawn.calls),
        events=conform("events", story.events),
        truth=truth,
        as_of=story.months[-1].end_time.normalize() + pd.Timedelta(days=1),
    )


def _with_theme_ids(story: Story) -> pd.DataFrame:
    ids = true_shares(story).drop_duplicates("theme_code").set_index("theme_code")["theme_id"]
    return story.changes.assign(theme_id=story.changes["theme_code"].map(ids).astype("str"))
