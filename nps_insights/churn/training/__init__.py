"""Training a churn model, and whether it is better than doing without."""

from nps_insights.churn.training.result import ChurnTraining, NotTrained
from nps_insights.churn.training.train import train_churn_model

__all__ = ["ChurnTraining", "NotTrained", "train_churn_model"]
