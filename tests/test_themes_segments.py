import time

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import theme_sets
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
        ("Dr. Smith was great e.g. on the 3.5 hour wait", ["Dr. Smith was great e.g. on the 3.5 hour wait"]),
        ("The food was good.Staff were rude.", ["The food was good.", "Staff were rude."]),
        ("很好。价格太贵了！", ["很好。", "价格太贵了！"]),
        ("the queue is long the till is slow " * 3, [("the queue is long the till is slow " * 3).strip()]),
        ("a\x00b works\x07 well", ["ab works well"]),
        (
            "The food was great and the service was really slow",
            ["The food was great", "and the service was really slow"],
        ),
        (
            "Le personnel était très aimable et la caisse est vraiment trop lente",
            ["Le personnel était très aimable", "et la caisse est vraiment trop lente"],
        ),
        (
            "Das Personal war wirklich sehr nett und die Kasse war leider langsam",
            ["Das Personal war wirklich sehr nett", "und die Kasse war leider langsam"],
        ),
        (
            "Long wait in the rain, then rude staff at the door",
            ["Long wait in the rain,", "then rude staff at the door"],
        ),
        (
            "Parking costs far too much - nobody answers the phone",
            ["Parking costs far too much -", "nobody answers the phone"],
        ),
        (
            "The food, the wine, the bread, and the view were good",
            ["The food, the wine, the bread, and the view were good"],
        ),
        (
            "They were friendly, quick, helpful, and kind to my mum.",
            ["They were friendly, quick, helpful, and kind to my mum."],
        ),
        ("It cost 1,200 for the whole of the week there", ["It cost 1,200 for the whole of the week there"]),
        ("الطعام جيد جدا هنا، لكن الخدمة بطيئة جدا معنا", ["الطعام جيد جدا هنا،", "لكن الخدمة بطيئة جدا معنا"]),
        ("هل الطاقم لطيف؟ نعم الطاقم لطيف", ["هل الطاقم لطيف؟", "نعم الطاقم لطيف"]),
        ("价格真的太贵了，服务员态度也不好", ["价格真的太贵了，", "服务员态度也不好"]),
        ("😡😡 slow 👍 staff", ["😡😡 slow", "👍 staff"]),
        ("👍🏽 kind people 👎🏽 car park full 🇬🇧", ["👍🏽 kind people", "👎🏽 car park full 🇬🇧"]),
        ("Great staff 👍 never again the food 😡", ["Great staff 👍", "never again the food 😡"]),
        ("❤️ love it", ["❤️ love it"]),
        ("👨‍👩‍👧 family day out", ["👨‍👩‍👧 family day out"]),
        ("\u202bكل شيء جيد\u202c", ["\u202bكل شيء جيد\u202c"]),
        ("\x00\x07\ufeff", []),
        ("x", ["x"]),
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


@pytest.mark.parametrize(
    "piece",
    ["but and so ", "wait.. ", "- a\n", "😀 ok ", "😀", "word ", "a, ", "one two three four, ", "and the ", "— ", "x"],
)
def test_very_long_comments_take_linear_time(piece: str) -> None:
    start = time.perf_counter()
    split_text(piece * (100_000 // len(piece)))
    assert time.perf_counter() - start < 5


def test_a_clause_of_four_words_stands_alone_and_shorter_ones_make_a_list() -> None:
    four = "the first waiter smiled"
    for count in (2, 5):
        assert len(split_text(", ".join([four] * count))) == count
    assert len(split_text(", ".join(["a kind waiter"] * 5))) == 1


def test_the_question_stays_with_each_segment() -> None:
    asked = table(["One thing here. Another thing there.", "Third thing there."]).assign(
        question=["What was good?", None]
    )
    segments = split_comments(asked)
    assert segments["question"].fillna("").tolist() == ["What was good?", "What was good?", ""]
    pd.testing.assert_frame_equal(segments, conform("segments", segments))
    assert "question" not in split_comments(table(["One thing here."]))


def test_row_order_and_repeated_index_labels_change_nothing() -> None:
    comments = table([f"Kind people here but we waited hours, number {number}" for number in range(30)])
    expected = split_comments(comments)
    pd.testing.assert_frame_equal(split_comments(comments.sample(frac=1, random_state=0)), expected)
    pd.testing.assert_frame_equal(split_comments(comments.set_axis([0] * 30)), expected)


def test_the_same_comment_fifty_thousand_times_takes_seconds() -> None:
    start = time.perf_counter()
    segments = split_comments(table(["The food was great and the service was really slow"] * 50_000))
    assert time.perf_counter() - start < 15
    assert len(segments) == 100_000
    assert segments["text"].nunique() == 2


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


def test_sets_agree_wholly_with_themselves_and_not_with_others() -> None:
    gold = [{"food", "staff"}, {"price"}]
    assert theme_sets.micro_f1(gold, gold) == 1
    assert theme_sets.micro_f1([{"menu"}, set()], gold) == 0
    assert theme_sets.aspects_of_themes([{"t01"}, {"t01", "t02"}], [{"food"}, {"food", "bar"}]) == {
        "t01": "food",
        "t02": "bar",
    }


@pytest.mark.usefixtures("shared_data")
def test_sets_of_themes_beat_one_guess_for_every_comment() -> None:
    found = theme_sets.measured(one_in=8, peers=False)
    assert found["nps-insights"][0] > found["a constant guess"][0] + 0.02
