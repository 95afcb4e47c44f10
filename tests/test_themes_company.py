"""The company's own name and words of every comment tell nothing apart."""

import pandas as pd
import pytest

from nps_insights.themes.company import (
    common_words,
    company_note,
    hold_nothing_else,
    likely_company_names,
    without_words,
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Acme's prices are fair", "prices are fair"),
        ("The ACME’s hotline", "The hotline"),
        ("I like acme.", "I like."),
        ("Acme Bank, as ever, is slow", "as ever, is slow"),
        ("le magasin d'Acme à Metz", "le magasin à Metz"),
        ("Acmeville is a macme", "Acmeville is a macme"),
        ("two  spaces  stay where nothing goes", "two  spaces  stay where nothing goes"),
    ],
)
def test_whole_words_go_in_any_case(text: str, left: str) -> None:
    assert without_words([text], ["acme", "Acme  Bank"]) == [left]


def test_no_words_change_nothing() -> None:
    assert without_words(["Acme"], []) == without_words(["Acme"], [" "]) == ["Acme"]
    assert hold_nothing_else(["Acme", ""], []).tolist() == [False, False]


def test_a_text_of_the_name_alone_says_nothing() -> None:
    assert hold_nothing_else(["Acme!!", "ACME, acme.", "Acme ok", "…"], ["acme"]).tolist() == [True, True, False, False]


def survey(name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Three subjects; the name stands in a third of the comments on each, "Paris" in those on one alone."""
    subjects = {"t01": "the queue", "t02": "the price", "t03": "a nurse"}
    rows = []
    for theme, subject in subjects.items():
        for number in range(60):
            where = f"at {name}" if number % 3 == 0 else "in Paris" if theme == "t03" else "once more"
            rows.append((theme, f"Waited for {subject} {where} today"))
    ids = [f"s{row:03}" for row in range(len(rows))]
    segments = pd.DataFrame({"segment_id": ids, "response_id": ids, "text": [text for _, text in rows]})
    return segments, pd.DataFrame({"segment_id": ids, "theme_id": [theme for theme, _ in rows]})


def test_the_name_is_guessed_and_a_place_of_one_theme_is_not() -> None:
    assert likely_company_names(*survey("Acme")) == ["Acme"]
    assert likely_company_names(*survey("acme")) == []


def test_where_every_noun_has_a_capital_nothing_is_guessed() -> None:
    segments, mentions = survey("Acme")
    shouted = segments.assign(text=segments["text"].str.title())
    assert likely_company_names(shouted, mentions) == []


def test_the_guess_is_said_unless_it_is_ignored_already() -> None:
    assert len(company_note(["Acme"])) == 1
    assert company_note(["Acme"], ["acme bank"]) == []


def test_words_of_most_texts_are_found_and_few_texts_tell_nothing() -> None:
    texts = [f"my acme phone {'abcdefghij'[number % 10]}{'xyzw'[number // 10]}" for number in range(40)]
    assert common_words(texts) == ["acme", "phone"]
    assert common_words(texts[:20]) == []


def test_a_real_chains_own_name_is_guessed(shared_data: object) -> None:
    path = f"{shared_data}/jardinerie_nps_fr/nps.csv.gz"
    frame = pd.read_csv(path, encoding="latin-1", sep=None, engine="python", keep_default_na=False)
    said = frame.loc[frame["explication"].str.len() > 20, "explication"]
    ids = [f"s{row:05}" for row in range(len(said))]
    segments = pd.DataFrame({"segment_id": ids, "response_id": ids, "text": said.to_numpy()})
    mentions = pd.DataFrame({"segment_id": ids, "theme_id": [f"t{row % 30:02}" for row in range(len(said))]})
    assert likely_company_names(segments, mentions)[0].lower() == "botanic"
