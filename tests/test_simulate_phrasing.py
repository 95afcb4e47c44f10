import itertools
import re

import numpy as np
import pytest

from nps_insights.simulate import THEME_CODES, SimulatedSurvey, simulate_survey
from nps_insights.simulate.grammar import LANGUAGES, Grammar, compile_phrase, grammar, phrasings, spell
from nps_insights.simulate.phrasing import uniform_stream, write_comment
from nps_insights.simulate.typos import slip

# Words that only one theme may use.
GIVEAWAYS = {
    "outages": r"outage|dropout|blackout|offline|disconnection\b(?! over)",
    "billing_errors": r"\binvoic|\bbill(?!ing portal)|credit note|refund",
    "support_wait": r"on hold|queue|callback|hold music|unanswered",
    "price": r"expensive|pric(e|ey|ing)\b|cheap|overpriced|\bcost (?!us)",
    "setup_delay": r"activat|porting|go-live|onboarding|switchover",
    "staff": r"friendly|helpdesk team|support team|support people|knowledgeable",
    "call_quality": r"crystal|crackl|echo|sound quality|hear us",
    "account_manager": r"account manager",
    "engineer_visit": r"engineer|technician",
    "mobile_app": r"\bapp\b|softphone|home office|work from home",
    "integrations": r"\bCRM\b|\bAPI\b|integration|Zapier|HubSpot|Pipedrive",
    "call_fraud": r"fraud|spoof|scam|hacked",
}


@pytest.fixture(scope="module")
def simulated() -> SimulatedSurvey:
    return simulate_survey(1_000, random_state=21)


@pytest.mark.parametrize("code", THEME_CODES)
def test_a_theme_has_hundreds_of_phrasings(code: str) -> None:
    clauses = [phrase for kind in ("mild", "any", "strong") for phrase in grammar("en").themes[code].get(kind, ())]
    distinct = set(itertools.islice(itertools.chain.from_iterable(map(phrasings, clauses)), 5_000))
    assert len(distinct) > 300


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_spells_without_leftovers(language: str) -> None:
    draw = uniform_stream(np.random.default_rng(0)).__next__
    words = grammar(language)
    lists = [*words.frame.values(), *(part for kinds in words.themes.values() for part in kinds.values())]
    for phrase in itertools.chain.from_iterable(lists):
        for _ in range(20):
            assert not re.search(r"[\[\]{}|]", spell(phrase, draw))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_knows_every_theme(language: str) -> None:
    assert set(grammar(language).themes) == set(THEME_CODES)
    assert all("any" in kinds for kinds in grammar(language).themes.values())
    assert set(grammar(language).frame) >= {"opener", "praise", "close_mixed", "nothing", "short_joint"}


def test_a_comment_never_shows_its_grammar(simulated: SimulatedSurvey) -> None:
    text = simulated.comments["text"]
    assert not text.str.contains(r"[\[\]{}|]").any()
    assert text.str.strip().eq(text).all()
    assert text.str.contains(r" ,|,,|\?\.|!\.").mean() < 0.005


def test_comments_repeat_each_other_as_often_as_real_ones(simulated: SimulatedSurvey) -> None:
    usable = simulated.comments.loc[~simulated.comments["says_nothing"], "text"]
    assert 0.04 < usable.duplicated(keep=False).mean() < 0.20


def test_short_and_long_comments_and_other_languages(simulated: SimulatedSurvey) -> None:
    usable = simulated.comments[~simulated.comments["says_nothing"]]
    words = usable["text"].str.split().str.len()
    assert (words <= 3).mean() > 0.08
    assert (words >= 35).mean() > 0.05
    assert usable["text"].str.contains("\n").mean() > 0.03
    assert 0.03 < (usable["language"] != "en").mean() < 0.08
    assert 0.015 < simulated.comments["says_nothing"].mean() < 0.05


@pytest.mark.parametrize("code", THEME_CODES)
def test_a_phrase_speaks_of_no_other_theme(code: str) -> None:
    draw = uniform_stream(np.random.default_rng(3)).__next__
    phrases = itertools.chain.from_iterable(grammar("en").themes[code].values())
    said = [spell(phrase, draw) for phrase in phrases for _ in range(60)]
    for other, giveaway in GIVEAWAYS.items():
        hits = [text for text in said if re.search(giveaway, text, re.IGNORECASE)]
        assert hits == [] or other == code, (other, hits[:3])


@pytest.mark.parametrize("score", [1, 7, 10])
def test_a_comment_holds_each_of_its_opinions_once_and_no_other(score: int, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = ("short", "mild", "any", "strong")
    marked = Grammar(grammar("en").frame, {code: dict.fromkeys(kinds, (f"x{code}x",)) for code in THEME_CODES})
    monkeypatch.setattr("nps_insights.simulate.phrasing.grammar", lambda language: marked)
    monkeypatch.setattr("nps_insights.simulate.phrasing.slip", lambda text, draw: text)
    rng = np.random.default_rng(6)
    draw = uniform_stream(rng).__next__
    for _ in range(300):
        held = [str(code) for code in rng.permutation(THEME_CODES)[: rng.integers(0, 5)]]
        text = write_comment(held, score, "en", draw).lower()
        assert sorted(re.findall(r"x([a-z_]+)x", text)) == sorted(held)


def test_words_are_stronger_where_the_answer_is_worse() -> None:
    draw = uniform_stream(np.random.default_rng(4)).__next__
    strong = re.compile(r"rip off|robbery|ridiculous|insane|absurdly|outrageous|out of control|shameless|joke", re.I)
    angry, mild = (
        np.mean([bool(strong.search(write_comment(["price"], score, "en", draw))) for _ in range(800)])
        for score in (1, 8)
    )
    assert angry > 0.08
    assert mild == 0.0


def test_a_slip_changes_little() -> None:
    draw = uniform_stream(np.random.default_rng(5)).__next__
    text = "unfortunately the connection drops because of the router"
    for _ in range(200):
        assert abs(len(slip(text, draw)) - len(text)) <= 1
    assert slip("ok", draw) == "ok"


@pytest.mark.parametrize("phrase", ["the [line", "the line]", "a {Wrong Slot}"])
def test_a_broken_phrase_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match="braces must name a slot"):
        compile_phrase(phrase, {})
