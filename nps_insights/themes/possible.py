"""Possible new themes: segments that fit nowhere, grouped where enough of them say the same."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.tables import DataRefusedError, SettingsError, conform, empty
from nps_insights.themes.cluster import nearest_centre, unit
from nps_insights.themes.labels.clashes import settle_clashes
from nps_insights.themes.labels.labels import label_themes

# Ward's tree costs the square of its rows; the others join the groups that these form.
_GROWN_ROWS = 3000
_FEWEST, _FEWEST_SHARE = 10, 0.001
_FEWEST_TEXTS = 5
# A new theme holds together about as well as the loosest tenth of the known ones, and never worse than this.
_KNOWN_QUANTILE, _FLOOR = 0.1, 0.25
_JOINS_AT = 0.25
_READABLE = (40, 200)
_ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class PossibleThemes:
    """Groups of segments that fit nowhere.

    Attributes:
        table: Table `possible_themes`, the largest group first.
        members: Which segment is in which group: segment_id, group_id.
        n_outside: Segments that fit nowhere and were looked at.
        n_left_out: Of them, those in no group that is large and coherent enough.
        note: All this in a sentence.
    """

    table: pd.DataFrame
    members: pd.DataFrame
    n_outside: int
    n_left_out: int
    note: str


def possible_themes(
    segments: pd.DataFrame,
    vectors: np.ndarray,
    mentions: pd.DataFrame,
    *,
    responses: pd.DataFrame | None = None,
    since: pd.Timestamp | None = None,
    smallest: int | None = None,
    labels: Mapping[str, str] | None = None,
    found_ids: Collection[str] | None = None,
) -> PossibleThemes:
    """Group the segments that have no mention, by Ward's tree on their vectors.

    The tree is walked from its root: a branch whose segments resemble each other enough is a group, another one is
    split. Enough: the mean cosine of its pairs reaches that of the loosest tenth of the found themes (the square of
    the mean `strength` of their mentions), and 0.25 at least. Groups said by fewer than `smallest` responses, or in
    fewer than five different texts, are left out and counted. The same rows in any order give the same groups.

    Args:
        segments: Table `segments`.
        vectors: Their unit vectors (n, d), row for row.
        mentions: Table `mentions` of the fitted model for these segments.
        responses: Table `responses`, for the dates; None leaves `first_seen` and `last_seen` empty.
        since: Looks only at responses from this day on, as at an update; needs `responses` with `responded_at`.
        smallest: The fewest responses of a group; None means 10, and 0.1 % of the responses looked at.
        labels: Labels of the known themes, from which the new ones must differ.
        found_ids: Themes that were found: their `strength` is a cosine, that of stated themes is a score. None: all.

    Raises:
        DataRefusedError: The vectors do not match the segments.
        SettingsError: `since` is given without dates, or `smallest` is below 3.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> known, new = np.tile([1.0, 0, 0], (40, 1)), np.tile([0, 1.0, 0], (15, 1))
        >>> vectors = np.vstack([known, new]) + rng.normal(0, 0.1, (55, 3))
        >>> vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        >>> ids = [f"s{n:02}" for n in range(55)]
        >>> texts = [f"kind nurse {n}" for n in range(40)] + [f"parking fee {'abcdefghijklmno'[n]}" for n in range(15)]
        >>> segments = pd.DataFrame({"segment_id": ids, "response_id": ids, "text": texts})
        >>> mentions = pd.DataFrame({"segment_id": ids[:40], "theme_id": "t01", "strength": 0.95})
        >>> possible_themes(segments, vectors, mentions).table[["label", "n_responses"]].values.tolist()
        [['parking fee', 15]]
    """
    _check(segments, vectors, responses, since, smallest)
    inside = _looked_at(segments, responses, since)
    outside = inside & ~segments["segment_id"].isin(mentions["segment_id"]).to_numpy()
    n_responses = segments.loc[inside, "response_id"].nunique()
    fewest = smallest if smallest is not None else max(_FEWEST, int(_FEWEST_SHARE * n_responses))
    unique = _unique_texts(segments[outside], np.flatnonzero(outside))
    group = _groups(unique, np.asarray(vectors, dtype=np.float32), fewest, _coherence_wanted(mentions, found_ids))
    group_of = dict(zip(unique.index, group, strict=True))
    rows = segments[outside].assign(row=np.flatnonzero(outside))
    rows["group"] = rows["text"].map(group_of)
    grouped = rows[rows["group"] >= 0]
    n_left_out = len(rows) - len(grouped)
    note = _note(len(rows), n_left_out, grouped["group"].nunique(), fewest)
    if grouped.empty:
        members = pd.DataFrame({"segment_id": [], "group_id": []}, dtype="str")
        return PossibleThemes(empty("possible_themes"), members, len(rows), n_left_out, note)
    grouped = _numbered(grouped)
    table = _table(grouped, segments, vectors, responses, n_responses, labels or {})
    members = grouped[["segment_id", "group_id"]].sort_values(["group_id", "segment_id"], ignore_index=True)
    return PossibleThemes(table, members, len(rows), n_left_out, note)


def _check(
    segments: pd.DataFrame,
    vectors: np.ndarray,
    responses: pd.DataFrame | None,
    since: pd.Timestamp | None,
    smallest: int | None,
) -> None:
    if vectors.ndim != 2 or len(vectors) != len(segments):
        raise DataRefusedError(
            f"vectors: shape {vectors.shape}, must be (n, d) with one row for each of the {len(segments)} segments."
        )
    if since is not None and (responses is None or "responded_at" not in responses.columns):
        raise SettingsError(f"since == {since}: needs dates; pass responses with responded_at, or no since")
    if smallest is not None and smallest < 3:
        raise SettingsError(f"smallest == {smallest}: must be 3 or more, so that no group shows one person's words")


def _looked_at(segments: pd.DataFrame, responses: pd.DataFrame | None, since: pd.Timestamp | None) -> np.ndarray:
    if since is None or responses is None:
        return np.ones(len(segments), dtype=bool)
    recent = responses.loc[responses["responded_at"] >= pd.Timestamp(since), "response_id"]
    return segments["response_id"].isin(recent).to_numpy()


def _unique_texts(outside: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    """By different text, sorted: a row that holds it, and which responses said it."""
    said = outside.assign(row=rows, speaker=pd.factorize(outside["response_id"], sort=True)[0])
    once = said.sort_values(["text", "segment_id"]).groupby("text", sort=True)
    return pd.DataFrame({"row": once["row"].first(), "speakers": once["speaker"].unique()})


def _coherence_wanted(mentions: pd.DataFrame, found_ids: Collection[str] | None) -> float:
    """Mean cosine of pairs: for unit vectors about the square of the mean cosine with their centre."""
    if found_ids is not None:
        mentions = mentions[mentions["theme_id"].isin(list(found_ids))]
    if mentions.empty:
        return _FLOOR
    strength = mentions.groupby("theme_id")["strength"].mean().to_numpy()
    return max(_FLOOR, float(np.quantile(strength, _KNOWN_QUANTILE)) ** 2)


def _groups(unique: pd.DataFrame, vectors: np.ndarray, fewest: int, wanted: float) -> np.ndarray:
    """Group of each text, from 0; -1 for none."""
    from threadpoolctl import threadpool_limits

    none = np.full(len(unique), -1, dtype=np.int64)
    if len(unique) < _FEWEST_TEXTS:
        return none
    speakers = unique["speakers"].to_numpy()
    with threadpool_limits(1):
        own = unit(vectors[unique["row"].to_numpy()].astype(np.float64))
        grown = np.unique(np.linspace(0, len(own) - 1, min(len(own), _GROWN_ROWS)).round().astype(int))
        scale = len(own) / len(grown)
        branches = _coherent_branches(own[grown], speakers[grown], fewest / scale, wanted)
        if not branches:
            return none
        members = [grown[branch] for branch in branches]
        centres = unit(np.array([own[rows].mean(axis=0) for rows in members])).astype(np.float32)
        lowest = [np.quantile(own[rows] @ centre, _JOINS_AT) for rows, centre in zip(members, centres, strict=True)]
        nearest, cosine = nearest_centre(own.astype(np.float32), centres)
    group = np.where(cosine >= np.array(lowest)[nearest], nearest, -1)
    for number, rows in enumerate(members):
        group[rows] = number
    return group


def _coherent_branches(vectors: np.ndarray, speakers: np.ndarray, fewest: float, wanted: float) -> list[np.ndarray]:
    """Rows of the largest branches of Ward's tree that hold together and are large enough."""
    from scipy.cluster.hierarchy import linkage, to_tree

    found, waiting = [], [to_tree(linkage(vectors, "ward"))]
    while waiting:
        node = waiting.pop()
        rows = np.sort(np.array(node.pre_order(), dtype=np.int64))
        if len(rows) < _FEWEST_TEXTS or len(np.unique(np.concatenate(speakers[rows]))) < fewest:
            continue
        if _coherence(vectors[rows]) >= wanted:
            found.append(rows)
        else:
            waiting += [node.get_left(), node.get_right()]
    return sorted(found, key=lambda rows: int(rows[0]))


