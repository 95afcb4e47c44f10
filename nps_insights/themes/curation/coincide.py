"""What a seed takes from the found themes: all of the one that it coincides with, or the prototypes nearest to it."""

from typing import TYPE_CHECKING

import numpy as np

from nps_insights.themes.cluster import unit
from nps_insights.themes.curation.prototypes import (
    DELETED,
    MIN_SIMILARITY,
    centre_of,
    put_prototypes,
    theme_of_prototypes,
)
from nps_insights.themes.curation.said import Said, nearest_theme

if TYPE_CHECKING:
    from nps_insights.themes.model import ThemeModel

_ROUNDS = 2


def coinciding_theme(model: "ThemeModel", said: Said, examples: np.ndarray, centre: np.ndarray) -> str | None:
    """Return the found theme that a seed coincides with, or None.

    It is the one in which most of the examples lie, if its centre is as near to the seed's as those of one theme in two
    fits, and most of what its members say is nearer to the seed than to any other theme: then both speak of one thing,
    and two themes of it would only compete. Below that nearness (measured on banking77 and clinc150, 5 examples each)
    the found theme is mostly a wider one, from which the seed had better take its part only.

    Args:
        model: The model.
        said: What was said.
        examples: Unit vectors of the seed's examples (n, d).
        centre: Unit vector of the seed (d,).
    """
    placed = nearest_theme(model, examples)
    placed = placed[placed >= 0]
    if 2 * len(placed) <= len(examples):
        return None
    counts = np.bincount(placed)
    theme_id = model.theme_ids_[int(counts.argmax())]
    if 2 * counts.max() <= len(examples) or centre @ centre_of(model, theme_id) < MIN_SIMILARITY:
        return None
    own = nearest_theme(model, said.vectors) == counts.argmax()
    others = [centre_of(model, one) for one in model.theme_ids_ if one != theme_id]
    to_seed = said.vectors[own] @ centre
    elsewhere = (said.vectors[own] @ np.array(others).T).max(axis=1) if others else np.full(own.sum(), -np.inf)
    weights = said.weights[own]
    return theme_id if 2 * weights[to_seed > elsewhere].sum() > weights.sum() else None


def claim_prototypes(model: "ThemeModel", theme_id: str, centre: np.ndarray) -> None:
    """Give a theme every prototype that is nearer to `centre` than to the centre of any theme; then once more.

    Without that the few examples of a seed would compete with hundreds of prototypes, and draw next to nothing. The
    second time goes by the middle of `centre` and what was claimed, since a handful of examples lies off the theme's
    true centre. A theme keeps at least one prototype: only a seed that coincides with it makes it go.
    """
    for _ in range(_ROUNDS):
        themes = theme_of_prototypes(model)
        if not model.theme_ids_:
            return
        found = np.array([centre_of(model, one) for one in model.theme_ids_ if one != theme_id])
        nearer = model.centres_ @ centre > (model.centres_ @ found.T).max(axis=1)
        claimed = np.zeros(len(themes), dtype=bool)
        for one in set(themes) - {theme_id, DELETED}:
            own = np.array([theme == one for theme in themes])
            claimed |= own & nearer & (not nearer[own].all())
        given = [theme_id if taken else theme for taken, theme in zip(claimed, themes, strict=True)]
        put_prototypes(model, model.centres_, model.threshold_, given)
        if theme_id not in model.theme_ids_:
            return
        both = centre.astype(np.float64) + centre_of(model, theme_id)
        centre = unit(both[None])[0].astype(np.float32)
