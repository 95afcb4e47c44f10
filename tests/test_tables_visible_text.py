"""What cannot be seen is not shown, but words and emoji that need an invisible character keep it."""

import pytest

from nps_insights.tables import visible

_TURNING = [*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A)), "\u200e", "\u200f", "\u061c"]
_WITHOUT_WIDTH = ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u180e"]
_CONTROL = [*map(chr, range(32)), "\x7f", *map(chr, range(0x80, 0xA0))]


@pytest.mark.parametrize("hidden", [*_TURNING, *_WITHOUT_WIDTH, *_CONTROL, "\ue000", "\ud800", "\U000e0041"])
def test_hidden_characters_go(hidden: str) -> None:
    assert visible(f"pay{hidden}pal") == "paypal"


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f469\u200d\U0001f4bb",
        "\U0001f469\U0001f3fd\u200d\U0001f4bb",
        "\U0001f3f3\ufe0f\u200d\U0001f308",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u0915\u094d\u200d\u0937",
        "\u0ba8\u0bcd\u200c\u0ba8",
        "caf\u00e9 na\u00efve",
        "cafe\u0301",
        "\u5f88\u597d",
    ],
)
def test_words_and_emoji_keep_what_they_are_written_with(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize("text", ["a\u200d\U0001f4bb", "\U0001f4bb\u200da", "\u0645\u200ca", "\u200c\u0645", "\u200d"])
def test_a_joiner_anywhere_else_goes(text: str) -> None:
    assert visible(text) == text.replace("\u200d", "").replace("\u200c", "")


def test_lines_are_kept_where_asked_for() -> None:
    assert visible("a\r\nb\rc\td\x0be", lines=True) == "a\nb\nc\tde"
    assert visible("a\nb") == "ab"
