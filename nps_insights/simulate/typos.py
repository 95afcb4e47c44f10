"""The slips of people who type in a hurry: neighbouring keys, swapped, lost and doubled letters, lost apostrophes."""

import re

from nps_insights.simulate.grammar import Draw

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {
    letter: row[max(0, place - 1) : place] + row[place + 1 : place + 2]
    for row in _ROWS
    for place, letter in enumerate(row)
}
_MISSPELT = {
    "receive": "recieve", "definitely": "definately", "because": "becuase", "really": "realy", "until": "untill",
    "always": "allways", "engineer": "enginner", "technician": "technican", "friendly": "freindly", "which": "wich",
    "expensive": "expencive", "connection": "conection", "internet": "interent", "the": "teh", "and": "adn",
    "support": "suport", "knowledgeable": "knowledgable", "unfortunately": "unfortunatly", "weeks": "weaks",
    "different": "diffrent", "business": "buisness", "invoice": "invoce", "manager": "manger", "their": "thier",
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z]{4,}")
_MISSPELT_WORD = re.compile(r"\b(" + "|".join(_MISSPELT) + r")\b")


def slip(text: str, draw: Draw) -> str:
    """Return `text` with one slip, at a word of four letters or more; texts without such a word stay as they are.

    Args:
        text: A comment.
        draw: The next uniform number of a stream.

    Example:
        >>> slip("the internet dropped", iter([0.9, 0.4, 0.2, 0.2]).__next__)
        'the inetrnet dropped'
    """
    if draw() < 0.3:
        return _misspell(text, draw)
    words = list(_WORD.finditer(text))
    if not words:
        return text
    word = words[int(draw() * len(words))]
    # The first letter is rarely the one that goes wrong.
    place = word.start() + 1 + int(draw() * (len(word.group()) - 2))
    letter, after = text[place], text[place + 1]
    kind = draw()
    if kind < 0.3:
        typed = after + letter
    elif kind < 0.55:
        typed = after
    elif kind < 0.75:
        typed = letter + letter + after
    else:
        near = _NEIGHBOURS.get(letter, letter)
        typed = near[int(draw() * len(near))] + after
    return text[:place] + typed + text[place + 2 :]


def _misspell(text: str, draw: Draw) -> str:
    found = list(_MISSPELT_WORD.finditer(text))
    if not found:
        return text
    word = found[int(draw() * len(found))]
    return text[: word.start()] + _MISSPELT[word.group()] + text[word.end() :]


def hurried(text: str, draw: Draw) -> str:
    """Return `text` as somebody in a hurry leaves it: apostrophes, commas or spaces may be missing.

    Example:
        >>> hurried("it's slow, and we can't work", lambda: 0.1)
        'its slow, and we cant work'
    """
    habit = draw()
    if habit < 0.6:
        return text.replace("'", "")
    if habit < 0.75:
        return text.replace(", ", ",")
    return text.replace(", ", " ") if habit < 0.9 else text.replace(". ", ".  ")
