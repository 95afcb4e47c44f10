import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from fresh_tracking import tracking_in

from nps_insights.tables import DataRefusedError, SettingsError
from nps_insights.themes import FittedThemes, ThemeModel, load_encoder, load_themes, save_themes
from nps_insights.themes.ngrams import NgramFeatures
from nps_insights.themes.tone import ToneModel
from nps_insights.tracking import load_theme_version, log_themes, tracked_run
from nps_insights.tracking.runs import quiet

WORDS = {
    "queue": ["the queue at the till was long", "we waited an hour in the queue", "such a slow line"],
    "staff": ["the staff were friendly", "a kind and helpful assistant", "lovely people at the desk"],
    "price": ["far too expensive", "prices went up again", "cheap and good value"],
}
TEXTS = [f"{text} {place}" for texts in WORDS.values() for text in texts for place in ("today", "in May", "again", "!")]


@pytest.fixture(scope="module")
def fitted() -> FittedThemes:
    encoder = load_encoder("english")
    segments = pd.DataFrame({"segment_id": TEXTS, "response_id": TEXTS, "text": TEXTS})
    return FittedThemes(encoder, ThemeModel(3).fit(segments, encoder.encode(TEXTS)), ignore=("Acme",))


@pytest.fixture(scope="module")
def comments() -> pd.DataFrame:
    texts = [f"{one}. {other}" for one, other in zip(TEXTS[::2], TEXTS[1::2][::-1], strict=True)]
    ids = [f"c{number:02}" for number in range(len(texts))]
    return pd.DataFrame({"comment_id": ids, "response_id": ids, "text": texts, "says_nothing": False})


def test_saved_is_loaded_bit_for_bit(fitted: FittedThemes, comments: pd.DataFrame, tmp_path: Path) -> None:
    save_themes(fitted, tmp_path / "first")
    loaded = load_themes(tmp_path / "first")
    for ours, theirs in zip(fitted.assign(comments), loaded.assign(comments), strict=True):
        pd.testing.assert_frame_equal(ours, theirs, check_exact=True)
    save_themes(loaded, tmp_path / "second")
    for name in ("themes.safetensors", "themes.json", "sha256.json"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_alone_in_batches_and_in_partitions_are_the_same(fitted: FittedThemes, comments: pd.DataFrame) -> None:
    _, together = fitted.assign(comments)
    for size in (1, 7):
        parts = [fitted.assign(comments.iloc[start : start + size])[1] for start in range(0, len(comments), size)]
        apart = pd.concat(parts).sort_values(["segment_id", "theme_id"], ignore_index=True)
        pd.testing.assert_frame_equal(apart, together, check_exact=True)


def test_a_changed_file_is_refused(fitted: FittedThemes, tmp_path: Path) -> None:
    save_themes(fitted, tmp_path)
    facts = json.loads((tmp_path / "themes.json").read_text("utf-8"))
    facts["model"]["labels_"]["t01"] = "something else"
    (tmp_path / "themes.json").write_text(json.dumps(facts), "utf-8")
    with pytest.raises(DataRefusedError, match=r"themes\.json in .* is not the file that was written"):
        load_themes(tmp_path)
    with pytest.raises(DataRefusedError, match="holds no sha256"):
        load_themes(tmp_path / "nowhere")


def test_another_encoder_is_refused(fitted: FittedThemes, tmp_path: Path) -> None:
    class Other:
        name, fingerprint, dimension, languages = "english", "f" * 64, 384, None

        def encode(self, texts, *, progress=None):
            return np.zeros((len(texts), 384), np.float32)

    save_themes(fitted, tmp_path)
    with pytest.raises(DataRefusedError, match="was fitted with encoder 'english'"):
        load_themes(tmp_path, encoder=Other())


def test_versions_are_written_and_read_by_name(fitted: FittedThemes, comments: pd.DataFrame, tmp_path: Path) -> None:
    uri = tracking_in(tmp_path)
    with tracked_run(uri, "themes", run_name="first") as run:
        assert log_themes(run, fitted) == "themes@1"
    with tracked_run(uri, "themes", run_name="second") as run:
        assert log_themes(run, fitted) == "themes@2"
    loaded, fingerprint = load_theme_version(uri, "themes@2")
    pd.testing.assert_frame_equal(loaded.assign(comments)[1], fitted.assign(comments)[1], check_exact=True)
    assert len(fingerprint) == 64
    assert not [*tmp_path.rglob("*.pkl"), *tmp_path.rglob("*.pickle")]
    with pytest.raises(SettingsError, match=r"there are themes@1, themes@2"):
        load_theme_version(uri, "themes@7")
    with pytest.raises(SettingsError, match="themes start: 'themes' is no folder here and no stored version"):
        load_theme_version(uri, "themes")


def test_mlflow_itself_runs_the_model(fitted: FittedThemes, comments: pd.DataFrame, tmp_path: Path) -> None:
    with quiet():
        import mlflow.pyfunc

    uri = tracking_in(tmp_path)
    with tracked_run(uri, "themes", run_name="first") as run:
        log_themes(run, fitted)
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(uri)
    try:
        model = mlflow.pyfunc.load_model("models:/themes/1")
        predicted = model.predict(comments[["comment_id", "text"]])
        odd = ["n/a", "Nothing.", "Le personnel est très aimable mais les caisses sont bien trop lentes.", ""]
        assert model.predict(pd.DataFrame({"comment_id": ["o1", "o2", "o3", "o4"], "text": odd})).empty
    finally:
        mlflow.set_tracking_uri(before)
    _, mentions = fitted.assign(comments)
    assert predicted["theme_id"].tolist() == mentions["theme_id"].tolist()
    assert set(predicted["label"]) <= set(fitted.labels_.values())


@pytest.mark.parametrize("toned", [False, True])
def test_the_stored_reader_gives_what_the_fit_gives(
    fitted: FittedThemes, comments: pd.DataFrame, tmp_path: Path, toned: bool
) -> None:
    with quiet():
        from nps_insights.tracking.theme_pyfunc import ThemeReader

    if toned:
        features = NgramFeatures().fit(TEXTS)
        weights = np.linspace(-1, 1, len(features.rarity_), dtype=np.float32)[None, :]
        fitted = replace(fitted, tone=ToneModel(features, [], weights, intercept=0.0, centre=0.0, scale=1.0))
    save_themes(fitted, tmp_path)
    reader = ThemeReader()
    reader.load_context(SimpleNamespace(artifacts={"themes": str(tmp_path)}))
    found = reader.predict(None, comments[["comment_id", "text"]])
    _, mentions = fitted.assign(comments)
    assert found["theme_id"].tolist() == mentions["theme_id"].tolist()
    assert found["label"].tolist() == mentions["theme_id"].map(fitted.labels_).tolist()
    assert found["tone"].notna().all() if toned else found["tone"].isna().all()
