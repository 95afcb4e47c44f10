"""The theme model: what the segments of one corpus talk about, and one rule that gives any segment its theme."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nps_insights.tables import DataRefusedError, SettingsError, conform, empty
from nps_insights.themes.cluster import (
    FITTED_TEXTS,
    Tree,
    cut,
    group_centres,
    group_sums,
    grow_tree,
    lasting_order,
    merge_small,
    nearest_centre,
    unit,
)
from nps_insights.themes.labels.labels import label_themes
from nps_insights.themes.number import choose_number, choose_top_number
from nps_insights.themes.typical import thresholds, typical_cosines

if TYPE_CHECKING:
    from bertopic import BERTopic

_FEWEST_TEXTS = 10


class ThemeModel:
    """Themes of a corpus, on two levels, with readable labels.

    Unique texts are gathered in landmarks (micro-clusters of a few texts); Ward's tree over the landmarks is cut into
    a number of themes that the data choose. Everything after that is one rule: a segment belongs to the theme of its
    nearest landmark (cosine), unless the cosine lies below that landmark's `threshold_`: then it fits nowhere. The
    rows of `fit` follow the same rule.

    Args:
        n_themes: Number of themes; None lets the data choose (`choose_number`).
        max_themes: The most themes the data may choose.
        min_segments: A chosen theme with fewer segments joins its nearest; None means at least 10 and at least
            0.2 % of the segments. A number given as `n_themes` is not reduced.
        unassigned: Share of segments like the fitted ones that may fit nowhere, 0..1: sets `threshold_`.
        random_state: Seed of the choice of the first landmarks.

    Attributes:
        theme_ids_: Ids of the themes, `t01` the largest of the first fit; an id is never used for another theme.
        centres_: Unit centres of the landmarks, float32 of shape (p, d).
        theme_of_: Row of `theme_ids_` that each landmark belongs to, int64 of shape (p,); -1 is a deleted theme, whose
            segments fit nowhere.
        threshold_: Lowest cosine at which a segment belongs to each landmark, float64 of shape (p,).
        novelty_gap_: By how much a cosine must exceed `threshold_` to be as typical as nine of ten fitted segments.
        parents_: Id of the top theme over each theme id; empty for fewer than 6 themes.
        labels_: Readable label of each theme and top theme id.
        keywords_: Five to eight typical words of each theme and top theme id, with commas.
        owners_: Department that answers for a theme, by theme id, where an analyst named one.
        lineage_: How the themes came from those of an earlier model, one dict per relation; empty from scratch.
        topic_model_: The same themes as a fitted BERTopic, built when first asked for.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> axes = np.repeat(np.eye(2), [40, 20], axis=0) + rng.normal(0, 0.05, (60, 2))
        >>> said = ["long queue", "nice staff"]
        >>> segments = pd.DataFrame({"segment_id": [f"s{i:02}" for i in range(60)],
        ...                          "response_id": [f"r{i:02}" for i in range(60)],
        ...                          "text": [f"{said[i // 40]} {'abcdef'[i % 6]}{i}" for i in range(60)]})
        >>> model = ThemeModel(n_themes=2).fit(segments, axes / np.linalg.norm(axes, axis=1, keepdims=True))
        >>> model.labels_
        {'t01': 'long queue', 't02': 'nice staff'}
    """

    def __init__(
        self,
        n_themes: int | None = None,
        *,
        max_themes: int | None = None,
        min_segments: int | None = None,
        unassigned: float = 0.03,
        random_state: int = 0,
    ) -> None:
        for name, value in (("n_themes", n_themes), ("max_themes", max_themes), ("min_segments", min_segments)):
            if value is not None and value < 1:
                raise SettingsError(f"{name} == {value}, must be 1 or more, or None to let the data choose.")
        if not 0 <= unassigned < 1:
            raise SettingsError(f"unassigned == {unassigned}, must lie in 0 to 1 (1 excluded).")
        self.n_themes = n_themes
        self.max_themes = max_themes
        self.min_segments = min_segments
        self.unassigned = unassigned
        self.random_state = random_state

    def fit(self, segments: pd.DataFrame, vectors: np.ndarray) -> "ThemeModel":
        """Learn themes from `segments` (segment_id, response_id, text) and their unit vectors (n, d), row for row.

        Raises:
            DataRefusedError: There is no segment, or the vectors do not match the segments.
            SettingsError: More themes are asked for than there are different texts.
        """
        from threadpoolctl import threadpool_limits

        unique = unique_texts(segments, vectors, random_state=self.random_state)
        if self.n_themes is not None and self.n_themes > len(unique):
            raise SettingsError(
                f"n_themes == {self.n_themes}, must be at most {len(unique)}, the number of different segments; "
                "give a smaller one or let the data choose (None)."
            )
        weights = unique["n_segments"].to_numpy(dtype=np.float64)
        with threadpool_limits(1):
            chosen = np.ascontiguousarray(vectors[unique["row"].to_numpy()], dtype=np.float32)
            tree = self._tree(unique.index.tolist(), chosen, weights)
            sums = group_sums(chosen, weights, tree.landmark)
            self.centres_ = unit(sums).astype(np.float32)
            nearest, cosine = nearest_centre(chosen, self.centres_)
            # Segments go to the nearest landmark of all, which moves some out of the landmark they grew.
            sizes = np.bincount(nearest, weights, len(sums))
            group = self._groups(tree, sums, sizes)
            largest_first = np.argsort(-np.bincount(group, sizes), kind="stable")
            self.theme_of_ = np.argsort(largest_first)[group]
            typical = typical_cosines(chosen, weights, tree.landmark, sums, nearest)
            self.threshold_, self.novelty_gap_ = thresholds(typical, nearest, weights, len(sums), self.unassigned)
            theme, fits = self.theme_of_[nearest], cosine >= self.threshold_[nearest]
            tops = self._tops(theme, weights)
        self.theme_ids_ = _ids("t", len(largest_first))
        top_ids = _ids("p", len(set(tops)))
        self.parents_ = {leaf: top_ids[top] for leaf, top in zip(self.theme_ids_, tops, strict=False)}
        self.owners_: dict[str, str] = {}
        self.lineage_: list[dict[str, Any]] = []
        self._fitted = (unique.index.tolist(), chosen)
        self.labels_, self.keywords_ = self._named(unique[fits], theme[fits])
        self.__dict__.pop("topic_model_", None)
        return self

    def nearest_themes(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the row in `theme_ids_` of each vector's nearest landmark, and whether the vector belongs to it."""
        nearest, cosine = nearest_centre(vectors, self.centres_)
        theme = self.theme_of_[nearest]
        return theme, (cosine >= self.threshold_[nearest]) & (theme >= 0)

    def deleted(self, vectors: np.ndarray) -> np.ndarray:
        """Return which vectors belong to a theme that an analyst deleted, bool of shape (n,)."""
        nearest, cosine = nearest_centre(vectors, self.centres_)
        return (self.theme_of_[nearest] < 0) & (cosine >= self.threshold_[nearest])

    def assign(self, segments: pd.DataFrame, vectors: np.ndarray) -> pd.DataFrame:
        """Return table `mentions` of `segments` (segment_id, response_id) and their unit vectors (n, d).

        A segment has one theme or none; `strength` is the cosine with the theme's centre. A segment's mention does
        not depend on the segments beside it.
        """
        from threadpoolctl import threadpool_limits

        check_shape(segments, vectors)
        with threadpool_limits(1):
            theme, fits = self.nearest_themes(vectors)
        if not fits.any():
            return empty("mentions")
        strength = (vectors[fits] * self.theme_centres_[theme[fits]]).sum(axis=1, dtype=np.float64)
        found = segments.loc[fits, ["segment_id", "response_id"]]
        ids = np.array(self.theme_ids_, dtype=object)[theme[fits]]
        return conform("mentions", found.assign(theme_id=ids, strength=np.clip(strength, -1, 1)))

    @property
    def theme_centres_(self) -> np.ndarray:
        """Unit centre of each theme: the mean of its landmarks, float32 of shape (themes, d)."""
        kept = self.theme_of_ >= 0
        return group_centres(self.centres_[kept], np.ones(kept.sum()), self.theme_of_[kept])

    @cached_property
    def topic_model_(self) -> "BERTopic":
        """The themes as a fitted BERTopic on the unique texts of `fit`, for its plots and representations.

        Raises:
            SettingsError: The model was loaded: texts are not saved with it.
        """
        from nps_insights.themes.topic_model import as_bertopic

        if not hasattr(self, "_fitted"):
            raise SettingsError(
                "topic_model_: this model was loaded and holds no comments; "
                "call nps_insights.themes.as_bertopic(model, texts, vectors) with the texts to show."
            )
        return as_bertopic(self, *self._fitted)

    def to_arrays(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return what was learned: arrays by name, and facts that JSON can hold. No text of a comment is among them."""
        arrays = {"centres": self.centres_, "theme_of": self.theme_of_, "threshold": self.threshold_}
        settings = ("n_themes", "max_themes", "min_segments", "unassigned", "random_state")
        learned = ("theme_ids_", "novelty_gap_", "parents_", "labels_", "keywords_", "owners_", "lineage_")
        return arrays, {name: getattr(self, name) for name in (*settings, *learned)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> "ThemeModel":
        """Return the model that `to_arrays` described; it assigns bit for bit as the saved one did."""
        model = cls()
        model.centres_, model.theme_of_, model.threshold_ = (
            np.ascontiguousarray(arrays[name]) for name in ("centres", "theme_of", "threshold")
        )
        for name, value in facts.items():
            setattr(model, name, value)
        return model

    def _tree(self, texts: list[str], vectors: np.ndarray, weights: np.ndarray) -> Tree:
        if self.n_themes == 1 or (self.n_themes is None and len(vectors) < _FEWEST_TEXTS):
            one = np.zeros(len(vectors), dtype=np.int64)
            return Tree(one, np.zeros((1, 1)), weights.sum(keepdims=True), np.zeros((0, 4)))
        order = lasting_order(texts, random_state=self.random_state)
        return grow_tree(vectors, weights, order, at_least=3 * (self.n_themes or 0))

    def _groups(self, tree: Tree, sums: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """The group of each landmark: as many groups as asked for, or as the data choose."""
        if self.n_themes is not None:
            return cut(tree.merges, self.n_themes)
        number = choose_number(tree, max_themes=self.max_themes)
        return merge_small(sums, sizes, cut(tree.merges, number), self.min_segments or max(10, 0.002 * sizes.sum()))

    def _tops(self, theme: np.ndarray, weights: np.ndarray) -> list[int]:
        """The top theme of each theme, 0 the largest; none for few themes."""
        from scipy.cluster.hierarchy import linkage

        centres = self.theme_centres_
        number = choose_top_number(len(centres))
        if number == 0:
            return []
        tops = cut(linkage(centres.astype(np.float64), "ward"), number)
        sizes = np.bincount(tops, np.bincount(theme, weights, len(tops)))
        return np.argsort(np.argsort(-sizes, kind="stable"))[tops].tolist()

    def _named(self, said: pd.DataFrame, theme: np.ndarray) -> tuple[dict[str, str], dict[str, str]]:
        return label_themes(
            said.index.tolist(),
            said["n_responses"].astype(float).tolist(),
            [self.theme_ids_[number] for number in theme],
            self.parents_,
            said["speaker"].tolist(),
        )


def unique_texts(segments: pd.DataFrame, vectors: np.ndarray, *, random_state: int) -> pd.DataFrame:
    """Return the different texts, sorted, as index: at most 30,000 of them, chosen by their words alone.

    Columns: row (of `vectors`, one that holds the text), speaker (a response that said it), n_segments, n_responses.

    Raises:
        DataRefusedError: There is no segment, or the vectors do not match the segments.
    """
    check_shape(segments, vectors)
    if segments.empty:
        raise DataRefusedError("themes: there is no segment to learn from; every comment is empty or says nothing.")
    ordered = pd.DataFrame(
        {
            "text": segments["text"].to_numpy(),
            "segment_id": segments["segment_id"].to_numpy(),
            "speaker": segments["response_id"].to_numpy(),
            "row": range(len(segments)),
        }
    ).sort_values(["text", "segment_id"])
    unique = ordered.groupby("text", sort=True)[["row", "speaker"]].first()
    unique["n_segments"] = ordered.groupby("text", sort=True).size()
    unique["n_responses"] = ordered.drop_duplicates(["text", "speaker"]).groupby("text", sort=True).size()
    if len(unique) <= FITTED_TEXTS:
        return unique
    return unique.iloc[np.sort(lasting_order(unique.index.tolist(), random_state=random_state)[:FITTED_TEXTS])]


def check_shape(segments: pd.DataFrame, vectors: np.ndarray) -> None:
    """Refuse vectors that do not match the segments row for row.

    Raises:
        DataRefusedError: They do not.
    """
    if vectors.ndim != 2 or len(vectors) != len(segments):
        raise DataRefusedError(
            f"vectors: shape {vectors.shape}, must be (n, d) with one row for each of the {len(segments)} segments."
        )


def _ids(letter: str, count: int) -> list[str]:
    width = max(2, len(str(count)))
    return [f"{letter}{number:0{width}}" for number in range(1, count + 1)]
