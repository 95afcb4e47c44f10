"""An MLflow database for a test: making an empty one takes MLflow two seconds and all its migrations, a copy nothing.

That a first run makes its own is tested in test_tracking_category and wherever a whole process is started.
"""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from nps_insights.tracking import local_tracking_uri
from nps_insights.tracking.runs import quiet


@cache
def _empty_database() -> bytes:
    with quiet():
        from mlflow import MlflowClient
    with TemporaryDirectory() as folder:
        MlflowClient(tracking_uri=local_tracking_uri(Path(folder))).search_experiments()
        return (Path(folder) / "mlflow.db").read_bytes()


def tracking_in(folder: Path) -> str:
    """Return the URI of `mlflow.db` in a folder, and put an empty one there where none is."""
    database = folder / "mlflow.db"
    if not database.exists():
        folder.mkdir(parents=True, exist_ok=True)
        database.write_bytes(_empty_database())
    return local_tracking_uri(folder)
