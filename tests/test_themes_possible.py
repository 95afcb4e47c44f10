"""Possible new themes: a planted theme among what fits nowhere is found, noise gives none."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nps_insights.tables import DataRefusedError, SettingsError, empty
from nps_insights.themes import encode_cached, load_encoder
from nps_insights.themes.cluster import unit
from nps_insights.themes.possible import possible_themes

KNOWN, NEW = 200, 40
SAID = ["parking fee", "the parking fee", "a parking fee"]


def world(*, noise: int = 60, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray, pd.DataFrame, pd.DataFrame]:
    """Segments of two known themes, of a new one that nobody knows, and noise; the new one is of March."""
    rng = np.random.default_rng(seed)
    axes = np.eye(40)[np.repeat([0, 1, 2], [KNOWN // 2, KNOWN // 2, NEW])]
    close = axes + rng.normal(0, 0.1, axes.shape)
    vectors = unit(np.vstack([close, rng.normal(0, 1, (noise, 40))])).astype(np.float32)
    ids = [f"s{row:04}" for row in range(len(vectors))]
    known = [f"{['long queue', 'kind nurse'][row // (KNOWN // 2)]} {row}" for row in range(KNOWN)]
    new = [f"{SAID[row % 3]} of gate {row}" for row in range(NEW)]
    texts = [*known, *new, *(f"oddity{row} alone" for row in range(noise))]
    segments = pd.DataFrame({"segment_id": ids, "comment_id": ids, "response_id": ids, "position": 1, "text": texts})
    strength = (vectors[:KNOWN] * axes[:KNOWN]).sum(axis=1)
    mentions = pd.DataFrame({"segment_id": ids[:KNOWN], "response_id": ids[:KNOWN], "strength": strength})
    mentions["theme_id"] = np.repeat(["t01", "t02"], KNOWN // 2)
    month = np.where((np.arange(len(ids)) >= KNOWN) & (np.arange(len(ids)) < KNOWN + NEW), "2026-03-05", "2026-02-01")
    responses = pd.DataFrame({"response_id": ids, "responded_at": pd.to_datetime(month)})
    return segments, vectors, mentions, responses


def test_a_planted_theme_is_found_with_its_rows_and_nothing_else() -> None:
    segments, vectors, mentions, responses = world()
    found = possible_themes(segments, vectors, mentions, responses=responses, labels={"t01": "fees for parking"})
    (row,) = found.table.to_dict("records")
    truth = set(segments["segment_id"].iloc[KNOWN : KNOWN + NEW])
    assert len(truth & set(found.members["segment_id"])) >= 0.95 * NEW
    assert not set(found.members["segment_id"]) - truth
    assert "parking" in row["label"]
    assert row["first_seen"] == row["last_seen"] == pd.Timestamp("2026-03-05")
    assert row["share"] == row["n_responses"] / len(segments)
    assert found.n_outside == NEW + 60
    assert found.n_left_out == found.n_outside - row["n_segments"]
    assert found.note.startswith("1 possible new theme in")


def test_at_an_update_only_recent_responses_are_looked_at() -> None:
    segments, vectors, mentions, responses = world()
    recent = possible_themes(segments, vectors, mentions, responses=responses, since=pd.Timestamp("2026-03-01"))
    assert recent.n_outside == NEW
    assert recent.table["share"].tolist() == [1.0]
    later = possible_themes(segments, vectors, mentions, responses=responses, since=pd.Timestamp("2026-04-01"))
    assert later.table.empty
    assert later.n_outside == 0


def test_noise_alone_gives_none_and_is_counted() -> None:
    for seed in range(5):
        segments, vectors, mentions, _ = world(noise=400, seed=seed)
        lonely = np.r_[0:KNOWN, KNOWN + NEW : len(segments)]
        found = possible_themes(segments.iloc[lonely].reset_index(drop=True), vectors[lonely], mentions)
        assert found.table.empty
        assert found.n_left_out == found.n_outside == 400


def test_scores_of_stated_themes_say_nothing_of_how_alike_a_group_must_be() -> None:
    segments, vectors, mentions, _ = world()
    stated = mentions.assign(theme_id=mentions["theme_id"].replace("t02", "manner"))
    by_score = [
        stated.assign(strength=stated["strength"].where(stated["theme_id"] == "t01", score)) for score in (0.3, 1)
    ]
    low, high = (possible_themes(segments, vectors, one, found_ids=["t01"]) for one in by_score)
    assert high.n_outside == NEW + 60
    pd.testing.assert_frame_equal(low.table, high.table)
    # A taxonomy alone says nothing either: only the lowest bound holds, whatever its scores.
    all_stated = mentions.assign(theme_id="manner", strength=1.0)
    assert len(possible_themes(segments, vectors, all_stated, found_ids=[]).table) == 1
    assert possible_themes(segments, vectors, all_stated).table.empty


def test_row_order_is_no_information() -> None:
    segments, vectors, mentions, responses = world()
    order = np.random.default_rng(1).permutation(len(segments))
    shuffled = segments.iloc[order].reset_index(drop=True)
    one = possible_themes(segments, vectors, mentions, responses=responses)
    other = possible_themes(shuffled, vectors[order], mentions.sample(frac=1, random_state=2), responses=responses)
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.members, other.members)


def test_the_same_text_many_times_or_one_busy_person_is_no_theme() -> None:
    segments, vectors, mentions, _ = world()
    new = segments.index[KNOWN : KNOWN + NEW]
    same = segments.assign(text=segments["text"].where(~segments.index.isin(new), "parking fee"))
    busy = segments.assign(response_id=segments["response_id"].where(~segments.index.isin(new), "s0200"))
    for frame in (same, busy):
        assert possible_themes(frame, vectors, mentions).table.empty


def test_bad_input_is_refused_and_nothing_gives_nothing() -> None:
    segments, vectors, mentions, responses = world()
    with pytest.raises(DataRefusedError, match="one row for each"):
        possible_themes(segments, vectors[1:], mentions)
    with pytest.raises(SettingsError, match="needs dates"):
        possible_themes(segments, vectors, mentions, since=pd.Timestamp("2026-01-01"))
    with pytest.raises(SettingsError, match="3 or more"):
        possible_themes(segments, vectors, mentions, smallest=1)
    nothing = possible_themes(segments.head(0), vectors[:0], empty("mentions"), responses=responses)
    assert nothing.table.empty
    assert nothing.n_outside == 0


def test_an_intent_held_out_of_the_fit_is_found_among_what_the_themes_refuse(shared_data: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(shared_data / "banking77" / "train.csv.gz", keep_default_na=False)
    names = ["passcode_forgotten", "exchange_rate", "age_limit", "card_arrival", "pending_top_up"]
    rows = frame[frame["category"].isin(names)].groupby("category").head(30).reset_index(drop=True)
    vectors = encode_cached(load_encoder("english"), rows["text"].tolist(), tmp_path)
    ids = [f"s{row:03}" for row in rows.index]
    segments = pd.DataFrame({"segment_id": ids, "comment_id": ids, "response_id": ids, "position": 1})
    segments["text"] = rows["text"]
    centres = unit(np.array([vectors[rows["category"] == name].mean(axis=0) for name in names[1:]]))
    cosine = (vectors @ centres.T).max(axis=1)
    known = cosine >= 0.6
    mentions = pd.DataFrame({"segment_id": segments["segment_id"][known], "strength": cosine[known]})
    mentions["theme_id"] = np.array(names[1:])[(vectors @ centres.T).argmax(axis=1)][known]
    found = possible_themes(segments, vectors, mentions)
    held_out = set(segments["segment_id"][rows["category"] == names[0]])
    largest = found.members.query("group_id == 'new1'")["segment_id"]
    assert len(held_out & set(largest)) >= 0.6 * len(held_out)
    assert len(held_out & set(largest)) >= 0.9 * len(largest)
    assert "passcode" in found.table["label"].iloc[0]
