"""AskNicely, responses as CSV.

Stands on AskNicely's API page "Get Responses" (JSON or CSV; question_type tells an NPS answer from a CSAT or 5STAR
one; contacts that were only sent a survey are listed too); the names response_id, person_id, answer, comment, sent,
opened, responded are those of its answers.

Traps: the score is called "answer"; "status" and "segment" are not it; times are Unix seconds; who did not answer
stands there with an empty answer.
"""

from nps_insights.survey.files.raw import RawTable
from nps_insights.survey.tools.tool import Tool, column_named, only_nps


def _prepared(raw: RawTable) -> RawTable:
    return only_nps(raw, column_named(raw, "question type"))


TOOL = Tool(
    name="AskNicely",
    signatures=(
        frozenset({"response id", "person id", "answer", "responded"}),
        frozenset({"response id", "contact id", "answer", "responded"}),
    ),
    prepared=_prepared,
    columns={
        "response_id": "response id",
        "score": "answer",
        "comment": "comment",
        "responded_at": "responded",
        "contact_id": "person id|contact id",
        "channel": "delivery method",
    },
)
