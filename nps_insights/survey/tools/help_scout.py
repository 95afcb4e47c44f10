"""Help Scout, responses to a survey message as a flat table.

Stands on Help Scout's webhook pages "Survey Response" and "Survey Response Data": value (0 to 10 as text for an NPS
survey, an emoji or a choice for others), category (promoter, passive, detractor; only for NPS), comment, timestamp
(UTC), the name of the message and the id of the customer.

Traps: faces, thumbs, choices and the numbers of other surveys stand in the same column as the scores; "category" is
not the score.
"""

from nps_insights.survey.files.raw import RawTable
from nps_insights.survey.tools.tool import Tool, column_named, plain_cells, set_aside, with_known


def _prepared(raw: RawTable) -> RawTable:
    value, category = column_named(raw, "value", "response value"), column_named(raw, "category", "response category")
    # The export is known by both.
    assert value is not None
    assert category is not None
    nps = plain_cells(raw, category).isin(["promoter", "passive", "detractor"])
    if not nps.any():
        return with_known(
            raw,
            no_score=f"score: {raw.name} holds no answer to an NPS survey of Help Scout (none has a category "
            'promoter, passive or detractor); export the NPS survey, or state the column: --columns score="..."',
        )
    # Where the answers to an NPS survey have their category, a number without one answers another question.
    other = ~nps & (raw.frame[value].str.strip() != "")
    return set_aside(raw, other, "an answer to another kind of survey (it has no category of an NPS)")


TOOL = Tool(
    name="Help Scout",
    signatures=(
        frozenset({"value", "category", "comment", "timestamp"}),
        frozenset({"response value", "response category", "response comment", "response timestamp"}),
    ),
    prepared=_prepared,
    columns={
        "score": "value|response value",
        "comment": "comment|response comment",
        "responded_at": "timestamp|response timestamp",
        "contact_id": "customer id",
        "response_id": "response id|id",
    },
)
