import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from nps_insights.tables import DataRefusedError, SettingsError, conform
from nps_insights.themes import ThemeModel
from nps_insights.themes.cluster import grow_tree, lasting_order
from nps_insights.themes.number import choose_number

SUBJECTS = [
    "long queue",
    "kind nurse",
    "dirty toilet",
    "cheap price",
    "late train",
    "cold soup",
    "broken app",
    "free parking",
]


def planted(n_themes: int = 8, each: int = 120, *, noise: float = 0.11, seed: int = 0):
    """Segments of `n_themes` subjects around random directions, each text different."""
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(n_themes), each)
    directions = rng.normal(size=(n_themes, 48))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    vectors = directions[truth] + rng.normal(0, noise, (len(truth), 48))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    ids = [f"s{number:05}" for number in range(len(truth))]
    texts = [f"{SUBJECTS[theme % 8]} {theme} case{number}" for number, theme in enumerate(truth)]
    segments = pd.DataFrame({"segment_id": ids, "response_id": [f"r{one}" for one in ids], "text": texts})
    return segments, vectors, truth


def theme_of(model: ThemeModel, segments: pd.DataFrame, vectors: np.ndarray) -> pd.Series:
    mentions = model.assign(segments, vectors).set_index("segment_id")["theme_id"]
    return mentions.reindex(segments["segment_id"]).fillna("")


def test_planted_themes_are_found_with_their_number() -> None:
    from sklearn.metrics import adjusted_rand_score

    segments, vectors, truth = planted()
    model = ThemeModel().fit(segments, vectors)
    found = theme_of(model, segments, vectors)
    assert len(model.theme_ids_) == 8
    assert adjusted_rand_score(truth[found != ""], found[found != ""]) > 0.99
    assert (found != "").mean() >= 0.95


@pytest.mark.parametrize("n_themes", [4, 12, 30])
def test_the_number_chosen_is_near_the_planted_one(n_themes: int) -> None:
    segments, vectors, _ = planted(n_themes, 60, noise=0.07)
    order = lasting_order(segments["text"].tolist(), random_state=0)
    tree = grow_tree(vectors, np.ones(len(vectors)), order)
    assert 0.7 * n_themes <= choose_number(tree) <= 1.4 * n_themes


def test_labels_name_the_subject_and_differ() -> None:
    segments, vectors, _ = planted()
    model = ThemeModel().fit(segments, vectors)
    leaves = {model.labels_[one].split(" / ")[0] for one in model.theme_ids_}
    assert leaves == set(SUBJECTS)
    assert len(set(model.labels_.values())) == len(model.labels_)


def test_two_levels_hang_together() -> None:
    segments, vectors, _ = planted(16, 60)
    model = ThemeModel().fit(segments, vectors)
    assert set(model.parents_) == set(model.theme_ids_)
    assert set(model.labels_) == set(model.theme_ids_) | set(model.parents_.values()) == set(model.keywords_)
    assert set(model.parents_.values()) == {f"p{one:02}" for one in range(1, len(set(model.parents_.values())) + 1)}
    assert 2 <= len(set(model.parents_.values())) < len(model.theme_ids_)


def test_row_order_and_threads_change_nothing() -> None:
    segments, vectors, _ = planted(noise=0.15)
    order = np.random.default_rng(1).permutation(len(segments))
    first = ThemeModel().fit(segments, vectors)
    for threads in (1, 2):
        with threadpool_limits(threads):
            again = ThemeModel().fit(segments.iloc[order], vectors[order])
            np.testing.assert_array_equal(again.centres_, first.centres_)
            np.testing.assert_array_equal(again.threshold_, first.threshold_)
            assert (again.labels_, again.parents_, again.keywords_) == (first.labels_, first.parents_, first.keywords_)
            pd.testing.assert_frame_equal(
                again.assign(segments.iloc[order], vectors[order]), first.assign(segments, vectors)
            )


