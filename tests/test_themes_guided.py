"""The guided classifier: planted themes are found, whatever the order, the batch or the folder they come from."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file, save_file

from benchmarks import theme_guided
from nps_insights.tables import DataRefusedError
from nps_insights.themes.guided.classifier import GuidedClassifier, uncovered
from nps_insights.themes.guided.prevalence import best_threshold, corrected_prevalence

WORDS = [["queue", "till", "waiting"], ["nurse", "doctor", "kindness"], ["parking", "garage", "meter"]]
FOREIGN = ["soup", "dessert", "menu"]
DIMENSION = 24


def corpus(n: int, shares: tuple[float, ...], *, seed: int) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Texts, vectors and true themes; each theme is there with its share, a text without any speaks of food."""
    rng = np.random.default_rng(seed)
    labels = rng.random((n, len(shares))) < np.array(shares)
    texts = []
    for number, row in enumerate(labels):
        words = [rng.choice(WORDS[theme]) for theme in np.flatnonzero(row)] or [rng.choice(FOREIGN)]
        texts.append(" and ".join(f"the {word} {rng.integers(99)}" for word in words) + f" no {number}")
    meaning = labels @ np.eye(len(shares), DIMENSION) + (~labels.any(axis=1))[:, None] * np.eye(DIMENSION)[8]
    vectors = meaning + rng.normal(0, 0.12, (n, DIMENSION))
    return texts, (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), labels


TEXTS, VECTORS, LABELS = corpus(900, (0.4, 0.1, 0.05), seed=1)
SHOWN = np.sort(np.concatenate([np.flatnonzero(column)[:10] for column in LABELS.T]))
SHOWN = np.unique(SHOWN)
IDS = ["g01", "g02", "g03"]


def fitted(rows: np.ndarray = SHOWN, around: np.ndarray | None = None) -> GuidedClassifier:
    around = np.arange(len(TEXTS)) if around is None else around
    return GuidedClassifier(picked=10).fit(
        [TEXTS[row] for row in rows],
        VECTORS[rows],
        LABELS[rows],
        IDS,
        [TEXTS[row] for row in around],
        VECTORS[around],
    )


@pytest.fixture(scope="module")
def model() -> GuidedClassifier:
    return fitted()


def segments(texts: list[str]) -> pd.DataFrame:
    ids = [f"s{number:04d}" for number in range(len(texts))]
    return pd.DataFrame({"segment_id": ids, "response_id": ids, "text": texts})


def test_planted_themes_are_found_in_new_texts_several_at_once(model: GuidedClassifier) -> None:
    texts, vectors, labels = corpus(400, (0.4, 0.1, 0.05), seed=2)
    found = model.scores(texts, vectors) >= model.threshold_
    assert theme_guided.micro_f1(labels, found) > 0.95
    both = labels.sum(axis=1) > 1
    assert (found[both].sum(axis=1) > 1).mean() > 0.85


def test_the_share_of_a_theme_is_told_though_examples_show_all_alike(model: GuidedClassifier) -> None:
    truth = LABELS.mean(axis=0)
    assert np.argsort(-model.prevalence_).tolist() == [0, 1, 2]
    shown = LABELS[SHOWN].mean(axis=0)
    off = np.abs(np.log(model.prevalence_ / truth))
    assert off.sum() < np.abs(np.log(shown / truth)).sum() / 2


def test_what_no_theme_speaks_for_is_left_over(model: GuidedClassifier) -> None:
    texts, vectors, labels = corpus(400, (0.3, 0.1, 0.05), seed=3)
    table = segments(texts)
    rest = uncovered(table, model.assign(table, vectors))
    foreign = ~labels.any(axis=1)
    assert rest[foreign].mean() > 0.95
    assert rest[~foreign].mean() < 0.1


def test_one_theme_alone_does_not_claim_what_is_foreign() -> None:
    shown = np.flatnonzero(LABELS[:, 1] & (LABELS.sum(axis=1) == 1))[:10]
    alone = GuidedClassifier().fit(
        [TEXTS[row] for row in shown], VECTORS[shown], LABELS[shown][:, [1]], ["g02"], TEXTS, VECTORS
    )
    found = (alone.scores(TEXTS, VECTORS) >= alone.threshold_)[:, 0]
    assert found[LABELS[:, 1]].mean() > 0.8
    assert found[~LABELS[:, 1]].mean() < 0.1


def test_without_a_corpus_the_examples_alone_teach() -> None:
    model = GuidedClassifier(picked=10).fit([TEXTS[row] for row in SHOWN], VECTORS[SHOWN], LABELS[SHOWN], IDS)
    said = LABELS.any(axis=1)
    found = model.scores(TEXTS, VECTORS)[said] >= model.threshold_
    assert theme_guided.micro_f1(LABELS[said], found) > 0.9


def test_mentions_have_several_themes_and_strengths_from_0_to_1(model: GuidedClassifier) -> None:
    mentions = model.assign(segments(TEXTS), VECTORS)
    assert mentions.columns.tolist()[:4] == ["segment_id", "theme_id", "response_id", "strength"]
    assert mentions["segment_id"].duplicated().any()
    assert mentions["strength"].between(0, 1).all()
    assert set(mentions["theme_id"]) == set(IDS)
    assert model.assign(segments([]), VECTORS[:0]).empty


