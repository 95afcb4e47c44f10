"""Leak guard: columns and comments that know the outcome before it can be known."""

from nps_insights.churn.leaks.find import find_leaks
from nps_insights.churn.leaks.phrases import announces_leaving
from nps_insights.churn.leaks.result import COMMENTS, Leaks, refuse_leaks
from nps_insights.churn.leaks.text_probe import leaving_probe

__all__ = [
    "COMMENTS",
    "Leaks",
    "announces_leaving",
    "find_leaks",
    "leaving_probe",
    "refuse_leaks",
]
