import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io
import yaml
from fresh_tracking import tracking_in

from benchmarks.churn_malicious import ATTACKS, attempts, plant_call, small_model
from nps_insights.churn.model import ChurnModel
from nps_insights.tables import DataRefusedError, SettingsError
from nps_insights.tracking import local_tracking_uri, tracked_run
from nps_insights.tracking.churn_files import file_hashes, read_churn_model, write_churn_files
from nps_insights.tracking.churn_model import load_churn_model, log_churn_model, spec_hash
from nps_insights.tracking.churn_promotion import (
    Better,
    Promotion,
    better,
    champion_of,
    champion_predictions,
    give_aliases,
    judged_promotion,
)
from nps_insights.tracking.runs import quiet

KINDS = ("logistic_regression", "hist_gradient_boosting")


def accounts(n: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(rng.normal(size=(n, 4)), columns=list(small_model(KINDS[0]).spec.names))
    return frame.mask(rng.random(frame.shape) < 0.2)


def table_of_scores() -> pd.DataFrame:
    one = {"model": "chosen", "part": "out_of_time", "by": "", "group": "", "metric": "log_loss"}
    figures = {"estimate": 0.31, "conf_low": 0.29, "conf_high": 0.33, "n": 500, "n_churned": 60}
    rows = [
        one,
        one | {"part": "rolling"},
        one | {"by": "category", "group": "detractor"},
        one | {"model": "base_rate"},
    ]
    return pd.DataFrame([row | figures for row in rows])


@pytest.fixture(scope="module")
def models() -> dict[str, ChurnModel]:
    return {kind: small_model(kind) for kind in KINDS}


@pytest.fixture(scope="module")
def uri(models: dict[str, ChurnModel], tmp_path_factory: pytest.TempPathFactory) -> str:
    uri = tracking_in(tmp_path_factory.mktemp("tracking"))
    with tracked_run(uri, "churn", run_name="first") as run:
        for number, kind in enumerate(KINDS, start=1):
            named = log_churn_model(run, models[kind], table_of_scores(), simulated=True)
            assert named == f"churn_risk@{number}"
        run.client.set_registered_model_alias("churn_risk", "champion", "2")
    return uri


@pytest.fixture
def folder(models: dict[str, ChurnModel], tmp_path: Path) -> Path:
    write_churn_files(models["hist_gradient_boosting"], tmp_path / "model")
    return tmp_path / "model"


def test_stored_is_loaded_bit_for_bit(uri: str, models: dict[str, ChurnModel]) -> None:
    given = accounts()
    for named, kind in {"churn_risk@1": KINDS[0], "churn_risk@champion": KINDS[1]}.items():
        loaded, model = load_churn_model(uri, named), models[kind]
        np.testing.assert_array_equal(
            loaded.classifier.predict_proba(given[list(loaded.spec.names)]), model.classifier.predict_proba(given)
        )
        for part in ("spec", "horizon_days", "kind", "dated", "reference", "about"):
            assert getattr(loaded, part) == getattr(model, part)
    stored = Path(uri.removeprefix("sqlite:///")).parent
    assert not [*stored.rglob("*.pkl"), *stored.rglob("*.pickle"), *stored.rglob("*.joblib"), *stored.rglob("*.py")]


def test_the_registry_says_what_was_stored(uri: str, models: dict[str, ChurnModel]) -> None:
    with quiet():
        from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    version = client.get_model_version("churn_risk", "1")
    stored = next(Path(uri.removeprefix("sqlite:///")).parent.rglob("model.skops")).parent
    assert {tag for tag in version.tags if tag.startswith("sha256.")} == {
        f"sha256.{name}" for name in file_hashes(stored)
    }
    assert version.tags["spec_hash"] == spec_hash(models[KINDS[0]])
    assert version.tags["out_of_time.log_loss"] == "0.31"
    assert version.tags["simulated"] == "true"
    metrics = client.get_run(version.run_id).data.metrics
    assert metrics["churn/out_of_time/chosen/log_loss_low"] == 0.29
    assert len(metrics) == 3 * 3


@pytest.mark.parametrize("name", ["model.skops", "churn.json", "MLmodel"])
def test_other_bytes_than_the_registered_are_refused(uri: str, name: str) -> None:
    first, second = sorted(
        Path(uri.removeprefix("sqlite:///")).parent.rglob(name), key=lambda file: file.stat().st_mtime
    )
    before = first.read_bytes()
    try:
        first.write_bytes(second.read_bytes() + b"\n" * (name == "MLmodel"))
        with pytest.raises(DataRefusedError, match=rf"{name} is not the file that was stored"):
            load_churn_model(uri, "churn_risk@1")
    finally:
        first.write_bytes(before)


def test_what_is_not_there_is_named(uri: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there are churn_risk@1, churn_risk@2"):
        load_churn_model(uri, "churn_risk@7")
    with pytest.raises(SettingsError, match="there is no tracking database"):
        load_churn_model(local_tracking_uri(tmp_path), "churn_risk@1")


@pytest.mark.parametrize("name", ["model.pkl", "helper.py", "nested"])
def test_nothing_may_lie_beside_the_files(folder: Path, name: str) -> None:
    hashes = file_hashes(folder)
    (folder / name).mkdir() if name == "nested" else (folder / name).write_text("1")
    with pytest.raises(DataRefusedError, match=rf"it holds (the folder )?{name}"):
        read_churn_model(folder, hashes, "churn_risk@1")


def test_what_mlflow_leaves_when_it_serves_does_no_harm(folder: Path) -> None:
    (folder / "registered_model_meta").write_text("model_name: churn_risk")
    assert read_churn_model(folder, file_hashes(folder), "churn_risk@1").horizon_days == 90


def test_links_and_missing_files_are_refused(folder: Path, tmp_path: Path) -> None:
    hashes = file_hashes(folder)
    (folder / "model.skops").rename(tmp_path / "outside.skops")
    with pytest.raises(DataRefusedError, match=r"it holds no model\.skops"):
        read_churn_model(folder, hashes, "churn_risk@1")
    (folder / "model.skops").symlink_to(tmp_path / "outside.skops")
    with pytest.raises(DataRefusedError, match="is a link"):
        read_churn_model(folder, hashes, "churn_risk@1")
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(DataRefusedError, match="is no folder"):
        read_churn_model(tmp_path / "link", hashes, "churn_risk@1")


def test_without_hashes_in_the_registry_nothing_is_read(folder: Path) -> None:
    with pytest.raises(DataRefusedError, match="the registry has no sha256"):
        read_churn_model(folder, {}, "churn_risk@1")


@pytest.mark.parametrize(
    ("flavor", "key", "value"),
    [
        ("python_function", "loader_module", "mlflow.pyfunc.model"),
        ("python_function", "model_path", "../elsewhere/model.skops"),
        ("sklearn", "pickled_model", "/elsewhere/model.pkl"),
        ("sklearn", "serialization_format", "pickle"),
        ("sklearn", "skops_trusted_types", ["subprocess.Popen"]),
        ("python_function", "code", "code"),
    ],
)
def test_mlmodel_may_name_no_other_code_or_file(folder: Path, flavor: str, key: str, value: object) -> None:
    told = yaml.safe_load((folder / "MLmodel").read_text())
    told["flavors"][flavor][key] = value
    (folder / "MLmodel").write_text(yaml.safe_dump(told))
    with pytest.raises(DataRefusedError, match="MLmodel"):
        read_churn_model(folder, file_hashes(folder), "churn_risk@1")


@pytest.mark.parametrize(
    "content", ["", "[]", "flavors: 3", "flavors: {sklearn: 1}", "a: [", "!!python/name:os.system"]
)
def test_a_damaged_mlmodel_is_refused_in_words(folder: Path, content: str) -> None:
    (folder / "MLmodel").write_text(content)
    with pytest.raises(DataRefusedError, match="MLmodel"):
        read_churn_model(folder, file_hashes(folder), "churn_risk@1")


@pytest.mark.parametrize(
    "change",
    [{"kind": KINDS[0]}, {"horizon_days": "90"}, {"spec": {}}, {"more": 1}, {"spec": {"names": ["score/last"]}}],
)
def test_a_churn_json_of_another_model_is_refused(folder: Path, change: dict[str, object]) -> None:
    told = json.loads((folder / "churn.json").read_text())
    (folder / "churn.json").write_text(json.dumps(told | change))
    with pytest.raises(DataRefusedError):
        read_churn_model(folder, file_hashes(folder), "churn_risk@1")


def test_every_cut_of_the_file_is_refused_in_words(folder: Path) -> None:
    content = (folder / "model.skops").read_bytes()
    for share in (0, 0.3, 0.9, 0.999):
        (folder / "model.skops").write_bytes(content[: int(share * len(content))])
        with pytest.raises(DataRefusedError, match="damaged"):
            read_churn_model(folder, file_hashes(folder), "churn_risk@1")


def test_classifiers_of_another_make_are_refused(models: dict[str, ChurnModel], tmp_path: Path) -> None:
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.linear_model import LogisticRegression, SGDClassifier

    given = accounts().fillna(0)
    left = np.arange(len(given)) % 2
    three = CalibratedClassifierCV(LogisticRegression(), cv=3, ensemble=True).fit(given, left)
    bare = CalibratedClassifierCV(LogisticRegression(), cv=3, ensemble=False).fit(given, left)
    isotonic = CalibratedClassifierCV(LogisticRegression(), method="isotonic", cv=3, ensemble=False).fit(given, left)
    words = CalibratedClassifierCV(LogisticRegression(), cv=3, ensemble=False).fit(given, np.where(left, "yes", "no"))
    foreign = CalibratedClassifierCV(SGDClassifier(loss="log_loss"), cv=3, ensemble=False).fit(given, left)
    for number, other in enumerate([three, bare, isotonic, words, foreign]):
        with pytest.raises(DataRefusedError):
            write_churn_files(replace(models[KINDS[0]], classifier=other), tmp_path / str(number))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("left", 0, "leads to nodes"), ("right", 10**6, "leads to nodes"), ("feature_idx", 999, "asks for features")],
)
def test_a_tree_that_leaves_its_arrays_is_refused(folder: Path, field: str, value: int, said: str) -> None:
    trusted = skops.io.get_untrusted_types(file=folder / "model.skops")
    classifier = skops.io.load(folder / "model.skops", trusted=trusted)
    nodes = classifier.calibrated_classifiers_[0].estimator._predictors[0][0].nodes
    assert not nodes["is_leaf"][0]
    nodes[field][0] = value
    skops.io.dump(classifier, folder / "model.skops")
    with pytest.raises(DataRefusedError, match=said):
        read_churn_model(folder, file_hashes(folder), "churn_risk@1")


