"""An update: an earlier model kept as it is, with themes added for what it does not know."""

import copy
import re
from typing import Any

import numpy as np
import pandas as pd

from nps_insights.themes.cluster import (
    cut,
    group_sums,
    grow_tree,
    lasting_order,
    nearest_centre,
    unit,
)
from nps_insights.themes.labels.clashes import settle_clashes
from nps_insights.themes.labels.labels import label_themes
from nps_insights.themes.model import ThemeModel, unique_texts
from nps_insights.themes.number import choose_number
from nps_insights.themes.typical import thresholds, typical_cosines

_MOSTLY = 0.5


def update_themes(
    previous: ThemeModel, segments: pd.DataFrame, vectors: np.ndarray, *, min_segments: int | None = None
) -> ThemeModel:
    """Return `previous` with new themes for segments that it does not know well; every known theme stays.

    The segments are gathered in landmarks of their own. A landmark is new where most of its segments lie further from
    the earlier landmarks than nine of ten fitted segments did (`novelty_gap_`). New landmarks of one branch of the
    tree make a new theme if they hold enough segments for one; fewer are left as they are. A segment
    changes its theme only where a new landmark is nearer than every earlier one. Ids, labels and owners of earlier
    themes do not change; new themes get ids that were never used.

    Args:
        previous: A fitted model.
        segments: segment_id, response_id, text: all of them, the earlier ones among them or not.
        vectors: Their unit vectors (n, d) by the encoder that `previous` was fitted with.
        min_segments: The fewest segments of a new theme; None means at least 10 and at least 0.2 % of these.

    Raises:
        DataRefusedError: There is no segment, or the vectors do not match the segments.
    """
    from threadpoolctl import threadpool_limits

    unique = unique_texts(segments, vectors, random_state=previous.random_state)
    weights = unique["n_segments"].to_numpy(dtype=np.float64)
    model = copy.copy(previous)
    with threadpool_limits(1):
        chosen = np.ascontiguousarray(vectors[unique["row"].to_numpy()], dtype=np.float32)
        centres, threshold, group = _new_landmarks(previous, unique.index.tolist(), chosen, weights, min_segments)
        n_known, n_new = len(previous.theme_ids_), len(set(group.tolist()))
        model.centres_ = np.concatenate([previous.centres_, centres])
        model.theme_of_ = np.concatenate([previous.theme_of_, n_known + group])
        model.threshold_ = np.concatenate([previous.threshold_, threshold])
        new_ids = _unused_ids(previous, n_new)
        model.theme_ids_ = [*previous.theme_ids_, *new_ids]
        theme, fits = model.nearest_themes(chosen)
    model.parents_ = previous.parents_ | _parents_of_new(previous, model, new_ids)
    model._fitted = (unique.index.tolist(), chosen)
    model.__dict__.pop("topic_model_", None)
    model.labels_, model.keywords_ = _named(previous, model, unique[fits], theme[fits], new_ids)
    model.lineage_ = _lineage(previous, new_ids)
    return model


def _lineage(previous: ThemeModel, new_ids: list[str]) -> list[dict[str, Any]]:
    """What is gone stays told for good, and so does what edits made; everything else is kept or new."""
    told = [row for row in previous.lineage_ if row["relation"] == "gone" or row.get("edit")]
    kept = [{"theme_id": one, "previous_theme_id": one, "relation": "kept"} for one in previous.theme_ids_]
    return [*told, *kept, *({"theme_id": one, "previous_theme_id": None, "relation": "new"} for one in new_ids)]


