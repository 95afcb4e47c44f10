"""The text as an eye reads it: without invisible characters, and with foreign digits and wide forms as plain ones."""

import re
import unicodedata
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
_UNUSUAL = re.compile(rf"[{_INVISIBLE}{_DASHES}{_SPACES}\ue000\uff01-\uff5e\ufe52-\ufe6b]|(?![0-9])\d")
_DASH, _SPACE = re.compile(f"[{_DASHES}]"), re.compile(f"[{_SPACES}]")
_MARKS = re.compile("|".join(re.escape(mark) for mark in MARKS.values()))


@dataclass
class Shadow:
    """A text as patterns read it, and where each of its characters stands in the text as written.

    Attributes:
        text: What patterns read; what has been found is overwritten with `FILLER`.
        places: Offset of each character in the text as written; None where both are the same.
    """

    text: str
    places: list[int] | None = None

    def hide(self, start: int, end: int) -> None:
        """Overwrite a part, so that nothing is found there again."""
        self.text = self.text[:start] + FILLER * (end - start) + self.text[end:]

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the shadow stands in the text as written."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def is_unusual(text: str) -> bool:
    """Return whether a text holds characters that the shadow shows otherwise.

    Example:
        >>> is_unusual("plain"), is_unusual("jo＠example.com")
        (False, True)
    """
    return not (text.isascii() and text.isprintable()) and _UNUSUAL.search(text) is not None


def shadow_of(text: str) -> Shadow:
    r"""Return the shadow of a text, marks of an earlier redaction hidden.

    Example:
        >>> shadow_of("jo\u200bhn＠example.com ٠١٢").text
        'john@example.com 012'
    """
    if _UNUSUAL.search(text) is None:
        shadow = Shadow(text)
    else:
        kept = [(place, one) for place, one in enumerate(text) if _SKIPPED.match(one) is None]
        shadow = Shadow("".join(_plain(one) for _, one in kept), [place for place, _ in kept])
    if "[" in text:
        for mark in list(_MARKS.finditer(shadow.text)):
            shadow.hide(*mark.span())
    return shadow


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
