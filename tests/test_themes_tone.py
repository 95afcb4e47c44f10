"""Tone: learned from the answers, out of fold by account, the same bits whatever the order or the batch."""

import json
import time

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load, save
from scipy.stats import spearmanr
from threadpoolctl import threadpool_limits

from benchmarks import theme_tone
from nps_insights.metrics import fold_of
from nps_insights.tables import DataRefusedError, conform
from nps_insights.themes.segments import split_comments
from nps_insights.themes.tone import ToneModel, with_tone
from nps_insights.themes.tone_learning import LearnedTone, learn_tone

SCORES = {"detractor": 3.0, "passive": 7.0, "promoter": 10.0}
WORDS = {
    "detractor": ["slow till", "rude man", "cold soup", "broken lift"],
    "passive": ["average visit", "ordinary shop", "usual prices"],
    "promoter": ["kind nurse", "lovely garden", "quick answer", "tasty cake"],
}
FILLER = ["we went there in spring", "on a monday as always", "it was my second time", "with my sister"]


def planted(
    mix: dict[str, int], *, seed: int = 0, words: dict[str, list[str]] = WORDS, accounts: int | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Comments and responses: `mix` answers by category; three words in four speak as the answer does."""
    rng = np.random.default_rng(seed)
    category = rng.permutation(np.repeat(list(mix), list(mix.values())))
    ids = [f"r{number:05}" for number in range(len(category))]
    spoken = [one if rng.random() < 0.75 else str(rng.choice(list(mix))) for one in category]
    texts = [f"{rng.choice(words[one])}, {rng.choice(FILLER)} {rng.integers(1000)}" for one in spoken]
    comments = pd.DataFrame({"comment_id": ids, "response_id": ids, "text": texts, "says_nothing": False})
    responses = pd.DataFrame({"response_id": ids, "category": category, "score": [SCORES[one] for one in category]})
    responses = responses.assign(scale_min=0.0, scale_max=10.0)
    if accounts is not None:
        responses["account_id"] = [f"a{rng.integers(accounts):04}" for _ in ids]
    return conform("comments", comments), conform("responses", responses)


def learned(comments: pd.DataFrame, responses: pd.DataFrame) -> LearnedTone:
    return learn_tone(comments, comments.assign(segment_id=comments["comment_id"]), responses)


@pytest.fixture(scope="module")
def corpus() -> tuple[pd.DataFrame, pd.DataFrame]:
    return planted({"detractor": 150, "passive": 200, "promoter": 450}, accounts=300)


@pytest.fixture(scope="module")
def tone(corpus: tuple[pd.DataFrame, pd.DataFrame]) -> LearnedTone:
    return learned(*corpus)


def model_of(found: LearnedTone) -> ToneModel:
    assert found.model is not None
    return found.model


def test_words_get_the_tone_of_those_who_chose_them(tone: LearnedTone) -> None:
    low, middle, high = (model_of(tone).predict(WORDS[one]) for one in SCORES)
    assert low.max() < min(-0.2, middle.min())
    assert abs(middle.mean()) < 0.25
    assert high.min() > max(0.2, middle.max())
    assert "800 comments" in tone.note
    assert f"{tone.correlation:.2f}" in tone.note


def test_both_sides_of_a_mixed_comment_have_their_own_tone(corpus: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    comments, responses = corpus
    mixed = comments.assign(text=comments["text"].where(comments.index != 0, "A kind nurse again. But the lift broken"))
    found = learn_tone(mixed, split_comments(mixed), responses).tone
    assert found["r00000#1"] > 0 > found["r00000#2"]


def test_zero_speaks_for_neither_side_whatever_the_mix_of_answers() -> None:
    for mix in ((40, 120, 1200), (400, 120, 100)):
        comments, responses = planted(dict(zip(SCORES, mix, strict=True)), seed=1)
        found = learned(comments, responses)
        tones = found.tone.groupby(responses.set_index("response_id")["category"]).mean()
        assert tones["detractor"] < 0 < tones["promoter"]
        # The categories weigh alike: their means cancel (values cut at -1 and 1 leave a trace).
        assert abs(tones.mean()) < 0.01
        assert abs(model_of(found).predict(FILLER).mean()) < 0.25


def test_an_answer_has_no_say_in_the_tone_of_its_own_account(corpus: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    comments, responses = corpus
    own = responses["account_id"] == responses["account_id"].iloc[0]
    turned = responses.assign(
        category=responses["category"].mask(own, "detractor"), score=responses["score"].mask(own, 0.0)
    )
    before, after = learned(comments, responses).tone, learned(comments, turned).tone
    same_fold = fold_of(responses["account_id"]) == fold_of(responses["account_id"])[0]
    # Centre and scale are two numbers of the whole corpus; beyond them nothing of the fold may move.
    inside = same_fold & (before.abs() < 1).to_numpy() & (after.abs() < 1).to_numpy()
    line = np.polyfit(before[inside], after[inside], 1)
    np.testing.assert_allclose(np.polyval(line, before[inside]), after[inside], atol=1e-9)
    others = ~same_fold & (before.abs() < 1).to_numpy() & (after.abs() < 1).to_numpy()
    assert np.abs(np.polyval(line, before[others]) - after[others]).max() > 1e-6


def test_folds_go_by_account_alone() -> None:
    accounts = [f"a{number}" for number in range(5000)]
    folds = fold_of(accounts)
    np.testing.assert_array_equal(fold_of(accounts[::-1])[::-1], folds)
    np.testing.assert_array_equal(fold_of(accounts[7:9]), folds[7:9])
    assert np.bincount(folds, minlength=5).min() > 900


def test_row_order_and_threads_change_no_bit(corpus: tuple[pd.DataFrame, pd.DataFrame], tone: LearnedTone) -> None:
    comments, responses = corpus
    with threadpool_limits(2):
        again = learned(comments.sample(frac=1, random_state=1), responses.sample(frac=1, random_state=2))
    pd.testing.assert_series_equal(again.tone.sort_index(), tone.tone.sort_index(), check_exact=True)
    np.testing.assert_array_equal(model_of(again).weights_, model_of(tone).weights_)


def test_a_text_has_the_same_bits_alone_in_a_batch_and_after_saving(tone: LearnedTone) -> None:
    model = model_of(tone)
    texts = [f"{first}{mark * 3} {second}" for first in FILLER for second in WORDS["promoter"] for mark in "!?."] * 2
    together = model.predict(texts)
    np.testing.assert_array_equal(np.concatenate([model.predict([text]) for text in texts]), together)
    np.testing.assert_array_equal(model.predict(texts[::-1])[::-1], together)
    arrays, facts = model.to_arrays()
    loaded = ToneModel.from_arrays(load(save(arrays)), json.loads(json.dumps(facts)))
    np.testing.assert_array_equal(loaded.predict(texts), together)
    with pytest.raises(DataRefusedError, match="weights have shape"):
        ToneModel.from_arrays(arrays | {"weights": arrays["weights"][:, 1:]}, facts)


def test_the_same_words_may_mean_the_opposite_under_another_question() -> None:
    rng = np.random.default_rng(3)
    score, question = rng.choice([2.0, 10.0], 600), rng.choice(["What was good?", "What could be\nbetter?"], 600)
    # Unhappy people find nothing good, happy ones nothing to improve.
    nothing = (score == 2.0) == (question == "What was good?")
    ids = [f"r{number:04}" for number in range(600)]
    text = np.where(nothing, "nothing at all", "the staff and the wait")
    category = np.where(score == 2.0, "detractor", "promoter")
    comments = pd.DataFrame({"comment_id": ids, "response_id": ids, "question": question, "text": text})
    responses = pd.DataFrame(
        {"response_id": ids, "score": score, "category": category, "scale_min": 0, "scale_max": 10}
    )
    found = learned(comments.assign(says_nothing=False), responses)
    model = model_of(found)
    assert model.questions_ == ["What could be better?", "What was good?"]
    good, better = model.predict(["nothing at all"] * 2, ["What was good?", "What could be  better?"])
    assert good < -0.5 < 0.5 < better
    assert abs(model.predict(["nothing at all"])[0]) < 0.2
    segments = split_comments(comments.assign(says_nothing=False))
    assert segments["question"].notna().all()


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("انتظار طويل جدا", "طاقم رائع ولطيف"),
        ("等了太久", "服务非常好"),
        ("😡", "😍"),
        ("Wartezeitüberschreitung", "Freundlichkeitsweltmeister"),
    ],
)
def test_no_lexicon_and_no_language_is_needed(bad: str, good: str) -> None:
    words = {"detractor": [bad], "promoter": [good]}
    found = learned(*planted({"detractor": 60, "promoter": 60}, words=words))
    low, high = model_of(found).predict([bad, good])
    assert low < -0.2 < 0.2 < high


def test_too_few_scores_leave_tone_empty_and_say_so() -> None:
    comments, responses = planted({"detractor": 19, "passive": 30, "promoter": 500})
    found = learned(comments, responses)
    assert found.model is None
    assert found.tone.isna().all()
    assert len(found.tone) == len(comments)
    assert found.note.startswith("Tone is left empty: 19 detractors and 500 promoters")
    many_rows = responses.assign(account_id=np.where(responses["category"] == "detractor", "a1", "a2"))
    assert "1 detractors and 1 promoters" in learned(comments, many_rows).note


def test_scores_that_words_do_not_tell_leave_tone_empty() -> None:
    refused = 0
    for seed in range(10):
        comments, responses = planted({"detractor": 60, "passive": 60, "promoter": 120}, seed=seed)
        shuffled = np.random.default_rng(seed).permutation(len(responses))
        random = responses.assign(**{name: responses[name].to_numpy()[shuffled] for name in ("score", "category")})
        found = learned(comments, random)
        refused += found.model is None
        assert found.model is not None or "do not tell the score" in found.note
    assert refused >= 9


@pytest.mark.parametrize("text", ["the same text", "x", "😀😀", "???", "\x00\x07", "   ", "word " * 5_000])
def test_comments_that_are_all_alike_have_no_tone(text: str) -> None:
    comments, responses = planted({"detractor": 30, "promoter": 30})
    found = learned(comments.assign(text=text), responses)
    assert found.model is None
    assert found.note.startswith("Tone is left empty")


def test_the_same_text_fifty_thousand_times_beside_others_is_read_once(tone: LearnedTone) -> None:
    start = time.perf_counter()
    repeated = model_of(tone).predict(["a kind nurse"] * 50_000 + ["a rude man"])
    assert time.perf_counter() - start < 2
    assert np.unique(repeated[:-1]).size == 1
    assert repeated[0] > 0 > repeated[-1]


@pytest.mark.parametrize("text", ["", " ", "\x00", "\u200f\u202e", "…", "\ud800", "zzz"])
def test_a_text_without_a_taught_part_has_no_tone(text: str, tone: LearnedTone) -> None:
    found = model_of(tone).predict([text, "kind nurse"])
    assert np.isnan(found[0])
    assert found[1] > 0


def test_a_hundred_kilobytes_take_a_moment(tone: LearnedTone) -> None:
    start = time.perf_counter()
    found = model_of(tone).predict(["slow till " * 10_000, "x" * 100_000, "slow\x00 till\u202e"])
    assert time.perf_counter() - start < 2
    assert found[0] < 0
    assert found[2] < 0


def test_no_comment_and_no_segment_are_no_error(corpus: tuple[pd.DataFrame, pd.DataFrame], tone: LearnedTone) -> None:
    comments, responses = corpus
    assert learned(comments.iloc[:0], responses).model is None
    assert len(learn_tone(comments, split_comments(comments.iloc[:0]), responses).tone) == 0
    assert len(model_of(tone).predict([])) == 0


def test_what_fewer_than_three_people_wrote_is_not_remembered(corpus: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    comments, responses = corpus
    text = comments["text"].where(comments.index >= 2, "Ask for Whitcombe Whitcombe, slow till")
    features = model_of(learned(comments.assign(text=text), responses)).features_
    assert not [entry for entry in [*features.words_, *features.parts_] if "whit" in entry]


def test_of_many_comments_a_sample_is_taught_and_every_segment_has_a_tone() -> None:
    comments, responses = planted({"detractor": 400, "passive": 400, "promoter": 800})
    segments = comments.assign(segment_id=comments["comment_id"])
    some = learn_tone(comments, segments, responses, most_comments=600)
    other = learn_tone(comments, segments, responses, most_comments=600, random_state=1)
    assert some.n_taught == 600
    assert some.tone.notna().all()
    assert not some.tone.equals(other.tone)
    assert spearmanr(some.tone, learned(comments, responses).tone).statistic > 0.9


def test_mentions_carry_the_tone_of_their_segments() -> None:
    mentions = pd.DataFrame({"segment_id": ["s1", "s1", "s2"], "theme_id": ["t01", "t02", "t01"], "strength": 0.5})
    found = with_tone(mentions.assign(response_id="r1"), pd.Series([-0.5], index=["s1"]))
    pd.testing.assert_frame_equal(found, conform("mentions", found))
    assert found["tone"].fillna(9).tolist() == [-0.5, -0.5, 9]


@pytest.mark.usefixtures("shared_data")
def test_patients_scores_teach_more_than_a_lexicon_and_than_the_score_itself() -> None:
    found = {name: value for name, (_, value) in theme_tone.measured(one_in=4).items()}
    assert found["ours, whole comments"] > max(found["VADER"], found["the customer's own score"], 0.6)
    assert found["ours, whole comments"] > found["ours, question unknown"]
