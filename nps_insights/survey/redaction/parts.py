"""Find everything private in one text; what cannot be there is not looked for, so that most texts cost little."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from nps_insights.survey.redaction.cards_and_accounts import cards, ibans
from nps_insights.survey.redaction.known import WORD, KnownNames, folded
from nps_insights.survey.redaction.names import names_in
from nps_insights.survey.redaction.patterns import EMAIL_HINTS, URL_HINTS, emails, ips, urls
from nps_insights.survey.redaction.phones import phones
from nps_insights.survey.redaction.shadow import FILLER, is_unusual, shadow_of

REGIONS: Final = ("US", "GB", "DE", "FR", "ES")
_NOBODY = KnownNames()
_DIGIT = re.compile(r"\d")
# The fewest digits of an IP address, a phone number, an IBAN and a card number.
_OF_IP, _OF_PHONE, _OF_IBAN, _OF_CARD = 4, 7, 8, 13
_Finder = Callable[[str], Iterator[tuple[int, int]]]


def private_parts(
    text: str, regions: Sequence[str] = REGIONS, known: KnownNames = _NOBODY, words: frozenset[str] = frozenset()
) -> list[tuple[int, int, str]]:
    """Return start, end and kind of what is taken out of a text, in its order.

    Args:
        text: One text.
        regions: Regions of phone numbers, in capitals.
        known: Names to look for.
        words: Parts of names that these texts use as words, as `words_by_use` returns them.

    Example:
        >>> private_parts("from 192.168.0.17 or jo@example.com")
        [(5, 17, 'ip'), (21, 35, 'e-mail')]
    """
    if is_unusual(text):
        shadow = shadow_of(text)
        finders = list(_finders(shadow.text, regions, known, words))
    else:
        finders = list(_finders(text, regions, known, words))
        if not finders:
            return []
        shadow = shadow_of(text)
    found: list[tuple[int, int, str]] = []
    for kind, finder in finders:
        for start, end in list(finder(shadow.text)):
            if FILLER not in shadow.text[start:end]:
                found.append((*shadow.written(start, end), kind))
                shadow.hide(start, end)
    return sorted(found)


def _finders(
    text: str, regions: Sequence[str], known: KnownNames, words: frozenset[str]
) -> Iterator[tuple[str, _Finder]]:
    """What may be in a text; the order settles overlaps: an address in a link is the link's, a card is no phone."""
    lower = text.lower()
    if any(hint in lower for hint in URL_HINTS):
        yield "url", urls
    if any(hint in lower for hint in EMAIL_HINTS):
        yield "e-mail", emails
    n_digits = len(_DIGIT.findall(text))
    if n_digits >= _OF_IBAN:
        yield "iban", ibans
    if n_digits >= _OF_CARD:
        yield "card", cards
    if (n_digits >= _OF_IP and text.count(".") > 2) or lower.count(":") > 1:
        yield "ip", ips
    if n_digits >= _OF_PHONE:
        yield "phone", lambda one: phones(one, regions)
    if known and _may_name(text, lower, known):
        yield "name", lambda one: names_in(one, known, words)


def _may_name(text: str, lower: str, known: KnownNames) -> bool:
    if any(name in text for name in known.glued):
        return True
    return not known.first_words.isdisjoint(WORD.findall(lower if lower.isascii() else folded(text)))
