"""Themes at their edges: edits that cannot be done, fits of nothing, damaged files, and what is said of each."""

import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from curated_models import fitted
from test_themes_encoder import Counting
from test_themes_find import SAID, ByWord
from test_themes_replay import replayed, status
from test_themes_sheet import World

from nps_insights.tables import DataRefusedError, SettingsError, empty
from nps_insights.themes import Curation, ThemeModel, code_agreement, encode_cached, load_encoder
from nps_insights.themes.curation.checked_edits import check_edits
from nps_insights.themes.curation.file import add_entry, read_edits
from nps_insights.themes.curation.quality import theme_quality
from nps_insights.themes.curation.sheet import sample_sheet
from nps_insights.themes.encoders import english as english_module
from nps_insights.themes.encoders.token_table import token_table
from nps_insights.themes.fitting import fit_themes
from nps_insights.themes.guided.classifier import GuidedClassifier
from nps_insights.themes.guided.ngrams import CharacterGrams
from nps_insights.themes.guided.taxonomy import check_taxonomy
from nps_insights.themes.labels.phrases import Phrase
from nps_insights.themes.labels.wording import Scored, leaf_wordings, top_wordings
from nps_insights.themes.ngrams import NgramFeatures
from nps_insights.themes.stated import StatedTheme, refuse_shared_ids
from nps_insights.themes.tone_learning import learn_tone

TEXTS = [f"{said} {number}" for number in range(12) for both in SAID.values() for said in both]
SEGMENTS = pd.DataFrame({"segment_id": TEXTS, "response_id": TEXTS, "text": TEXTS})
VECTORS = ByWord().encode(TEXTS)
TAXONOMY = check_taxonomy({"theme": [{"name": "Waiting", "examples": ["a long queue", "queue at the till"]}]})


class Other(ByWord):
    name, fingerprint = "other", "2" * 64


class Pieces(ByWord):
    """An encoder of four sub-words."""

    def __init__(self) -> None:
        self.read = 0

    def piece_vectors(self, *, progress: Any = None) -> np.ndarray:
        self.read += 1
        return np.eye(4, self.dimension, dtype=np.float32)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"edits": []}, "edits: unknown key; did you mean 'edit'?"),
        (
            {"edit": [{"kind": "split", "theme": "t01", "parts": [{"label": "a", "phrase": ["x"]}] * 2}]},
            "phrase: unknown key; did you mean 'phrases'?",
        ),
        (
            {"edit": [{"kind": "delete", "theme": "t01", "was": {"t01": {"label": "a", "keyword": "x"}}}]},
            "keyword: unknown key; did you mean 'keywords'?",
        ),
        (
            {"edit": [{"kind": "rename", "theme": "t01", "label": "x" * 121}]},
            "label: has 121 characters, must have at most 120",
        ),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_of_its_place(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        check_edits(given)
    assert said in str(refused.value)


def test_a_file_of_edits_that_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(SettingsError, match=r"folder\.toml: cannot be read \(.*\); name the edits file with --edits"):
        read_edits(tmp_path / "folder.toml")
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"edits\.toml: cannot be .*--edits"):
        add_entry(tmp_path / "taken" / "edits.toml", "edit", {"kind": "delete", "theme": "t01"})


def test_a_theme_without_words_or_like_two_others_is_not_guessed() -> None:
    unsaid = {"t77": {"label": "Gone"}}
    both = {"t77": {"label": "Gone", "keywords": "long queue kind nurse"}}
    _, report = replayed(*({"kind": "delete", "theme": "t77", "was": was} for was in (unsaid, both)))
    assert status(report) == ["not_applied", "not_applied"]
    assert report.table["why"].iloc[0] == "t77 was 'Gone', no theme is called so now"
    assert "and more than one theme is like it now (the nearest is t0" in report.table["why"].iloc[1]


def test_edits_of_a_theme_that_was_ended_since_count_as_done() -> None:
    edits = ({"kind": "rename", "theme": "t03", "label": "Toilets"}, {"kind": "delete", "theme": "t03"})
    edited, _ = replayed(*edits)
    _, report = replayed(*edits, model=edited)
    assert status(report) == ["applied", "applied"]


def test_the_owner_of_a_theme_stays_with_what_it_was_merged_into() -> None:
    owned = {"kind": "owner", "theme": "t02", "owner": "Care"}
    edited, _ = replayed(owned, {"kind": "merge", "themes": ["t01", "t02"], "keep": "t01"})
    assert edited.owners_["t01"] == "Care"