def _new_landmarks(
    previous: ThemeModel, texts: list[str], vectors: np.ndarray, weights: np.ndarray, min_segments: int | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centres (m, d), thresholds (m,) and theme (m,), 0 the largest, of the landmarks that `previous` does not know."""
    nothing = np.zeros((0, vectors.shape[1]), np.float32), np.zeros(0), np.zeros(0, dtype=np.int64)
    smallest = min_segments or max(10, 0.002 * weights.sum())
    tree = grow_tree(vectors, weights, lasting_order(texts, random_state=previous.random_state))
    strange = _strange(previous, vectors)
    share = np.bincount(tree.landmark, weights * strange) / tree.sizes
    branch = cut(tree.merges, choose_number(tree))
    is_new = share > _MOSTLY
    held = np.bincount(branch, tree.sizes * is_new)
    is_new &= held[branch] >= smallest
    if not is_new.any():
        return nothing
    sums = group_sums(vectors, weights, tree.landmark)
    centres = unit(sums).astype(np.float32)
    nearest, _ = nearest_centre(vectors, centres)
    typical = typical_cosines(vectors, weights, tree.landmark, sums, nearest)
    threshold, _ = thresholds(typical, nearest, weights, len(sums), previous.unassigned)
    largest_first = np.argsort(-held, kind="stable")
    return centres[is_new], threshold[is_new], np.argsort(largest_first)[branch[is_new]]


def _strange(previous: ThemeModel, vectors: np.ndarray) -> np.ndarray:
    """Whether each vector lies further off than nine of ten fitted ones did."""
    nearest, cosine = nearest_centre(vectors, previous.centres_)
    return cosine < previous.threshold_[nearest] + previous.novelty_gap_


def _unused_ids(previous: ThemeModel, count: int, *, letter: str = "t") -> list[str]:
    """The next `count` ids that no theme (or, with letter p, top theme) of this line of models ever had."""
    ever = {*previous.theme_ids_, *previous.parents_.values()}
    for row in previous.lineage_:
        ever |= {row[name] for name in ("theme_id", "previous_theme_id") if row.get(name)}
    # Ids that analysts gave ("covid-19") and the parts of a split ("t02a") count as what they are.
    numbers = [match[1] for one in ever if (match := re.fullmatch(rf"{letter}(\d+)[a-z]*", one))]
    highest = max(map(int, numbers), default=0)
    width = max(2, *map(len, numbers), len(str(highest + count)), 2)
    return [f"{letter}{number:0{width}}" for number in range(highest + 1, highest + count + 1)]


def _parents_of_new(previous: ThemeModel, model: ThemeModel, new_ids: list[str]) -> dict[str, str]:
    """The top theme over each new theme: that of the nearest earlier one, or a new one where that is not near.

    Near is as near as half of the earlier themes are to the nearest other theme of their own top theme: under a top
    theme that says something else a new theme would falsify its share, its NPS and its effect.
    """
    if not previous.parents_ or not new_ids:
        return {}
    centres = model.theme_centres_.astype(np.float64)
    known = [row for row, one in enumerate(previous.theme_ids_) if one in previous.parents_]
    tops = np.array([previous.parents_[previous.theme_ids_[row]] for row in known])
    among = centres[known] @ centres[known].T
    among[(tops[:, None] != tops[None, :]) | np.eye(len(known), dtype=bool)] = -np.inf
    siblings = among.max(axis=1)
    near = np.median(siblings[np.isfinite(siblings)]) if np.isfinite(siblings).any() else np.inf
    cosine = centres[len(previous.theme_ids_) :] @ centres[known].T
    alone = iter(_unused_ids(previous, len(new_ids), letter="p"))
    return {
        one: str(tops[row.argmax()]) if row.max() >= near else next(alone)
        for one, row in zip(new_ids, cosine, strict=True)
    }


def _named(
    previous: ThemeModel, model: ThemeModel, said: pd.DataFrame, theme: np.ndarray, new_ids: list[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Labels and keywords: those of earlier themes as they were, those of new ones made now."""
    labels, keywords = dict(previous.labels_), dict(previous.keywords_)
    if not new_ids:
        return labels, keywords
    fresh_labels, fresh_keywords = label_themes(
        said.index.tolist(),
        said["n_responses"].astype(float).tolist(),
        [model.theme_ids_[number] for number in theme],
        model.parents_,
        said["speaker"].tolist(),
    )
    new_tops = sorted({model.parents_[one] for one in new_ids if one in model.parents_} - set(labels))
    for one in [*new_ids, *new_tops]:
        labels[one] = fresh_labels.get(one, one)
        keywords[one] = fresh_keywords.get(one, labels[one])
    return settle_clashes(labels, keywords, keep=tuple(previous.labels_)), keywords
