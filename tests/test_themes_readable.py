from types import SimpleNamespace

import pandas as pd
import pytest

from nps_insights.tables import DataRefusedError
from nps_insights.themes.readable import readable_comments, unreadable_note

ENGLISH = SimpleNamespace(name="english", languages=frozenset({"en"}))
ANY = SimpleNamespace(name="some/model", languages=None)


def comments(languages: list[str | None]) -> pd.DataFrame:
    ids = [f"c{i}" for i in range(len(languages))]
    return pd.DataFrame(
        {"comment_id": ids, "text": "x", "language": pd.Series(languages, dtype="str"), "says_nothing": False}
    )


def test_short_comments_of_no_known_language_are_kept() -> None:
    kept = readable_comments(comments(["en", None, "de", "en"]), ENGLISH)
    assert kept["comment_id"].tolist() == ["c0", "c1", "c3"]


def test_comments_that_say_nothing_are_never_read() -> None:
    assert readable_comments(comments(["en"]).assign(says_nothing=True), ENGLISH).empty


def test_what_cannot_be_read_is_counted_and_the_remedy_named() -> None:
    said = comments(["en"] * 5 + ["de", "de", "fr"])
    (note,) = unreadable_note(said, readable_comments(said, ENGLISH), ENGLISH)
    assert "3 comments are in de (2), fr (1)" in note
    assert "multilingual" in note
    many = SimpleNamespace(name="multilingual", languages=frozenset({"en", "de"}))
    (of_many,) = unreadable_note(said, readable_comments(said, many), many)
    assert of_many.endswith(
        "in fr (1), which the encoder 'multilingual' cannot read: it is in no theme and in no driver."
    )


def test_a_survey_in_another_language_is_refused_with_the_remedy() -> None:
    with pytest.raises(DataRefusedError, match=r"3 of 4 are in fr \(3\).*--encoder multilingual"):
        readable_comments(comments(["fr", "fr", "fr", None]), ENGLISH)


def test_an_encoder_of_unknown_languages_reads_everything() -> None:
    said = comments(["fr", "de"])
    assert len(readable_comments(said, ANY)) == 2
    assert unreadable_note(said, readable_comments(said, ANY), ANY) == []