def test_a_theme_is_not_split_into_more_parts_than_it_has_texts() -> None:
    phrases = [{"label": f"part {number}", "phrases": [f"cold soup case{number}"]} for number in range(20)]
    model = fitted()
    # Of what reaches so high a threshold there are few texts.
    model.threshold_[5] = 0.999
    edited, report = replayed({"kind": "split", "theme": "t06", "parts": phrases}, model=model)
    assert status(report) == ["not_applied"]
    assert "different texts, too few for 20 parts" in report.table["why"].iloc[0]
    assert edited.theme_ids_ == model.theme_ids_


def test_a_sheet_of_no_segments_and_a_theme_that_nobody_judged() -> None:
    world = World()
    with pytest.raises(DataRefusedError, match="segments: the run holds none; there is nothing to sample"):
        sample_sheet(world.segments.head(0), world.mentions.head(0), world.themes, world.comments, n=10)
    judged = pd.DataFrame({"theme_id": ["t01"] * 20, "correct": [True] * 18 + [False] * 2})
    judged = judged.assign(missed=[[]] * 20, weight=1.0, n_offered=1, stratum="t01")
    themes = pd.DataFrame({"theme_id": ["t01", "t02"], "label": ["Delay", "Price"]})
    found = theme_quality(judged, themes).set_index(["metric", "theme_id"])
    assert found.loc[("precision", "t01"), "estimate"] == pytest.approx(0.9)
    for metric in ("precision", "recall"):
        assert found.loc[(metric, "t02"), ["estimate", "conf_low", "conf_high"]].isna().all()
        assert found.loc[(metric, "t02"), "n"] == 0


def test_codes_that_nobody_gave_agree_with_nothing() -> None:
    segments = SEGMENTS.assign(comment_id=SEGMENTS["segment_id"])
    found = code_agreement(empty("codes"), empty("mentions"), segments, pd.DataFrame({"theme_id": [], "label": []}))
    assert found.table.empty


def test_a_fit_has_one_guide_and_goes_on_with_its_own_encoder() -> None:
    first = fit_themes(SEGMENTS, VECTORS, encoder=ByWord(), curation=Curation(), n_themes=3).fitted
    both = Curation(taxonomy=TAXONOMY, examples=pd.DataFrame())  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="a taxonomy and codes are both given as guide; give one of them"):
        fit_themes(SEGMENTS, VECTORS, encoder=ByWord(), curation=both)
    with pytest.raises(SettingsError, match=r"was read by encoder 'by word' \(1{12}\), this run by 'other' \(2{12}\)"):
        fit_themes(SEGMENTS, VECTORS, encoder=Other(), curation=Curation(start=first))
    again = fit_themes(SEGMENTS.head(0), VECTORS[:0], encoder=ByWord(), curation=Curation(start=first)).fitted
    assert again.theme_ids_ == first.theme_ids_
    np.testing.assert_array_equal(again.theme_centres_, first.theme_centres_)


def test_a_found_theme_may_not_bear_the_id_of_a_stated_one() -> None:
    stated = {"g01": StatedTheme("Waiting", parent="Service")}
    refuse_shared_ids(["t01"], stated)
    with pytest.raises(
        SettingsError, match="'g01' is also the id of another theme of this fit; give the theme another"
    ):
        refuse_shared_ids(["t01", "g01"], stated)


def test_a_loaded_model_has_no_texts_for_the_plots_of_bertopic() -> None:
    loaded = ThemeModel.from_arrays(*ThemeModel(3).fit(SEGMENTS, VECTORS).to_arrays())
    with pytest.raises(SettingsError, match=r"holds no comments; call nps_insights\.themes\.as_bertopic\(model, texts"):
        _ = loaded.topic_model_


def test_rarities_that_do_not_fit_their_words_are_damage() -> None:
    arrays, facts = NgramFeatures().fit(TEXTS).to_arrays()
    with pytest.raises(DataRefusedError, match="the saved model is damaged, save it again"):
        NgramFeatures.from_arrays(arrays | {"rarity": arrays["rarity"][:-1]}, facts)


def test_two_texts_teach_no_parts_of_words() -> None:
    grams = CharacterGrams().fit(["a long queue", "a long wait"])
    assert grams.grams_ == []
    assert grams.transform(["a queue"]).shape == (1, 0)


