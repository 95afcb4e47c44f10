"""HubSpot, companies as CSV.

Stands on HubSpot's pages on company properties: Record ID (hs_object_id), Company name, Company owner, Create Date
(when the record was made), Became a Customer Date, Annual Revenue (of the company itself), Lifecycle Stage.

Traps: Create Date is when the record was made, not when the customer came; Annual Revenue is the customer's own.
"""

from nps_insights.survey.tools.tool import Tool

TOOL = Tool(
    name="HubSpot companies",
    signatures=(
        frozenset({"record id", "company name", "company owner"}),
        frozenset({"record id", "company name", "create date"}),
        frozenset({"company id", "name", "company owner"}),
        frozenset({"hs object id", "name", "hubspot owner id"}),
    ),
    columns={
        "account_id": "record id|company id|hs object id",
        "account_name": "company name|name",
        "owner": "company owner|hubspot owner id",
        "started_at": "became a customer date|became customer date",
        "parent_id": "parent company id|associated parent company id",
    },
    never={"value": "annual revenue|annualrevenue", "started_at": "create date|created at|createdate"},
    no_score="score: this is a list of companies from HubSpot, not a survey; give it as --accounts",
    notes=(
        "Annual Revenue is the company's own revenue and Create Date the day its record was made, so neither is the "
        "value or the start of the account",
    ),
)
