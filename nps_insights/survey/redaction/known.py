"""The names that are known: of contacts, owners and accounts, as the files state them."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from nps_insights.survey.redaction.ordinary import COMPANIES, PARTICLES, TITLES
from nps_insights.survey.redaction.shadow import composed

WORD = re.compile(r"[^\W\d_]+")
# Scripts without spaces between words: a name is looked for as it stands.
_GLUED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NOBODY_SAID = "unknown none null nobody anonymous test unassigned unbekannt inconnu anonym anonyme n na nan"
_NOBODY = frozenset(_NOBODY_SAID.split())
# "Contact" may also be a yes or a no.
_ANSWERS = frozenset(("yes", "no", "true", "false", "ja", "nein", "oui", "non", "si"))
_SHORTEST, _LONGEST = 3, 6
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(frozen=True)
class KnownNames:
    """Names to look for.

    Attributes:
        whole: First word of a name -> the words of each such name, the longest first; in both orders.
        alone: Words that are a name by themselves.
        glued: Names in scripts without spaces.
        given: Words of `alone` that stand before the last word of a name: first names.
    """

    whole: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    alone: frozenset[str] = frozenset()
    glued: tuple[str, ...] = ()
    given: frozenset[str] = frozenset()

    @cached_property
    def first_words(self) -> frozenset[str]:
        """Words with which something may begin."""
        return self.alone | self.whole.keys()

    def __bool__(self) -> bool:
        return bool(self.whole or self.alone or self.glued)


def known_names(people: Iterable[str], companies: Iterable[str] = ()) -> KnownNames:
    """Return what to look for.

    Of a person the whole name, in both orders and with an initial, and each part of three letters or more by itself;
    of a company only its whole name, and that only where it has two words or more: "Orange" is a fruit.

    Args:
        people: Names of contacts and owners.
        companies: Names of accounts.

    Example:
        >>> names = known_names(["Schmidt, Anna", "Dr. Will van Dyke"], ["Acme", "Harbour Freight Ltd"])
        >>> sorted(names.alone)
        ['anna', 'dyke', 'schmidt', 'will']
        >>> sorted(names.whole["harbour"])
        [('harbour', 'freight'), ('harbour', 'freight', 'ltd')]
    """
    whole: set[tuple[str, ...]] = set()
    alone: set[str] = set()
    glued: set[str] = set()
    given: set[str] = set()
    for name in {composed(one).strip() for one in people}:
        if _GLUED.search(name):
            glued |= {name} if len(name) > 1 else set()
            continue
        for words in _variants(name):
            if COMPANIES.isdisjoint(words):
                whole |= _orders(words)
                alone |= {word for word in words if len(word) >= _SHORTEST and word not in PARTICLES}
                given |= alone.intersection(words[:-1])
            else:
                whole |= _company(words)
    for name in {composed(one).strip() for one in companies}:
        glued |= {name} if _GLUED.search(name) and len(name) > 2 else set()
        for words in _variants(name):
            whole |= _company(words)
    longest_first = tuple(sorted(glued, key=lambda one: (-len(one), one)))
    return KnownNames(_by_first(whole), frozenset(alone), longest_first, frozenset(given))


def folded(word: str) -> str:
    """Return a word without case and accents, as names are compared.

    Example:
        >>> folded("MÜLLER"), folded("Strauß")
        ('muller', 'strauss')
    """
    lower = word.casefold()
    if lower.isascii():
        return lower
    return "".join(one for one in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(one))


def _variants(name: str) -> list[tuple[str, ...]]:
    """The words of a name, once with "ü" as "u" and once as "ue"; none where it is no name."""
    if "@" in name or any(one.isdigit() for one in name):
        return []
    last, comma, first = name.partition(",")
    ordered = f"{first} {last}" if comma else name
    words = _without_titles(tuple(WORD.findall(ordered)))
    if not words or len(words) > _LONGEST or (len(words) == 1 and words[0].casefold() in _ANSWERS):
        return []
    spelled = [sorted({folded(word), folded(word.casefold().translate(_UMLAUTS))}) for word in words]
    return sorted(one for one in product(*spelled) if _NOBODY.isdisjoint(one))


def _without_titles(words: tuple[str, ...]) -> tuple[str, ...]:
    while words and words[0].casefold() in TITLES:
        words = words[1:]
    return words


def _orders(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    if len(words) < 2:
        return set()
    turned = (words[-1], *words[:-1])
    found = {words, turned, (words[0], words[-1])}
    # "van Dyke", "García López", "Jean-Pierre".
    found |= {part for cut in range(1, len(words)) for part in (words[cut:], words[:cut]) if len(part) > 1}
    # "A. Schmidt" and "Anna S." are read as an initial beside a name.
    if len(words[-1]) >= _SHORTEST:
        found.add((words[0][0], words[-1]))
    if len(words[0]) >= _SHORTEST:
        found.add((words[0], words[-1][0]))
    return found


def _company(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    short = words
    while short and short[-1] in COMPANIES:
        short = short[:-1]
    return {one for one in (words, short) if len(one) >= 2}


def _by_first(names: set[tuple[str, ...]]) -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for words in sorted(names, key=lambda one: (-len(one), -len("".join(one)), one)):
        found.setdefault(words[0], []).append(words)
    return {first: tuple(rest) for first, rest in found.items()}
