"""The text as an eye reads it: without invisible characters, and with foreign digits and wide forms as plain ones."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from nps_insights.tables.marks import MARKS

# Stands for what has been found already: no letter, no digit, no punctuation of any pattern.
FILLER = "\ue000"
_INVISIBLE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f"
)
_SKIPPED = re.compile(f"[{_INVISIBLE}]")
_DASHES, _SPACES = "\u2010-\u2015\u2212\ufe63\uff0d", "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
# Accents that stand after their letter, and vowels and ends of Hangul's syllables.
_ACCENTS, _JAMO = "\u0300-\u036f", "\u1161-\u11ff"
_FOLLOWS, _ACCENT = re.compile(f"[{_JAMO}]"), re.compile(f"[{_ACCENTS}]")
_UNUSUAL = re.compile(rf"[{_INVISIBLE}{_DASHES}{_SPACES}{_ACCENTS}\ue000\uff01-\uff5e\ufe52-\ufe6b]|(?![0-9])\d")
_DASH, _SPACE = re.compile(f"[{_DASHES}]"), re.compile(f"[{_SPACES}]")
_MARKS = re.compile("|".join(re.escape(mark) for mark in MARKS.values()))


@dataclass
class Shadow:
    """A text as patterns read it, and where each of its characters stands in the text as written.

    Attributes:
        text: What patterns read; what has been found is overwritten with `FILLER`.
        places: Start and end of each character in the text as written; None where both are the same.
    """

    text: str
    places: list[tuple[int, int]] | None = None

    def hide(self, start: int, end: int) -> None:
        """Overwrite a part, so that nothing is found there again."""
        self.text = self.text[:start] + FILLER * (end - start) + self.text[end:]

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the shadow stands in the text as written."""
        if self.places is None:
            return start, end
        return self.places[start][0], self.places[end - 1][1]


def is_unusual(text: str) -> bool:
    """Return whether a text holds characters that the shadow shows otherwise.

    Example:
        >>> is_unusual("plain"), is_unusual("jo＠example.com")
        (False, True)
    """
    if text.isascii() and text.isprintable():
        return False
    return _UNUSUAL.search(text) is not None or not unicodedata.is_normalized("NFC", text)


def composed(text: str) -> str:
    r"""Return a text whose letters and accents are one character each; accents that no letter bears are left out.

    Example:
        >>> composed("Mu\u0308ller"), composed("A\u0335nna")
        ('Müller', 'Anna')
    """
    return text if text.isascii() else _ACCENT.sub("", unicodedata.normalize("NFC", text))


def shadow_of(text: str) -> Shadow:
    r"""Return the shadow of a text, marks of an earlier redaction hidden.

    Letters are composed, so that a name is found whether its accents were typed or pasted.

    Example:
        >>> shadow_of("jo\u200bhn＠example.com ٠١٢").text
        'john@example.com 012'
    """
    if is_unusual(text):
        shown = [one for start, end in _letters(text) for one in _shown(text, start, end)]
        shadow = Shadow("".join(one for one, _ in shown), [places for _, places in shown])
    else:
        shadow = Shadow(text)
    if "[" in text:
        for mark in list(_MARKS.finditer(shadow.text)):
            shadow.hide(*mark.span())
    return shadow


def _letters(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each character with the accents that follow it; where only invisible ones stand, of nothing."""
    start = end = 0
    for place, one in enumerate(text):
        if _SKIPPED.match(one):
            continue
        if end > start and not (unicodedata.combining(one) or _FOLLOWS.match(one)):
            yield start, end
            start = end = place
        elif end == start:
            start = place
        end = place + 1
    yield start, end


def _shown(text: str, start: int, end: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """The plain characters of a letter, each with where it stands; those of one that was composed stand together."""
    kept = [(place, one) for place, one in enumerate(text[start:end], start) if _SKIPPED.match(one) is None]
    written = "".join(one for _, one in kept)
    letter = composed(written)
    for at, one in enumerate(letter):
        places = (kept[at][0], kept[at][0] + 1) if letter == written else (start, end)
        yield _plain(one), places


def _plain(one: str) -> str:
    if one.isascii() or one == FILLER:
        return one if one != FILLER else "\ue001"
    if _DASH.match(one):
        return "-"
    if _SPACE.match(one):
        return " "
    digit = unicodedata.decimal(one, None)
    if digit is not None:
        return str(digit)
    wide = unicodedata.normalize("NFKC", one) if "\ufe52" <= one <= "\uff5e" else one
    return wide if len(wide) == 1 else one
