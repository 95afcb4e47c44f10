"""The README that stands beside a watched sample: what is simulated, what is planted, which figures to compare."""

from nps_insights.simulate import world
from nps_insights.simulate.watched_world import WatchedSurvey

_FILES = """\
survey.csv          the answers, as a survey tool exports them, dirt included
accounts.csv        the customers; "Ended at" is empty while they are customers
invitations.csv     who was asked, the silent ones too
outcomes.csv        which accounts were to be called back, and what became of it
events.csv          what happened when
benchmark.csv       a range that the invented business knows from its own past
truth_periods.csv   the NPS that is planted and that is to be expected, by survey, month and product
truth_shares.csv    the share of answers that hold each opinion, by month and product
truth_changes.csv   what changed, when and where
truth_target.csv    the target and what was reached
truth_agents.csv    by how much each agent truly moves the answers
truth_recovery.csv  what calling back truly adds to later answers
truth_themes.csv    the true themes of every comment that says something, 1 = mentioned"""
_STORIES = {
    "product_drop": "One product breaks and is mended. Its customers speak of outages while it is broken.",
    "target_reached": "The business asked for +40 within two years and got there, because fewer wait for support.",
    "stable": "Nothing happens. Whatever moves is chance.",
}
_NOTES = """\
The relational survey asks about the business every fourth month at most; the transactional one follows a case,
is answered happier, and must not be pooled with it. "expected" is the NPS to be expected of just these people:
only the mood of the day is left to chance. "everyone" is the same for all who were asked: the silent are a
little less happy. Agents serve customers of one product each, so their raw scores must not be compared; one of
them asks only customers who are happy. Which accounts were called back was decided by chance."""


def watched_readme(watched: WatchedSurvey, story: str, dirt: dict[str, int]) -> str:
    """Return README.txt for a watched sample.

    Args:
        watched: The world.
        story: Its story.
        dirt: How much of each kind of dirt was added to survey.csv.
    """
    parts = [_what(watched), _FILES, _counts(watched, dirt), _planted(watched, story), _NOTES]
    return "\n\n".join(parts) + "\n"


def _what(watched: WatchedSurvey) -> str:
    dates = watched.truth.periods
    return "\n".join(
        [
            f"THIS DATA IS SIMULATED. {world.BUSINESS} does not exist, nor do its customers; a program wrote it all.",
            "",
            f"{world.BUSINESS} sells telephony, internet lines and numbers to companies. Answers run from",
            f"{dates['period_start'].min():%Y-%m-%d} to {dates['period_end'].max():%Y-%m-%d}. "
            f"Values are in {world.CURRENCY}. CSAT was asked from 1 to 5, CES from 1 to 7 (7 is easy).",
        ]
    )


def _counts(watched: WatchedSurvey, dirt: dict[str, int]) -> str:
    kinds = watched.responses["survey"].value_counts()
    silent = int(watched.invitations["response_id"].isna().sum())
    return "\n".join(
        [
            "COUNTS",
            f"{dirt['rows']:,} rows in survey.csv =",
            f"  {int(kinds.get('relational', 0)):,} relational answers",
            f"  + {int(kinds.get('transactional', 0)):,} transactional answers",
            f"  + {dirt['internal']:,} answers of employees, all a 10 and marked as internal",
            f"  + {dirt['repeats']:,} exact repeats of a row",
            f"  + {dirt['blank']:,} rows without a score",
            f"  + {dirt['eleven']:,} rows with the impossible score 11",
            f"{dirt['broken off']:,} answers are marked as broken off.",
            f"{len(watched.invitations):,} invitations, of which {silent:,} were not answered.",
            f"{len(watched.accounts):,} accounts; {len(watched.outcomes):,} times one was to be called back.",
        ]
    )


def _planted(watched: WatchedSurvey, story: str) -> str:
    lines = ["THE STORY", _STORIES[story]]
    for row in watched.truth.changes.to_dict("records"):
        where = f" in {row['group']} ({row['points_of_group']:+.0f} there)" if row["group"] else ""
        lines.append(f"{row['at']:%Y-%m-%d}  {row['kind']}: {row['points']:+.0f} points{where}, {row['theme_code']}")
    lines += [
        f"Target: {row['value']:+.0f} by {row['due_at']:%Y-%m-%d}, from {row['baseline']:+.0f}; {row['reached']:+.0f} "
        "was reached"
        for row in watched.truth.target.to_dict("records")
    ]
    return "\n".join(lines)
