"""Which theme of one model continues which theme of the one before, and ids that stay with what they name."""

import re

import numpy as np
import pandas as pd

from nps_insights.tables import conform
from nps_insights.themes.curation.prototypes import MIN_SIMILARITY, centre_of, copy_of
from nps_insights.themes.curation.said import nearest_theme
from nps_insights.themes.model import ThemeModel

_NUMBERED = re.compile(r"([a-z])(\d+)")


def match_themes(
    previous: ThemeModel,
    current: ThemeModel,
    *,
    vectors: np.ndarray | None = None,
    min_similarity: float = MIN_SIMILARITY,
) -> pd.DataFrame:
    """Return table `lineage`: what each theme of `current` was in `previous`, by the ids that the two models bear.

    Themes are matched one to one so that the sum of the cosines of their centres is greatest (Kuhn 1955, the Hungarian
    method). A pair holds if its cosine reaches `min_similarity` and each is nearer to the other than to any other
    theme of its own model; the second rule carries over to encoders for which all texts look alike.

    - kept: the pair holds.
    - new, split_from: no pair holds; the theme comes from a previous one that most of its segments belonged to, or
      (without `vectors`) whose centre is near enough.
    - merged_from: a previous theme without a pair most of whose segments now belong to `theme_id`.
    - gone: a previous theme (as `theme_id`) of which nothing is left.

    Args:
        previous: The model before.
        current: The model after.
        vectors: Unit vectors of segments (n, d), for `shared`: the Jaccard share of segments that both models put into
            the two themes. None leaves it empty.
        min_similarity: Lowest cosine of two centres of one theme.

    Example:
        >>> said = pd.DataFrame({"text": [f"{word} {n}" for word in ("queue", "nurse") for n in range(20)]})
        >>> said["segment_id"] = said["response_id"] = said["text"]
        >>> vectors = np.repeat(np.eye(2, dtype=np.float32), 20, axis=0)
        >>> before = ThemeModel(n_themes=2).fit(said, vectors)
        >>> after = ThemeModel(n_themes=1).fit(said[:20], vectors[:20])
        >>> match_themes(before, after)[["theme_id", "previous_theme_id", "relation"]].values.tolist()
        [['t01', 't01', 'kept'], ['t02', 't02', 'gone']]
    """
    before, after = (_centres(model, model.theme_ids_) for model in (previous, current))
    pairs = _pairs(before, after, min_similarity)
    alike = _cosines(before, after) if len(before) and len(after) else np.zeros((len(before), len(after)))
    both = None if vectors is None else _both(previous, current, vectors)
    # The rows that remain come after the pairs: first where new themes come from, then where old ones went.
    links: list[tuple[str, int | None, int | None]] = [("kept", row, column) for row, column in pairs]
    for column in sorted(set(range(len(after))) - {column for _, column in pairs}):
        source = _belongs(alike[:, column], None if both is None else both[:, column], min_similarity)
        links.append(("new" if source is None else "split_from", source, column))
    for row in sorted(set(range(len(before))) - {row for row, _ in pairs}):
        target = _belongs(alike[row], None if both is None else both[row], min_similarity)
        # A theme that has just been told to come from this one tells enough.
        if not any(link[:2] == ("split_from", row) for link in links):
            links.append(("gone" if target is None else "merged_from", row, target))
    # What several themes became one in is not new.
    united = {column for relation, _, column in links if relation == "merged_from"}
    links = [link for link in links if not (link[0] == "new" and link[2] in united)]
    told = [_told(previous, current, alike, both, *link) for link in links]
    names = ["theme_id", "previous_theme_id", "relation", "similarity", "shared"]
    rows = pd.DataFrame(told, columns=names).astype({"similarity": "float64", "shared": "float64"})
    return conform("lineage", rows)


def with_stable_ids(
    current: ThemeModel,
    previous: ThemeModel,
    *,
    vectors: np.ndarray | None = None,
    min_similarity: float = MIN_SIMILARITY,
) -> ThemeModel:
    """Return a copy of `current` whose themes bear the ids of the previous themes that they continue.

    New themes get numbers that no theme ever had, top themes likewise. `lineage_` tells what became of every previous
    theme; ids that are gone stay in it for good, so that no number comes back with another meaning.

    Args:
        current: A freshly fitted model, best before its edits are replayed.
        previous: The model before, best as it was before its edits.
        vectors: Unit vectors of segments, for `shared`; see `match_themes`.
        min_similarity: Lowest cosine of two centres of one theme.

    Example:
        >>> said = pd.DataFrame({"text": [f"{word} {n}" for word in ("queue", "nurse") for n in range(20)]})
        >>> said["segment_id"] = said["response_id"] = said["text"]
        >>> vectors = np.repeat(np.eye(2, dtype=np.float32), 20, axis=0)
        >>> before = ThemeModel(n_themes=2).fit(said, vectors)
        >>> after = ThemeModel(n_themes=1).fit(said[20:], vectors[20:])
        >>> with_stable_ids(after, before).theme_ids_
        ['t02']
    """
    rows = match_themes(previous, current, vectors=vectors, min_similarity=min_similarity)
    matched = dict(rows.loc[rows["relation"] == "kept", ["theme_id", "previous_theme_id"]].itertuples(index=False))
    tops = [sorted(set(model.parents_.values())) for model in (previous, current)]
    top_pairs = _pairs(_centres(previous, tops[0]), _centres(current, tops[1]), min_similarity)
    matched |= {tops[1][column]: tops[0][row] for row, column in top_pairs}
    told = [one for row in previous.lineage_ for one in (row["theme_id"], row["previous_theme_id"]) if one]
    used = {*previous.theme_ids_, *tops[0], *told}
    renamed = _numbered([*current.theme_ids_, *tops[1]], matched, used)
    stable = _renamed(current, renamed)
    continues = rows["relation"] != "gone"
    rows.loc[continues, "theme_id"] = rows.loc[continues, "theme_id"].map(renamed)
    known = {*rows["theme_id"], *rows["previous_theme_id"].dropna(), *renamed.values()}
    old = [dict.fromkeys(rows.columns) | {"theme_id": one, "relation": "gone"} for one in sorted(used - known)]
    edited = [{**row, "theme_id": renamed.get(row["theme_id"], row["theme_id"])} for row in current.lineage_]
    new_rows = conform("lineage", rows).astype(object)
    stable.lineage_ = [
        *old,
        *new_rows.where(new_rows.notna(), None).to_dict("records"),
        *(row for row in edited if row.get("edit")),
    ]
    return stable


