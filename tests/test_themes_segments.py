import time

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nps_insights.tables import conform
from nps_insights.themes import split_comments
from nps_insights.themes.segments import split_text


def table(texts: list[str], nothing: list[bool] | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "comment_id": [f"c{number}" for number in range(len(texts))],
            "response_id": [f"r{number}" for number in range(len(texts))],
            "text": texts,
            "says_nothing": nothing or [False] * len(texts),
        }
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The staff were kind. We waited two hours!", ["The staff were kind.", "We waited two hours!"]),
        ("Kind people here but we waited hours", ["Kind people here", "but we waited hours"]),
        ("Personnel très aimable mais la caisse est lente", ["Personnel très aimable", "mais la caisse est lente"]),
        ("Das Personal ist nett, aber es ist teuer", ["Das Personal ist nett,", "aber es ist teuer"]),
        ("Good but slow", ["Good but slow"]),
        ("It was nothing but trouble all day long", ["It was nothing but trouble all day long"]),
        ("- Parking\n- Cold food\n- Long wait", ["Parking", "Cold food", "Long wait"]),
        ("Excellent! The nurse was kind.", ["Excellent! The nurse was kind."]),
        ("Dr. Smith was great, e.g. on the 3.5 hour wait", ["Dr. Smith was great, e.g. on the 3.5 hour wait"]),
        ("The food was good.Staff were rude.", ["The food was good.", "Staff were rude."]),
        ("很好。价格太贵了！", ["很好。", "价格太贵了！"]),
        ("the queue is long the till is slow " * 3, [("the queue is long the till is slow " * 3).strip()]),
        ("a\x00b works\x07 well", ["ab works well"]),
        ("...", []),
        ("😀😀", []),
        ("", []),
    ],
)
def test_a_comment_splits_where_its_subject_changes(text: str, expected: list[str]) -> None:
    assert split_text(text) == expected


def test_table_holds_ids_positions_and_only_comments_that_speak() -> None:
    segments = split_comments(table(["One thing here. Another thing there.", "none"], [False, True]))
    assert segments["segment_id"].tolist() == ["c0#1", "c0#2"]
    assert segments["position"].tolist() == [1, 2]
    pd.testing.assert_frame_equal(segments, conform("segments", segments))


def test_no_comment_gives_an_empty_table() -> None:
    assert split_comments(table([])).empty
    assert split_comments(table(["?"])).empty


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_segments_are_parts_of_the_text_in_order_and_lose_no_word(text: str) -> None:
    clean = "".join(character for character in text if character.isprintable() or character.isspace())
    position = 0
    for segment in split_text(clean):
        position = clean.index(segment, position) + len(segment)


@pytest.mark.parametrize("piece", ["but and so ", "wait.. ", "- a\n", "😀 ok ", "word "])
def test_very_long_comments_take_linear_time(piece: str) -> None:
    start = time.perf_counter()
    split_text(piece * (100_000 // len(piece)))
    assert time.perf_counter() - start < 5


def test_greetings_sign_offs_and_openers_are_no_segments_where_more_is_said() -> None:
    text = "Dear Calderwick team,\nA few points:\n- the line was down all week\n- great staff\nKind regards, Fiona"
    assert split_text(text) == ["the line was down all week", "great staff"]
    assert split_text("Regards") == ["Regards"]


def test_thanks_and_sentences_that_begin_like_a_greeting_stay() -> None:
    for text in (
        "Thank you so much",
        "Dear prices for what you get",
        "Hello is all I ever hear",
        "Cheers up my whole day",
    ):
        assert split_text("The app is good. " + text)[-1] == text
