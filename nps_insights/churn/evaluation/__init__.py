"""How good a churn model is on accounts that it had not seen: measures, calibration, gains, and all in words."""

from nps_insights.churn.evaluation.curves import gain_curve
from nps_insights.churn.evaluation.gains import log_loss_gains
from nps_insights.churn.evaluation.reliability import reliability
from nps_insights.churn.evaluation.scores import churn_scores
from nps_insights.churn.evaluation.words import evaluation_in_words

__all__ = ["churn_scores", "evaluation_in_words", "gain_curve", "log_loss_gains", "reliability"]
