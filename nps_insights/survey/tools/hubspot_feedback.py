"""HubSpot, feedback submissions (survey responses) as CSV.

Stands on HubSpot's pages "Survey response properties" and "Feedback submissions" API: hs_survey_type (NPS, CSAT, CES,
CUSTOM, KNOWLEDGE), hs_value (Rating), hs_content (Response), hs_response_group and hs_sentiment (detractor, passive,
promoter), hs_submission_timestamp (Date), hs_survey_channel (Source), hs_contact_id, hs_object_id (Record ID).

Traps: "Response" is the comment and "Rating" the score; CSAT is rated 0 to 2 and CES 1 to 7 in the same file;
"Sentiment" is the category, not the score.
"""

from nps_insights.survey.files.raw import RawTable
from nps_insights.survey.tools.tool import Tool, column_named, only_nps

_NPS = frozenset({"nps", "net promoter score", "net promoter score nps", "customer loyalty", "loyalty"})


def _prepared(raw: RawTable) -> RawTable:
    return only_nps(raw, column_named(raw, "survey type", "hs survey type"), _NPS)


TOOL = Tool(
    name="HubSpot feedback",
    signatures=(
        frozenset({"survey type", "rating", "response", "sentiment"}),
        frozenset({"survey type", "rating", "response", "survey name"}),
        frozenset({"hs survey type", "hs value", "hs content"}),
    ),
    prepared=_prepared,
    columns={
        "response_id": "record id|response id|hs object id|id",
        "score": "rating|hs value",
        "comment": "response|hs content",
        "responded_at": "date|submission date|date submitted|hs submission timestamp",
        "contact_id": "contact id|associated contact ids|hs contact id",
        "account_id": "associated company ids|company id",
        "channel": "source|survey channel|hs survey channel",
    },
    never={
        "score": "sentiment|feedback sentiment|hs sentiment|hs response group",
        "survey": "survey type|hs survey type",
    },
)