def test_types_are_compared_with_our_list_whoever_says_they_may_be_trusted(folder: Path, tmp_path: Path) -> None:
    from sklearn.preprocessing import FunctionTransformer

    plant_call(folder / "model.skops", [sys.executable, "-c", f"open({str(tmp_path / 'ran')!r}, 'w')"])
    with pytest.raises(DataRefusedError, match=r"does not need \(subprocess.check_output\)"):
        read_churn_model(folder, file_hashes(folder), "churn_risk@1")
    assert not (tmp_path / "ran").exists()
    # skops itself would trust both of these.
    skops.io.dump(FunctionTransformer(np.exp), folder / "model.skops")
    with pytest.raises(DataRefusedError, match=r"does not need \(.*FunctionTransformer"):
        read_churn_model(folder, file_hashes(folder), "churn_risk@1")


def test_a_model_that_json_cannot_hold_is_not_stored(models: dict[str, ChurnModel], tmp_path: Path) -> None:
    with pytest.raises(DataRefusedError, match="what JSON can"):
        write_churn_files(replace(models[KINDS[0]], about={"n": float("nan")}), tmp_path / "model")


def test_malicious_folders_run_in_mlflow_and_not_here(tmp_path: Path) -> None:
    found = {one.attack: one for one in attempts(tmp_path)}
    assert set(found) == set(ATTACKS)
    for attack, one in found.items():
        assert one.mlflow_fooled, f"{attack} is no attack: MLflow's loader was not taken in ({one.mlflow_said})"
        assert not one.ours_ran, attack
        assert one.ours_refused, attack
        # The hash alone is not relied on: who may write the folder may perhaps write the registry.
        assert one.ours_refused_with_its_own_hashes or attack == "wrong hash", attack
    assert "sha256" in found["wrong hash"].ours_said


