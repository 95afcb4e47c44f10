"""Theme models as versions of one registered MLflow model: written by a run, read by name and version."""

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nps_insights.tables import DataRefusedError, SettingsError
from nps_insights.themes import FittedThemes, load_themes, save_themes, themes_fingerprint
from nps_insights.tracking.runs import TrackedRun, quiet

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.models import ModelSignature

REGISTERED = "themes"
_PACKAGES = ("nps-insights", "torch", "sentence-transformers", "scikit-learn", "numpy", "pandas", "safetensors")
_NAMED = re.compile(r"(?P<name>[\w.-]+)@(?P<version>[\w.-]+)")


def log_themes(run: TrackedRun, fitted: FittedThemes, *, name: str = REGISTERED) -> str:
    """Register a fit as the next version of the MLflow model `name`; return `name@version`.

    The model is a pyfunc whose code is a file of this package, with safetensors and JSON beside it.

    Args:
        run: The open run that made the fit.
        fitted: What to store; no comment is in it.
        name: Name of the registered model.
    """
    with quiet():
        import mlflow.pyfunc

    client = run.client
    experiment = client.get_run(run.run_id).info.experiment_id
    with tempfile.TemporaryDirectory() as folder, quiet():
        saved, packed = Path(folder) / "themes", Path(folder) / "model"
        save_themes(fitted, saved)
        mlflow.pyfunc.save_model(
            packed,
            python_model=str(Path(__file__).with_name("theme_pyfunc.py")),
            artifacts={"themes": str(saved)},
            signature=_signature(),
            pip_requirements=_requirements(),
        )
        logged = client.create_logged_model(experiment, name=name, source_run_id=run.run_id, model_type="themes")
        client.log_model_artifacts(logged.model_id, str(packed))
        client.finalize_logged_model(logged.model_id, "READY")
        _ensure_registered(client, name)
        version = client.create_model_version(
            name, source=logged.artifact_location, run_id=run.run_id, model_id=logged.model_id
        )
    return f"{name}@{version.version}"


def load_theme_version(tracking_uri: str, named: str) -> tuple[FittedThemes, str]:
    """Return a stored fit and the fingerprint of its files.

    Args:
        tracking_uri: MLflow's tracking URI.
        named: `name@version` such as `themes@3`, `name@alias` such as `themes@champion`, or a folder that
            `save_themes` wrote.

    Raises:
        SettingsError: `named` is neither, or there is no such model, version or alias.
        DataRefusedError: The stored files are not those that were written.
    """
    if Path(named).is_dir():
        return load_themes(Path(named)), themes_fingerprint(Path(named))
    match = _NAMED.fullmatch(named)
    if match is None:
        raise SettingsError(
            f"themes start == {named!r}, must be 'scratch', a stored version such as 'themes@3', or a folder that "
            "`nps-insights themes fit` wrote."
        )
    _refuse_no_database(tracking_uri, named)
    with quiet():
        from mlflow import MlflowClient
        from mlflow.artifacts import download_artifacts

    client = MlflowClient(tracking_uri=tracking_uri)
    found = _version(client, match["name"], match["version"])
    # `models:/name/version` would be looked up in whatever registry the process has set globally.
    place = client.get_logged_model(found.model_id).artifact_location if found.model_id else found.source
    with quiet(), tempfile.TemporaryDirectory() as folder:
        local = Path(download_artifacts(place, dst_path=folder, tracking_uri=tracking_uri))
        return load_themes(local / "artifacts" / "themes"), themes_fingerprint(local / "artifacts" / "themes")


def _refuse_no_database(tracking_uri: str, named: str) -> None:
    """MLflow would make the database: a new and empty one, where the user named or stands in the wrong folder."""
    database = Path(tracking_uri.removeprefix("sqlite:///"))
    if tracking_uri.startswith("sqlite:///") and not database.is_file():
        raise SettingsError(
            f"themes start == {named!r}: there is no tracking database {database}, so no stored version; name the one "
            "of your runs with --tracking-uri, or work in its folder."
        )


def _version(client: "MlflowClient", name: str, version: str) -> Any:
    from mlflow.exceptions import MlflowException

    try:
        if version.isdigit():
            return client.get_model_version(name, version)
        return client.get_model_version_by_alias(name, version)
    except MlflowException:
        known = sorted(int(one.version) for one in client.search_model_versions(f"name='{name}'"))
        there = f"there are {', '.join(f'{name}@{one}' for one in known)}" if known else f"{name!r} has no version yet"
        raise SettingsError(f"themes start == '{name}@{version}': no such version or alias; {there}.") from None


def _ensure_registered(client: "MlflowClient", name: str) -> None:
    from mlflow.exceptions import MlflowException, RestException

    if not client.search_registered_models(f"name='{name}'"):
        try:
            client.create_registered_model(name, description="Themes of customers' comments.")
        except (RestException, MlflowException) as error:
            raise DataRefusedError(f"MLflow cannot register the model {name!r}: {error}") from error


def _signature() -> "ModelSignature":
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema

    needed = {"comment_id": True, "text": True, "question": False}
    returned = [
        *((one, DataType.string) for one in ("comment_id", "segment_id", "text", "theme_id", "label")),
        *((one, DataType.double) for one in ("strength", "tone")),
    ]
    return ModelSignature(
        Schema([ColSpec(DataType.string, name, required=must) for name, must in needed.items()]),
        Schema([ColSpec(kind, name) for name, kind in returned]),
    )


def _requirements() -> list[str]:
    from importlib.metadata import version

    return [f"{package}=={version(package)}" for package in _PACKAGES]
