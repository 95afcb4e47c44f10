"""The audit of the invitations as a reader meets it: what was asked of them, what was found, who to look at."""

import pandas as pd

from nps_insights.report import words
from nps_insights.report.languages import say, say_count
from nps_insights.report.page.blocks import TextTable
from nps_insights.report.rows.watch_words import sentence

_CHECKS = {
    "asked_again": "Asked again too soon",
    "not_invited": "Answers without an invitation",
    "internal": "Answers of employees and tests",
    "answered_before_asked": "Answered before being asked",
    "response_rate": "Answered, by number of the invitation",
    "answer_delay": "Days until the answer",
    "agent_response_rate": "Share of an agent’s invitations answered",
    "agent_asked_again": "Asked again too soon by an agent",
    "agent_prior_nps": "Earlier NPS of those an agent invites",
    "agent_answers": "Answers an agent gets",
}
_POINTS = ("agent_prior_nps", "agent_answers")
_DAYS = "answer_delay"


def audit_table(audit: pd.DataFrame) -> TextTable | None:
    """Return every finding on all invitations, and on those agents that stand out; suspicious ones first.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> audit_table(report_tables({})["invitation_audit"]) is None
        True
    """
    rows = audit[(audit["by"] != "agent_id") | audit["suspicious"].astype(bool)]
    if rows.empty:
        return None
    order = {name: place for place, name in enumerate(_CHECKS)}
    keys = rows.assign(fine=~rows["suspicious"].astype(bool), place=rows["check"].map(order).fillna(len(order)))
    lines = [
        (
            _name(row),
            _figure(row),
            words.count(row["n"]),
            say("look here") if row["suspicious"] else "–",
            sentence(row["reason"]),
        )
        for _, row in keys.sort_values(["fine", "place", "check", "by", "group"]).iterrows()
    ]
    heads = (say("Question"), say("Figure"), say("Of"), say("Verdict"), say("In words"))
    return TextTable(say("What the invitations tell"), heads, lines)


def audit_note(audit: pd.DataFrame) -> str:
    """Say how many findings ask for a look, and how many agents were looked at.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> audit_note(report_tables({})["invitation_audit"])
        ''
    """
    if audit.empty:
        return ""
    loud = audit[audit["suspicious"].astype(bool)]
    agents = audit[audit["by"] == "agent_id"]["group"].nunique()
    of_agents = loud[loud["by"] == "agent_id"]["group"].nunique()
    looked = (
        say(
            " Of {agents} {n} stand out.",
            agents=words.plural(agents, "agent"),
            n=words.count(of_agents) if of_agents else say("none"),
        )
        if agents
        else ""
    )
    if loud.empty:
        return say("Nothing about how people were asked calls for a look.{looked}", looked=looked)
    return say_count(
        len(loud),
        "{n} finding calls for a look; none of them proves an intention.{looked}",
        "{n} findings call for a look; none of them proves an intention.{looked}",
        n=words.count(len(loud)),
        looked=looked,
    )


def _name(row: pd.Series) -> str:
    known = _CHECKS.get(row["check"])
    name = say(known) if known else words.clean(row["check"], most=40).replace("_", " ")
    return words.colon(name, words.clean(row["group"], most=60)) if row["group"] else name


def _figure(row: pd.Series) -> str:
    ends = [float(row[name]) for name in ("estimate", "conf_low", "conf_high")]
    if pd.isna(ends[0]):
        return "–"
    if row["check"] in _POINTS:
        return say("{figure} points", figure=words.with_range(*ends, signed=True))
    if row["check"] == _DAYS:
        return words.with_range(*ends, tenths=True)
    return words.percent_with_range(*ends)
