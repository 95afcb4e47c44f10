"""What to do next: alerts, targets, lists per category, money, and what became of contacts."""

from nps_insights.actions.closed_loop import closed_loop
from nps_insights.actions.lists import Actions, ActionSettings, action_lists
from nps_insights.actions.money import money
from nps_insights.actions.monitoring import AlertSettings, Watched, traced, watch
from nps_insights.actions.targets import Judged, Target, check_targets, judge_targets

__all__ = [
    "ActionSettings",
    "Actions",
    "AlertSettings",
    "Judged",
    "Target",
    "Watched",
    "action_lists",
    "check_targets",
    "closed_loop",
    "judge_targets",
    "money",
    "traced",
    "watch",
]
