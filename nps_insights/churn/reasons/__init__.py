"""Why an account is at risk: exact contributions to the logit, and three reasons in words."""

from nps_insights.churn.reasons.contributions import contributions
from nps_insights.churn.reasons.reasons import risk_reasons

__all__ = ["contributions", "risk_reasons"]
