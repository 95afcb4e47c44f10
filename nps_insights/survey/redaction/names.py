"""Find known names in a text: whole words, with a look at capitals and at the place in the sentence."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from nps_insights.survey.redaction.known import WORD, KnownNames, folded
from nps_insights.survey.redaction.ordinary import (
    ALWAYS_CAPITAL,
    ARTICLES,
    BEFORE_NO_NAME,
    ORDINARY,
    PERSON_DOES,
    SMALL_TITLES,
    TITLES,
)
from nps_insights.survey.redaction.shadow import composed

_GAP = re.compile(r"(?:,? |\. ?|-|['’]| - |\.?-)$")
_SAINTS = frozenset(("st", "saint", "sainte", "san", "santa", "sankt"))
# A word of a sentence, and not of an address.
_SAID = re.compile(r"(?<![@._/\w-])[^\W\d_]+(?![@._/-]\w)(?!\w)")
# Once or twice, a name may have been typed in haste.
_FEWEST_USES, _FEWEST_WITH_ARTICLE = 3, 2
_OPENS_SENTENCE = frozenset('.!?:;\n\r"“”„«»(•*–—…/|>')
_FOLDED_ORDINARY = frozenset(folded(one) for one in ORDINARY)
_FOLDED_CAPITALS = frozenset(folded(one) for one in ALWAYS_CAPITAL)
_Word = tuple[int, int, str, str]


def words_by_use(texts: Sequence[str], known: KnownNames) -> frozenset[str]:
    """Return the parts of names that these texts use as words.

    Such a part is written small three times or more, more often than with a capital inside a sentence, and twice or
    more after an article that nobody puts before a person: "a fee". First names never are: who complains of Anna
    writes "anna" all day.

    Example:
        >>> from nps_insights.survey.redaction.known import known_names
        >>> sorted(words_by_use(["the fee is high", "no fee", "a fee", "ask Lena"], known_names(["Lena Fee"])))
        ['fee']
    """
    small: Counter[str] = Counter()
    large: Counter[str] = Counter()
    articled: Counter[str] = Counter()
    candidates = known.alone - known.given
    for text in {composed(one) for one in texts}:
        if candidates.isdisjoint(WORD.findall(folded(text))):
            continue
        found = _SAID.findall(text)
        shouted = text.isupper()
        for place, word in enumerate(found):
            key = folded(word)
            if key not in candidates or shouted:
                continue
            if word.islower():
                small[key] += 1
                articled[key] += bool(place) and found[place - 1].lower() in BEFORE_NO_NAME
            elif place:
                large[key] += 1
    return frozenset(
        key
        for key, n in small.items()
        if n >= _FEWEST_USES and n > large[key] and articled[key] >= _FEWEST_WITH_ARTICLE
    )


def names_in(text: str, known: KnownNames, words: frozenset[str] = frozenset()) -> Iterator[tuple[int, int]]:
    """Yield where known names stand.

    A whole name counts in any case, a part of one with a capital, after a title ("Frau Koch"), or written small where
    it is no word. A part that is a word too ("Will", "Koch") counts inside a sentence where no article stands before
    it, or where a person's doing follows; one that German writes with a capital anyway only after a title.

    Args:
        text: Text in which everything else has been hidden.
        known: What to look for.
        words: Further parts of names that are words, as `words_by_use` returns them.

    Example:
        >>> from nps_insights.survey.redaction.known import known_names
        >>> known = known_names(["Will Smith", "Anna Koch"])
        >>> text = "Will you call? I spoke to Will, Anna and Frau Koch; the Koch will cook"
        >>> [text[start:end] for start, end in names_in(text, known)]
        ['Will', 'Anna', 'Koch']
    """
    for name in known.glued:
        yield from (match.span() for match in re.finditer(re.escape(name), text))
    found: list[_Word] = [(m.start(), m.end(), m.group(), folded(m.group())) for m in WORD.finditer(text)]
    shouted = text.upper() == text
    place = 0
    while place < len(found):
        length = _whole(text, found, place, known) or int(_alone(text, found, place, known, words, shouted))
        if length:
            yield found[place][0], found[place + length - 1][1]
        place += max(1, length)


def _whole(text: str, found: list[_Word], place: int, known: KnownNames) -> int:
    """Number of words of the longest whole name that begins here."""
    for name in known.whole.get(found[place][3], ()):
        here = found[place : place + len(name)]
        if tuple(word[3] for word in here) != name:
            continue
        gaps = [text[one[1] : other[0]] for one, other in pairwise(here)]
        if not all(_GAP.match(gap) for gap in gaps):
            continue
        # "mark down the price" and "a dollar" are no names; initials and words need their capitals.
        careful = any(len(word) == 1 for word in name) or all(word in _FOLDED_ORDINARY for word in name)
        if not careful or all(word[2][0].isupper() for word in here):
            return len(name)
    return 0


def _alone(text: str, found: list[_Word], place: int, known: KnownNames, words: frozenset[str], shouted: bool) -> bool:
    start, _, written, key = found[place]
    if key not in known.alone:
        return False
    before = found[place - 1] if place else None
    if before is not None and _is_title(before[2]) and text[before[1] : start] in (" ", ". ", "."):
        return True
    # "St John's Road" is a place.
    if before is not None and before[2].lower() in _SAINTS:
        return False
    is_word = key in _FOLDED_ORDINARY or key in words
    # A word in capitals among others is stressed: "you WILL regret it".
    if shouted or not written[0].isupper() or (is_word and written.isupper()):
        return not is_word and len(key) > 3
    if not is_word:
        return True
    if key in _FOLDED_CAPITALS:
        return False
    if _opens(text, start):
        after = found[place + 1][2].lower() if place + 1 < len(found) else ""
        return after in PERSON_DOES
    return before is None or before[2].lower() not in ARTICLES


def _is_title(written: str) -> bool:
    return written.lower() in (TITLES if written[0].isupper() else SMALL_TITLES)


def _opens(text: str, start: int) -> bool:
    """Whether a sentence begins here."""
    before = text[:start].rstrip(" ")
    return not before or before[-1] in _OPENS_SENTENCE
