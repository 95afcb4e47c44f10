"""The README that stands beside a sample: what is simulated, what is planted, which figures to compare."""

import pandas as pd

from nps_insights.simulate import world
from nps_insights.simulate.survey import SimulatedSurvey

_FILES = """\
survey.csv          the answers, as a survey tool exports them, dirt included
accounts.csv        the customers; "Ended at" is empty while they are customers
truth.csv           by how many NPS points each theme and attribute truly moves the answers
truth_quarters.csv  the NPS by quarter, and what wrong invoices did to it
truth_themes.csv    the true themes of every comment that says something, 1 = mentioned
truth_churn.csv     the true chance of leaving, by account and quarter"""
_ROLES = """\
points: the NPS as it is minus the NPS had nobody held this opinion, all else equal.
A bystander is mentioned beside a harmful theme and moves nobody. A null theme is often mentioned and
moves nobody. A rare theme moves people, but too few mention it to measure it well. Price weighs most on
the Basic plan. Plans and one region (Benelux & Nordics) move the answer too; industry and seats do not.
Unhappier customers comment more. Silent ones hold opinions as well; nobody sees them."""
_COMPARE = """\
WHICH FIGURES TO COMPARE
Compare the points of a driver with the rows of truth.csv where "among" is "commenters" and "by" is
empty: effects of themes are measured among those who wrote. Compare themes found with truth_themes.csv.
Compare churn risk with truth_churn.csv. Because unhappier customers comment more, even a perfect model
differs from the truth a little: it makes helpful themes look up to half a point too good in total."""


def readme(simulated: SimulatedSurvey, dirt: dict[str, int]) -> str:
    """Return README.txt for a simulated survey.

    Args:
        simulated: The survey.
        dirt: How much of each kind of dirt was added, as `soiled` counts it.
    """
    parts = [_what(simulated), _FILES, _counts(simulated, dirt), _planted(simulated), _drop(simulated), _COMPARE]
    return "\n\n".join(parts) + "\n"


def _what(simulated: SimulatedSurvey) -> str:
    dates = simulated.responses["responded_at"]
    return "\n".join(
        [
            f"THIS DATA IS SIMULATED. {world.BUSINESS} does not exist, nor do its customers; a program wrote it all.",
            "",
            f"{world.BUSINESS} sells internet lines, numbers and cloud telephony to companies. Once a quarter it asks:",
            '"How likely are you to recommend us, 0 to 10, and why?"',
            f"Answers run from {dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}. Values are in {world.CURRENCY}.",
        ]
    )


def _counts(simulated: SimulatedSurvey, dirt: dict[str, int]) -> str:
    responses, comments = simulated.responses, simulated.comments
    absent = len(simulated.accounts) - responses["account_id"].nunique()
    promoters, detractors = ((responses["category"] == name).mean() for name in ("promoter", "detractor"))
    other_languages = (comments["language"] != "en").sum()
    return "\n".join(
        [
            "COUNTS",
            f"{dirt['rows']:,} rows in survey.csv =",
            f"  {len(responses):,} responses",
            f"  + {dirt['repeated rows']:,} exact repeats of a row",
            f"  + {dirt['blank scores']:,} rows without a score",
            f"  + {dirt['scores of 11']:,} rows with the impossible score 11",
            f'{dirt["worded scores"]:,} scores are written like "10 - extremely likely", '
            f'{dirt["scores like 9/10"]:,} like "9/10".',
            f"{dirt['responses of unknown accounts']:,} responses name an account that accounts.csv does not know "
            "(it starts with X).",
            f"{absent:,} of {len(simulated.accounts):,} accounts never answered. Ids have leading zeros.",
            f"{len(comments):,} comments, of which {comments['says_nothing'].sum():,} say nothing "
            f'("n/a", "-") and {other_languages:,} are not in English.',
            f"NPS of all responses: {100 * (promoters - detractors):.1f}",
        ]
    )


def _planted(simulated: SimulatedSurvey) -> str:
    truth = simulated.truth.query("kind == 'theme' and among == 'commenters' and by == ''")
    lines = [
        f"{row['label']:<38}{row['role']:<11}{row['n_present']:>8,}{row['nps']:>9.1f}{row['per_mention']:>13.1f}"
        for _, row in truth.sort_values("nps").iterrows()
    ]
    title = "PLANTED THEMES, among those who wrote a comment that says something"
    header = f"{'theme':<38}{'role':<11}{'mentions':>8}{'points':>9}{'per mention':>13}"
    return "\n".join([title, header, *lines, _ROLES])


def _drop(simulated: SimulatedSurvey) -> str:
    quarters = simulated.truth_quarters.query("among == 'everyone'").sort_values("quarter_start")
    if len(quarters) < 2:
        return "THE DROP IN THE LAST QUARTER\nToo few responses to tell one quarter from another."
    before, last = quarters.iloc[-2], quarters.iloc[-1]
    return "\n".join(
        [
            "THE DROP IN THE LAST QUARTER",
            f"From {_quarter(before)} to {_quarter(last)} the NPS went from {before['nps']:.1f} to {last['nps']:.1f}.",
            f"After a move to a new invoice system {100 * last['share']:.0f} % of answers complain of wrong",
            f"invoices, {100 * before['share']:.0f} % did before. That accounts for "
            f"{last['points'] - before['points']:.1f} of {last['nps'] - before['nps']:.1f} points; the rest is chance.",
        ]
    )


def _quarter(row: pd.Series) -> str:
    return f"{row['quarter_start']:%Y} Q{row['quarter_start'].quarter}"
