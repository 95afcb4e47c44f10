"""Runs and stored models in MLflow's own database: what is logged, where files go, and what is deleted with them."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fresh_tracking import tracking_in

from nps_insights.tables import SettingsError
from nps_insights.tracking import tracked_run
from nps_insights.tracking.churn_promotion import speaking_version
from nps_insights.tracking.runs import quiet
from nps_insights.tracking.stored_files import delete_stored, local_folder, stored_models

if TYPE_CHECKING:
    from mlflow import MlflowClient

BARS = "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"


def client_of(uri: str) -> "MlflowClient":
    with quiet():
        from mlflow import MlflowClient
    return MlflowClient(tracking_uri=uri)


def model_in(client: "MlflowClient", experiment: str) -> Path:
    """Make a model of one file; return its folder."""
    folder = local_folder(client.create_logged_model(experiment).artifact_location)
    assert folder is not None
    folder.mkdir(parents=True)
    (folder / "model.txt").write_text("a model", encoding="utf-8")
    return folder


def test_a_figure_that_is_missing_is_left_out(tmp_path: Path) -> None:
    with tracked_run(tracking_in(tmp_path), "drivers", run_name="first") as run:
        run.log_figures({"nps": 12.5, "csat": float("nan")})
        assert run.client.get_run(run.run_id).data.metrics == {"nps": 12.5}


def test_a_database_that_cannot_be_used_is_named_without_its_password(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    for uri, shown in {
        "nonsense://user:secret@host/db": r"\(nonsense://\.\.\.\): MLflow cannot use it: \w+$",
        f"sqlite:///{tmp_path}/taken/mlflow.db": r"\(sqlite://\.\.\.\): MLflow cannot use it: \w+: .",
    }.items():
        with pytest.raises(SettingsError, match=shown), tracked_run(uri, "drivers", run_name="first"):
            pass


def test_files_of_a_local_database_lie_beside_it_and_others_where_mlflow_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    uri = tracking_in(tmp_path / "project")
    with tracked_run(uri, "drivers", run_name="first") as run:
        beside = run.client.get_run(run.run_id).info.artifact_uri
    assert beside.startswith((tmp_path / "project" / "mlartifacts").as_uri())
    other = uri.replace("sqlite:", "sqlite+pysqlite:")
    with tracked_run(other, "themes", run_name="first") as run:
        theirs = run.client.get_run(run.run_id).info.artifact_uri
    assert "mlartifacts" not in theirs


@pytest.mark.parametrize("before", ["true", None])
def test_the_progress_bars_are_as_they_were(before: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(BARS, raising=False)
    if before is not None:
        monkeypatch.setenv(BARS, before)
    with quiet():
        assert os.environ[BARS] == "false"
    assert os.environ.get(BARS) == before


def test_models_of_another_place_are_not_ours_to_delete(tmp_path: Path) -> None:
    uri = tracking_in(tmp_path)
    client = client_of(uri)
    client.create_logged_model(client.create_experiment("remote", artifact_location="s3://bucket/mlartifacts"))
    assert stored_models(uri) == []
    own = model_in(client, client.create_experiment("own", artifact_location=(tmp_path / "mlartifacts").as_uri()))
    assert [one.folder for one in stored_models(uri)] == [own]
    for experiment in client.search_experiments():
        client.delete_experiment(experiment.experiment_id)
    assert stored_models(uri) == []


def test_a_deleted_model_leaves_the_others_and_one_whose_files_are_gone_can_still_be_deleted(tmp_path: Path) -> None:
    uri = tracking_in(tmp_path)
    client = client_of(uri)
    experiment = client.create_experiment("own", artifact_location=(tmp_path / "mlartifacts").as_uri())
    folders = sorted(model_in(client, experiment) for _ in range(2))
    (folders[0].parent / "notes.txt").write_text("of somebody", encoding="utf-8")
    first, second = stored_models(uri)
    delete_stored(uri, first)
    assert not folders[0].exists()
    assert (folders[0].parent / "notes.txt").exists()
    assert (folders[1] / "model.txt").exists()
    (folders[1] / "model.txt").unlink()
    folders[1].rmdir()
    delete_stored(uri, second)
    assert stored_models(uri) == []


def test_only_a_champion_of_churn_may_be_missing(tmp_path: Path) -> None:
    uri = tracking_in(tmp_path)
    assert speaking_version(uri, "churn_risk@champion") == ""
    client = client_of(uri)
    client.create_registered_model("churn_risk")
    client.create_model_version("churn_risk", source=(tmp_path / "mlartifacts").as_uri())
    assert speaking_version(uri, "churn_risk@1") == "churn_risk@1"
    client.set_registered_model_alias("churn_risk", "trial", "1")
    assert speaking_version(uri, "churn_risk@trial") == "churn_risk@1"
    for absent in ("churn_risk@2", "other@champion"):
        with pytest.raises(SettingsError, match=f"scoring.model == '{absent}'"):
            speaking_version(uri, absent)


def test_every_stored_model_is_found_however_many_there_are(tmp_path: Path) -> None:
    uri = tracking_in(tmp_path)
    client = client_of(uri)
    experiment = client.create_experiment("own", artifact_location=(tmp_path / "mlartifacts").as_uri())
    made = {client.create_logged_model(experiment).model_id for _ in range(101)}
    assert {one.model_id for one in stored_models(uri)} == made
