"""Stated themes beside found ones: what codes can teach, what is left to find, and ids that never meet."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from curated_models import DIMENSION, encode

from nps_insights.tables import DataRefusedError, SettingsError
from nps_insights.themes import Curation, FoundThemes, check_taxonomy, find_themes, taxonomy_from_codes
from nps_insights.themes.curation.checked_edits import check_edits
from nps_insights.themes.saved import load_themes, save_themes

SAID = ["long queue", "kind nurse", "dirty toilet"]
N = 600


class ByWord:
    """Encodes a text by the subjects it names."""

    name, fingerprint, dimension, languages = "by word", "2" * 64, DIMENSION, None

    def encode(self, texts: Sequence[str], *, progress: object = None) -> np.ndarray:
        plain = encode([re.sub(r"[0-9]", "", text) for text in texts])
        vectors = 0.8 * plain + 0.2 * encode(texts)
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def survey(n: int = N, said: Sequence[str] = SAID) -> tuple[pd.DataFrame, np.ndarray]:
    """Comments of one segment each, and the subject of each."""
    subject = np.random.default_rng(7).choice(said, n)
    ids = [f"c{number:04}" for number in range(n)]
    texts = [f"{one} {number}" for number, one in enumerate(subject)]
    return pd.DataFrame({"comment_id": ids, "response_id": ids, "text": texts, "says_nothing": False}), subject


def codes_of(comments: pd.DataFrame, **given: np.ndarray) -> pd.DataFrame:
    rows = [comments.loc[carried, ["comment_id", "response_id"]].assign(code=one) for one, carried in given.items()]
    return pd.concat(rows, ignore_index=True)


def found_with(comments: pd.DataFrame, curation: Curation, **settings: int) -> FoundThemes:
    return find_themes(comments, None, encoder=ByWord(), curation=curation, **settings)


def stated(*subjects: str, **more: str) -> Curation:
    themes = [{"name": f"About {one}", "examples": [f"{one} {n}" for n in range(4)], **more} for one in subjects]
    return Curation(taxonomy=check_taxonomy({"theme": themes}))


def responses_of(found: FoundThemes, theme_id: str) -> set[str]:
    return set(found.mentions.loc[found.mentions["theme_id"] == theme_id, "response_id"])


class TestCodes:
    def test_a_code_given_at_random_is_left_out_and_a_real_one_is_learned(self) -> None:
        comments, subject = survey()
        random = np.random.default_rng(1).random(N) < 0.22
        codes = codes_of(comments, Random=random, Queue=subject == SAID[0])
        found = found_with(comments, Curation(examples=taxonomy_from_codes(codes, comments)))
        assert list(found.fitted.taxonomy) == ["queue"]
        queue = set(comments.loc[subject == SAID[0], "response_id"])
        assert len(responses_of(found, "queue") ^ queue) < 0.02 * N
        (note,) = [one for one in found.notes if one.startswith("Codes left out")]
        assert "'Random' (F1 0." in note
        # What no code speaks of is left to the found themes.
        assert len(found.themes) >= 3

    def test_a_real_code_alone_is_not_given_to_everybody(self) -> None:
        comments, subject = survey()
        codes = codes_of(comments, Queue=(subject == SAID[0]) & (np.arange(N) % 5 > 0))
        found = found_with(comments, Curation(examples=taxonomy_from_codes(codes, comments)))
        given = responses_of(found, "queue")
        assert len(given - set(comments.loc[subject == SAID[0], "response_id"])) < 0.02 * N
        assert len(given) > 0.2 * N

    @pytest.mark.parametrize("seed", range(5))
    def test_codes_given_at_random_alone_are_refused(self, seed: int) -> None:
        comments, _ = survey(200)
        rng = np.random.default_rng(seed)
        codes = codes_of(comments, A=rng.random(200) < 0.22, B=rng.random(200) < 0.5, C=np.ones(200, dtype=bool))
        with pytest.raises(DataRefusedError, match=r"none of 3 themes \(a, b, c\) can be told by what texts say"):
            found_with(comments, Curation(examples=taxonomy_from_codes(codes, comments)))

    def test_what_codes_taught_is_saved(self, tmp_path: Path) -> None:
        comments, subject = survey(200)
        codes = codes_of(comments, Queue=subject == SAID[0])
        found = found_with(comments, Curation(examples=taxonomy_from_codes(codes, comments)))
        save_themes(found.fitted, tmp_path)
        loaded = load_themes(tmp_path, encoder=ByWord())
        assert loaded.guided.complete
        assert loaded.guided.held_out_f1_ == found.fitted.guided.held_out_f1_
        pd.testing.assert_frame_equal(loaded.assign(comments)[1], found.mentions)

    def test_a_code_named_like_a_found_theme_is_refused(self) -> None:
        comments, subject = survey(200)
        codes = codes_of(comments, T1=subject == SAID[0])
        with pytest.raises(SettingsError, match="'T1' looks like the id of a found theme"):
            found_with(comments, Curation(examples=taxonomy_from_codes(codes, comments)))


@pytest.fixture(scope="module")
def covered() -> FoundThemes:
    return found_with(survey(200)[0], stated(*SAID, parent="Visit"), n_themes=3)


class TestNothingLeft:
    def test_no_theme_is_found_and_the_notes_say_why(self, covered: FoundThemes) -> None:
        assert covered.themes["n_responses"].min() > 0
        assert covered.themes["stated"].all()
        assert covered.themes.set_index("theme_id").loc["visit", "n_responses"] == 200
        assert "The stated themes cover all 200 segments: nothing is left to find themes in." in covered.notes
        assert covered.notes[2] == "3 stated themes and 0 found themes under 1 top theme."

    def test_the_fit_is_saved_and_gives_new_comments_their_themes(self, covered: FoundThemes, tmp_path: Path) -> None:
        save_themes(covered.fitted, tmp_path)
        loaded = load_themes(tmp_path, encoder=ByWord())
        new, _ = survey(60, [*SAID, "cold soup"])
        pd.testing.assert_frame_equal(loaded.assign(new)[1], covered.fitted.assign(new)[1])

    def test_the_next_fit_finds_what_is_new(self, covered: FoundThemes) -> None:
        new, subject = survey(300, [*SAID, "cold soup"])
        for refit in (False, True):
            after = found_with(new, Curation(start=covered.fitted, refit=refit))
            soup = set(new.loc[subject == "cold soup", "response_id"])
            # The classifier never saw such a comment and may claim some; what it leaves is found.
            assert responses_of(after, "t01") <= soup
            assert len(responses_of(after, "t01")) > 0.3 * len(soup)
        again = found_with(survey(200)[0], Curation(start=covered.fitted))
        pd.testing.assert_frame_equal(again.mentions, covered.mentions)

    def test_a_seed_is_there_all_the_same(self) -> None:
        edits = check_edits({"seed": [{"name": "Soup", "examples": ["cold soup 1", "cold soup 2"]}]})
        curation = Curation(edits=edits, taxonomy=stated(*SAID).taxonomy)
        found = found_with(survey(200)[0], curation)
        assert found.model.theme_ids_ == ["soup"]
        new, subject = survey(80, ["cold soup", "late train"])
        mentions = found.fitted.assign(new)[1]
        seeded = set(mentions.loc[mentions["theme_id"] == "soup", "response_id"])
        soup = set(new.loc[subject == "cold soup", "response_id"])
        assert seeded <= soup
        assert len(seeded) > 0.8 * len(soup)

    def test_too_few_for_a_theme_are_left_without_one(self) -> None:
        comments, _ = survey(200)
        comments.loc[:3, "text"] = [f"cold soup {n}" for n in range(4)]
        found = found_with(comments, stated(*SAID))
        assert found.model.theme_ids_ == []
        assert "The stated themes leave 4 of 200 segments; a theme needs 10, so none is found in them." in found.notes


class TestIds:
    @pytest.mark.parametrize(
        "entry",
        [
            {"seed": [{"name": "about long queue", "examples": ["a long queue"]}]},
            {"edit": [{"kind": "pin", "theme": "About long queue", "phrases": ["a long queue"]}]},
        ],
    )
    def test_an_edit_that_means_a_stated_theme_is_refused(self, entry: dict[str, object]) -> None:
        curation = Curation(edits=check_edits(entry), taxonomy=stated(SAID[0]).taxonomy)
        with pytest.raises(
            SettingsError, match=r"(seed|edit) 1 names '[Aa]bout long queue', which the taxonomy states"
        ):
            found_with(survey(200)[0], curation)

    def test_found_and_stated_themes_are_told_apart(self) -> None:
        found = found_with(survey()[0], stated(SAID[0], parent="Visit", owner="Desk"), n_themes=2)
        kinds = found.themes.set_index("theme_id")["stated"].to_dict()
        assert kinds == {"visit": True, "about-long-queue": True, "t01": False, "t02": False}
        assert "stated" not in found_with(survey()[0], Curation(), n_themes=2).themes