def _coherence(vectors: np.ndarray) -> float:
    """Mean cosine of all pairs of unit vectors (n, d)."""
    n, total = len(vectors), vectors.sum(axis=0)
    return float((total @ total - n) / (n * (n - 1)))


def _numbered(grouped: pd.DataFrame) -> pd.DataFrame:
    """With `group_id`: "new1" is the group of most responses."""
    sizes = grouped.groupby("group")["response_id"].nunique()
    first = grouped.groupby("group")["text"].min()
    order = sorted(sizes.index, key=lambda one: (-sizes[one], first[one]))
    width = len(str(len(order)))
    ids = {one: f"new{number:0{width}}" for number, one in enumerate(order, start=1)}
    return grouped.assign(group_id=grouped["group"].map(ids))


def _table(
    grouped: pd.DataFrame,
    segments: pd.DataFrame,
    vectors: np.ndarray,
    responses: pd.DataFrame | None,
    n_responses: int,
    known: Mapping[str, str],
) -> pd.DataFrame:
    named, keywords = _labels(grouped, segments, known)
    rows = []
    for group_id, own in grouped.groupby("group_id", sort=True):
        texts = own.sort_values(["text", "segment_id"]).drop_duplicates("text")
        inside = unit(vectors[texts["row"].to_numpy()].astype(np.float64))
        dates = _dates(own, responses)
        rows.append(
            {
                "group_id": group_id,
                "label": named[str(group_id)],
                "keywords": keywords[str(group_id)],
                "n_segments": len(own),
                "n_responses": own["response_id"].nunique(),
                "share": own["response_id"].nunique() / n_responses,
                "cohesion": _coherence(inside),
                "example": _typical(texts["text"].tolist(), inside @ unit(inside.mean(axis=0)[None])[0]),
                "first_seen": dates.min(),
                "last_seen": dates.max(),
            }
        )
    return conform(
        "possible_themes", pd.DataFrame(rows).astype({"first_seen": "datetime64[us]", "last_seen": "datetime64[us]"})
    )


