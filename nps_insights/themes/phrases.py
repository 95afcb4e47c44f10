"""Candidate phrases of texts: runs of one to three content words, variants of one phrase counted together."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nps_insights.themes.stopwords import ALONE, BARE_JUDGEMENTS, STOP_WORDS

# A comma or a bracket ends a phrase; hyphens and apostrophes stay inside words.
_CHUNK = re.compile(r"[^.,;:!?()\[\]{}\"“”«»…/|\n\r\t–—]+")
_WORD = re.compile(r"[^\W_]+(?:['’\-&][^\W_]+)*")
_ELIDED = re.compile(r"^(?:l|d|j|m|n|s|t|c|qu|jusqu|lorsqu|puisqu|dell|nell|all|sull|un)['’](?=\w)", re.IGNORECASE)
_LONGEST, _MOST_CONTENT_WORDS = 4, 3
_LONGEST_ACRONYM = 4
_TIGHT_SHARE = 0.1

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
    """

    key: _Key
    surface: str
    n_words: int
    bare: bool


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


def count_phrases(texts: Sequence[str], weights: Sequence[float], theme_ids: Sequence[str]) -> Counts:
    """Count each phrase once per text; texts, weights and theme ids go row by row.

    Example:
        >>> counts = count_phrases(["The wait times", "a wait time", "wait times"], [1, 1, 1], ["a", "a", "b"])
        >>> [(phrase.surface, count) for phrase, count in counts.overall.items() if phrase.n_words == 2]
        [('wait times', 3.0)]
    """
    surfaces: dict[_Key, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    found: dict[str, _Tally] = defaultdict(lambda: defaultdict(float))
    total: dict[str, float] = defaultdict(float)
    for text, weight, theme in zip(texts, weights, theme_ids, strict=True):
        total[theme] += weight
        said = dict(_candidates(text))
        own = found[theme]
        for key, surface in said.items():
            own[key] += weight
            surfaces[key][surface] += weight
    overall: _Tally = defaultdict(float)
    for own in found.values():
        for key, count in own.items():
            overall[key] += count
    phrases = {key: _phrase(key, surfaces[key]) for key, count in overall.items() if count >= 2}
    return Counts(
        {theme: float(weight) for theme, weight in total.items()},
        {
            theme: {phrases[key]: float(count) for key, count in own.items() if key in phrases}
            for theme, own in found.items()
        },
        {phrases[key]: float(count) for key, count in overall.items() if key in phrases},
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


def _phrase(key: _Key, surfaces: dict[str, float]) -> Phrase:
    said = sum(surfaces.values())
    # "friendly staff" reads better than "staff were friendly", even where fewer people wrote it so.
    tight = {one for one, count in surfaces.items() if one.count(" ") < len(key) and count >= _TIGHT_SHARE * said}
    surface = min(tight or surfaces, key=lambda one: (-surfaces[one], len(one), one))
    content = [word for word in surface.split() if not _is_stop(word)]
    return Phrase(key, surface, len(key), all(word.lower() in BARE_JUDGEMENTS for word in content))


def _candidates(text: str) -> Iterator[tuple[_Key, str]]:
    shouted = text.isupper()
    for chunk in _CHUNK.findall(text):
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
        >>> [stem(word) for word in ("waiting", "waits", "nurses", "nurse", "deliveries", "caisses")]
        ['wait', 'wait', 'nurs', 'nurs', 'deliveri', 'caiss']
    """
    word = word.lower()
    for ending in ("ings", "ing", "ies", "es", "ed", "s", "e", "y"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3 and not (ending == "s" and rest.endswith(("s", "u", "i"))):
            return rest + "i" if ending in ("ies", "y") else rest
    return word
