"""Which theme an edit means: by its id, by its label, or, where a refit gave it another id, by its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nps_insights.themes.curation.edits import LOOKS_LIKE_ID, Was
from nps_insights.themes.curation.prototypes import centre_of

if TYPE_CHECKING:
    from nps_insights.themes.model import ThemeModel

# Measured between fits on two samples of banking77 that share a third of their rows: of the themes that are still
# there 83 % reach both and 4 % of what is found is wrong; themes that are gone are mostly refused.
_ALIKE, _CLEARLY = 0.65, 0.1
# An id that another theme does not clearly beat is believed sooner.
_ALIKE_WITH_ID = 0.5
_WORTH_OF_SHARED_WORDS = 0.5


@dataclass(frozen=True)
class Found:
    """What came of looking for a theme.

    Attributes:
        theme_id: Its id in the model; None where it was not found.
        why: How it was found under another id, or why it was not; empty where the id holds.
    """

    theme_id: str | None
    why: str = ""


def find_theme(
    model: "ThemeModel", named: str, was: Was | None, vectors: Mapping[str, np.ndarray], moved: Mapping[str, str]
) -> Found:
    """Return the theme that an edit means.

    An id holds where the model continues an earlier one (its lineage says "kept"), where the edit does not say what
    the theme was, or where its words agree. Otherwise the theme is looked for by label, then by its words: the cosine
    of the keywords' vector with each theme's centre, plus half the share of common keywords. It must be alike enough
    and clearly ahead of the next theme: an edit of the wrong theme is worse than one that is reported. An edit of a
    theme never goes to a top theme, nor one of a top theme to a theme under one.

    Args:
        model: The model, as the edits before left it.
        named: Id or label, as the edit gives it.
        was: What the theme was when the edit was made, where that is known.
        vectors: Unit vector of each text that an edit holds.
        moved: What became of themes that edits merged or took over: id -> id.
    """
    known = _of_its_level(model, named)
    by_words = _by_words(model, was, vectors, known)
    if named in known:
        kept = any(
            row["theme_id"] == named and row["relation"] == "kept" and not row.get("edit") for row in model.lineage_
        )
        best = max(by_words.values(), default=0.0)
        own = by_words.get(named, 0.0)
        if kept or not by_words or (own >= _ALIKE_WITH_ID and own > best - _CLEARLY):
            return Found(named)
    elif named in moved and moved[named] in known:
        return Found(moved[named], f"{named} is now part of {moved[named]}")
    labelled = [
        one for one in known if model.labels_.get(one, "").casefold() == (was.label if was else named).casefold()
    ]
    if len(labelled) == 1:
        return Found(labelled[0], f"{named} is now {labelled[0]}, which has the same label" if was else "")
    return _clear_winner(model, named, was, by_words)


def _of_its_level(model: "ThemeModel", named: str) -> list[str]:
    """Themes that an id can mean: top themes for that of a top theme, other themes for another; all for a label."""
    tops = sorted(set(model.parents_.values()))
    if named in tops or not LOOKS_LIKE_ID.fullmatch(named):
        return [*model.theme_ids_, *tops]
    return tops if named.startswith("p") else list(model.theme_ids_)


def _by_words(
    model: "ThemeModel", was: Was | None, vectors: Mapping[str, np.ndarray], known: list[str]
) -> dict[str, float]:
    """How alike each theme is to the words of an edit, by theme id; nothing where the edit says none."""
    if was is None or not was.keywords:
        return {}
    words = _words(was.keywords)
    alike = {}
    for one in known:
        own = _words(model.keywords_.get(one, ""))
        shared = len(words & own) / len(words | own)
        alike[one] = float(centre_of(model, one) @ vectors[was.keywords]) + _WORTH_OF_SHARED_WORDS * shared
    return alike


def _clear_winner(model: "ThemeModel", named: str, was: Was | None, by_words: dict[str, float]) -> Found:
    if was is None:
        return Found(None, f"no theme has the id or label {named!r}")
    called = f"{named} was {was.label!r}"
    if not by_words:
        return Found(None, f"{called}, no theme is called so now")
    first, *others = sorted(by_words, key=lambda one: (-by_words[one], one))
    ahead = by_words[first] - max((by_words[one] for one in others if not _over(model, one, first)), default=-1.0)
    shown = f"{first} {model.labels_.get(first, '')!r}"
    if by_words[first] < _ALIKE:
        return Found(None, f"{called}, no theme is like it now (the nearest is {shown})")
    if ahead < _CLEARLY:
        return Found(None, f"{called}, and more than one theme is like it now (the nearest is {shown})")
    return Found(first, f"{called}, found again as {shown}")


def _over(model: "ThemeModel", one: str, other: str) -> bool:
    """Whether one of the two is the top theme of the other: a top theme with one large theme is like it, of course."""
    return other in (model.parents_.get(one), one) or model.parents_.get(other) == one


def _words(keywords: str) -> set[str]:
    return {word.strip().casefold() for word in keywords.split(",") if word.strip()}
