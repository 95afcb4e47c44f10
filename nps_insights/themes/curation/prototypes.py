"""Prototypes of themes: how an edit changes which of them speaks for which theme."""

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nps_insights.themes.cluster import unit

if TYPE_CHECKING:
    from nps_insights.themes.model import ThemeModel

DELETED = ""
# Centres of fits on two samples that share a third of their rows (banking77, both NHS sets): of the pairs with at least
# 40 % of their segments in common 95 % reach .89, of those with less than 20 % none passes .83.
MIN_SIMILARITY = 0.85
# Vectors nearer than this are the same text, up to the rounding of a mean of equal vectors.
_SAME_TEXT = 1 - 1e-5


def copy_of(model: "ThemeModel") -> "ThemeModel":
    """Return a model that can be changed without changing `model`; its BERTopic view is built anew when asked for."""
    changed = copy.copy(model)
    changed.__dict__.pop("topic_model_", None)
    for name in ("theme_ids_", "parents_", "labels_", "keywords_", "owners_"):
        setattr(changed, name, copy.copy(getattr(model, name)))
    changed.lineage_ = [dict(row) for row in model.lineage_]
    for name in ("centres_", "theme_of_", "threshold_"):
        setattr(changed, name, getattr(model, name).copy())
    return changed


def theme_of_prototypes(model: "ThemeModel") -> list[str]:
    """Return the theme id of each prototype, empty text for those of deleted themes."""
    return [DELETED if place < 0 else model.theme_ids_[place] for place in model.theme_of_]


def prototypes_of(model: "ThemeModel", theme_id: str) -> np.ndarray:
    """Return which prototypes speak for a theme, or for the themes under a top theme; bool of shape (p,)."""
    leaves = {theme_id, *(leaf for leaf, top in model.parents_.items() if top == theme_id)}
    return np.array([one in leaves for one in theme_of_prototypes(model)], dtype=bool)


def centre_of(model: "ThemeModel", theme_id: str) -> np.ndarray:
    """Return the unit mean of a theme's prototypes, float32 of shape (d,)."""
    rows = model.centres_[prototypes_of(model, theme_id)].astype(np.float64)
    return unit(rows.mean(axis=0, keepdims=True))[0].astype(np.float32)


def put_prototypes(model: "ThemeModel", centres: np.ndarray, thresholds: np.ndarray, themes: Sequence[str]) -> None:
    """Give a model other prototypes; themes without one leave it, new ones come after those that were there.

    Args:
        model: The model to change.
        centres: Unit vectors (p, d).
        thresholds: Lowest cosine of each, (p,).
        themes: Theme id of each, p; empty text makes it the prototype of a deleted theme.
    """
    named = list(dict.fromkeys(one for one in themes if one != DELETED))
    before = [one for one in model.theme_ids_ if one in set(named)]
    ids = before + [one for one in named if one not in set(before)]
    place = {one: number for number, one in enumerate(ids)} | {DELETED: -1}
    model.centres_ = np.ascontiguousarray(centres, dtype=np.float32)
    model.threshold_ = np.asarray(thresholds, dtype=np.float64)
    model.theme_of_ = np.array([place[one] for one in themes], dtype=np.int64)
    model.theme_ids_ = ids
    model.parents_ = {leaf: top for leaf, top in model.parents_.items() if leaf in set(ids)}
    known = {*ids, *model.parents_.values()}
    for name in ("labels_", "keywords_", "owners_"):
        setattr(model, name, {one: text for one, text in getattr(model, name).items() if one in known})


def hand_over(model: "ThemeModel", themes: Sequence[str], to: str) -> None:
    """Give the prototypes of `themes` to the theme `to`; DELETED deletes the themes."""
    given = [to if one in set(themes) else one for one in theme_of_prototypes(model)]
    above = next((model.parents_[one] for one in [to, *themes] if one in model.parents_), None)
    if above is not None:
        model.parents_[to] = above
    put_prototypes(model, model.centres_, model.threshold_, given)


def add_prototypes(model: "ThemeModel", theme_id: str, vectors: np.ndarray) -> None:
    """Make unit vectors (n, d) prototypes of a theme, which is made where it is new.

    Their threshold is the median of the model's: as near as a segment must usually be to the centre of a theme. A
    prototype of another theme that is the very text, such as the centre of a theme of one text said 50,000 times, goes
    over to this theme: of two equal prototypes only one can win.
    """
    same = (model.centres_ @ vectors.T >= _SAME_TEXT).any(axis=1) if len(model.centres_) else np.zeros(0, dtype=bool)
    themes = theme_of_prototypes(model)
    threshold = float(np.median(model.threshold_)) if len(model.threshold_) else 0.0
    centres = np.concatenate([vectors.astype(np.float32), model.centres_[~same]])
    kept = [one for one, lost in zip(themes, same, strict=True) if not lost]
    thresholds = np.concatenate([np.full(len(vectors), threshold), model.threshold_[~same]])
    nearest_parent = _parent_for(model, theme_id, vectors)
    put_prototypes(model, centres, thresholds, [theme_id] * len(vectors) + kept)
    if nearest_parent:
        model.parents_[theme_id] = nearest_parent


def _parent_for(model: "ThemeModel", theme_id: str, vectors: np.ndarray) -> str | None:
    """The top theme of a theme that is there; for a new one that of the nearest theme."""
    if theme_id in model.parents_ or not model.parents_:
        return model.parents_.get(theme_id)
    leaves = sorted(model.parents_)
    near = np.array([centre_of(model, leaf) for leaf in leaves]) @ vectors.mean(axis=0)
    return model.parents_[leaves[int(near.argmax())]]
