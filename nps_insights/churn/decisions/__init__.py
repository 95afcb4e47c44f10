"""Who is called: settings, the decision, and the list in words."""

from nps_insights.churn.decisions.decide import Decided, decide
from nps_insights.churn.decisions.settings import DecisionSettings
from nps_insights.churn.decisions.words import list_in_words

__all__ = ["Decided", "DecisionSettings", "decide", "list_in_words"]
