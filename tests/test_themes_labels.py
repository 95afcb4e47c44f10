import pytest

from nps_insights.themes.labels.labels import label_themes
from nps_insights.themes.labels.phrases import count_phrases, stem
from nps_insights.themes.labels.stopwords import ALONE, BARE_JUDGEMENTS, COURTESIES, STOP_WORDS
from nps_insights.themes.labels.verbs import verbs


def labels(by_theme: dict[str, list[str]], parents: dict[str, str] | None = None) -> dict[str, str]:
    rows = [(text, theme) for theme, texts in by_theme.items() for text in texts]
    texts, themes = [text for text, _ in rows], [theme for _, theme in rows]
    return label_themes(texts, [1.0] * len(rows), themes, parents or {}, [str(row) for row in range(len(rows))])[0]


def test_variants_of_a_phrase_count_together_under_the_most_common_form() -> None:
    found = labels(
        {
            "t01": [
                *("The waiting times are long", "waiting times were bad", "waiting times"),
                *("wait time again", "waiting time too long"),
            ],
            "t02": ["nice garden", "the garden is green", "a garden", "garden!"],
        }
    )
    assert found["t01"] == "waiting times"
    assert found["t02"] == "garden"


def test_words_of_every_theme_and_stop_words_make_no_label() -> None:
    found = labels(
        {
            "t01": [f"the acme {noun} is slow" for noun in ("website", "website", "website", "website login")],
            "t02": [f"the acme {noun} is rude" for noun in ("driver", "driver", "driver", "van driver")],
        }
    )
    assert "acme" not in " ".join(found.values()).split()[0]
    assert "website" in found["t01"]
    assert "driver" in found["t02"]


def test_a_bare_judgement_gives_way_to_a_subject_but_may_stand_alone() -> None:
    found = labels(
        {
            "t01": ["very good food", "good food", "the food is good", "excellent food", "good meal"],
            "t02": ["very good", "good", "it was good", "really good", "good!"],
        }
    )
    assert "food" in found["t01"]
    assert found["t02"] == "good"


def test_french_articles_fall_and_phrases_keep_their_small_words() -> None:
    found = labels(
        {
            "t01": [
                "le délai d'attente est long",
                "délai d’attente",
                "Délai d'attente aux caisses",
                "le délai d'attente",
            ],
            "t02": ["l'accueil", "L'accueil est bon", "accueil chaleureux", "un accueil"],
        }
    )
    assert found["t01"] == "délai d'attente"
    assert found["t02"].startswith("accueil")


def test_no_two_themes_share_a_label_even_when_they_say_the_same() -> None:
    same = ["long queue", "a long queue", "the long queue"]
    found = labels({f"t0{number}": same for number in range(1, 6)}, {f"t0{number}": "p01" for number in range(1, 6)})
    assert len(found) == 6
    assert len(set(found.values())) == 6


@pytest.mark.parametrize("texts", [["是的", "好"], ["the of", "and"], ["1", "2"], ["😀", "😀😀"]])
def test_a_theme_without_words_still_has_a_name(texts: list[str]) -> None:
    assert all(labels({"t01": texts, "t02": ["queue", "queue"]}).values())


def test_acronyms_keep_capitals_and_commas_end_phrases() -> None:
    surfaces = {
        phrase.surface for phrase in count_phrases(["My GP, surgery"] * 2, [1, 1], ["a", "a"], ["r1", "r2"]).overall
    }
    assert surfaces == {"GP", "surgery"}


def test_greetings_and_sign_offs_name_nothing_else() -> None:
    found = labels(
        {
            "t01": [*["Kind regards", "thanks", "Hello"] * 4, "fair price, thanks", "fair price", "a fair price"],
            "t02": ["thank you", "many thanks", "thanks", "thanks a lot"],
        }
    )
    assert found["t01"] == "fair price"
    assert "thank" in found["t02"]


def test_a_noun_goes_before_a_verb_and_a_phrase_before_its_fragment() -> None:
    explained = ["they explain the bill", "nobody could explain our bill", "the bill", "to explain a bill", "I explain"]
    noticed = ["we noticed the better sound", "I noticed the better sound", "noticed the better sound quality"]
    found = labels({"t01": explained, "t02": [*noticed, "the sound", "sound quality", "better sound quality"]})
    assert found["t01"].startswith("bill")
    assert "noticed" not in found["t02"]


def test_verbs_are_known_by_the_words_before_them() -> None:
    texts = ["I explain it", "they explain", "to explain", "the line", "our line", "a line to explain", "we line up"]
    assert verbs(texts) == {"explain"}


def test_word_lists_do_not_contradict_each_other() -> None:
    assert not STOP_WORDS & ALONE
    assert not BARE_JUDGEMENTS & ALONE
    assert not COURTESIES & (STOP_WORDS | ALONE | BARE_JUDGEMENTS)
    assert stem("waiting") == stem("waits") != stem("waist")
