"""What people read: self-contained pages, each with a first screen in plain words."""

from nps_insights.report.churn_evaluation import EvaluationFacts, render_churn_evaluation
from nps_insights.report.facts import ReportFacts
from nps_insights.report.page import render_report

__all__ = ["EvaluationFacts", "ReportFacts", "render_churn_evaluation", "render_report"]
