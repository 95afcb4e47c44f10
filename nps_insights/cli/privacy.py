"""Options on what is kept private, the same for every command that reads comments."""

from typing import Annotated, Any

import typer

from nps_insights.cli.columns import parse_names
from nps_insights.tables import SettingsError

NoRedact = Annotated[
    bool,
    typer.Option("--no-redact", help="Keep e-mail addresses, phones, card numbers and names in comments."),
]
PhoneRegions = Annotated[
    list[str] | None,
    typer.Option("--phone-region", help="Region of phone numbers without +: US,GB,DE,FR,ES if not given."),
]


def privacy_section(no_redact: bool, phone_region: list[str] | None) -> dict[str, Any]:
    """Return the section `[privacy]` that the options state.

    Raises:
        SettingsError: Regions of phones are given, and nothing is to be redacted.

    Example:
        >>> privacy_section(False, ["at,ch"])
        {'redact': True, 'regions': ('at', 'ch')}
    """
    regions = parse_names(phone_region)
    if no_redact and regions:
        raise SettingsError("--phone-region tells which phones are redacted, and --no-redact keeps all: leave one out")
    return {"redact": not no_redact, **({"regions": regions} if regions else {})}
