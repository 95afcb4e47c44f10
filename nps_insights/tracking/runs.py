"""One MLflow run around one job: parameters, figures and aggregate tables; never a comment.

The client is used directly, so that no global tracking state is set and other code in the process is left alone.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from nps_insights.tables import SettingsError

if TYPE_CHECKING:
    from mlflow import MlflowClient

# Tables that hold no text of a customer, and the columns of `themes` that do.
_AGGREGATES = (
    "estimates",
    "changes",
    "themes",
    "agreement",
    "effects",
    "left_out",
    "driver_sides",
    "group_effects",
    "explained_shares",
    "change_parts",
    "movement",
    "movers",
    "movement_effects",
    "scenarios",
    "driver_checks",
    "negative_controls",
    "category_scores",
)
_QUOTES = ("example", "example_negative")
_LONGEST_PARAMETER = 500


@dataclass(frozen=True)
class TrackedRun:
    """An open MLflow run.

    Attributes:
        client: MLflow's client.
        run_id: Id of the run.
        tracking_uri: Where it is logged.
    """

    client: "MlflowClient"
    run_id: str
    tracking_uri: str

    def log_parameters(self, parameters: Mapping[str, Any]) -> None:
        """Log settings; long ones are cut to what MLflow stores in a searchable way."""
        for name, value in parameters.items():
            self.client.log_param(self.run_id, name, str(value)[:_LONGEST_PARAMETER])

    def log_figures(self, figures: Mapping[str, float]) -> None:
        """Log figures; missing ones are left out, as MLflow cannot store them."""
        for name, value in figures.items():
            if pd.notna(value):
                self.client.log_metric(self.run_id, name, float(value))

    def log_tables(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Log the aggregate tables as parquet, themes without their quotes."""
        with tempfile.TemporaryDirectory() as folder:
            for name in _AGGREGATES:
                if name in tables:
                    path = Path(folder) / f"{name}.parquet"
                    tables[name].drop(columns=list(_QUOTES), errors="ignore").to_parquet(path, index=False)
            self.client.log_artifacts(self.run_id, folder, "tables")


def local_tracking_uri(folder: Path) -> str:
    """Return the URI of `mlflow.db` in a folder.

    Example:
        >>> local_tracking_uri(Path("/home/anna/acme"))
        'sqlite:////home/anna/acme/mlflow.db'
    """
    return f"sqlite:///{folder.absolute() / 'mlflow.db'}"


@contextmanager
def tracked_run(tracking_uri: str, experiment: str, *, run_name: str) -> Iterator[TrackedRun]:
    """Open an MLflow run, and end it as FINISHED, or as FAILED where an exception passes.

    Args:
        tracking_uri: MLflow's tracking URI: a database or a server.
        experiment: Name of the experiment, made if it does not exist.
        run_name: Name of the run.

    Raises:
        SettingsError: MLflow cannot use the URI.
    """
    # Read by MLflow when it is imported.
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["DO_NOT_TRACK"] = "true"
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    _quiet_migrations()
    try:
        client = MlflowClient(tracking_uri=tracking_uri)
        run_id = client.create_run(_experiment(client, tracking_uri, experiment), run_name=run_name).info.run_id
    except (MlflowException, ImportError, OSError) as error:
        scheme = tracking_uri.partition("://")[0]
        why = f"{type(error).__name__}: {error}" if not tracking_uri.count("@") else type(error).__name__
        raise SettingsError(f"tracking uri ({scheme}://...): MLflow cannot use it: {why}") from None
    try:
        yield TrackedRun(client, run_id, tracking_uri)
    except BaseException:
        client.set_terminated(run_id, status="FAILED")
        raise
    client.set_terminated(run_id, status="FINISHED")


def _experiment(client: "MlflowClient", tracking_uri: str, name: str) -> str:
    existing = client.get_experiment_by_name(name)
    if existing is not None:
        return str(existing.experiment_id)
    if tracking_uri.startswith("sqlite:///"):
        # MLflow's own default is a folder below whatever folder the job happens to start in.
        artifacts = Path(tracking_uri.removeprefix("sqlite:///")).absolute().parent / "mlartifacts"
        return str(client.create_experiment(name, artifact_location=artifacts.as_uri()))
    return str(client.create_experiment(name))


def _quiet_migrations() -> None:
    """Keep the hundred lines about new tables out of a first run's log."""
    import logging

    for name in ("alembic", "mlflow.store.db.utils"):
        logging.getLogger(name).setLevel(logging.WARNING)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep MLflow's progress bars, remarks and advice on type hints and input examples out of a job's log."""
    import logging
    import warnings

    log = logging.getLogger("mlflow")
    before, bars = log.level, os.environ.get("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR")
    log.setLevel(logging.WARNING)
    os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
    try:
        with warnings.catch_warnings():
            for said in (".*type hint.*", ".*input example was not provided.*"):
                warnings.filterwarnings("ignore", message=said, category=UserWarning)
            yield
    finally:
        log.setLevel(before)
        if bars is None:
            del os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"]
        else:
            os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = bars
