"""Candidate phrases of texts: runs of one to three content words, variants of one phrase counted together."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nps_insights.themes.labels.stopwords import ALONE, BARE_JUDGEMENTS, COURTESIES, STOP_WORDS
from nps_insights.themes.labels.verbs import BEFORE_NOUNS, PARTICLES, verbs

# A comma or a bracket ends a phrase; hyphens and apostrophes stay inside words.
_CHUNK = re.compile(r"[^.,;:!?()\[\]{}\"“”«»…/|\n\r\t–—]+")
_WORD = re.compile(r"[^\W_]+(?:['’\-&][^\W_]+)*")
_ELIDED = re.compile(r"^(?:l|d|j|m|n|s|t|c|qu|jusqu|lorsqu|puisqu|dell|nell|all|sull|un)['’](?=\w)", re.IGNORECASE)
# "Kind regards" speaks of no kindness.
_SIGN_OFF = re.compile(r"\b(?:kind|kindest|best|warm|many)\s+(?=(?:regards|wishes|thanks)\b)", re.IGNORECASE)
# "Bus", "class" and "Preis" are no plurals, "délais" is.
_PLURAL = re.compile(r"(?:[^sui]|[ao]i)$")
_DOUBLED = re.compile(r"([bdgmnprt])\1$")
_LONGEST, _MOST_CONTENT_WORDS = 4, 3
_LONGEST_ACRONYM = 4
_TIGHT_SHARE = 0.1
# What fewer people wrote may be one person's whole comment.
_FEWEST_SPEAKERS = 3

# Such a word inside a phrase begins another clause: "long will my transfer".
_BEGINS_CLAUSE = """
i we you they he she it will would can could should do does did don't doesn't didn't if that which who when what how
why because so but je tu il elle nous vous ils on que qui si ich wir sie er es dass wenn yo
"""
_CLAUSE = frozenset(_BEGINS_CLAUSE.split())

# Prepositions go on with a noun too, but join it to the noun before: "cost of calls", "fin du mois".
_ARTICLES = BEFORE_NOUNS - {"of", "with", "for", "in", "at", "from", "by", "on", "du", "des"}

_Key = tuple[str, ...]
_Tally = dict[_Key, float]


@dataclass(frozen=True)
class Phrase:
    """One phrase, whatever its variant.

    Attributes:
        key: The stems of its content words, sorted: "waiting time" and "wait times" share a key.
        surface: How people wrote it most often.
        n_words: Number of content words.
        bare: Whether it only judges ("very good") and names nothing.
        fragment: Whether it is a verb, or begins or ends with one ("noticed the better"; not "easy to use").
        courtesy: Whether it greets or signs off ("kind regards").
    """

    key: _Key
    surface: str
    n_words: int
    bare: bool
    fragment: bool = False
    courtesy: bool = False


@dataclass(frozen=True, eq=False)
class Counts:
    """How many texts hold each phrase, by theme.

    Attributes:
        total: Weight of texts by theme.
        by_theme: Weight of texts with the phrase, by theme and phrase.
        overall: The same over all themes.
    """

    total: dict[str, float]
    by_theme: dict[str, dict[Phrase, float]]
    overall: dict[Phrase, float]


def count_phrases(
    texts: Sequence[str], weights: Sequence[float], theme_ids: Sequence[str], speakers: Sequence[str]
) -> Counts:
    """Count each phrase once per text; texts, weights, theme ids and speakers (response ids) go row by row.

    A word counts if two responses said it, a phrase of several words only as at least three different texts by three
    speakers put it, so that nobody's own words are shown.

    Example:
        >>> texts = ["The wait times", "wait times!", "long wait times", "one wait time"]
        >>> counts = count_phrases(texts, [1] * 4, ["a", "a", "b", "b"], ["r1", "r2", "r3", "r4"])
        >>> [(phrase.surface, count) for phrase, count in counts.overall.items() if phrase.n_words == 2]
        [('wait times', 4.0)]
    """
    surfaces: dict[_Key, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    said_by: dict[str, set[str]] = defaultdict(set)
    n_responses: dict[_Key, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    found: dict[str, _Tally] = defaultdict(lambda: defaultdict(float))
    total: dict[str, float] = defaultdict(float)
    for text, weight, theme, speaker in zip(texts, weights, theme_ids, speakers, strict=True):
        total[theme] += weight
        own = found[theme]
        for key, surface in dict(_candidates(text)).items():
            own[key] += weight
            surfaces[key][surface] += weight
            n_responses[key][speaker] = max(weight, n_responses[key][speaker])
            if " " in surface:
                said_by[surface].add(speaker)
    overall: _Tally = defaultdict(float)
    for own in found.values():
        for key, count in own.items():
            overall[key] += count
    acting = verbs(texts)
    phrases = {}
    for key in overall:
        shown = {one: n for one, n in surfaces[key].items() if " " not in one or len(said_by[one]) >= _FEWEST_SPEAKERS}
        # One response that repeats itself is no second one.
        if shown and sum(n_responses[key].values()) >= 2:
            phrases[key] = _phrase(key, shown, acting)
    return Counts(
        {theme: float(weight) for theme, weight in total.items()},
        {
            theme: {phrases[key]: float(count) for key, count in own.items() if key in phrases}
            for theme, own in found.items()
        },
        {phrase: float(overall[key]) for key, phrase in phrases.items()},
    )


def roll_up(counts: Counts, parents: dict[str, str]) -> Counts:
    """Return the same counts by parent of each theme."""
    total: dict[str, float] = defaultdict(float)
    by_parent: dict[str, dict[Phrase, float]] = defaultdict(lambda: defaultdict(float))
    for theme, parent in parents.items():
        total[parent] += counts.total.get(theme, 0.0)
        for phrase, count in counts.by_theme.get(theme, {}).items():
            by_parent[parent][phrase] += count
    return Counts(dict(total), {parent: dict(own) for parent, own in by_parent.items()}, counts.overall)


def _phrase(key: _Key, surfaces: dict[str, float], acting: frozenset[str]) -> Phrase:
    said = sum(surfaces.values())
    often = {one for one, count in surfaces.items() if count >= _TIGHT_SHARE * said}
    # "friendly staff" reads better than "staff were friendly", even where fewer people wrote it so.
    tight = {one for one in often if one.count(" ") < len(key)}
    whole = {one for one in tight or often if len(key) > 1 and not _is_fragment(one, acting)}
    surface = min(whole or tight or surfaces, key=lambda one: (-surfaces[one], len(one), one))
    words = [word.lower() for word in surface.split() if not _is_stop(word)]
    return Phrase(
        key,
        surface,
        len(key),
        bare=all(word in BARE_JUDGEMENTS for word in words),
        fragment=_is_fragment(surface, acting),
        courtesy=any(word in COURTESIES for word in words),
    )


def _is_fragment(surface: str, acting: frozenset[str]) -> bool:
    words = surface.lower().split()
    # A content word right before an article acts on what follows: "noticed the better", "fix my line".
    acts = len(words) > 2 and words[1] in _ARTICLES
    breaks = not _CLAUSE.isdisjoint(words[1:-1])
    ends = words[-1] in acting and words[-2:-1] != ["to"]
    return acts or breaks or ends or words[0] in acting


def _candidates(text: str) -> Iterator[tuple[_Key, str]]:
    shouted = text.isupper()
    for chunk in _CHUNK.findall(_SIGN_OFF.sub("", text)):
        words = [_word(word, shouted) for word in _WORD.findall(chunk)]
        content = [at for at, word in enumerate(words) if word.stem]
        for first, start in enumerate(content):
            stems = {words[start].stem}
            # The elided article of the first word goes: "l'accueil" is said "accueil".
            yield (words[start].stem,), words[start].bare
            for stop in content[first + 1 : first + _MOST_CONTENT_WORDS]:
                too_far = stop - start >= _LONGEST or words[stop].stem in stems
                if too_far or not ALONE.isdisjoint((words[start].shown, words[stop].shown)):
                    break
                stems.add(words[stop].stem)
                if stop + 1 < len(words) and words[stop + 1].shown in PARTICLES:
                    # "Time for pick" is "time for pick up" cut short.
                    continue
                inside = [word.shown for word in words[start + 1 : stop + 1]]
                yield tuple(sorted(stems)), " ".join([words[start].bare, *inside])


@dataclass(frozen=True, slots=True)
class _Word:
    """A word as shown inside a phrase, without its elided article, and its stem; stop words have no stem."""

    shown: str
    bare: str
    stem: str


@lru_cache(maxsize=200_000)
def _word(word: str, shouted: bool) -> _Word:
    acronym = word.isupper() and 1 < len(word) <= _LONGEST_ACRONYM and not shouted
    shown = word if acronym else word.lower().replace("’", "'")
    bare = _ELIDED.sub("", shown)
    return _Word(shown, bare, "" if _is_stop(shown) else stem(bare))


def _is_stop(word: str) -> bool:
    bare = _ELIDED.sub("", word.lower())
    return bare in STOP_WORDS or len(bare) < 2 or bare.isdigit()


def stem(word: str) -> str:
    """Return a rough stem that brings variants of a word together; it is never shown.

    Example:
        >>> [stem(word) for word in ("waiting", "waits", "nurses", "nurse", "deliveries", "caisses", "stopped")]
        ['wait', 'wait', 'nurs', 'nurs', 'deliveri', 'caiss', 'stop']
        >>> [stem(word) for word in ("delay", "delays", "délai", "délais")]
        ['delay', 'delay', 'délai', 'délai']
    """
    word = word.lower()
    for ending in ("ings", "ing", "ies", "es", "ed", "s", "e", "y"):
        rest = word.removesuffix(ending)
        if rest == word or len(rest) < 3 or (ending == "s" and not _PLURAL.search(rest)):
            continue
        if ending == "ies":
            return rest + "i"
        if ending == "y":
            return word if rest[-1] in "aeiou" else rest + "i"
        return rest[:-1] if ending in ("ings", "ing", "ed") and _DOUBLED.search(rest) else rest
    return word
