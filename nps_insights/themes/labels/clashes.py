"""Labels that a reader could take for one another: "long queue" and "long queues", "wait & call" and "call & wait"."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping

from nps_insights.themes.labels.phrases import stem
from nps_insights.themes.labels.stopwords import STOP_WORDS

_PIECE = re.compile(r"[^\W_]+")

Signature = tuple[frozenset[str], str]


def signature(label: str) -> Signature:
    """Return what a reader remembers of a label: its word stems whatever their order, and its letters without spaces.

    Example:
        >>> signature("the waiting times")[0] == signature("Time (wait)")[0]
        True
    """
    pieces = [piece.lower() for piece in _PIECE.findall(label)]
    telling = [piece for piece in pieces if piece not in STOP_WORDS and (len(piece) > 1 or piece.isdigit())] or pieces
    stems = [stem(piece) for piece in telling]
    return frozenset(stems), "".join(stems)


def clashing_labels(labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the pairs of themes whose labels are equal or differ only in inflection, word order, spaces or hyphens.

    Args:
        labels: Label by theme id, leaves and top themes together.

    Returns:
        Pairs of ids, the smaller first, sorted; empty where every label stands for itself.

    Example:
        >>> clashing_labels({"t01": "long queue", "t02": "Long queues", "t03": "legroom", "p01": "leg room"})
        [('p01', 't03'), ('t01', 't02')]
    """
    alike: dict[frozenset[str] | str, set[str]] = defaultdict(set)
    for theme, label in labels.items():
        words, letters = signature(label)
        alike[words].add(theme)
        alike[letters].add(theme)
    return sorted({(one, other) for ids in alike.values() for one in ids for other in ids if one < other})


def settle_clashes(
    labels: Mapping[str, str], keywords: Mapping[str, str], *, keep: Collection[str] = ()
) -> dict[str, str]:
    """Return labels without a clash: of two that clash, one gets a keyword or, failing that, its id behind it.

    Args:
        labels: Label by theme id.
        keywords: Keywords by theme id, joined by commas.
        keep: Ids whose labels stay as they are (an analyst gave them); two of these may still clash.

    Example:
        >>> settle_clashes({"t01": "queue", "t02": "queues"}, {"t02": "queue, desk"})
        {'t01': 'queue', 't02': 'queues & desk'}
    """
    settled = dict(labels)
    for one, other in clashing_labels(labels):
        losing = one if other in keep else other
        if losing in keep or (one, other) not in clashing_labels(settled):
            continue
        words = [f"{labels[losing]} & {word}" for word in keywords.get(losing, "").split(", ") if word]
        taken = {part for theme, label in settled.items() if theme != losing for part in signature(label)}
        free = (text for text in words if taken.isdisjoint(signature(text)))
        settled[losing] = next(free, f"{labels[losing]} ({losing})")
    return settled
