"""Make a stored churn model the champion by hand: for people who have looked at its card."""

from pathlib import Path

from nps_insights.tracking import champion_of, load_churn_model, local_tracking_uri, make_champion


def promote_by_hand(version: str, tracking_uri: str | None = None) -> str:
    """Make a stored version the champion, and return a sentence on it.

    Args:
        version: Such as `churn_risk@4`.
        tracking_uri: MLflow's tracking URI; `mlflow.db` in the current folder if not given.

    Raises:
        SettingsError: There is no such version.
        DataRefusedError: It cannot be loaded safely, so it could not score.
    """
    uri = tracking_uri or local_tracking_uri(Path.cwd())
    load_churn_model(uri, version)
    before = champion_of(uri, name=version.partition("@")[0])
    make_champion(uri, version, reason=f"{version} was made champion by hand.")
    return f"{version} is champion now" + (f", in place of {before}." if before else "; there was none before.")