def _dates(own: pd.DataFrame, responses: pd.DataFrame | None) -> pd.Series:
    if responses is None or "responded_at" not in responses.columns:
        return pd.Series([], dtype="datetime64[us]")
    return responses.loc[responses["response_id"].isin(own["response_id"]), "responded_at"]


def _labels(
    grouped: pd.DataFrame, segments: pd.DataFrame, known: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Labels against everything else that was said, none of which a known theme has."""
    said = segments.assign(
        group_id=segments["segment_id"].map(grouped.set_index("segment_id")["group_id"]).fillna(_ELSEWHERE)
    )
    unique = said.sort_values(["text", "group_id", "segment_id"]).groupby(["text", "group_id"], sort=True)
    speakers, weights = unique["response_id"].first(), unique["response_id"].nunique()
    texts, groups = (speakers.index.get_level_values(level).tolist() for level in ("text", "group_id"))
    labels, keywords = label_themes(texts, weights.astype(float).tolist(), groups, {}, speakers.tolist())
    labels.pop(_ELSEWHERE, None)
    return settle_clashes({**known, **labels}, keywords, keep=known), keywords


def _typical(texts: Sequence[str], closeness: np.ndarray) -> str:
    """The text nearest to the centre, of readable length where there is one; the first of equals."""
    readable = [_READABLE[0] <= len(text) <= _READABLE[1] for text in texts]
    return min(zip(texts, closeness, readable, strict=True), key=lambda one: (not one[2], -one[1], one[0]))[0]


def _note(n_outside: int, n_left_out: int, n_groups: int, fewest: int) -> str:
    if n_groups == 0:
        return f"No possible new theme: no {fewest} responses say the same in {n_outside:,} segments without a theme."
    found = f"{n_groups} possible new theme{'s' * (n_groups > 1)} in {n_outside:,} segments without a theme"
    return f"{found} ({fewest} responses or more say the same); {n_left_out:,} of the segments are in none."
