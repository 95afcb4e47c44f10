"""What people read: one self-contained page, with a first screen in plain words."""

from nps_insights.report.facts import ReportFacts
from nps_insights.report.page import render_report

__all__ = ["ReportFacts", "render_report"]
