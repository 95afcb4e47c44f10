"""Simulate a whole survey: accounts, answers, comments in words, and the truth behind them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.simulate import world
from nps_insights.simulate.answers import Answers, draw_answers
from nps_insights.simulate.leaving import Leaving, draw_leaving
from nps_insights.simulate.phrasing import say_nothing, uniform_stream, write_comment
from nps_insights.simulate.population import Population, draw_population
from nps_insights.simulate.shapes import (
    account_table,
    churn_chances,
    code_table,
    comment_table,
    opinion_table,
    response_ids,
    response_table,
    survey_export,
)
from nps_insights.simulate.truth import true_effects, true_quarters
from nps_insights.tables import SettingsError

DEFAULT_END = "2026-06-30"
MIN_ACCOUNTS = 10


@dataclass(frozen=True)
class SimulatedSurvey:
    """A simulated survey and its truth.

    Attributes:
        survey: The answers as a survey tool would export them: `Response ID`, `Account ID`, `Contact ID`,
            `Contact role`, `NPS`, `Comment` (missing for the silent), `Submitted at`, `Channel`.
        responses: Contract table; attributes Plan, Region, Industry and Seats, named as in the export.
        comments: Contract table; the id of a comment is that of its response.
        codes: Contract table; the true themes of each comment that says something.
        accounts: Contract table.
        opinions: One row per response, `response_id` and a bool per theme: what everybody holds, silent ones too.
        truth: True effects on these very answers (see `true_effects`).
        truth_quarters: The drop in the last quarter (see `true_quarters`).
        truth_churn: One row per account and quarter in which it was there from the first day: `account_id`,
            `quarter_start`, `chance` (true probability of leaving in that quarter), `left` (whether it did).
    """

    survey: pd.DataFrame
    responses: pd.DataFrame
    comments: pd.DataFrame
    codes: pd.DataFrame
    accounts: pd.DataFrame
    opinions: pd.DataFrame
    truth: pd.DataFrame
    truth_quarters: pd.DataFrame
    truth_churn: pd.DataFrame


def simulate_survey(
    n_accounts: int, *, random_state: int = 0, comment_rate: float = 0.5, end: str = DEFAULT_END
) -> SimulatedSurvey:
    """Simulate ten quarters of a survey among the customers of a business that does not exist.

    Opinions move the answer; silence depends on the answer (unhappier customers say more); the opinions of those who
    write stand in their comments, all of them and no others. In the last quarter invoices go wrong far more often.

    Args:
        n_accounts: Number of accounts, at least 10; each brings four to five responses on average.
        random_state: Seed; the same arguments give the same survey.
        comment_rate: Share of responses with a comment, about; above 0, at most 0.75.
        end: A date; the last quarter is the last one that is over by then.

    Returns:
        The survey and its truth.

    Raises:
        SettingsError: An argument is out of bounds, or `end` is not a date.

    Example:
        >>> simulated = simulate_survey(50, random_state=1)
        >>> simulated.survey.columns.tolist()[:5]
        ['Response ID', 'Account ID', 'Contact ID', 'Contact role', 'NPS']
    """
    waves = _waves(n_accounts, comment_rate, end)
    people, leaving, answers = _draw(n_accounts, waves, comment_rate, random_state)
    response_id = response_ids(len(answers.frame))
    text = comment_texts(people, answers, np.random.default_rng([random_state, 2]))
    return SimulatedSurvey(
        survey=survey_export(people, answers, response_id, text),
        responses=response_table(people, answers, response_id),
        comments=comment_table(people, answers, response_id, text),
        codes=code_table(answers, response_id),
        accounts=account_table(people, leaving, waves),
        opinions=opinion_table(answers, response_id),
        truth=true_effects(answers),
        truth_quarters=true_quarters(answers, waves),
        truth_churn=churn_chances(people, leaving, waves),
    )


def population_truth(
    n_accounts: int = 50_000, *, random_state: int = 0, comment_rate: float = 0.5, end: str = DEFAULT_END
) -> pd.DataFrame:
    """Return the true effects in a large draw of the same world, without writing a word.

    Args:
        n_accounts: Number of accounts to draw, at least 10.
        random_state: Seed.
        comment_rate: As in `simulate_survey`.
        end: As in `simulate_survey`.

    Returns:
        As `true_effects`.

    Example:
        >>> truth = population_truth(2_000)
        >>> truth.query("driver_id == 'theme/engineer_visit'")["nps"].abs().max()
        np.float64(0.0)
    """
    waves = _waves(n_accounts, comment_rate, end)
    return true_effects(_draw(n_accounts, waves, comment_rate, random_state)[2])


def _waves(n_accounts: int, comment_rate: float, end: str) -> pd.PeriodIndex:
    if n_accounts < MIN_ACCOUNTS:
        raise SettingsError(f"n_accounts: must be at least {MIN_ACCOUNTS}, so that somebody answers; got {n_accounts}")
    if not 0.0 < comment_rate <= 0.75:
        raise SettingsError(f"comment_rate: must be above 0 and at most 0.75, got {comment_rate}")
    try:
        after = pd.Timestamp(end) + pd.Timedelta(days=1)
    except ValueError as error:
        raise SettingsError(f"end: must be a date such as 2026-06-30, got {end!r}") from error
    return pd.period_range(end=after.to_period("Q") - 1, periods=world.N_WAVES, freq="Q")


def _draw(
    n_accounts: int, waves: pd.PeriodIndex, comment_rate: float, random_state: int
) -> tuple[Population, Leaving, Answers]:
    people = draw_population(n_accounts, waves, np.random.default_rng([random_state, 0]))
    rng = np.random.default_rng([random_state, 1])
    leaving = draw_leaving(people, waves, rng)
    return people, leaving, draw_answers(people, leaving, waves, comment_rate, rng)


def comment_texts(people: Population, answers: Answers, rng: np.random.Generator) -> np.ndarray:
    """Return the comment of each response, None for the silent."""
    draw = uniform_stream(rng).__next__
    frame = answers.frame
    language = people.contacts["language"].to_numpy()[frame["contact"]]
    says_nothing, score = frame["says_nothing"].to_numpy(), frame["score"].to_numpy()
    text = np.full(len(frame), None, dtype=object)
    for row in np.flatnonzero(frame["commented"]):
        if says_nothing[row]:
            text[row] = say_nothing(language[row], draw)
        else:
            held = [world.THEME_CODES[column] for column in np.flatnonzero(answers.themes[row])]
            text[row] = write_comment(held, int(score[row]), language[row], draw)
    return text
