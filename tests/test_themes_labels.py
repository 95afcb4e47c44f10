import pytest

from nps_insights.themes.labels.clashes import clashing_labels, settle_clashes
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
    assert found["t02"] == "just “good”"


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
    assert clashing_labels(found) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("long queue", "long queues"),
        ("waiting time", "Wait times"),
        ("call & waiting time", "waiting time & call"),
        ("leg room", "legroom"),
        ("top-up", "top up"),
        ("the ward", "ward"),
        ("appointment cancelled", "cancelled appointments"),
        ("just “good”", "good"),
        ("délai d'attente", "délais d’attente"),
    ],
)
def test_labels_that_differ_in_form_alone_clash(one: str, other: str) -> None:
    assert clashing_labels({"t01": one, "t02": "parking", "p01": other}) == [("p01", "t01")]


@pytest.mark.parametrize(
    ("one", "other"),
    [("queue", "queue & desk"), ("late delivery", "fast delivery"), ("unnamed theme 2", "unnamed theme 12")],
)
def test_labels_that_differ_in_a_word_do_not_clash(one: str, other: str) -> None:
    assert clashing_labels({"t01": one, "t02": other}) == []


def test_a_clash_is_settled_by_a_keyword_and_never_at_the_cost_of_an_analyst() -> None:
    clashing = {"t01": "queues", "t02": "long queue", "t03": "queue", "t04": "long queues"}
    keywords = {"t01": "queue, desk", "t04": "queue, long"}
    settled = settle_clashes(clashing, keywords, keep=["t03"])
    assert settled == {"t01": "queues & desk", "t02": "long queue", "t03": "queue", "t04": "long queues (t04)"}
    assert clashing_labels(settled) == []


def test_near_duplicates_are_told_apart_across_leaves_and_top_themes() -> None:
    found = labels(
        {
            "t01": ["long queue", "a long queue", "the long queue", "queue long at noon"],
            "t02": ["long queues", "the long queues", "those long queues", "long queues on monday"],
            "t03": ["kind nurse", "the kind nurse", "a kind nurse"],
        },
        {"t01": "p01", "t02": "p01", "t03": "p02"},
    )
    assert clashing_labels(found) == []


def test_a_top_theme_is_named_by_what_covers_it_else_by_its_two_largest_themes() -> None:
    price = [f"high price {word}" for word in ("again", "today", "here", "there", "indeed")] * 2
    other = [f"price list {word}" for word in ("again", "today", "here", "there")]
    queue = [f"long queue {word}" for word in ("again", "today", "here", "there", "indeed", "sadly")]
    park = [f"parking fee {word}" for word in ("again", "today", "here", "there", "indeed")]
    toilet = [f"dirty toilets {word}" for word in ("again", "today", "here")]
    parents = {"t01": "p01", "t02": "p01", "t03": "p02", "t04": "p02", "t05": "p02"}
    found = labels({"t01": price, "t02": other, "t03": queue, "t04": park, "t05": toilet}, parents)
    assert found["p01"] == "price"
    assert found["p02"] == "long queue & parking fee"


def test_what_nearly_all_say_and_nothing_else_is_shown_as_said() -> None:
    queue = ["the queue", "a queue", "queue"]
    texts = ["Nothing", "nothing.", "nothing at all comes to mind", *queue, "Did not answer", "none given"]
    weights = [40.0, 10.0, 1.0, 1.0, 1.0, 1.0, 30.0, 1.0]
    themes = ["t01"] * 3 + ["t02"] * 3 + ["t03"] * 2
    found, _ = label_themes(texts, weights, themes, {}, [str(row) for row in range(8)])
    assert found == {"t01": "just “nothing”", "t02": "queue", "t03": "just “did not answer”"}


def test_a_word_that_names_no_subject_gives_way_and_a_mixed_bag_is_called_one() -> None:
    rest = "abcdefghijklmnopqrstuvwxyz"
    mixed = [f"matter{one}" for one in rest] + ["to fix it", "they fix it", "we fix it", "roof", "a roof"]
    found = labels({"t01": mixed, "t02": ["long queue", "the long queue", "a long queue"] * 20})
    assert found["t01"].startswith("mixed remarks (")


def test_ignored_words_make_no_label_and_no_keyword() -> None:
    rows = {"t01": ["acme garden", "the acme garden", "my acme garden"], "t02": ["acme desk", "the acme desk", "desk"]}
    texts, themes = zip(*[(text, theme) for theme, own in rows.items() for text in own], strict=True)
    ids = [str(row) for row in range(len(texts))]
    found = label_themes(texts, [1.0] * len(texts), themes, {}, ids, ignore=["Acme"])
    assert "acme" not in str(found).lower()
    assert found[0] == {"t01": "garden", "t02": "desk"}


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
