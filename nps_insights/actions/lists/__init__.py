"""Lists per category: whom to call, which passives are nearest to promoters, whom to ask for a reference."""

from nps_insights.actions.lists.propose import Actions, action_lists
from nps_insights.actions.lists.settings import ActionSettings

__all__ = ["ActionSettings", "Actions", "action_lists"]