def test_a_segment_is_assigned_alone_as_among_others() -> None:
    segments, vectors, _ = planted(noise=0.15)
    model = ThemeModel().fit(segments, vectors)
    together = model.assign(segments, vectors)
    parts = [model.assign(segments.iloc[[row]], vectors[[row]]) for row in range(0, len(segments), 37)]
    alone = pd.concat(parts, ignore_index=True)
    expected = together[together["segment_id"].isin(alone["segment_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, expected)


def test_equal_texts_share_a_theme_and_repeats_do_not_move_others() -> None:
    segments, vectors, _ = planted()
    repeated = pd.concat([segments, segments.iloc[:50].assign(segment_id=[f"z{one}" for one in range(50)])])
    stacked = np.vstack([vectors, vectors[:50]])
    found = theme_of(ThemeModel().fit(repeated, stacked), repeated, stacked)
    same = pd.DataFrame({"text": repeated["text"].to_numpy(), "theme": found.to_numpy()})
    assert len(same.drop_duplicates()) == same["text"].nunique()


def test_what_is_foreign_fits_nowhere() -> None:
    segments, vectors, _ = planted()
    model = ThemeModel().fit(segments, vectors)
    foreign = -vectors[:200]
    assert (theme_of(model, segments.iloc[:200], foreign) == "").all()


def test_small_themes_join_their_nearest_and_limits_hold() -> None:
    segments, vectors, _ = planted()
    model = ThemeModel(min_segments=150).fit(segments, vectors)
    found = theme_of(model, segments, vectors)
    assert found[found != ""].value_counts().min() >= 0.9 * 150
    assert len(ThemeModel(max_themes=3).fit(segments, vectors).theme_ids_) <= 3
    assert len(ThemeModel(5).fit(segments, vectors).theme_ids_) == 5


@pytest.mark.parametrize(
    "texts",
    [
        ["only one"],
        ["the same words"] * 500,
        [f"remark number {number}" for number in range(30)],
        ["是", "的", "了"] * 5,
        ["the", "and", "of"] * 20,
        ["😀 1", "2", "3 3"] * 10,
    ],
)
def test_small_and_odd_inputs_give_a_clear_result(texts: list[str]) -> None:
    rng = np.random.default_rng(0)
    direction = {text: rng.normal(size=16) for text in sorted(set(texts))}
    vectors = np.array([direction[text] / np.linalg.norm(direction[text]) for text in texts], dtype=np.float32)
    ids = [f"s{number:03}" for number in range(len(texts))]
    segments = pd.DataFrame({"segment_id": ids, "response_id": ids, "text": texts})
    model = ThemeModel().fit(segments, vectors)
    mentions = model.assign(segments, vectors)
    pd.testing.assert_frame_equal(mentions, conform("mentions", mentions))
    assert mentions["segment_id"].nunique() >= 0.8 * len(texts)
    assert all(model.labels_.values())


def test_one_direction_for_many_texts_is_one_theme() -> None:
    segments, vectors, _ = planted()
    flat = np.repeat(vectors[:1], len(segments), axis=0)
    assert len(theme_of(ThemeModel().fit(segments, flat), segments, flat).unique()) == 1


def test_wrong_input_is_refused_in_its_own_words() -> None:
    segments, vectors, _ = planted()
    with pytest.raises(DataRefusedError, match="no segment"):
        ThemeModel().fit(segments.iloc[:0], vectors[:0])
    with pytest.raises(DataRefusedError, match="one row for each of the 960 segments"):
        ThemeModel().fit(segments, vectors[:5])
    with pytest.raises(SettingsError, match="n_themes == 11, must be at most 10"):
        ThemeModel(11).fit(segments.iloc[:10], vectors[:10])
    with pytest.raises(SettingsError, match="n_themes == 0"):
        ThemeModel(0)
    with pytest.raises(SettingsError, match="unassigned == 2"):
        ThemeModel(unassigned=2)


def test_many_rows_are_learned_from_a_sample_and_all_assigned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nps_insights.themes.model.FITTED_TEXTS", 400)
    segments, vectors, _ = planted()
    found = theme_of(ThemeModel().fit(segments, vectors), segments, vectors)
    assert (found != "").mean() >= 0.9
    assert found[found != ""].nunique() == 8
