"""Text from data, fit to be shown: nothing invisible in it, and nothing that turns the direction of what stands beside.

A customer, or whoever writes in a customer's name, may send control characters (a terminal obeys some), marks that turn
the reading direction ("safe exe.doc"), and characters without width that hide one word inside another. They are taken
out of what people see; the tables keep what was written.

Two invisible characters are part of how words are written, and stay where they are: the joiner (U+200D) between two
emoji and inside Arabic and Indic words, and the non-joiner (U+200C) inside such words, as in Persian. Anywhere else
they do nothing but hide, and go.
"""

import re
import unicodedata

# Control, format (direction, no width), surrogate and private-use characters.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co"})
_PLAIN = re.compile(r"[ -~]*")
_JOINER, _NON_JOINER = "\u200d", "\u200c"
_SKIN_OR_STYLE = ("\ufe0f", *map(chr, range(0x1F3FB, 0x1F400)))
# Letters that change their form beside others, by block: Arabic and its neighbours, the scripts of India and beyond.
_JOINED = ((0x0600, 0x08FF), (0x0900, 0x0DFF), (0x0F00, 0x109F), (0x1780, 0x18AF), (0xA840, 0xA8FF), (0xFB50, 0xFEFC))


def visible(text: str, *, lines: bool = False) -> str:
    r"""Return a text without the characters that cannot be seen.

    Args:
        text: Text from data.
        lines: Keep the ends of lines, each as one line feed, and tabs. A lone carriage return would hide what stands
            before it on a terminal, and begin a row in a CSV file.

    Example:
        >>> visible("late\u202e deliv\x00ery\u200b"), visible("\x1b[31mred")
        ('late delivery', '[31mred')
        >>> visible("\U0001f469\u200d\U0001f4bb") == "\U0001f469\u200d\U0001f4bb", visible("pay\u200dpal")
        (True, 'paypal')
    """
    if _PLAIN.fullmatch(text):
        return text
    kept = "\n\t" if lines else ""
    text = text.replace("\r\n", "\n").replace("\r", "\n") if lines else text
    return "".join(
        character
        for place, character in enumerate(text)
        if character in kept or unicodedata.category(character) not in _HIDDEN or _belongs(text, place)
    )


def _belongs(text: str, place: int) -> bool:
    """Whether an invisible joiner or non-joiner is part of how its word or emoji is written."""
    if text[place] not in (_JOINER, _NON_JOINER) or place == 0:
        return False
    before, after = text[place - 1], text[place + 1 : place + 2]
    if text[place] == _JOINER and after and unicodedata.category(after) == "So":
        return unicodedata.category(before) == "So" or before in _SKIN_OR_STYLE
    # At a word's end the joiner shows the letter's joined form: an abbreviation in Urdu, a half letter in Hindi.
    return _is_joined(before) and (_is_joined(after) or (text[place] == _JOINER and not after.isalpha()))


def _is_joined(character: str) -> bool:
    return (
        bool(character)
        and any(first <= ord(character) <= last for first, last in _JOINED)
        and unicodedata.category(character)[0] in "LM"
    )
