import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from nps_insights.drivers.category.models import category_model
from nps_insights.tables import CATEGORIES, DataRefusedError, SettingsError
from nps_insights.tracking import load_category_model, local_tracking_uri, log_category_model, tracked_run
from nps_insights.tracking.category_model import read_category_model
from nps_insights.tracking.runs import quiet


@pytest.fixture(scope="module")
def read() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    plans = np.array(["Basic", "Pro", "Rare", None], dtype=object)
    seats = rng.normal(50, 10, size=400)
    seats[:9] = np.nan
    return pd.DataFrame(
        {
            "theme/t01": rng.integers(2, size=400).astype(float),
            "attribute/plan": rng.choice(plans, size=400, p=[0.5, 0.4, 0.02, 0.08]),
            "attribute/seats": seats,
        }
    )


@pytest.fixture(scope="module")
def pipeline(read: pd.DataFrame) -> Pipeline:
    category = np.random.default_rng(1).choice(CATEGORIES, size=400)
    return category_model(themes=["theme/t01"], texts=["plan"], numbers=["seats"]).fit(read, category)


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    figures = {"model": ["themes"], "metric": "log_loss", "estimate": 0.9, "conf_low": 0.8, "conf_high": 1.0}
    return pd.DataFrame(figures).assign(n=400, n_eff=400.0)


@pytest.fixture(scope="module")
def uri(pipeline: Pipeline, read: pd.DataFrame, scores: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> str:
    uri = local_tracking_uri(tmp_path_factory.mktemp("tracking"))
    with tracked_run(uri, "drivers", run_name="first") as run:
        assert log_category_model(run, pipeline, read, scores) == "nps_category@1"
        assert log_category_model(run, pipeline, read, scores) == "nps_category@2"
        run.client.set_registered_model_alias("nps_category", "champion", "2")
    return uri


def test_stored_is_loaded_bit_for_bit_without_pickle(uri: str, pipeline: Pipeline, read: pd.DataFrame) -> None:
    for named in ("nps_category@1", "nps_category@champion"):
        loaded = load_category_model(uri, named)
        odd = pd.concat([read, read[:1].assign(**{"attribute/plan": "Unseen"})])
        np.testing.assert_array_equal(loaded.predict_proba(odd), pipeline.predict_proba(odd))
        assert loaded.get_params().keys() == pipeline.get_params().keys()
    folder = Path(uri.removeprefix("sqlite:///")).parent
    assert [*folder.rglob("model.skops")]
    assert not [*folder.rglob("*.pkl"), *folder.rglob("*.pickle"), *folder.rglob("*.joblib")]


def test_scores_are_metrics_of_the_run(uri: str) -> None:
    with quiet():
        from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    version = client.get_model_version("nps_category", "1")
    metrics = client.get_run(version.run_id).data.metrics
    assert metrics == {
        "category/themes/log_loss": 0.9,
        "category/themes/log_loss_low": 0.8,
        "category/themes/log_loss_high": 1.0,
    }


def test_mlflow_itself_gives_the_probabilities(uri: str, pipeline: Pipeline, read: pd.DataFrame) -> None:
    with quiet():
        import mlflow.pyfunc

    before, allowed = mlflow.get_tracking_uri(), os.environ.get("MLFLOW_ALLOW_PICKLE_DESERIALIZATION")
    mlflow.set_tracking_uri(uri)
    try:
        with quiet():
            model = mlflow.pyfunc.load_model("models:/nps_category/1")
        np.testing.assert_array_equal(model.predict(read), pipeline.predict_proba(read))
        with pytest.raises(Exception, match="theme/t01"):
            model.predict(read.drop(columns="theme/t01"))
    finally:
        mlflow.set_tracking_uri(before)
    assert os.environ.get("MLFLOW_ALLOW_PICKLE_DESERIALIZATION") == allowed


def test_what_is_not_there_is_named(uri: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"there are nps_category@1, nps_category@2"):
        load_category_model(uri, "nps_category@7")
    with pytest.raises(SettingsError, match="must be a stored version such as 'nps_category@3'"):
        load_category_model(uri, "nps_category")
    with pytest.raises(SettingsError, match="there is no tracking database"):
        load_category_model(local_tracking_uri(tmp_path), "nps_category@1")


def test_a_file_with_foreign_types_is_refused(pipeline: Pipeline, read: pd.DataFrame, tmp_path: Path) -> None:
    harmful = Pipeline([("run", FunctionTransformer(os.system)), *pipeline.steps])
    skops.io.dump(harmful, tmp_path / "model.skops")
    with pytest.raises(DataRefusedError, match=r"types that a category model does not need \(.*system"):
        read_category_model(tmp_path / "model.skops", "nps_category@4")
    skops.io.dump(pipeline["columns"], tmp_path / "other.skops")
    with pytest.raises(DataRefusedError, match="is no classifier of detractor, passive, promoter"):
        read_category_model(tmp_path / "other.skops", "nps_category@4")
    with pytest.raises(DataRefusedError, match="is no category model"):
        read_category_model(tmp_path / "none.skops", "nps_category@4")


def test_a_model_that_could_not_be_loaded_again_is_not_stored(
    pipeline: Pipeline, read: pd.DataFrame, scores: pd.DataFrame, tmp_path: Path
) -> None:
    harmful = Pipeline([("run", FunctionTransformer(os.getcwd)), *pipeline.steps])
    with (
        tracked_run(local_tracking_uri(tmp_path), "drivers", run_name="first") as run,
        pytest.raises(DataRefusedError, match="not stored"),
    ):
        log_category_model(run, harmful, read, scores)


def test_a_damaged_file_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "model.skops"
    file.write_bytes(b"no archive")
    with pytest.raises(DataRefusedError, match="is damaged"):
        read_category_model(file, "nps_category@1")
