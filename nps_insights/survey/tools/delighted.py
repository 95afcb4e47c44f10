"""Delighted, survey responses as a flat table.

Stands on the fields of Delighted's API (id, person, survey_type, score, comment, permalink, created_at and updated_at
as Unix seconds, person_properties, notes, tags, additional_answers); the names of the columns of the export from its
dashboard are the same in words.

Traps: one file may hold answers to NPS, CSAT and CES surveys, each on its own scale; times are Unix seconds; what is
known of the person is flattened into columns person_properties.<name>.
"""

from nps_insights.survey.files.raw import RawTable
from nps_insights.survey.mapping.aliases import plain_name
from nps_insights.survey.tools.tool import Tool, column_named, only_nps, with_known

_PREFIX = "person properties "


def _prepared(raw: RawTable) -> RawTable:
    flat = {
        name: plain_name(name).removeprefix(_PREFIX)
        for name in raw.frame.columns
        if plain_name(name).startswith(_PREFIX)
    }
    raw = with_known(raw, labels=flat) if flat else raw
    return only_nps(raw, column_named(raw, "survey type"))


TOOL = Tool(
    name="Delighted",
    signatures=(
        frozenset({"survey type", "score", "comment", "permalink"}),
        frozenset({"survey type", "score", "comment", "created at", "person"}),
    ),
    prepared=_prepared,
    columns={
        "response_id": "response id|id",
        "score": "score",
        "comment": "comment",
        "responded_at": "created at",
        "contact_id": "person|person id",
    },
    never={"survey": "survey type"},
)
