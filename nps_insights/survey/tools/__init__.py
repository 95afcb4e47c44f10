"""Exports of the tools people use, known by their columns. A new tool is one small file here and a fixture."""

from collections.abc import Sequence

from nps_insights.survey.mapping.aliases import plain_name
from nps_insights.survey.tools import (
    asknicely,
    delighted,
    google_forms,
    help_scout,
    hubspot_companies,
    hubspot_feedback,
    intercom,
    qualtrics,
    salesforce_accounts,
    surveymonkey,
    typeform,
    warehouse,
    wootric,
    zendesk,
)
from nps_insights.survey.tools.tool import Header, Tool, prepared

TOOLS = (
    qualtrics.TOOL,
    surveymonkey.TOOL,
    typeform.TOOL,
    delighted.TOOL,
    asknicely.TOOL,
    wootric.TOOL,
    hubspot_feedback.TOOL,
    help_scout.TOOL,
    intercom.TOOL,
    zendesk.TOOL,
    salesforce_accounts.TOOL,
    hubspot_companies.TOOL,
    google_forms.TOOL,
    warehouse.TOOL,
)


def recognised(rows: Sequence[Sequence[str]]) -> tuple[Tool | None, str]:
    """Return the tool that wrote an export, and what it was recognised by.

    Args:
        rows: The first rows of the export, its header first.

    Returns:
        The tool and why; None and "" where none is known; None and a sentence where two could have written it.

    Example:
        >>> tool, why = recognised([["#", "How likely?", "Submit Date (UTC)", "Network ID"]])
        >>> tool.name, why
        ('Typeform', "it has the columns 'Submit Date (UTC)' and 'Network ID'")
    """
    if not rows or not any(cell.strip() for cell in rows[0]):
        return None, ""
    found = {tool.name: (tool, signature) for tool in TOOLS if (signature := tool.signature_in(rows))}
    special = {name: entry for name, entry in found.items() if not entry[0].general}
    candidates = list((special or found).values())
    # What has all columns of two tools is of the one whose signature holds the other's.
    best = [entry for entry in candidates if not any(entry[1] < other[1] for other in candidates)]
    if len(best) > 1:
        names = " and of ".join(tool.name for tool, _ in best)
        return None, (
            f"the file has the columns of exports of {names}, so it is read as a plain table; state what is what with "
            "--columns (in a pipeline file under [columns]) if that is not right"
        )
    if not best:
        return None, ""
    tool, signature = best[0]
    shown = [cell.strip() for cell in rows[0] if plain_name(cell) in signature]
    return tool, f"it has the columns {' and '.join(map(repr, shown))}"


__all__ = ["TOOLS", "Header", "Tool", "prepared", "recognised"]
