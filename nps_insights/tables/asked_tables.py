"""The tables of who was asked and who spoke: invitations answered or not, agents, accounts."""

from nps_insights.tables.columns import INTERVAL, Column, Table, may_be_empty, optional

ASKED_TABLES = (
    Table(
        name="nonresponse",
        row="one group and period of those who were asked: how many answered, how far the silent could move the NPS",
        key=("by", "group", "period_start"),
        columns=(
            Column("by", "text"),
            Column("group", "text"),
            optional("period_start", "date"),
            optional("period_end", "date"),
            *INTERVAL,
            Column("n_invited", "integer"),
            Column("n", "integer"),
            may_be_empty("nps", "points"),
            may_be_empty("bound_low", "points"),
            may_be_empty("bound_high", "points"),
            Column("too_small", "flag"),
        ),
    ),
    Table(
        name="silent_accounts",
        row="one account that was asked and did not answer, the most valuable first",
        key=("account_id",),
        columns=(
            Column("account_id", "id"),
            Column("rank", "integer"),
            may_be_empty("value", "number"),
            Column("n_invited", "integer"),
            Column("last_sent_at", "date"),
            optional("account_name", "text"),
            optional("owner", "text"),
        ),
    ),
    Table(
        name="invitation_audit",
        row="one question put to the invitations, and what was found for one group",
        key=("check", "by", "group"),
        columns=(
            Column("check", "text"),
            Column("by", "text"),
            Column("group", "text"),
            *INTERVAL,
            Column("n", "integer"),
            may_be_empty("q_value", "number"),
            Column("suspicious", "flag"),
            Column("reason", "text"),
        ),
    ),
    Table(
        name="agents",
        row="one agent: NPS shrunken towards all agents and adjusted for whom the agent serves, beside the raw one",
        key=("agent_id",),
        columns=(
            Column("agent_id", "id"),
            *INTERVAL,
            Column("n", "integer"),
            Column("raw", "points"),
            may_be_empty("reliability", "share"),
            Column("too_small", "flag"),
            Column("differs", "flag"),
            Column("reason", "text"),
        ),
    ),
    Table(
        name="account_mix",
        row="one fact on which accounts and which of their people speak",
        key=("fact", "group"),
        columns=(
            Column("fact", "text"),
            Column("group", "text"),
            *INTERVAL,
            Column("n", "integer"),
            Column("reason", "text"),
        ),
    ),
)
