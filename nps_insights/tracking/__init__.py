"""MLflow: runs, their parameters, figures and aggregate tables."""

from nps_insights.tracking.runs import TrackedRun, local_tracking_uri, tracked_run

__all__ = ["TrackedRun", "local_tracking_uri", "tracked_run"]
