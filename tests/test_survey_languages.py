import pandas as pd
import pytest

from nps_insights.simulate import simulate_survey
from nps_insights.survey.values.languages import detect_languages


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Die Sprachqualität ist top, aber die Rechnung war falsch.", "de"),
        ("Franchement, le support met des jours à répondre.", "fr"),
        ("La factura estaba mal otra vez y nadie responde.", "es"),
        ("Nobody picks up the phone after four and the bill was wrong.", "en"),
    ],
)
def test_whole_sentences_are_told(text: str, language: str) -> None:
    assert detect_languages(pd.Series([text])).tolist() == [language]


@pytest.mark.parametrize("text", ["ok", "Price", "too expensive", "n/a", "10/10", "👍", ""])
def test_a_word_or_two_are_not_guessed(text: str) -> None:
    assert detect_languages(pd.Series([text])).isna().all()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("الموظفون كانوا لطفاء جدا معي", "ar"),
        ("тоже дорого", "ru"),
        ("太贵了", "zh"),
        ("너무 비싸요", "ko"),
        ("ακριβό", "el"),
    ],
)
def test_a_few_words_in_another_script_are_told(text: str, language: str) -> None:
    assert detect_languages(pd.Series([text])).tolist() == [language]


def test_decorated_latin_letters_are_latin() -> None:
    assert detect_languages(pd.Series(["𝓰𝓻𝓮𝓪𝓽 ❤️", "ｇｏｏｄ"])).isna().all()


def test_english_is_hardly_ever_taken_for_another_language() -> None:
    comments = simulate_survey(400, random_state=4).comments["text"]
    english = comments[comments.str.contains(r"\b(?:the|we|is|and|our)\b") & (comments.str.split().str.len() >= 5)]
    languages = detect_languages(english)
    assert ((languages != "en") & languages.notna()).mean() < 0.02


def test_no_text_gives_no_language() -> None:
    assert detect_languages(pd.Series([], dtype="str")).empty
