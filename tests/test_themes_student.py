import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_encoder import small_english

from nps_insights.tables import DataRefusedError
from nps_insights.themes import FittedThemes, ThemeModel, encode_cached, load_themes, save_themes
from nps_insights.themes.encoders.pieces import SubWords, WordsAndCharacters
from nps_insights.themes.encoders.student import Student
from nps_insights.themes.encoders.teach import measured_fidelity, teach_student
from nps_insights.themes.encoders.token_table import token_table
from nps_insights.themes.encoders.transformer import TransformerEncoder
from nps_insights.themes.encoders.vocabulary import learned_vocabulary, piece_matrix

SUBJECTS = ("queue", "nurse", "parking", "menu", "bill", "garden", "lift", "ticket")
VERDICTS = ("was slow", "helped me", "costs too much", "is fine", "broke down", "should be larger")
CROWD = [f"the {subject} {verdict} {n}" for subject in SUBJECTS for verdict in VERDICTS for n in range(12)]
ODD = ["", " ", "\U0001f600\U0001f600", "مرحبا بالعالم", "とても良い", "a" * 100_000, "naïve \ud800", "x\x00y"]


class Planted:
    """A teacher whose vector is a sum over known words: what a linear student can learn in full."""

    name, fingerprint, dimension, languages = "planted", "1" * 64, 16, None

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.meaning = {word: rng.normal(size=self.dimension) for text in CROWD for word in text.split()}

    def encode(self, texts, *, progress=None) -> np.ndarray:
        sums = [
            sum((self.meaning.get(word, 0) for word in text.split()), np.full(self.dimension, 1e-9)) for text in texts
        ]
        vectors = np.array(sums, dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> TransformerEncoder:
    return small_english(tmp_path_factory.mktemp("encoder") / "small")


@pytest.fixture(scope="module")
def of_sub_words(english: TransformerEncoder, tmp_path_factory: pytest.TempPathFactory) -> Student:
    cache = tmp_path_factory.mktemp("vectors")
    return teach_student(english, CROWD[::4], encode_cached(english, CROWD[::4], cache), cache_folder=cache)


@pytest.fixture(scope="module", params=["sub-words", "words and characters"])
def student(request: pytest.FixtureRequest, of_sub_words: Student) -> Student:
    if request.param == "sub-words":
        return of_sub_words
    return teach_student(Planted(), CROWD, Planted().encode(CROWD))


def test_a_linear_teacher_is_learned_and_unseen_rows_show_it() -> None:
    teacher, order = Planted(), np.random.default_rng(1).permutation(len(CROWD))
    taught, unseen = [[CROWD[row] for row in rows] for rows in (order[:450], order[450:])]
    student = teach_student(teacher, taught, teacher.encode(taught))
    fidelity = measured_fidelity(student, unseen, teacher.encode(unseen), len(taught))
    assert fidelity.cosine > 0.95
    assert (fidelity.n_rows, fidelity.n_taught) == (len(unseen), 450)
    nonsense = np.roll(teacher.encode(taught), 101, axis=0)
    astray = teach_student(teacher, taught, nonsense)
    assert measured_fidelity(astray, unseen, teacher.encode(unseen), 450).cosine < 0.5


def test_a_students_vector_depends_on_its_text_alone(student: Student) -> None:
    texts = [*CROWD[:60], *ODD]
    together = student.encode(texts)
    assert together.dtype == np.float32
    assert together.shape == (len(texts), student.dimension)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(np.vstack([student.encode([text]) for text in texts]), together)
    np.testing.assert_array_equal(student.encode(texts[::-1] * 2)[: len(texts)], together[::-1])
    assert student.encode([]).shape == (0, student.dimension)


def test_saved_is_loaded_bit_for_bit(student: Student, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    arrays, facts = student.to_arrays()
    save_file(arrays, tmp_path / "student.safetensors")
    loaded = Student.from_arrays(load_file(tmp_path / "student.safetensors"), json.loads(json.dumps(facts)))
    assert loaded.fingerprint == student.fingerprint
    assert (loaded.name, loaded.languages, loaded.fidelity) == (student.name, student.languages, student.fidelity)
    np.testing.assert_array_equal(loaded.encode(CROWD), student.encode(CROWD))


def test_mixed_up_arrays_are_refused(student: Student) -> None:
    arrays, facts = student.to_arrays()
    with pytest.raises(DataRefusedError, match="damaged or mixed up"):
        Student.from_arrays(arrays | {"bias": arrays["bias"] + 1}, facts)


def test_the_order_of_rows_and_the_number_of_threads_teach_nothing() -> None:
    from threadpoolctl import threadpool_limits

    teacher, order = Planted(), np.random.default_rng(2).permutation(len(CROWD))
    shuffled = [CROWD[row] for row in order]
    first = teach_student(teacher, CROWD, teacher.encode(CROWD))
    with threadpool_limits(2):
        second = teach_student(teacher, shuffled, teacher.encode(shuffled))
    assert first.fingerprint == second.fingerprint
    assert first.fingerprint != teach_student(teacher, CROWD[1:], teacher.encode(CROWD[1:])).fingerprint


def test_the_token_table_knows_words_that_were_never_taught(of_sub_words: Student) -> None:
    assert set(" ".join(CROWD).split()).isdisjoint({"doctor", "hospital", "payment", "bank"})
    texts = ["the nurse", "the bill", "the doctor and the hospital ward", "the payment and the bank account"]
    nurse, bill, doctor, payment = of_sub_words.encode(texts)
    assert nurse @ doctor > nurse @ payment
    assert bill @ payment > bill @ doctor


def test_the_token_table_holds_each_sub_word_encoded_alone_whatever_the_threads(english: TransformerEncoder) -> None:
    import torch

    table, threads = english.piece_vectors(), torch.get_num_threads()
    try:
        for number in (1, 2):
            torch.set_num_threads(number)
            np.testing.assert_array_equal(english.piece_vectors(), table)
    finally:
        torch.set_num_threads(threads)
    words = json.loads(english.tokenizer_json())["model"]["vocab"]
    assert table.shape == (len(words), english.dimension)
    for word in ("nurse", "parking"):
        np.testing.assert_allclose(table[words[word]], english.encode([word])[0], atol=1e-5)


def test_the_token_table_is_encoded_once_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    class Counting:
        name, fingerprint, dimension, languages, calls = "counting", "2" * 64, 3, None, 0

        def piece_vectors(self, *, progress=None) -> np.ndarray:
            self.calls += 1
            return np.arange(12, dtype=np.float32).reshape(4, 3)

    encoder = Counting()
    first, second = token_table(encoder, tmp_path), token_table(encoder, tmp_path)
    assert encoder.calls == 1
    np.testing.assert_array_equal(first, second)
    (path,) = tmp_path.glob("*.safetensors")
    path.write_bytes(b"no table at all")
    with pytest.raises(DataRefusedError, match=path.name):
        token_table(encoder, tmp_path)


def test_sub_words_are_the_encoders_own(english: TransformerEncoder) -> None:
    reader = SubWords(english.tokenizer_json())
    (singles, rows), (pairs, pair_rows) = reader.read(["Unbelievably kind!", "", "word " * 1000])
    assert singles[rows == 0].tolist() == english._tokens(["Unbelievably kind!"])[0][1:-1]
    assert (rows == 1).sum() == 0
    assert (pair_rows == 1).sum() == 1
    assert (rows == 2).sum() == english._longest() - 2
    assert pairs.max() < reader.size**2


def test_a_run_of_characters_has_one_key_wherever_it_stands() -> None:
    words, pairs, runs = WordsAndCharacters().read(["kind staff", "so kind staff", "Kind", "kind staff kind"])
    assert words[0][0] == words[0][3] == words[0][5]
    assert len(set(words[0].tolist())) == 3
    assert pairs[0][0] == pairs[0][2] == pairs[0][3]
    assert set(runs[0][runs[1] == 2].tolist()) <= set(runs[0][runs[1] == 0].tolist()) | set(runs[0].tolist())
    by_hand = {" kind staff "[start : start + n] for n in (3, 4, 5) for start in range(12 - n + 1)}
    assert len(set(runs[0][runs[1] == 0].tolist())) == len(by_hand)


def test_rows_of_pieces_have_length_one_and_rare_pieces_weigh_more() -> None:
    family = (np.array([1, 2, 1, 3, 9]), np.array([0, 0, 1, 1, 2]))
    vocabulary = learned_vocabulary((family[0][:4], family[1][:4]), np.arange(2))
    assert vocabulary.keys.tolist() == [1, 2, 3]
    assert vocabulary.rarity[0] < vocabulary.rarity[1] == vocabulary.rarity[2]
    lengths = np.sqrt((piece_matrix(family, vocabulary, 3).toarray() ** 2).sum(axis=1))
    np.testing.assert_allclose(lengths, [1, 1, 0])
    assert learned_vocabulary(family, np.arange(3), size=12).keys.tolist() == list(range(12))


def test_a_piece_is_kept_only_if_three_speakers_said_it() -> None:
    family = (np.array([1, 1, 1, 2, 2, 2, 3]), np.array([0, 1, 2, 1, 2, 3, 3]))
    speakers = np.array([0, 1, 2, 2])
    assert learned_vocabulary(family, speakers, at_least=3).keys.tolist() == [1]
    whole = learned_vocabulary(family, speakers, at_least=3, size=5)
    assert (whole.rarity == whole.rarity[0]).tolist() == [True, False, True, True, True]
    teacher = Planted()
    vectors = teacher.encode(CROWD)
    of_two = teach_student(teacher, CROWD, vectors, speakers=["ann" if n % 2 else "bob" for n in range(len(CROWD))])
    assert [len(vocabulary.keys) for vocabulary in of_two.vocabularies] == [0, 0, 0]


def test_a_student_of_words_knows_no_part_of_a_name_that_one_person_wrote() -> None:
    told = [f"ask zwuxelgholm {n}" for n in range(5)]
    texts, speakers = [*CROWD, *told], [*CROWD, *["ann"] * 5]
    student = teach_student(Planted(), texts, Planted().encode(texts), speakers=speakers)
    for vocabulary, (keys, _) in zip(student.vocabularies, WordsAndCharacters().read(["zwuxelgholm"]), strict=True):
        assert not set(vocabulary.keys.tolist()) & set(keys.tolist())


def test_a_fit_by_a_student_is_loaded_with_its_student(of_sub_words: Student, tmp_path: Path) -> None:
    texts = CROWD[::12]
    segments = pd.DataFrame({"segment_id": texts, "response_id": texts, "text": texts})
    fitted = FittedThemes(of_sub_words, ThemeModel(3).fit(segments, of_sub_words.encode(texts)))
    save_themes(fitted, tmp_path)
    loaded = load_themes(tmp_path)
    assert isinstance(loaded.encoder, Student)
    comments = segments.rename(columns={"segment_id": "comment_id"}).assign(says_nothing=False)
    pd.testing.assert_frame_equal(loaded.assign(comments)[1], fitted.assign(comments)[1], check_exact=True)
    facts = (tmp_path / "themes.json").read_text("utf-8")
    hashes = json.loads((tmp_path / "sha256.json").read_text("utf-8"))
    (tmp_path / "themes.json").write_text(json.dumps(json.loads(facts) | {"format": 99}), "utf-8")
    hashes["themes.json"] = hashlib.sha256((tmp_path / "themes.json").read_bytes()).hexdigest()
    (tmp_path / "sha256.json").write_text(json.dumps(hashes), "utf-8")
    with pytest.raises(DataRefusedError, match=r"has format 99, this version reads \d+; load it with the version"):
        load_themes(tmp_path)


def test_a_student_and_a_table_tell_how_far_they_are(english: TransformerEncoder, of_sub_words: Student) -> None:
    told: list[tuple[int, int]] = []
    table = token_table(english, None, progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (len(table), len(table))
    of_sub_words.encode([*CROWD[:5], *CROWD[:2]], progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (5, 5)


def test_a_single_text_has_no_neighbours_to_lose(of_sub_words: Student) -> None:
    own = of_sub_words.encode(CROWD[:1])
    found = measured_fidelity(of_sub_words, CROWD[:1], own, 1)
    assert found.cosine == pytest.approx(1, abs=1e-6)
    assert found.neighbours == 1


def test_bars_that_were_off_stay_off(english: TransformerEncoder) -> None:
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        assert TransformerEncoder("another", english.folder).encode(["kind"]).shape == (1, 384)
        assert not logging.is_progress_bar_enabled()
    finally:
        if shown:
            logging.enable_progress_bar()
