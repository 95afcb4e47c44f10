"""Send a report to people: its first screen as the message, the page attached or linked."""

from collections.abc import Sequence
from pathlib import Path

from nps_insights.jobs.outputs.notify import send
from nps_insights.jobs.settings.secrets import without_targets


def deliver(to: Sequence[str], *, title: str, message: str, page: Path | None = None) -> list[str]:
    """Send a report to each service apart, so that one that fails keeps it from no other.

    Args:
        to: Apprise URLs, or "env:NAME".
        title: A line.
        message: Markdown, as `report_markdown` returns it.
        page: The page, to attach it.

    Returns:
        Who did not get it, in sentences; empty where everybody did.

    Example:
        >>> deliver([], title="NPS", message="**NPS 31**")
        []
    """
    failed = [
        shown
        for url, shown in zip(to, without_targets(to), strict=True)
        if not send([url], title=title, body=message, markdown=True, attach=page, setting="delivery.to")
    ]
    if not failed:
        return []
    who = f"{len(failed)} of {len(to)} services ({', '.join(failed)})"
    return [f"The report could not be delivered to {who}. The run is complete; its page can be sent by hand."]
