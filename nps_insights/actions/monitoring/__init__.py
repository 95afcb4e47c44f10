"""The number, watched: every figure per period, what moved beyond chance, what changed with it, and whom to tell."""

from nps_insights.actions.monitoring.settings import AlertSettings
from nps_insights.actions.monitoring.traces import traced
from nps_insights.actions.monitoring.watch import Watched, watch

__all__ = ["AlertSettings", "Watched", "traced", "watch"]
