"""Can two periods be compared? Wording, scale, channel, trigger, who was asked, who answered, which customers."""

from nps_insights.metrics.comparability.composition import Levels, levels_of
from nps_insights.metrics.comparability.findings import Limits
from nps_insights.metrics.comparability.like_for_like import LikeForLike, like_for_like
from nps_insights.metrics.comparability.verdict import Change, Comparability, comparable

__all__ = ["Change", "Comparability", "Levels", "LikeForLike", "Limits", "comparable", "levels_of", "like_for_like"]
