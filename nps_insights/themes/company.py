"""Words that tell nothing apart: the company's own name, and what nearly every comment holds."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from nps_insights.themes.labels.stopwords import ALONE, BARE_JUDGEMENTS, COURTESIES, STOP_WORDS

_WORD = re.compile(r"[^\W\d_]+(?:[&\-][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?…:;\n\r\"“”«»(\-–—•*]")
_DAYS_AND_MONTHS = """
monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
october november december christmas easter lundi mardi mercredi jeudi vendredi samedi dimanche english french german
"""
_CALENDAR = frozenset(_DAYS_AND_MONTHS.split())
# Hasty writers drop capitals: a garden centre's name kept it in 70 % of its mentions, no other frequent word in 20 %.
_CAPITALISED, _NAMES_SHARE, _FEWEST_NAMED, _MOST_NAMES = 0.65, 0.01, 10, 3
# Where this share of words inside sentences is capitalised, capitals mark nouns (German) or nothing at all.
_CAPITALS_MEAN_NOTHING = 0.2
# A name may have drawn a theme of its own, and stands in many others all the same.
_SPREAD, _CONCENTRATED = 0.5, 0.7
_FEWEST_TEXTS = 30
_ABBREVIATION = 4


def without_words(texts: Sequence[str], words: Sequence[str]) -> list[str]:
    """Return the texts without `words`, for the encoder; what people wrote stays as it is wherever it is shown.

    Whole words in any case, with a possessive ("Acme's") or an elided article ("d'Acme"). A text that holds nothing
    else comes back empty: see `hold_nothing_else`.

    Args:
        texts: n texts.
        words: Words or names of several words ("Acme Bank"); empty ones are passed over.

    Example:
        >>> without_words(["Acme's prices", "ACME", "Acmeville is far", "le magasin d'Acme"], ["acme"])
        ['prices', '', 'Acmeville is far', 'le magasin']
    """
    names = sorted({" ".join(word.split()) for word in words if word.strip()}, key=lambda one: (-len(one), one))
    if not names:
        return list(texts)
    either = "|".join(r"\s+".join(re.escape(part) for part in name.split()) for name in names)
    pattern = re.compile(rf"(?:(?<!\w)(?:l|d|qu)['’])?(?<!\w)(?:{either})(?:['’]s)?(?!\w)", re.IGNORECASE)
    return [_closed(pattern.sub(" ", text)) if pattern.search(text) else text for text in texts]


def hold_nothing_else(texts: Sequence[str], words: Sequence[str]) -> np.ndarray:
    """Return which texts hold `words` and no other word: they say nothing, and are counted as such.

    Example:
        >>> hold_nothing_else(["Acme!", "Acme is fine", "😀"], ["Acme"]).tolist()
        [True, False, False]
    """
    rest = without_words(texts, words)
    return np.array(
        [left != text and not any(one.isalnum() for one in left) for text, left in zip(texts, rest, strict=True)],
        dtype=bool,
    )


def common_words(texts: Sequence[str], *, share: float = 0.5) -> list[str]:
    """Return the words, stop words apart, that at least `share` of the different texts hold, most frequent first.

    A word that nearly every comment holds sets none apart. Fewer than 30 different texts tell nothing of this.

    Example:
        >>> common_words([f"the acme shop {'abcdefgh'[n % 8]}{'xyz' * (n // 8)}" for n in range(40)])
        ['acme', 'shop']
    """
    different = sorted(set(texts))
    if len(different) < _FEWEST_TEXTS:
        return []
    held = Counter(word for text in different for word in {one.lower() for one in _WORD.findall(text)})
    ranked = sorted(held.items(), key=lambda one: (-one[1], one[0]))
    return [word for word, n in ranked if n >= share * len(different) and _tells(word)]


def likely_company_names(segments: pd.DataFrame, mentions: pd.DataFrame) -> list[str]:
    """Return up to three words that look like the company's own name, the most frequent first.

    Such a word is capitalised inside sentences, mostly (65 %), is said by at least 1 % of the responses and ten of
    them, and is spread over half of the themes or more. Abbreviations in capitals are trade words more often than
    names and are passed over; where capitals mark every noun (German) none is found. This is a guess for an analyst
    to judge; nothing applies it.

    Args:
        segments: Table `segments`.
        mentions: Table `mentions`.

    Example:
        >>> said = [f"{what} at Acme was fine" for what in ("the price", "the queue", "the shop") for _ in range(20)]
        >>> ids = [f"s{n:02}" for n in range(60)]
        >>> segments = pd.DataFrame({"segment_id": ids, "response_id": ids, "text": said})
        >>> mentions = pd.DataFrame({"segment_id": ids, "theme_id": ["t01", "t02", "t03"] * 20})
        >>> likely_company_names(segments, mentions)
        ['Acme']
    """
    theme_of = mentions.drop_duplicates("segment_id").set_index("segment_id")["theme_id"]
    capital, small, every = Counter[str](), Counter[str](), Counter[bool]()
    shown: dict[str, Counter[str]] = defaultdict(Counter)
    spoken: dict[str, set[str]] = defaultdict(set)
    places: dict[str, Counter[str]] = defaultdict(Counter)
    themes = theme_of.reindex(segments["segment_id"]).to_numpy()
    for text, response, theme in zip(segments["text"], segments["response_id"], themes, strict=True):
        for word in _inside_sentences(text):
            key = word.lower()
            every[word[0].isupper()] += 1
            if not _tells(key):
                continue
            if word[0].isupper() and not (word.isupper() and len(word) <= _ABBREVIATION):
                capital[key] += 1
                shown[key][word] += 1
            else:
                small[key] += 1
            spoken[key].add(response)
            if isinstance(theme, str):
                places[key][theme] += 1
    if every[True] > _CAPITALS_MEAN_NOTHING * every.total():
        return []
    fewest = max(_FEWEST_NAMED, _NAMES_SHARE * segments["response_id"].nunique())
    n_themes = mentions["theme_id"].nunique()
    names = [
        key
        for key, n in capital.items()
        if n >= _CAPITALISED * (n + small[key]) and len(spoken[key]) >= fewest and _is_spread(places[key], n_themes)
    ]
    names.sort(key=lambda key: (-len(spoken[key]), key))
    return [min(shown[key], key=lambda one: (-shown[key][one], one)) for key in names[:_MOST_NAMES]]


def company_note(names: Sequence[str], ignored: Sequence[str] = ()) -> list[str]:
    """Say which words look like the company's own name and what to do about them; nothing for those ignored already.

    Example:
        >>> company_note(["Acme"])
        ["'Acme' may be the company's own name: it is said all over the themes. To keep it out of them, ignore it."]
    """
    known = {word.lower() for name in ignored for word in name.split()}
    return [
        f"{name!r} may be the company's own name: it is said all over the themes. To keep it out of them, ignore it."
        for name in names
        if name.lower() not in known
    ]


def _inside_sentences(text: str) -> Iterator[str]:
    """Words that no sentence begins with, each once; none of a shouted text."""
    if text.isupper():
        return
    seen: set[str] = set()
    before = 0
    for match in _WORD.finditer(text):
        begins = before == 0 or _SENTENCE_END.search(text, before, match.start()) is not None
        before = match.end()
        word = match.group()
        if not begins and len(word) > 1 and word not in seen:
            seen.add(word)
            yield word


def _is_spread(places: Counter[str], n_themes: int) -> bool:
    most = max(places.values(), default=0)
    return n_themes > 1 and len(places) >= _SPREAD * n_themes and most <= _CONCENTRATED * places.total()


def _tells(word: str) -> bool:
    silent = word in STOP_WORDS or word in ALONE or word in BARE_JUDGEMENTS or word in COURTESIES
    return not silent and word not in _CALENDAR and len(word) > 1


def _closed(text: str) -> str:
    """Without the gaps that a removed word leaves."""
    return re.sub(r"\s+([,.;:!?])", r"\1", " ".join(text.split())).strip(" ,;:")
