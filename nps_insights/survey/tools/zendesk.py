"""Zendesk, satisfaction ratings of tickets: good or bad, which is no recommendation score.

Stands on Zendesk's API page "Satisfaction Ratings": score is "offered", "unoffered", "good" or "bad" (with or without
comment), beside ticket_id, requester_id, assignee_id, created_at.

Trap: a share of good less a share of bad looks like an NPS and is none.
"""

from nps_insights.survey.mapping.aliases import plain_name
from nps_insights.survey.tools.tool import Rows, Tool

_RATED = ("good", "bad", "good with comment", "bad with comment", "offered", "unoffered", "not offered")


def _fits(rows: Rows) -> bool:
    names = [plain_name(name) for name in rows[0]]
    place = next(
        (names.index(name) for name in ("satisfaction score", "satisfaction rating", "score") if name in names), 0
    )
    given = [plain_name(row[place]) for row in rows[1:] if len(row) > place and row[place].strip()]
    return bool(given) and sum(said in _RATED for said in given) >= 0.9 * len(given)


TOOL = Tool(
    name="Zendesk satisfaction",
    signatures=(
        frozenset({"score", "ticket id", "requester id"}),
        frozenset({"score", "ticket id", "assignee id"}),
        frozenset({"satisfaction score", "ticket id"}),
        frozenset({"satisfaction rating", "ticket id"}),
    ),
    fits=_fits,
    no_score=(
        "score: these are good or bad ratings of tickets by Zendesk, not answers to the recommendation question, and "
        "no NPS can be made of them. Beside an NPS survey they serve as an attribute: add the rating to the survey or "
        "to the accounts by the requester, and name its column with --attributes"
    ),
)
