"""Versions of registered MLflow models: written by a run, found again by `name@version` or `name@alias`."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nps_insights.tables import DataRefusedError, SettingsError
from nps_insights.tracking.runs import TrackedRun, quiet

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

_NAMED = re.compile(r"(?P<name>[\w.-]+)@(?P<version>[\w.-]+)")


def register(
    run: TrackedRun,
    packed: Path,
    *,
    name: str,
    model_type: str,
    description: str,
    tags: Mapping[str, str] | None = None,
) -> str:
    """Store a saved MLflow model as the next version of the registered model `name`; return `name@version`.

    Args:
        run: The open run that made the model.
        packed: Folder that one of MLflow's `save_model` wrote.
        name: Name of the registered model, made if it does not exist.
        model_type: What kind of model MLflow calls it.
        description: Of the registered model.
        tags: Of the version.

    Raises:
        DataRefusedError: MLflow refuses the name.
    """
    client = run.client
    experiment = client.get_run(run.run_id).info.experiment_id
    with quiet():
        logged = client.create_logged_model(experiment, name=name, source_run_id=run.run_id, model_type=model_type)
        client.log_model_artifacts(logged.model_id, str(packed))
        client.finalize_logged_model(logged.model_id, "READY")
        _ensure_registered(client, name, description)
        version = client.create_model_version(
            name, source=logged.artifact_location, run_id=run.run_id, model_id=logged.model_id, tags=dict(tags or {})
        )
    return f"{name}@{version.version}"


def is_named(named: str) -> bool:
    """Whether a text has the form `name@version`.

    Example:
        >>> is_named("themes@3"), is_named("themes")
        (True, False)
    """
    return _NAMED.fullmatch(named) is not None


def fetched(tracking_uri: str, named: str, folder: Path, *, setting: str) -> Path:
    """Fetch the files of a stored version into `folder`, and return where they lie.

    Args:
        tracking_uri: MLflow's tracking URI.
        named: `name@version` or `name@alias`, of which `is_named` is true.
        folder: An existing folder.
        setting: What the user calls the argument, for messages.

    Raises:
        SettingsError: There is no such database, model, version or alias.
    """
    return fetched_version(tracking_uri, stored_version(tracking_uri, named, setting=setting), folder)


def stored_version(tracking_uri: str, named: str, *, setting: str) -> "ModelVersion":
    """Return what the registry says of a stored version, its tags among it.

    Args:
        tracking_uri: MLflow's tracking URI.
        named: `name@version` or `name@alias`.
        setting: What the user calls the argument, for messages.

    Raises:
        SettingsError: There is no such database, model, version or alias.
    """
    match = _NAMED.fullmatch(named)
    if match is None:
        raise SettingsError(f"{setting} == {named!r}, must be a stored version such as '{named.partition('@')[0]}@3'.")
    _refuse_no_database(tracking_uri, named, setting)
    with quiet():
        from mlflow import MlflowClient

    return _version(MlflowClient(tracking_uri=tracking_uri), match["name"], match["version"], setting)


def fetched_version(tracking_uri: str, version: "ModelVersion", folder: Path) -> Path:
    """Fetch the files of a version that `stored_version` found into `folder`, and return where they lie."""
    with quiet():
        from mlflow import MlflowClient
        from mlflow.artifacts import download_artifacts

    client = MlflowClient(tracking_uri=tracking_uri)
    # `models:/name/version` would be looked up in whatever registry the process has set globally.
    place = client.get_logged_model(version.model_id).artifact_location if version.model_id else version.source
    with quiet():
        return Path(download_artifacts(place, dst_path=str(folder), tracking_uri=tracking_uri))


def aliased(tracking_uri: str, name: str, alias: str) -> str:
    """Return the number of the version of a registered model that has an alias; empty where none has.

    Args:
        tracking_uri: MLflow's tracking URI.
        name: Name of the registered model, which need not exist.
        alias: Such as `champion`.
    """
    database = Path(tracking_uri.removeprefix("sqlite:///"))
    if tracking_uri.startswith("sqlite:///") and not database.is_file():
        return ""
    with quiet():
        from mlflow import MlflowClient

    found = MlflowClient(tracking_uri=tracking_uri).search_registered_models(f"name='{name}'")
    return str(found[0].aliases.get(alias, "")) if found else ""


def pinned(*packages: str) -> list[str]:
    """Return pip requirements of the installed versions.

    Example:
        >>> pinned("numpy")[0][:7]
        'numpy=='
    """
    from importlib.metadata import version

    return [f"{package}=={version(package)}" for package in packages]


def _refuse_no_database(tracking_uri: str, named: str, setting: str) -> None:
    """MLflow would make the database: a new and empty one, where the user named or stands in the wrong folder."""
    database = Path(tracking_uri.removeprefix("sqlite:///"))
    if tracking_uri.startswith("sqlite:///") and not database.is_file():
        raise SettingsError(
            f"{setting} == {named!r}: there is no tracking database {database}, so no stored version; name the one "
            "of your runs with --tracking-uri, or work in its folder."
        )


def _version(client: "MlflowClient", name: str, version: str, setting: str) -> "ModelVersion":
    from mlflow.exceptions import MlflowException

    try:
        if version.isdigit():
            return client.get_model_version(name, version)
        return client.get_model_version_by_alias(name, version)
    except MlflowException:
        known = sorted(int(one.version) for one in client.search_model_versions(f"name='{name}'"))
        there = f"there are {', '.join(f'{name}@{one}' for one in known)}" if known else f"{name!r} has no version yet"
        raise SettingsError(f"{setting} == '{name}@{version}': no such version or alias; {there}.") from None


def _ensure_registered(client: "MlflowClient", name: str, description: str) -> None:
    from mlflow.exceptions import MlflowException, RestException

    if not client.search_registered_models(f"name='{name}'"):
        try:
            client.create_registered_model(name, description=description)
        except (RestException, MlflowException) as error:
            raise DataRefusedError(f"MLflow cannot register the model {name!r}: {error}") from error
