"""Redaction finds what is private in a labelled set, leaves the rest, and changes nothing a second time."""

import unicodedata

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.redaction import ours, scores
from benchmarks.redaction_set import COMPANIES, PEOPLE, redaction_set
from nps_insights.survey.redaction import known_names, private_parts, redact
from nps_insights.survey.redaction.names import words_by_use
from nps_insights.tables import MARKS, SettingsError

CASES = redaction_set(n=700, random_state=3)
KNOWN = known_names(PEOPLE, COMPANIES)
SNIPPETS = [case.text for case in CASES if case.parts]


@pytest.fixture(scope="module")
def found() -> dict:
    return scores(CASES, ours)[0]


@pytest.mark.parametrize("kind", [*MARKS, "all"])
def test_what_is_private_is_found_and_little_else(found: dict, kind: str) -> None:
    score = found[kind]
    assert score.n > 25
    assert score.recall >= 0.99
    assert score.precision >= 0.95


def test_every_kind_and_half_of_the_texts_harmless() -> None:
    assert {kind for case in CASES for _, _, kind in case.parts} == set(MARKS)
    assert sum(not case.parts for case in CASES) > len(CASES) / 3


def test_the_text_around_stays_to_the_letter() -> None:
    texts = [case.text for case in CASES]
    words, expected = words_by_use(texts, KNOWN), []
    for text in texts:
        rest, end = "", 0
        for start, stop, kind in private_parts(text, known=KNOWN, words=words):
            rest, end = rest + text[end:start] + MARKS[kind], stop
        expected.append(rest + text[end:])
    assert redact(pd.Series(texts, dtype="str"), names=KNOWN).texts.tolist() == expected


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(
        st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=20), st.sampled_from(["Anna", "will", " 020", "@", "0"])),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([" ", "", ", ", "\n", "\u200b"]),
)
def test_a_second_redaction_changes_nothing(parts: list[str], between: str) -> None:
    once = redact(pd.Series([between.join(parts)], dtype="str"), names=KNOWN).texts
    assert redact(once, names=KNOWN).texts.tolist() == once.tolist()


@pytest.mark.parametrize(
    "text", ["非常好的服务", "สินค้าดีมาก ๑๒๓", "خدمة ممتازة ٢٤/٧", "Отличный сервис", "👩‍👩‍👧 👍", "नमस्ते", "שלום"]
)
def test_other_scripts_survive(text: str) -> None:
    assert redact(pd.Series([text], dtype="str"), names=KNOWN).texts.tolist() == [text]


def test_counts_are_of_parts_and_of_comments() -> None:
    texts = pd.Series(["a@example.com b@example.com", "a@example.com b@example.com", "fine", None], dtype="str")
    redacted = redact(texts)
    assert redacted.counts.to_dict("records") == [{"kind": "e-mail", "n": 4, "n_comments": 2}]
    assert redacted.texts.tolist()[:3] == ["[e-mail] [e-mail]", "[e-mail] [e-mail]", "fine"]
    assert redacted.texts.isna().tolist() == [False, False, False, True]


def test_row_order_and_index_do_not_matter() -> None:
    texts = pd.Series([case.text for case in CASES[:200]], dtype="str", index=range(500, 700))
    turned = redact(texts[::-1], names=KNOWN)
    assert turned.texts.sort_index().tolist() == redact(texts, names=KNOWN).texts.tolist()


@pytest.mark.parametrize(
    ("regions", "text", "redacted"),
    [
        (("US",), "call line 030 1234567", "call line [phone]"),
        (("AT",), "0664 1234567", "[phone]"),
        (("US",), "0664 1234567", "0664 1234567"),
        (("IT",), "06 698 12345", "[phone]"),
        ((), "+39 06 698 12345", "[phone]"),
    ],
)
def test_regions_decide_what_a_national_number_is(regions: tuple, text: str, redacted: str) -> None:
    assert redact(pd.Series([text], dtype="str"), regions=regions).texts.tolist() == [redacted]


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(SettingsError, match="'XX' is no region"):
        redact(pd.Series(["x"], dtype="str"), regions=["XX"])


def test_a_name_that_is_a_word_is_told_from_the_word() -> None:
    known = known_names(["Will Smith", "Anna Koch"])
    said = {
        "will you": "will you",
        "Will you come": "Will you come",
        "WILL YOU COME": "WILL YOU COME",
        "I asked Will again": "I asked [name] again",
        "Will was great": "[name] was great",
        "der Koch war gut": "der Koch war gut",
        "Herr Koch war gut": "Herr [name] war gut",
        "anna koch half": "[name] half",
        "willing smithy": "willing smithy",
    }
    assert redact(pd.Series(list(said), dtype="str"), names=known).texts.tolist() == list(said.values())


def test_a_first_name_written_small_is_a_name_however_often() -> None:
    said = [
        "anna was rude",
        "spoke with anna again",
        "no thanks to anna",
        "anna. Never again",
        "Thanks Anna",
        "i saw koch",
    ]
    said += ["koch never called", "i asked krol", "krol said no", "why does krol shout", "by krol again"]
    redacted = redact(pd.Series(said, dtype="str"), names=["Anna Koch", "Jan Krol"]).texts
    assert not redacted.str.contains("(?i)anna|krol").any()


def test_an_answer_in_a_column_of_names_is_no_name() -> None:
    redacted = redact(pd.Series(["Yes, I say yes", "ask Si Vu"], dtype="str"), names=["Yes", "no", "Si Vu"]).texts
    assert redacted.tolist() == ["Yes, I say yes", "ask [name]"]


def test_a_surname_that_these_texts_use_as_a_word_stays() -> None:
    said = ["the fee is high", "no fee please", "a fee again", "which fee", "ask Lena Fee"]
    redacted = redact(pd.Series(said, dtype="str"), names=["Lena Fee"]).texts.tolist()
    assert redacted == [*said[:4], "ask [name]"]


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKD"])
@pytest.mark.parametrize("of_name", ["NFC", "NFD"])
def test_names_are_found_however_their_accents_are_coded(form: str, of_name: str) -> None:
    names = [unicodedata.normalize(of_name, name) for name in ("Jürgen Müller", "Adébáyọ̀ Ọlá", "김민준")]
    said = "é! Ask Frau Müller; Jürgen or Adébáyọ̀: 김민준 là, tél. 020 7946 0958 é"
    kept = "é! Ask Frau [name]; [name] or [name]: [name] là, tél. [phone] é"
    redacted = redact(pd.Series([unicodedata.normalize(form, said)], dtype="str"), names=names).texts.tolist()
    assert redacted == [unicodedata.normalize(form, kept)]


def test_an_address_in_an_address_is_one_and_a_beginning_alone_is_none() -> None:
    redacted = redact(pd.Series(["see https://example.com/r?to=booking.com/offer now", "it begins with https://..."]))
    assert redacted.texts.tolist() == ["see [url] now", "it begins with https://..."]
    assert redacted.counts.to_dict("records") == [{"kind": "url", "n": 1, "n_comments": 1}]


@pytest.mark.parametrize("text", ["mixed 1:2:3:4:5 by parts", "ref 00 210 12345678 again"])
def test_figures_that_look_like_addresses_or_numbers_of_no_country_stay(text: str) -> None:
    assert redact(pd.Series([text])).texts.tolist() == [text]


def test_a_person_of_one_name_is_found() -> None:
    redacted = redact(pd.Series(["Ask Zora again", "zora was kind", "a zoral thing"]), names=["Zora"])
    assert redacted.texts.tolist() == ["Ask [name] again", "[name] was kind", "a zoral thing"]
