"""What runs leave behind in MLflow: parameters, figures, aggregate tables and models; never a comment."""

from nps_insights.tracking.category_model import load_category_model, log_category_model
from nps_insights.tracking.churn_model import load_churn_model, log_churn_model
from nps_insights.tracking.churn_promotion import (
    Promotion,
    better,
    champion_of,
    champion_predictions,
    give_aliases,
    judged_promotion,
    make_champion,
    speaking_version,
)
from nps_insights.tracking.runs import TrackedRun, local_tracking_uri, tracked_run
from nps_insights.tracking.stored_files import (
    StoredModel,
    artifact_folders,
    database_of,
    delete_stored,
    stored_models,
)
from nps_insights.tracking.theme_versions import load_theme_version, log_themes

__all__ = [
    "Promotion",
    "StoredModel",
    "TrackedRun",
    "artifact_folders",
    "better",
    "champion_of",
    "champion_predictions",
    "database_of",
    "delete_stored",
    "give_aliases",
    "judged_promotion",
    "load_category_model",
    "load_churn_model",
    "load_theme_version",
    "local_tracking_uri",
    "log_category_model",
    "log_churn_model",
    "log_themes",
    "make_champion",
    "speaking_version",
    "stored_models",
    "tracked_run",
]