def test_a_text_gets_the_same_bits_alone_in_a_batch_and_in_another_order(model: GuidedClassifier) -> None:
    together = model.scores(TEXTS, VECTORS)
    alone = np.vstack([model.scores([TEXTS[row]], VECTORS[[row]]) for row in range(30)])
    assert np.array_equal(alone, together[:30])
    turned = model.scores(TEXTS[::-1], VECTORS[::-1])
    assert np.array_equal(turned[::-1], together)


def test_the_order_of_rows_and_repeats_of_the_corpus_change_nothing(model: GuidedClassifier) -> None:
    rng = np.random.default_rng(5)
    around = np.concatenate([rng.permutation(len(TEXTS)), np.arange(100)])
    again = fitted(rng.permutation(SHOWN), around)
    for name, array in model.to_arrays()[0].items():
        assert np.array_equal(array, again.to_arrays()[0][name]), name
    assert again.to_arrays()[1] == model.to_arrays()[1]


def test_saved_is_loaded_bit_for_bit(model: GuidedClassifier, tmp_path: Path) -> None:
    arrays, facts = model.to_arrays()
    save_file(arrays, tmp_path / "guided.safetensors")
    (tmp_path / "guided.json").write_text(json.dumps(facts), encoding="utf-8")
    loaded = GuidedClassifier.from_arrays(
        load_file(tmp_path / "guided.safetensors"), json.loads((tmp_path / "guided.json").read_text(encoding="utf-8"))
    )
    assert np.array_equal(loaded.scores(TEXTS, VECTORS), model.scores(TEXTS, VECTORS))
    assert loaded.threshold_ == model.threshold_
    assert np.array_equal(loaded.prevalence_, model.prevalence_)


def test_texts_without_a_known_letter_are_scored_all_the_same() -> None:
    texts = ["👍", "👍👍", "💤", "💤💤"]
    labels = np.repeat(np.eye(2, dtype=bool), 2, axis=0)
    vectors = np.repeat(np.eye(2, 4, dtype=np.float32), 2, axis=0)
    model = GuidedClassifier().fit(texts, vectors, labels, ["g01", "g02"])
    assert np.isfinite(model.scores(["", "سيئ", "x" * 100_000], np.eye(3, 4, dtype=np.float32))).all()


def test_a_theme_with_one_example_and_shapes_that_differ_are_refused() -> None:
    labels = LABELS[SHOWN].copy()
    labels[:, 2] = False
    labels[0, 2] = True
    texts = [TEXTS[row] for row in SHOWN]
    with pytest.raises(DataRefusedError, match=r"too few in: 'g03' \(1\)"):
        GuidedClassifier().fit(texts, VECTORS[SHOWN], labels, IDS)
    with pytest.raises(DataRefusedError, match="a column for each theme"):
        GuidedClassifier().fit(texts, VECTORS[SHOWN], labels, IDS[:2])
    with pytest.raises(DataRefusedError, match="corpus: 900 texts and 10 vectors"):
        GuidedClassifier().fit(texts, VECTORS[SHOWN], LABELS[SHOWN], IDS, TEXTS, VECTORS[:10])


def test_an_adjusted_count_undoes_known_errors() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat([[True], [False]], 500, axis=0)
    held_out = np.where(rng.random((1000, 1)) < np.where(labels, 0.7, 0.2), 1.0, 0.0)
    truth = rng.random((20_000, 1)) < 0.3
    scores = np.where(rng.random(truth.shape) < np.where(truth, 0.7, 0.2), 1.0, 0.0)
    assert corrected_prevalence(np.array([0.3]), scores, held_out, labels) == pytest.approx(0.3, abs=0.03)


def test_the_threshold_is_the_best_one_where_labelled_rows_are_like_the_corpus() -> None:
    rng = np.random.default_rng(0)
    labels = rng.random((4000, 2)) < np.array([0.4, 0.1])
    scores = rng.normal(np.where(labels, 0.5, 0.2), 0.12)
    found = best_threshold(scores, labels, labels.mean(axis=0), scores)
    best = max(theme_guided.micro_f1(labels, scores >= at) for at in np.arange(0.1, 0.8, 0.01))
    assert theme_guided.micro_f1(labels, scores >= found) == pytest.approx(best, abs=1e-12)


@pytest.mark.filterwarnings("ignore")
def test_ten_examples_a_theme_beat_logistic_regression_on_nhs_comments(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(theme_guided, "DATA", shared_data)
    monkeypatch.setattr(theme_guided, "CACHE", tmp_path)
    coded = theme_guided.nhs_codes(n_rows=250)
    methods = {name: theme_guided.METHODS[name] for name in (theme_guided.OURS, theme_guided.PEER)}
    figures = theme_guided.measure(coded, methods, range(2))
    assert np.mean(figures[theme_guided.OURS]) > np.mean(figures[theme_guided.PEER]) + 0.03