def promote(uri: str, version: str, **judged) -> Promotion:
    promotion = judged_promotion(uri, version, **judged)
    give_aliases(uri, version, promotion)
    return promotion


def test_only_what_earned_it_is_champion(uri: str, tmp_path: Path) -> None:
    from mlflow import MlflowClient

    assert champion_of(local_tracking_uri(tmp_path)) == ""
    shutil.copy(uri.removeprefix("sqlite:///"), tmp_path)
    uri = local_tracking_uri(tmp_path)
    client = MlflowClient(tracking_uri=uri)
    client.delete_registered_model_alias("churn_risk", "champion")
    for _ in range(2):
        client.create_model_version("churn_risk", source=client.get_model_version("churn_risk", "1").source)
    names = [f"churn_risk@{number}" for number in range(1, 5)]
    assert champion_of(uri) == champion_of(uri, name="other") == ""
    good = {"beats_baselines": True, "verdict": "It beats them.", "time_tested": True}
    bad = {
        "beats_baselines": False,
        "verdict": "The model is no better than the base rate. Gains: none.",
        "time_tested": True,
    }

    first = promote(uri, names[0], **bad)
    assert (first.promoted, first.champion, champion_of(uri)) == (False, "", "")
    assert "not promoted: the model is no better than the base rate; there is no champion" in first.reason
    undated = promote(uri, names[0], **good | {"time_tested": False})
    assert not undated.promoted
    assert "not tested" in undated.reason
    assert promote(uri, names[1], **good).champion == names[1] == champion_of(uri)

    with pytest.raises(SettingsError, match=r"churn_risk@2 is champion, so `gain`"):
        promote(uri, names[2], **good)
    assert not promote(uri, names[2], **good, gain=Better(-0.01, -0.02, 0.003, 400)).promoted
    assert not promote(uri, names[2], **good, gain=Better(0.0, 0.0, 0.0, 400)).promoted
    assert not promote(uri, names[2], **bad, gain=Better(0.2, 0.1, 0.3, 400)).promoted
    assert champion_of(uri) == names[1]
    won = promote(uri, names[2], **good, gain=Better(0.01, -0.002, 0.02, 400))
    assert won.promoted
    assert "not beyond noise" in won.reason
    assert champion_of(uri) == names[2]
    assert client.get_model_version("churn_risk", "3").tags["promotion"] == won.reason

    lacking = promote(uri, names[3], **good, champion_lacks="column attribute/plan is gone.")
    assert lacking.champion == names[3]
    assert "(column attribute/plan is gone)." in lacking.reason
    assert str(client.get_model_version_by_alias("churn_risk", "challenger").version) == "4"
    assert promote(uri, names[0], **good | {"time_tested": False}, allow_untested=True, champion_lacks="gone").promoted


