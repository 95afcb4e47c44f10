from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nps_insights.metrics import nps_interval, share_interval
from nps_insights.tables import DataRefusedError, conform
from nps_insights.themes import ThemeModel, code_agreement, find_themes, load_encoder, themes_table

SAID = {
    "queue": ["The queue at the till was far too long today", "We waited in a long queue for half an hour"],
    "nurse": ["The nurse was kind and explained it all to us", "A kind nurse took her time with my mother"],
    "parking": ["Parking is expensive and there is never a space", "There was no parking space near the entrance"],
}


class ByWord:
    """Encodes a text by the subject it holds."""

    name, fingerprint, dimension, languages = "by word", "1" * 64, 8, frozenset({"en"})

    def encode(self, texts, *, progress=None) -> np.ndarray:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            rows[row, :3] = [subject in text.lower() for subject in SAID]
            rows[row, 3 + len(text) % 5] = 0.2
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def survey(n: int = 120) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(0)
    ids = [f"r{number:03}" for number in range(n)]
    subjects = rng.choice(list(SAID), n)
    texts = [f"{SAID[subject][number % 2]} (visit {number})." for number, subject in enumerate(subjects)]
    texts[0] += " " + SAID["parking"][0] + ". " + SAID["queue"][0] + "!"
    comments = pd.DataFrame(
        {"comment_id": [f"c-{one}" for one in ids], "response_id": ids, "text": texts, "says_nothing": False}
    )
    comments.loc[comments.index[-5:], ["text", "says_nothing"]] = ["n/a", True]
    score = np.where(subjects == "nurse", rng.choice([9, 10], n), rng.choice([2, 7, 9], n)).astype(float)
    category = pd.cut(score, [-1, 6, 8, 10], labels=["detractor", "passive", "promoter"]).astype(str)
    responses = pd.DataFrame(
        {"response_id": ids, "score": score, "scale_min": 0.0, "scale_max": 10.0, "category": category}
    )
    return comments, conform("responses", responses)


def test_tables_hold_their_contract_and_their_identities() -> None:
    comments, responses = survey()
    found = find_themes(comments, responses, encoder=ByWord(), n_themes=3)
    for name in ("segments", "mentions", "themes"):
        table = getattr(found, name)
        pd.testing.assert_frame_equal(table, conform(name, table))
    joined = found.mentions.merge(responses, on="response_id")
    n_commented = found.segments["response_id"].nunique()
    for row in found.themes.itertuples():
        once = joined[joined["theme_id"] == row.theme_id].drop_duplicates("response_id")
        assert row.n_responses == len(once)
        assert row.share == pytest.approx(len(once) / n_commented)
        assert row.share_low == pytest.approx(float(np.ravel(share_interval([len(once)], [n_commented])[1])[0]))
        counts = once["category"].value_counts()
        expected = nps_interval([counts.get("promoter", 0)], [counts.get("detractor", 0)], [len(once)])
        assert [row.nps, row.nps_low, row.nps_high] == pytest.approx([float(np.ravel(one)[0]) for one in expected])
        assert row.example in set(found.segments["text"])
        if isinstance(row.example_negative, str):
            said = found.mentions.merge(found.segments[["segment_id", "text"]], on="segment_id")
            assert (said.loc[said["text"] == row.example_negative, "tone"] < 0).any()
    assert found.mentions.loc[found.mentions["response_id"] == "r000", "theme_id"].nunique() >= 2
    assert found.notes[0].startswith("115 of 120 comments say something")
    assert found.notes[1] == "115 of them were read; they hold 117 segments."


def test_tables_are_identical_whatever_the_row_order(tmp_path: Path) -> None:
    comments, responses = survey()
    shuffled = comments.sample(frac=1, random_state=1), responses.sample(frac=1, random_state=2)
    first = find_themes(comments, responses, encoder=ByWord(), cache_folder=tmp_path)
    second = find_themes(*shuffled, encoder=ByWord(), cache_folder=tmp_path)
    for name in ("segments", "mentions", "themes"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))
    assert first.notes == second.notes


def test_comments_without_scores_have_themes_without_nps() -> None:
    comments, _ = survey()
    themes = find_themes(comments, None, encoder=ByWord(), n_themes=3).themes
    assert themes["nps"].isna().all()
    assert (themes["n_responses"] > 0).all()


