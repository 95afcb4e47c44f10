"""Targets: how far a figure is, how fast it moves, and how likely it is where it should be by the date."""

from nps_insights.actions.targets.history import History, history_of
from nps_insights.actions.targets.judge import Judged, judge_targets
from nps_insights.actions.targets.level_model import Prediction, predict_measured
from nps_insights.actions.targets.power import answers_needed, detectable_change
from nps_insights.actions.targets.target import Target, check_targets

__all__ = [
    "History",
    "Judged",
    "Prediction",
    "Target",
    "answers_needed",
    "check_targets",
    "detectable_change",
    "history_of",
    "judge_targets",
    "predict_measured",
]
