"""Readable labels: the phrase of people's own words that sets a theme apart from the others."""

import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from nps_insights.themes.labels.clashes import settle_clashes, signature
from nps_insights.themes.labels.phrases import Counts, Phrase, count_phrases, roll_up, stem
from nps_insights.themes.labels.stopwords import ALONE, BARE_JUDGEMENTS, COURTESIES, STOP_WORDS
from nps_insights.themes.labels.wording import Scored, leaf_wordings, top_wordings

_MOST_KEYWORDS = 8
_MOST_FALLBACK_WORDS = 3
_LABELLED_TEXTS, _FEWEST_LABELLED = 12_000, 60
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
# A phrase names a top theme only if it holds for the largest theme below, which no name may hide, and for the others.
_COVERS_TOP, _COVERS_LARGEST, _COVERS_OTHERS = 0.3, 0.2, 0.1
_BROAD, _COVERS_CHILD = 8, 0.3
_SAID_ALONE_SHARE, _SAID_ALONE_RESPONSES, _SAID_ALONE_WORDS = 0.5, 5, 4
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def label_themes(
    texts: Sequence[str],
    weights: Sequence[float],
    theme_ids: Sequence[str],
    parents: dict[str, str],
    speakers: Sequence[str],
    *,
    ignore: Iterable[str] = (),
) -> tuple[dict[str, str], dict[str, str]]:
    """Return label and keywords of every theme and top theme; no two labels could be taken for one another.

    A phrase scores share * log(share / share elsewhere), its part in the Kullback-Leibler divergence of the theme from
    the other themes: common in the theme and rare outside. Longer phrases are worth more, bare judgements, verbs and
    greetings less. The label is the best phrase, with a second one where that names another side of the theme. A top
    theme is named by a phrase that covers it and the largest of its themes, else by its two largest themes.

    Labels leave the comments' own tables, so they never quote one person: a phrase of several words was said in at
    least three different texts by three responses, a word in two; a whole comment (just “nothing”) is a label
    only where five responses and most of the theme say it word for word. A theme without any such phrase of its own
    has its most frequent words as label ("delivery, refund"), without any word its number ("unnamed theme 3").

    Args:
        texts: n different texts.
        weights: By how many responses each was said, n.
        theme_ids: Theme of each, n.
        parents: Top theme of each theme id, or empty.
        speakers: Id of a response that said it, n.
        ignore: Words that name no theme, such as the company's own name.

    Example:
        >>> texts = ["long queue today", "long queue again", "a long queue"]
        >>> texts += ["kind nurses", "the kind nurses", "two kind nurses"]
        >>> label_themes(texts, [1] * 6, ["t01"] * 3 + ["t02"] * 3, {}, ["r1", "r2", "r3", "r4", "r5", "r6"])[0]
        {'t01': 'long queue', 't02': 'kind nurses'}
    """
    ignored = frozenset(stem(word) for name in ignore for word in _WORD.findall(name))
    alone = _said_alone(texts, weights, theme_ids)
    sizes = _sizes(weights, theme_ids, parents)
    leaves = count_phrases(*_thinned(texts, weights, theme_ids, speakers))
    tops = roll_up(leaves, parents)
    below = {top: [theme for theme in sizes if parents.get(theme) == top] for top in tops.total}
    labels: dict[str, str] = {}
    for top in (one for one in sizes if one in tops.total):
        covering = _covering(_ranked(tops, top, _TOP_WORTH, ignored), leaves, below[top])
        # Top themes take the plain words first; the themes below them then have to be more precise.
        _name(labels, top, covering)
    for theme in (one for one in sizes if one in leaves.total):
        _name(labels, theme, leaf_wordings(_ranked(leaves, theme, _LABEL_WORTH, ignored), alone.get(theme, "")))
        labels.setdefault(theme, _fallback(leaves, theme, ignored))
    for top in (one for one in sizes if one in tops.total):
        if top not in labels:
            ranked = _ranked(tops, top, _TOP_WORTH, ignored)
            children = [(labels[theme], _broad_word(ranked, leaves, theme)) for theme in below[top]]
            _name(labels, top, top_wordings(children, ranked, _alike))
            labels.setdefault(top, _fallback(tops, top, ignored))
    keywords = {
        theme: ", ".join(_keywords(_ranked(counts, theme, _KEYWORD_WORTH, ignored))) or labels[theme]
        for counts in (leaves, tops)
        for theme in counts.total
    }
    return dict(sorted(settle_clashes(labels, keywords).items())), dict(sorted(keywords.items()))