def test_top_themes_are_the_union_of_their_themes() -> None:
    rng = np.random.default_rng(0)
    axes = np.eye(12)[np.repeat(np.arange(12), 40)] + rng.normal(0, 0.05, (480, 12))
    vectors = (axes / np.linalg.norm(axes, axis=1, keepdims=True)).astype(np.float32)
    ids = [f"s{number:03}" for number in range(480)]
    response = [f"r{number % 200:03}" for number in range(480)]
    segments = pd.DataFrame({"segment_id": ids, "comment_id": ids, "response_id": response, "position": 1})
    segments["text"] = [f"topic{number // 40} words {number}" for number in range(480)]
    model = ThemeModel(12).fit(segments, vectors)
    mentions = model.assign(segments, vectors)
    themes = themes_table(model, segments, mentions, None).set_index("theme_id")
    tops = themes[themes["level"] == 1]
    assert 1 < len(tops) < 12
    parent = mentions.assign(parent=mentions["theme_id"].map(model.parents_))
    assert tops["n_segments"].sum() == len(mentions)
    assert tops["n_responses"].to_dict() == parent.groupby("parent")["response_id"].nunique().to_dict()
    assert themes.loc[themes["level"] == 2, "parent_id"].notna().all()


def test_unknown_responses_and_silence_are_refused() -> None:
    comments, responses = survey()
    with pytest.raises(DataRefusedError, match=r"1 responses are not .* 'r000'"):
        find_themes(comments, responses.iloc[1:], encoder=ByWord())
    with pytest.raises(DataRefusedError, match="none of 120 comments says anything"):
        find_themes(comments.assign(says_nothing=True), responses, encoder=ByWord())


@pytest.mark.parametrize("n", [6, 30])
def test_few_comments_give_a_result(n: int) -> None:
    comments, responses = survey(n)
    found = find_themes(comments, responses, encoder=ByWord())
    assert len(found.themes) >= 1
    assert found.mentions["segment_id"].nunique() >= 0.8 * len(found.segments)


def test_comments_in_another_language_are_in_no_theme_and_said() -> None:
    comments, responses = survey()
    languages = pd.Series(["fr"] * 10 + ["en"] * (len(comments) - 10), index=comments.index)
    found = find_themes(comments.assign(language=languages), responses, encoder=ByWord())
    foreign = comments.loc[languages == "fr", "comment_id"]
    assert not found.segments["comment_id"].isin(foreign).any()
    assert any("`--encoder multilingual` (`encoder` in the section [themes])" in note for note in found.notes)
    assert found.languages.set_index("language")["is_read"].to_dict() == {"en": True, "fr": False}
    with pytest.raises(DataRefusedError, match="--encoder multilingual"):
        find_themes(comments.assign(language="fr"), responses, encoder=ByWord())


def test_codes_find_the_theme_that_means_them() -> None:
    comments, responses = survey()
    found = find_themes(comments, responses, encoder=ByWord(), n_themes=3)
    code = comments["text"].str.lower().str.extract("(queue|nurse|parking)")[0]
    codes = comments[["comment_id", "response_id"]].assign(code=code).dropna()
    result = code_agreement(codes, found.mentions, found.segments, found.themes)
    assert result.micro_f1 > 0.95
    assert result.n_comments == 115
    assert result.table["theme_id"].nunique() == 3
    np.testing.assert_allclose(
        result.table["f1"], 2 * result.table["n_both"] / (result.table["n_code"] + result.table["n_theme"])
    )


def test_codes_without_a_common_comment_have_no_theme() -> None:
    comments, responses = survey()
    found = find_themes(comments, responses, encoder=ByWord(), n_themes=3)
    strange = pd.DataFrame({"comment_id": ["x"], "response_id": ["x"], "code": ["lost"]})
    result = code_agreement(strange, found.mentions, found.segments, found.themes)
    assert np.isnan(result.micro_f1)
    assert result.table["theme_id"].isna().all()


def test_the_real_encoder_tells_subjects_apart() -> None:
    comments, responses = survey(60)
    found = find_themes(comments, responses, encoder=load_encoder("english"), n_themes=3)
    text = found.mentions.merge(found.segments[["segment_id", "text"]], on="segment_id")
    subject = text["text"].str.lower().str.extract("(queue|nurse|parking)")[0]
    assert (pd.crosstab(subject, text["theme_id"]).max(axis=1) / subject.value_counts() > 0.9).all()


def test_the_topic_model_holds_the_same_themes() -> None:
    comments, responses = survey()
    found = find_themes(comments, responses, encoder=ByWord(), n_themes=3)
    topics = found.model.topic_model_
    assert topics is found.model.topic_model_
    info = topics.get_topic_info()
    named = set(info.loc[info["Topic"] >= 0, "CustomName"])
    assert named == {found.model.labels_[one] for one in found.model.theme_ids_}
    assert topics.visualize_barchart(custom_labels=True).data
