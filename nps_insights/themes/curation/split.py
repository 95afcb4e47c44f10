"""Make several themes of one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nps_insights.themes.cluster import cut, group_centres, grow_tree, lasting_order, nearest_centre, unit
from nps_insights.themes.curation.edits import part_ids
from nps_insights.themes.curation.prototypes import prototypes_of, put_prototypes, theme_of_prototypes
from nps_insights.themes.curation.said import Said, nearest_theme

if TYPE_CHECKING:
    from nps_insights.themes.model import ThemeModel

_PROTOTYPES_PER_PART = 5
_ROUNDING = 1e-6


def split_theme(
    model: "ThemeModel",
    said: Said,
    theme_id: str,
    *,
    into: int | None,
    named: Sequence[np.ndarray],
    random_state: int,
) -> tuple[list[str], str]:
    """Replace a theme by its parts, which share its prototypes or get one for the centre of their texts.

    Args:
        model: The model to change.
        said: What was said.
        theme_id: The theme.
        into: Number of parts by Ward's criterion, the largest first; None where parts are named.
        named: Unit vectors (m, d) of what each part is to hold; every text goes to the part with the nearest of them.
        random_state: Seed of the order in which landmarks start.

    Returns:
        The ids of the parts and, where nothing was done, no id and the reason.
    """
    own = nearest_theme(model, said.vectors) == model.theme_ids_.index(theme_id)
    vectors, weights = said.vectors[own], said.weights[own]
    wanted = into or len(named)
    if len(vectors) < wanted:
        return [], f"{theme_id} holds {len(vectors)} different texts, too few for {wanted} parts"
    if into is None:
        part = _nearest_named(vectors, named)
    else:
        texts = [text for text, inside in zip(said.texts, own, strict=True) if inside]
        order = lasting_order(texts, random_state=random_state)
        tree = grow_tree(vectors, weights, order, at_least=3 * into)
        part = cut(tree.merges, into)[tree.landmark]
    missing = wanted - len(np.unique(part))
    if missing:
        return [], f"{missing} of the {wanted} parts would hold no text of {theme_id}"
    if into is not None:
        largest_first = np.argsort(-np.bincount(part, weights), kind="stable")
        part = np.argsort(largest_first)[part]
    ids = part_ids(theme_id, wanted)
    before = prototypes_of(model, theme_id)
    centres, thresholds, part_of = _cells(model, np.flatnonzero(before), vectors, weights, part)
    kept = [one for one, gone in zip(theme_of_prototypes(model), before, strict=True) if not gone]
    put_prototypes(
        model,
        np.concatenate([model.centres_[~before], centres]),
        np.concatenate([model.threshold_[~before], thresholds]),
        [*kept, *(ids[one] for one in part_of)],
    )
    return ids, ""


def _cells(
    model: "ThemeModel", rows: np.ndarray, vectors: np.ndarray, weights: np.ndarray, part: np.ndarray
) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Prototypes of the parts, their thresholds and their part.

    Where the theme has prototypes enough, each goes to the part of most of its texts as it is, so that no text changes
    sides with another theme. Otherwise each makes one prototype for every part that it holds texts of.
    """
    nearest, _ = nearest_centre(vectors, model.centres_[rows])
    count = np.zeros((len(rows), int(part.max()) + 1))
    np.add.at(count, (nearest, part), weights)
    majority = count.argmax(axis=1)
    if len(rows) >= _PROTOTYPES_PER_PART * count.shape[1] and len(np.unique(majority)) == count.shape[1]:
        # A prototype without a text of its own goes with the prototype nearest to it.
        idle = np.flatnonzero(count.sum(axis=1) == 0)
        busy = np.flatnonzero(count.sum(axis=1) > 0)
        centres = model.centres_[rows]
        majority[idle] = majority[busy[(centres[idle] @ centres[busy].T).argmax(axis=1)]]
        return centres, model.threshold_[rows], majority.tolist()
    cells, cell = np.unique(nearest * count.shape[1] + part, return_inverse=True)
    centres = group_centres(vectors, weights, cell)
    # Every text of the theme stays with its part.
    lowest = np.full(len(cells), np.inf)
    np.minimum.at(lowest, cell, (vectors * centres[cell]).sum(axis=1))
    thresholds = np.minimum(lowest - _ROUNDING, model.threshold_[rows][cells // count.shape[1]])
    return centres, thresholds, (cells % count.shape[1]).tolist()


def _nearest_named(vectors: np.ndarray, named: Sequence[np.ndarray]) -> np.ndarray:
    """By text the part with the nearest phrase; the mean of a part's phrases counts as one of them."""
    closeness = []
    for phrases in named:
        mean = unit(phrases.astype(np.float64).mean(axis=0, keepdims=True)).astype(np.float32)
        closeness.append((vectors @ np.concatenate([phrases, mean]).T).max(axis=1))
    return np.argmax(closeness, axis=0)
