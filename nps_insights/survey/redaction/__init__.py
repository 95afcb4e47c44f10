"""Redaction: addresses, numbers and known names are taken out of texts before anything is stored."""

from nps_insights.survey.redaction.known import KnownNames, known_names
from nps_insights.survey.redaction.parts import REGIONS, private_parts
from nps_insights.survey.redaction.redact import Redacted, checked_regions, redact, redactions_table

__all__ = [
    "REGIONS",
    "KnownNames",
    "Redacted",
    "checked_regions",
    "known_names",
    "private_parts",
    "redact",
    "redactions_table",
]
