"""Where MLflow keeps what runs left on this machine, and how a stored model is deleted with all its bytes."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

from nps_insights.tracking.runs import quiet

if TYPE_CHECKING:
    from mlflow import MlflowClient

_SQLITE = "sqlite:///"
_AT_ONCE = 1_000


@dataclass(frozen=True)
class StoredModel:
    """A model that MLflow keeps on this machine.

    Attributes:
        model_id: MLflow's own id of it.
        versions: Registered versions, such as `themes@3`.
        folder: Where its files lie.
    """

    model_id: str
    versions: tuple[str, ...]
    folder: Path

    @property
    def called(self) -> str:
        """What people know it by."""
        return ", ".join(self.versions) or self.model_id


def database_of(tracking_uri: str) -> Path | None:
    """Return the file of a local tracking database; None where it is another kind, or absent.

    Example:
        >>> database_of("http://mlflow.example") is None
        True
    """
    path = Path(tracking_uri.removeprefix(_SQLITE))
    return path if tracking_uri.startswith(_SQLITE) and path.is_file() else None


def stored_models(tracking_uri: str) -> list[StoredModel]:
    """Return the models whose files lie on this machine, in the order of their folders."""
    client = _client(tracking_uri)
    versions: dict[Path | None, list[str]] = {}
    for one in client.search_registered_models(max_results=_AT_ONCE):
        for version in client.search_model_versions(f"name='{one.name}'", max_results=_AT_ONCE):
            # What a search returns lacks the model's id, and has the place of its files.
            versions.setdefault(local_folder(version.source), []).append(f"{version.name}@{version.version}")
    found = []
    for model in _logged_models(client):
        folder = local_folder(model.artifact_location)
        if folder is not None:
            found.append(StoredModel(model.model_id, tuple(sorted(versions.get(folder, ()))), folder))
    return sorted(found, key=lambda one: str(one.folder))


def delete_stored(tracking_uri: str, model: StoredModel) -> None:
    """Delete a stored model: its registered versions with their aliases, its files, and MLflow's record of it.

    In this order, so that a kill on the way leaves nothing that looks like a model and is none, and its files are found
    again.
    """
    client = _client(tracking_uri)
    for version in model.versions:
        name, _, number = version.partition("@")
        client.delete_model_version(name, number)
    if model.folder.is_dir():
        shutil.rmtree(model.folder)
        if not any(model.folder.parent.iterdir()):
            model.folder.parent.rmdir()
    client.delete_logged_model(model.model_id)


def artifact_folders(tracking_uri: str) -> list[Path]:
    """Return the folders on this machine in which runs leave their files."""
    folders = (local_folder(one.artifact_location) for one in _client(tracking_uri).search_experiments())
    return sorted({folder for folder in folders if folder is not None and folder.is_dir()})


def local_folder(location: str | None) -> Path | None:
    """Return the folder of an artifact location; None where it lies elsewhere.

    Example:
        >>> local_folder("file:///srv/mlartifacts").as_posix(), local_folder("s3://bucket/mlartifacts")
        ('/srv/mlartifacts', None)
    """
    parsed = urlparse(location or "")
    if parsed.scheme not in ("", "file") or not parsed.path:
        return None
    return Path(unquote(parsed.path))


def _client(tracking_uri: str) -> "MlflowClient":
    with quiet():
        from mlflow import MlflowClient
    return MlflowClient(tracking_uri=tracking_uri)


def _logged_models(client: "MlflowClient") -> list[Any]:
    experiments = [one.experiment_id for one in client.search_experiments()]
    found: list[Any] = []
    token = None
    while experiments:
        page = client.search_logged_models(experiment_ids=experiments, page_token=token)
        found += list(page)
        token = page.token
        if not token:
            break
    return found