def lineage_table(model: ThemeModel) -> pd.DataFrame:
    """Return table `lineage` of a model: what its themes were before, and what edits made of them.

    A theme that several edits changed has a row for the last of them.
    """
    names = ["theme_id", "previous_theme_id", "relation", "similarity", "shared", "edit"]
    rows = pd.DataFrame([{name: row.get(name) for name in names} for row in model.lineage_], columns=names)
    rows = rows.drop_duplicates(["theme_id", "previous_theme_id"], keep="last")
    return conform("lineage", rows.astype({"similarity": "float64", "shared": "float64"}))


def _told(
    previous: ThemeModel,
    current: ThemeModel,
    alike: np.ndarray,
    both: np.ndarray | None,
    relation: str,
    row: int | None,
    column: int | None,
) -> tuple[str, str | None, str, float, float]:
    """One row of table `lineage`."""
    old = None if row is None else previous.theme_ids_[row]
    if row is None or column is None:
        # A theme that is gone is told under its own id.
        return str(old) if column is None else current.theme_ids_[column], old, relation, np.nan, np.nan
    shared = np.nan
    if both is not None:
        union = both[row].sum() + both[:, column].sum() - both[row, column]
        shared = both[row, column] / union if union else np.nan
    return current.theme_ids_[column], old, relation, float(alike[row, column]), float(shared)


def _pairs(before: np.ndarray, after: np.ndarray, min_similarity: float) -> list[tuple[int, int]]:
    """Rows of two arrays of unit centres that mean the same theme, one to one."""
    from scipy.optimize import linear_sum_assignment

    if not len(before) or not len(after):
        return []
    similarity = _cosines(before, after)
    rows, columns = linear_sum_assignment(-similarity)
    siblings = np.maximum(_nearest_sibling(before)[rows], _nearest_sibling(after)[columns])
    cosine = similarity[rows, columns]
    holds = (cosine >= min_similarity) & (cosine > siblings)
    return list(zip(rows[holds].tolist(), columns[holds].tolist(), strict=True))


def _cosines(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return before.astype(np.float64) @ after.astype(np.float64).T


def _nearest_sibling(centres: np.ndarray) -> np.ndarray:
    cosine = _cosines(centres, centres)
    np.fill_diagonal(cosine, -1.0)
    return cosine.max(axis=1)


def _centres(model: ThemeModel, ids: list[str]) -> np.ndarray:
    return np.array([centre_of(model, one) for one in ids]).reshape(len(ids), model.centres_.shape[1])


def _both(previous: ThemeModel, current: ThemeModel, vectors: np.ndarray) -> np.ndarray:
    """How many segments lie in each previous theme (rows) and current theme (columns); the last ones fit nowhere."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        before, after = nearest_theme(previous, vectors), nearest_theme(current, vectors)
    counts = np.zeros((len(previous.theme_ids_) + 1, len(current.theme_ids_) + 1))
    np.add.at(counts, (before, after), 1)
    return counts


def _belongs(alike: np.ndarray, counts: np.ndarray | None, least: float) -> int | None:
    """Where a theme came from or went: to most of its segments' theme, or, without segments, to the nearest one."""
    if not len(alike):
        return None
    if counts is None:
        return int(alike.argmax()) if alike.max() >= least else None
    best = int(counts[:-1].argmax())
    return best if 2 * counts[best] > counts.sum() else None


def _numbered(ids: list[str], matched: dict[str, str], used: set[str]) -> dict[str, str]:
    """Stable id of each id: that of its match, or the next number that was never used; names that people gave stay."""
    numbers = [_NUMBERED.match(one) for one in used]
    highest = {letter: max((int(one[2]) for one in numbers if one and one[1] == letter), default=0) for letter in "tp"}
    renamed = {}
    for one in ids:
        named = _NUMBERED.fullmatch(one)
        if one in matched or named is None:
            renamed[one] = matched.get(one, one) if named else one
            continue
        highest[named[1]] += 1
        renamed[one] = f"{named[1]}{highest[named[1]]:02}"
    return renamed


def _renamed(model: ThemeModel, renamed: dict[str, str]) -> ThemeModel:
    stable = copy_of(model)
    stable.theme_ids_ = [renamed[one] for one in model.theme_ids_]
    stable.parents_ = {renamed[leaf]: renamed[top] for leaf, top in model.parents_.items()}
    for name in ("labels_", "keywords_", "owners_"):
        told = getattr(model, name)
        setattr(stable, name, dict(sorted((renamed[one], text) for one, text in told.items() if one in renamed)))
    return stable