def _name(labels: dict[str, str], theme: str, wordings: Iterable[str]) -> None:
    """Give the theme the first wording that no other theme has or could be taken for; none, if all are taken."""
    taken = {part for label in labels.values() for part in signature(label)}
    for wording in wordings:
        if taken.isdisjoint(signature(wording)):
            labels[theme] = wording
            return


def _alike(one: str, other: str) -> bool:
    return not set(signature(one)).isdisjoint(signature(other))


def _sizes(weights: Sequence[float], theme_ids: Sequence[str], parents: dict[str, str]) -> dict[str, float]:
    """Responses of each theme and top theme, the largest first: all of them, not only those read for the labels."""
    sizes: dict[str, float] = defaultdict(float)
    for weight, theme in zip(weights, theme_ids, strict=True):
        sizes[theme] += weight
    for theme, top in parents.items():
        sizes[top] += sizes[theme]
    return dict(sorted(sizes.items(), key=lambda one: (-one[1], one[0])))


def _covering(ranked: list[Scored], leaves: Counts, themes: list[str]) -> list[str]:
    """Phrases said all over a top theme: in the largest of its themes and in the others."""
    largest, others = themes[:1], themes[1:]
    if not others:
        # One theme alone has the better claim to its name.
        return []
    return [
        one.phrase.surface
        for one in ranked[:5]
        if one.share >= _COVERS_TOP
        and not one.weak
        and _share_in(leaves, largest, one.phrase) >= _COVERS_LARGEST
        and _share_in(leaves, others, one.phrase) >= _COVERS_OTHERS
    ]


def _broad_word(ranked: list[Scored], leaves: Counts, theme: str) -> str:
    """The top theme's best phrase that this theme of it says often: plainer than the theme's own name."""
    often = [one for one in ranked[:_BROAD] if not one.weak and _share_in(leaves, [theme], one.phrase) >= _COVERS_CHILD]
    return often[0].phrase.surface if often else ""


def _share_in(leaves: Counts, themes: list[str], phrase: Phrase) -> float:
    total = sum(leaves.total.get(theme, 0.0) for theme in themes)
    return sum(leaves.by_theme.get(theme, {}).get(phrase, 0.0) for theme in themes) / max(total, 1.0)


def _said_alone(texts: Sequence[str], weights: Sequence[float], theme_ids: Sequence[str]) -> dict[str, str]:
    """By theme: what at least half of its responses say and nothing beside, where that names no subject."""
    total: dict[str, float] = defaultdict(float)
    for weight, theme in zip(weights, theme_ids, strict=True):
        total[theme] += weight
    said: dict[tuple[str, str], float] = defaultdict(float)
    for text, weight, theme in zip(texts, weights, theme_ids, strict=True):
        if weight >= 0.02 * total[theme] and len(text) <= 60:
            words = _WORD.findall(text.lower())
            if 0 < len(words) <= _SAID_ALONE_WORDS and (len(words) > 1 or _names_nothing(words[0])):
                said[theme, " ".join(words)] += weight
    return {
        theme: phrase
        for (theme, phrase), weight in sorted(said.items())
        if weight >= _SAID_ALONE_RESPONSES and weight > _SAID_ALONE_SHARE * total[theme]
    }


def _names_nothing(word: str) -> bool:
    return word in ALONE or word in BARE_JUDGEMENTS or word in STOP_WORDS or word in COURTESIES


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


def _ranked(counts: Counts, theme: str, worth: dict[int, float], ignored: Collection[str]) -> list[Scored]:
    total, everything = counts.total[theme], sum(counts.total.values())
    everywhere = _everywhere(counts).union(ignored)
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
            scored.append(Scored(phrase, share, score))
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


def _keywords(ranked: list[Scored]) -> list[str]:
    chosen: list[str] = []
    seen: dict[str, int] = defaultdict(int)
    for one in ranked:
        if any(seen[part] for part in one.phrase.key):
            continue
        for part in one.phrase.key:
            seen[part] += 1
        chosen.append(one.phrase.surface)
        if len(chosen) == _MOST_KEYWORDS:
            break
    return chosen


def _fallback(counts: Counts, theme: str, ignored: Collection[str]) -> str:
    """The theme's most frequent words that were said twice; without any, its number: never what one person wrote."""
    own = sorted(counts.by_theme[theme].items(), key=lambda one: (-one[1], one[0].key))
    words = [phrase.surface for phrase, n in own if phrase.n_words == 1 and n >= 2 and phrase.key[0] not in ignored]
    subjects = [word for word in words if not _names_nothing(word)]
    if words and not subjects:
        return f"just “{words[0]}”"
    kind = "top theme" if theme.startswith("p") else "theme"
    return ", ".join(subjects[:_MOST_FALLBACK_WORDS]) or f"unnamed {kind} {theme.lstrip('pt0')}"