def test_of_very_many_rows_some_are_taught_and_always_the_same() -> None:
    texts = [f"text {number:05}" for number in range(6500)]
    vectors, labels = np.arange(6500.0)[:, None], np.arange(6500)[:, None] % 2 == 0
    some, own, theirs = GuidedClassifier()._some(texts, vectors, labels)
    assert len(some) == 6000
    assert some == sorted(some) == [texts[int(row)] for row in own[:, 0]]
    np.testing.assert_array_equal(theirs[:, 0], own[:, 0] % 2 == 0)
    assert GuidedClassifier()._some(texts, vectors, labels)[0] == some
    others, rows = GuidedClassifier()._corpus(texts[:1000], texts, vectors)
    assert len(others) == 4000
    assert not set(others) & set(texts[:1000])
    assert others == [texts[int(row)] for row in rows[:, 0]]


def scored(surface: str, share: float) -> Scored:
    return Scored(Phrase(tuple(surface.split()), surface, len(surface.split()), bare=False), share, share)


def test_labels_go_on_until_one_is_free() -> None:
    queue, queues, garden = scored("queue", 0.3), scored("queues", 0.04), scored("garden", 0.02)
    assert list(leaf_wordings([queue, garden])) == ["queue", "queue & garden", "queue"]
    rare = scored("queue", 0.05)
    assert list(leaf_wordings([rare, queues, garden]))[:2] == ["mixed remarks (queue, garden)", "mixed remarks (queue)"]
    unnamed = [("mixed remarks (fee, lift)", ""), ("unnamed 2", "")]
    above = list(top_wordings(unnamed, [rare, garden], lambda one, other: one == other))
    assert above[:2] == ["mixed remarks", "mixed remarks (queue, garden)"]


def test_words_that_hardly_anybody_shares_tell_no_tone() -> None:
    ids = [f"r{number:02}" for number in range(60)]
    texts = ["queue"] * 3 + [chr(0x4E00 + number) for number in range(57)]
    comments = pd.DataFrame({"comment_id": ids, "response_id": ids, "text": texts, "says_nothing": False})
    category = ["detractor", "promoter"] * 30
    responses = pd.DataFrame({"response_id": ids, "score": [2.0, 10.0] * 30, "category": category})
    responses = responses.assign(scale_min=0.0, scale_max=10.0)
    found = learn_tone(comments, comments.assign(segment_id=ids), responses)
    assert found.model is None
    assert found.tone.isna().all()
    assert np.isnan(found.correlation)


def test_progress_is_told_over_the_whole_and_not_by_the_batch(tmp_path: Path) -> None:
    class Telling(Counting):
        def encode(self, texts, *, progress=None) -> np.ndarray:
            if progress is not None:
                progress(len(texts), len(texts))
            return super().encode(texts)

    told: list[tuple[int, int]] = []
    texts = [f"text {number:05}" for number in range(3000)]
    encode_cached(Telling(), texts, tmp_path, progress=lambda done, of: told.append((done, of)))
    assert len(told) > 1
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (3000, 3000)
    assert {of for _, of in told} == {3000}


def test_vectors_of_another_length_in_the_cache_are_damage(tmp_path: Path) -> None:
    encode_cached(Counting(), ["a"], tmp_path)
    with sqlite3.connect(next(tmp_path.glob("*.sqlite"))) as connection:
        connection.execute("UPDATE vectors SET vector = ?", (b"\0" * 8,))
    connection.close()
    with pytest.raises(DataRefusedError, match=r"cannot be read \(a vector of 8 bytes, not 12\); delete it"):
        encode_cached(Counting(), ["a"], tmp_path)


def test_a_table_of_sub_words_is_kept_only_where_there_is_a_cache(tmp_path: Path) -> None:
    encoder = Pieces()
    for _ in range(2):
        np.testing.assert_array_equal(token_table(encoder, None), np.eye(4, 8))
    assert encoder.read == 2
    for _ in range(2):
        np.testing.assert_array_equal(token_table(encoder, tmp_path), np.eye(4, 8))
    assert encoder.read == 3
    encoder.dimension = 16
    with pytest.raises(DataRefusedError, match=r"array of shape \(4, 8\), must be \(vocabulary, 16\); delete it"):
        token_table(encoder, tmp_path)


def test_encoders_that_cannot_be_had_so_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="encoder 'multilingual' knows fp32 alone; give fp32 or auto"):
        load_encoder("multilingual", precision="bf16")
    monkeypatch.setattr(english_module, "files", lambda _: [])
    with pytest.raises(DataRefusedError, match=r"is installed but lists no model\.safetensors; reinstall it"):
        load_encoder("english")
