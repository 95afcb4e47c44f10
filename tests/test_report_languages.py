"""The frame of the page in other languages: translations are data, whole, and never touch texts of the data."""

import re
from dataclasses import replace
from pathlib import Path
from string import Formatter

import pytest
from report_driver_tables import whole_example
from report_messages import messages_of_code, messages_of_templates
from report_watch_tables import watched_example, watched_facts

from benchmarks.browser import Browser
from nps_insights.report import USUAL_TITLE, render_report, words
from nps_insights.report.languages import (
    LANGUAGES,
    language_spoken,
    messages,
    say_count,
    spoken,
    translated,
)
from nps_insights.tables import SettingsError

OTHERS = [language for language in LANGUAGES if language != "en"]
_CARDS = ("Did it move?", "What costs most", "Do not conclude", "Who is missing", "Do three things", "Dark mode")


def page(language: str) -> str:
    return render_report(whole_example() | watched_example(), watched_facts(), language=language)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_the_walk_finds_messages_of_every_kind() -> None:
    code, templates = messages_of_code(), messages_of_templates()
    assert {"Targets", "answer", "answers", "January", "likely {low} to {high}", "Total points"} <= code
    assert {"Dark mode", "Did it move?", "What to do next", "More groups"} <= templates


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated(language: str) -> None:
    missing = (messages_of_code() | messages_of_templates()) - set(messages(language))
    assert sorted(missing) == []


def test_languages_hold_the_same_messages() -> None:
    held = [set(messages(language)) for language in OTHERS]
    assert held[0] == held[1]


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_and_edges_are_equal_and_no_translation_brings_markup(language: str) -> None:
    for english, text in messages(language).items():
        assert placeholders(text) == placeholders(english), english
        assert (text[:1] == " ", text[-1:] == " ") == (english[:1] == " ", english[-1:] == " "), english
        assert not re.search(r"[<>]|&\w+;", text), english


def test_layouts_say_nothing_that_could_not_be_translated() -> None:
    templates = Path(words.__file__).parent / "templates"
    said = {
        file.name: re.findall(r"""content:\s*["'][^"']*[A-Za-z]{2}[^"']*["']""", file.read_text(encoding="utf-8"))
        for file in templates.glob("*.css")
    }
    assert len(said) > 3
    assert {name: found for name, found in said.items() if found} == {}


@pytest.mark.parametrize(("language", "printed"), [("de", "auf der Seite am Bildschirm"), ("fr", "à l’écran")])
def test_what_stays_folded_on_paper_says_so_in_the_language_of_the_page(language: str, printed: str) -> None:
    folded = re.findall(r'<details class="rest"[^>]*>\s*<summary([^>]*)>', page(language))
    assert len(folded) > 3
    told = set(folded)
    assert len(told) == 1
    assert printed in told.pop()


def test_an_unknown_language_names_those_there_are() -> None:
    with pytest.raises(SettingsError, match=r"report\.language == 'xx': must be one of en, de, fr"):
        render_report({}, watched_facts(), language="xx")


def test_a_message_that_nobody_translated_is_an_error() -> None:
    with pytest.raises(LookupError, match=r"de\.toml does not hold 'No such message'"):
        translated("No such message", "de")


def test_english_is_what_is_written_without_asking() -> None:
    assert page("en") == render_report(whole_example() | watched_example(), watched_facts())
    assert page("en").count('<html lang="en">') == 1


def test_the_language_ends_with_its_block_even_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), spoken("de"):
        raise ZeroDivisionError
    assert language_spoken() == "en"


def test_pages_of_different_languages_do_not_touch_each_other() -> None:
    first = page("de")
    page("fr")
    page("en")
    assert page("de") == first


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", ["1,234 answers", "−0.5", "12%", "Q2 2026", "1 May 2026"]),
        ("de", ["1.234 Antworten", "−0,5", "12\u00a0%", "Q2 2026", "1. Mai 2026"]),
        ("fr", ["1\u202f234 réponses", "−0,5", "12\u202f%", "T2 2026", "1er mai 2026"]),
    ],
)
def test_numbers_and_dates_are_those_of_the_language(language: str, written: list[str]) -> None:
    from datetime import date

    with spoken(language):
        quarter = words.period(date(2026, 4, 1), date(2026, 6, 30))
        said = [words.plural(1234, "answer"), words.points(-0.46), words.percent(0.12), quarter]
        assert [*said, words.day(date(2026, 5, 1))] == written


def test_nothing_is_singular_in_french_and_plural_elsewhere() -> None:
    said = {}
    for language in LANGUAGES:
        with spoken(language):
            said[language] = [say_count(n, "answer", "answers") for n in (0, 1, 2)]
    assert said == {
        "en": ["answers", "answer", "answers"],
        "de": ["Antworten", "Antwort", "Antworten"],
        "fr": ["réponse", "réponse", "réponses"],
    }


def test_a_report_without_a_title_has_the_usual_one_in_the_language_of_the_page() -> None:
    untitled = replace(watched_facts(), title=USUAL_TITLE)
    tables = whole_example() | watched_example()
    for language, title in (("en", USUAL_TITLE), ("de", "Kundenloyalität"), ("fr", "Fidélité des clients")):
        assert f">{title}</h1>" in render_report(tables, untitled, language=language)


def test_texts_of_the_data_are_never_translated() -> None:
    tables = whole_example() | watched_example()
    tables["themes"] = tables["themes"].assign(label="Targets", example="too close to call", example_negative=None)
    written = render_report(tables, watched_facts(), language="de")
    assert '<h4 dir="auto">Targets</h4>' in written
    assert '<blockquote dir="auto">too close to call</blockquote>' in written


def test_a_german_page_in_a_browser(tmp_path: Path, tab: Browser) -> None:
    (tmp_path / "report.html").write_text(page("de"), encoding="utf-8")
    tab.visit(tmp_path / "report.html", width=1280)
    shown = str(tab.evaluate("document.body.innerText"))
    assert tab.evaluate("document.documentElement.lang") == "de"
    assert [title for title in _CARDS if title in shown] == []
    assert "Hat sich etwas bewegt?" in shown
    assert re.search(r"\d,\d", str(tab.evaluate("document.getElementById('drivers').innerText")))
    # Alerts say what the analysis wrote; the figures of the frame are German.
    costs = str(tab.evaluate("[...document.querySelectorAll('.drivers')].map((one) => one.innerText).join(' ')"))
    assert not re.search(r"\d\.\d(?!\d{2})", costs)
    for width in (1280, 360):
        tab.visit(tmp_path / "report.html", width=width)
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert tab.noticed == []