def test_the_better_of_two_is_told_on_the_same_accounts(models: dict[str, ChurnModel]) -> None:
    rng = np.random.default_rng(3)
    ids = [f"a{number:03d}" for number in range(400)]
    known = accounts(400).assign(account_id=ids, unit=ids, as_of=pd.Timestamp("2026-03-31"), churned=False)
    rows = champion_predictions(models[KINDS[0]], known)
    rows["churned"] = rng.random(400) < rows["risk"]
    champion = rows.sample(frac=1, random_state=0).reset_index(drop=True)
    given = rows.assign(model="chosen", part="out_of_time", fold=1, category=None, value=None)
    blurred = given.assign(risk=0.2 * given["risk"] + 0.4)
    worse = better(blurred, champion, n_draws=200)
    assert worse.high < 0
    assert worse.n == 400

    def log_loss(of: pd.DataFrame) -> float:
        return float(-np.log(np.where(of["churned"], of["risk"], 1 - of["risk"])).mean())

    np.testing.assert_allclose(worse.estimate, log_loss(champion) - log_loss(blurred))
    turned = better(given, blurred, n_draws=200)
    np.testing.assert_allclose([turned.estimate, turned.low, turned.high], [-worse.estimate, -worse.high, -worse.low])
    assert better(given, champion, n_draws=50).estimate == 0
    with pytest.raises(DataRefusedError, match=r"no risk for 1 of the 400 accounts .* \(first: account_id 'a000'\)"):
        better(given, rows[1:])
    with pytest.raises(DataRefusedError, match="other outcomes of 1 of 400"):
        better(given, rows.assign(churned=rows["churned"] ^ (rows["account_id"] == "a007")))


@contextmanager
def served(uri: str, port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", "models:/churn_risk@champion"]
    command += ["--env-manager", "local", "--port", str(port), "--host", "127.0.0.1"]
    # MLflow starts uvicorn by its name, which an activated environment has on its path.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"MLFLOW_TRACKING_URI": uri, "MLFLOW_DISABLE_TELEMETRY": "true", "PATH": path}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as server:
        try:
            yield
        finally:
            os.killpg(server.pid, 9)


def answered(port: int, rows: pd.DataFrame, *, patience: float = 120) -> object:
    split = {"columns": list(rows), "data": rows.astype(object).where(rows.notna(), None).to_numpy().tolist()}
    body = json.dumps({"dataframe_split": split}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/invocations", data=body, headers={"Content-Type": "application/json"}
    )
    until = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)["predictions"]
        except (ConnectionError, urllib.error.URLError) as error:
            if isinstance(error, urllib.error.HTTPError) or time.monotonic() > until:
                raise
            time.sleep(0.3)


def test_mlflow_serves_the_champion(uri: str, models: dict[str, ChurnModel]) -> None:
    given = accounts(20)
    given.iloc[0] = np.nan
    given.iloc[1] = 1
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with served(uri, port):
        both = answered(port, given.assign(unknown=1.0)[["unknown", *reversed(given.columns)]])
    expected = models[KINDS[1]].classifier.predict_proba(given)
    np.testing.assert_allclose(both, expected, rtol=0, atol=1e-12)
    # Serving leaves a file of MLflow's in the stored folder; the model is still the one that was stored.
    assert load_churn_model(uri, "churn_risk@champion").kind == KINDS[1]
