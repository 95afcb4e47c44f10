"""Readable labels: the phrase of people's own words that sets a theme apart from the others."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from nps_insights.themes.labels.phrases import Counts, Phrase, count_phrases, roll_up

_JOINED_BY = " / "
_MOST_KEYWORDS = 8
_MOST_FALLBACK_WORDS = 3
_LABELLED_TEXTS, _FEWEST_LABELLED = 6000, 60
_PRIOR = 0.5
_EVERYWHERE, _COMMON = 0.8, 0.05
# How much a phrase of two or three content words is worth against a single word of the same reach.
_LABEL_WORTH = {1: 1.0, 2: 4.0, 3: 4.5}
_TOP_WORTH = {1: 1.0, 2: 1.3, 3: 1.3}
_KEYWORD_WORTH = {1: 1.0, 2: 0.9, 3: 0.0}
_BARE_WORTH = 0.2
_RARE_WORTH = 0.5
_FRAGMENT_WORTH = 0.4
_COURTESY_WORTH = 0.2
_PHRASE_NEEDS_SHARE = 0.04
_SECOND_NEEDS_SHARE = 0.06
_SPOKEN_TOGETHER = 0.03
_ENOUGH_ALONE = 0.5
# Where no word reaches this share nothing names the theme: a reader should know that it is a mixed bag.
_DIFFUSE_SHARE = 0.08
_DIFFUSE = "various: "
# "should not be a project" says nothing once cut to "not be a project".
_NEGATIONS = ("not ", "no ", "never ")


@dataclass(frozen=True)
class _Scored:
    """A phrase and how well it names one theme."""

    phrase: Phrase
    share: float
    score: float


def label_themes(
    texts: Sequence[str],
    weights: Sequence[float],
    theme_ids: Sequence[str],
    parents: dict[str, str],
    speakers: Sequence[str],
) -> tuple[dict[str, str], dict[str, str]]:
    """Return label and keywords of every theme and top theme; no two labels are equal.

    A phrase scores share * log(share / share elsewhere), its part in the Kullback-Leibler divergence of the theme from
    the other themes: common in the theme and rare outside. Longer phrases are worth more, bare judgements, verbs and
    greetings less. The label is the best phrase, with a second one where that names another side of the theme.

    Labels leave the comments' own tables, so they never quote one person: a phrase of several words was said in at
    least three different texts by three responses, a word at least twice. A theme without any such phrase of its own
    has its most frequent words as label ("delivery, refund"), without any word its number ("unnamed theme 3").

    Args:
        texts: n different texts.
        weights: How often each was said, n.
        theme_ids: Theme of each, n.
        parents: Top theme of each theme id, or empty.
        speakers: Id of a response that said it, n.

    Example:
        >>> texts = ["long queue today", "long queue again", "a long queue"]
        >>> texts += ["kind nurses", "the kind nurses", "two kind nurses"]
        >>> label_themes(texts, [1] * 6, ["t01"] * 3 + ["t02"] * 3, {}, ["r1", "r2", "r3", "r4", "r5", "r6"])[0]
        {'t01': 'long queue', 't02': 'kind nurses'}
    """
    labels: dict[str, str] = {}
    keywords: dict[str, str] = {}
    # Top themes take the plain words first; the themes below them then have to be more precise.
    leaves = count_phrases(*_thinned(texts, weights, theme_ids, speakers))
    levels = [(roll_up(leaves, parents), _TOP_WORTH)] if parents else []
    for counts, worth in [*levels, (leaves, _LABEL_WORTH)]:
        for theme in sorted(counts.total, key=lambda one: (-counts.total[one], one)):
            taken = set(labels.values())
            labels[theme] = _label(_ranked(counts, theme, worth), taken) or _fallback(counts, theme, taken)
            keywords[theme] = ", ".join(_keywords(_ranked(counts, theme, _KEYWORD_WORTH))) or labels[theme]
    return dict(sorted(labels.items())), dict(sorted(keywords.items()))


def _thinned(
    texts: Sequence[str], weights: Sequence[float], theme_ids: Sequence[str], speakers: Sequence[str]
) -> tuple[list[str], list[float], list[str], list[str]]:
    """At most so many texts of each theme, evenly spaced in the order given: labels of 1M texts cost as those of 6k."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, theme in enumerate(theme_ids):
        rows[theme].append(row)
    most = max(_FEWEST_LABELLED, _LABELLED_TEXTS // max(len(rows), 1))
    kept = sorted(row for own in rows.values() for row in own[:: -(-len(own) // most)])
    return (
        [texts[row] for row in kept],
        [weights[row] for row in kept],
        [theme_ids[row] for row in kept],
        [speakers[row] for row in kept],
    )


def _ranked(counts: Counts, theme: str, worth: dict[int, float]) -> list[_Scored]:
    total, everything = counts.total[theme], sum(counts.total.values())
    everywhere = _everywhere(counts)
    scored = []
    for phrase, count in counts.by_theme[theme].items():
        if not everywhere.isdisjoint(phrase.key):
            continue
        share = count / total
        elsewhere = (counts.overall[phrase] - count + _PRIOR) / (everything - total + 1)
        if count < 2 or share <= elsewhere:
            continue
        # A phrase said by a handful proves little: shrink its share as if one more theme member had not said it.
        score = _value(phrase, share, worth) * share * (1 - 1 / (count + 1)) * math.log(share / elsewhere)
        if score > 0:
            scored.append(_Scored(phrase, share, score))
    return sorted(scored, key=lambda one: (-one.score, one.phrase.key))


def _value(phrase: Phrase, share: float, worth: dict[int, float]) -> float:
    rare = phrase.n_words > 1 and share < _PHRASE_NEEDS_SHARE
    value = min(_RARE_WORTH, worth[phrase.n_words]) if rare else worth[phrase.n_words]
    for weak, factor in (
        (phrase.bare and not rare, _BARE_WORTH),
        (phrase.fragment, _FRAGMENT_WORTH),
        (phrase.courtesy, _COURTESY_WORTH),
    ):
        value *= factor if weak else 1.0
    return value


@lru_cache(maxsize=2)
def _everywhere(counts: Counts) -> frozenset[str]:
    """Words as common in nearly every theme as overall, such as the company's own name: they set no theme apart."""
    everything, spread = sum(counts.total.values()), defaultdict[Phrase, int](int)
    for theme, own in counts.by_theme.items():
        for phrase, count in own.items():
            if phrase.n_words == 1 and count / counts.total[theme] >= counts.overall[phrase] / everything / 2:
                spread[phrase] += 1
    return frozenset(
        phrase.key[0]
        for phrase, n_themes in spread.items()
        if n_themes >= _EVERYWHERE * len(counts.total) and counts.overall[phrase] >= _COMMON * everything
    )


def _label(ranked: list[_Scored], taken: set[str]) -> str:
    if not ranked:
        return ""
    first = ranked[0]
    others = [
        one
        for one in ranked[1:]
        if not _akin(one.phrase, first.phrase)
        and not (one.phrase.bare or one.phrase.fragment or one.phrase.courtesy)
        and not one.phrase.surface.lower().startswith(_NEGATIONS)
        and one.share >= _SECOND_NEEDS_SHARE
    ]
    candidates = [_together(first, one, ranked) for one in others]
    if first.share >= _ENOUGH_ALONE or not candidates:
        candidates = [first.phrase.surface, *candidates]
    candidates += [first.phrase.surface + _JOINED_BY + one.phrase.surface for one in ranked[1:]]
    if max(one.share for one in ranked if one is first or not one.phrase.courtesy) < _DIFFUSE_SHARE:
        pairs = [first.phrase.surface + _JOINED_BY + one.phrase.surface for one in ranked[1:]]
        candidates = [_DIFFUSE + one for one in [*pairs, first.phrase.surface]]
    return next((one for one in candidates if one not in taken), "")


def _together(first: _Scored, second: _Scored, ranked: list[_Scored]) -> str:
    """Both as people said them in one breath ("friendly staff"), else side by side ("staff / ward")."""
    pair = tuple(sorted({*first.phrase.key, *second.phrase.key}))
    spoken = [one for one in ranked if one.phrase.key == pair and one.share >= _SPOKEN_TOGETHER]
    return spoken[0].phrase.surface if spoken else first.phrase.surface + _JOINED_BY + second.phrase.surface


def _akin(one: Phrase, other: Phrase) -> bool:
    """Whether a word of one begins like a word of the other: "help" and "helpful", "leg room" and "legroom"."""
    return any(
        left.startswith(right) or right.startswith(left)
        for left in (*one.key, "".join(one.surface.split()))
        for right in (*other.key, "".join(other.surface.split()))
    )


def _keywords(ranked: list[_Scored]) -> list[str]:
    chosen: list[str] = []
    seen: dict[str, int] = defaultdict(int)
    for one in ranked:
        if any(seen[stem] for stem in one.phrase.key):
            continue
        for stem in one.phrase.key:
            seen[stem] += 1
        chosen.append(one.phrase.surface)
        if len(chosen) == _MOST_KEYWORDS:
            break
    return chosen


def _fallback(counts: Counts, theme: str, taken: set[str]) -> str:
    """The theme's most frequent words that were said twice; without any, its number: never what one person wrote."""
    own = sorted(counts.by_theme[theme].items(), key=lambda one: (-one[1], one[0].key))
    words = [phrase.surface for phrase, count in own if phrase.n_words == 1 and count >= 2]
    kind = "top theme" if theme.startswith("p") else "theme"
    name = ", ".join(words[:_MOST_FALLBACK_WORDS]) or f"unnamed {kind} {theme.lstrip('pt0')}"
    return name if name not in taken else f"{name} ({theme})"
