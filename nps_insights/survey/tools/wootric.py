"""Wootric, now InMoment: responses as a flat table.

Stands on the fields of Wootric's API and webhooks (id, score, text, created_at such as "2018-03-28 15:11:55 -0700",
survey_id, end_user_id, external_id, email, origin_url, completed, excluded_from_calculations).

Traps: the comment is called "text"; answers excluded from the calculations by hand would change the figure; the
person's own id is external_id, end_user_id is Wootric's.
"""

from nps_insights.survey.files.raw import RawTable
from nps_insights.survey.sides.attributes import flags_stated
from nps_insights.survey.tools.tool import Tool, column_named, only_nps, set_aside


def _prepared(raw: RawTable) -> RawTable:
    if column := column_named(raw, "excluded from calculations"):
        out = flags_stated(raw.frame[column]).fillna(False).astype(bool)
        raw = set_aside(raw, out, "excluded from the calculations in Wootric")
    return only_nps(raw, column_named(raw, "survey type", "metric", "question type"))


TOOL = Tool(
    name="Wootric (InMoment)",
    signatures=(
        frozenset({"score", "text", "end user id"}),
        frozenset({"score", "text", "excluded from calculations"}),
    ),
    prepared=_prepared,
    columns={
        "response_id": "response id|id",
        "score": "score",
        "comment": "text",
        "responded_at": "created at",
        "contact_id": "external id|end user id",
        "complete": "completed",
    },
)
