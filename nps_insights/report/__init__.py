"""What people read: self-contained pages, each with a first screen in plain words."""

from nps_insights.report.churn_evaluation import EvaluationFacts, render_churn_evaluation
from nps_insights.report.exports.markdown import report_markdown
from nps_insights.report.exports.pdf import find_browser, write_pdf
from nps_insights.report.exports.report_sheets import report_workbook
from nps_insights.report.facts import USUAL_TITLE, ReportFacts
from nps_insights.report.page.driver_page import render_report
from nps_insights.report.page.plotly_bundle import chart_script

__all__ = [
    "USUAL_TITLE",
    "EvaluationFacts",
    "ReportFacts",
    "chart_script",
    "find_browser",
    "render_churn_evaluation",
    "render_report",
    "report_markdown",
    "report_workbook",
    "write_pdf",
]
