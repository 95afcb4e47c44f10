"""The theme model: what the segments of one corpus talk about, and one rule that gives any segment its theme."""

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nps_insights.tables import DataRefusedError, SettingsError, conform, empty
from nps_insights.themes.cluster import (
    cut,
    group_centres,
    grow_tree,
    merge_small,
    nearest_centre,
    polish,
)
from nps_insights.themes.labels.labels import label_themes
from nps_insights.themes.number import choose_number, choose_top_number

if TYPE_CHECKING:
    from bertopic import BERTopic

# Beyond this many unique segments a sample finds the same themes; every segment is assigned all the same.
_FITTED_ROWS = 50_000
_FEWEST_TEXTS = 10


class ThemeModel:
    """Themes of a corpus, on two levels, with readable labels.

    Unique texts go through PCA, k-means micro-clusters and Ward's tree; the tree is cut into a number of themes that
    the data choose. Everything after that is one rule: a segment belongs to the theme with the nearest centre
    (cosine), unless the cosine lies below `threshold_`: then it fits nowhere. The rows of `fit` follow the same rule.

    Args:
        n_themes: Number of themes; None lets the data choose (`choose_number`).
        max_themes: The most themes the data may choose.
        min_segments: A chosen theme with fewer segments joins its nearest; None means at least 10 and at least
            0.2 % of the segments. A number given as `n_themes` is not reduced.
        unassigned: Share of fitted segments that may fit nowhere, 0..1: the least typical ones set `threshold_`.
        random_state: Seed of k-means.

    Attributes:
        theme_ids_: Ids of the themes, `t01` the largest.
        centres_: Their unit centres, float32 of shape (themes, d).
        threshold_: Lowest cosine at which a segment belongs to its nearest theme, one for each theme, float64.
        parents_: Id of the top theme over each theme id; empty for fewer than 6 themes.
        labels_: Readable label of each theme and top theme id.
        keywords_: Five to eight typical words of each theme and top theme id, with commas.
        topic_model_: The same themes as a fitted BERTopic, built when first asked for.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> axes = np.repeat(np.eye(2), [40, 20], axis=0) + rng.normal(0, 0.05, (60, 2))
        >>> said = ["long queue", "nice staff"]
        >>> segments = pd.DataFrame({"segment_id": [f"s{i:02}" for i in range(60)],
        ...                          "response_id": [f"r{i:02}" for i in range(60)],
        ...                          "text": [f"{said[i // 40]} {'abcdef'[i % 6]}{i}" for i in range(60)]})
        >>> model = ThemeModel(n_themes=2).fit(segments, axes)
        >>> model.labels_
        {'t01': 'long queue', 't02': 'nice staff'}
    """

    def __init__(
        self,
        n_themes: int | None = None,
        *,
        max_themes: int | None = None,
        min_segments: int | None = None,
        unassigned: float = 0.02,
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

        unique = self._unique(segments, vectors)
        weights = unique["n_segments"].to_numpy(dtype=np.float64)
        with threadpool_limits(1):
            chosen = np.ascontiguousarray(vectors[unique["row"].to_numpy()], dtype=np.float32)
            self.centres_ = self._centres(chosen, weights)
            theme, cosine = nearest_centre(chosen, self.centres_)
            largest_first = np.argsort(-np.bincount(theme, weights, len(self.centres_)), kind="stable")
            self.centres_ = self.centres_[largest_first]
            theme = np.argsort(largest_first)[theme]
            self.threshold_ = _thresholds(theme, cosine, weights, len(self.centres_), self.unassigned)
            tops = self._tops(theme, weights)
        self.theme_ids_ = _ids("t", len(self.centres_))
        top_ids = _ids("p", len(set(tops)))
        self.parents_ = {leaf: top_ids[top] for leaf, top in zip(self.theme_ids_, tops, strict=False)}
        self._fitted = (unique.index.tolist(), chosen)
        fits = cosine >= self.threshold_[theme]
        said = unique[fits]
        self.labels_, self.keywords_ = label_themes(
            said.index.tolist(),
            said["n_responses"].astype(float).tolist(),
            [self.theme_ids_[number] for number in theme[fits]],
            self.parents_,
            said["speaker"].tolist(),
        )
        self.__dict__.pop("topic_model_", None)
        return self

    def assign(self, segments: pd.DataFrame, vectors: np.ndarray) -> pd.DataFrame:
        """Return table `mentions` of `segments` (segment_id, response_id) and their unit vectors (n, d).

        A segment has one theme or, below `threshold_`, none; `strength` is the cosine with the theme's centre.
        A segment's mention does not depend on the segments beside it.
        """
        from threadpoolctl import threadpool_limits

        _check_shape(segments, vectors)
        with threadpool_limits(1):
            theme, cosine = nearest_centre(vectors, self.centres_)
        fits = cosine >= self.threshold_[theme]
        if not fits.any():
            return empty("mentions")
        found = segments.loc[fits, ["segment_id", "response_id"]]
        return conform(
            "mentions",
            found.assign(theme_id=np.array(self.theme_ids_, dtype=object)[theme[fits]], strength=cosine[fits]),
        )

    @cached_property
    def topic_model_(self) -> "BERTopic":
        """The themes as a fitted BERTopic on the unique texts of `fit`, for its plots and representations."""
        from nps_insights.themes.topic_model import as_bertopic

        return as_bertopic(self, *self._fitted)

    def _unique(self, segments: pd.DataFrame, vectors: np.ndarray) -> pd.DataFrame:
        """By different text, sorted: a row and a response that hold it, and how many segments and responses do."""
        _check_shape(segments, vectors)
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
        if self.n_themes is not None and self.n_themes > len(unique):
            raise SettingsError(
                f"n_themes == {self.n_themes}, must be at most {len(unique)}, the number of different segments; "
                "give a smaller one or let the data choose (None)."
            )
        if len(unique) <= _FITTED_ROWS:
            return unique
        rng = np.random.default_rng(self.random_state)
        return unique.iloc[np.sort(rng.choice(len(unique), _FITTED_ROWS, replace=False))]

    def _centres(self, vectors: np.ndarray, weights: np.ndarray) -> np.ndarray:
        alone = np.zeros(len(vectors), dtype=np.int64)
        if self.n_themes == 1 or (self.n_themes is None and len(vectors) < _FEWEST_TEXTS):
            return group_centres(vectors, weights, alone)
        if self.n_themes is not None:
            tree = grow_tree(vectors, weights, random_state=self.random_state, at_least=3 * self.n_themes)
            return polish(vectors, weights, cut(tree.merges, self.n_themes)[tree.micro])
        tree = grow_tree(vectors, weights, random_state=self.random_state)
        number = choose_number(tree, max_themes=self.max_themes)
        smallest = self.min_segments or max(10, 0.002 * weights.sum())
        groups = merge_small(vectors, weights, cut(tree.merges, number)[tree.micro], smallest)
        nearest, _ = nearest_centre(vectors, polish(vectors, weights, groups))
        # Polishing moves rows between themes and may leave one just below the smallest size.
        _, nearest = np.unique(nearest, return_inverse=True)
        return group_centres(vectors, weights, merge_small(vectors, weights, nearest, smallest))

    def _tops(self, theme: np.ndarray, weights: np.ndarray) -> list[int]:
        """The top theme of each theme, 0 the largest; none for few themes."""
        from scipy.cluster.hierarchy import linkage

        number = choose_top_number(len(self.centres_))
        if number == 0:
            return []
        tops = cut(linkage(self.centres_.astype(np.float64), "ward"), number)
        sizes = np.bincount(tops, np.bincount(theme, weights, len(tops)))
        return np.argsort(np.argsort(-sizes, kind="stable"))[tops].tolist()


def _check_shape(segments: pd.DataFrame, vectors: np.ndarray) -> None:
    if vectors.ndim != 2 or len(vectors) != len(segments):
        raise DataRefusedError(
            f"vectors: shape {vectors.shape}, must be (n, d) with one row for each of the {len(segments)} segments."
        )


def _ids(letter: str, count: int) -> list[str]:
    width = max(2, len(str(count)))
    return [f"{letter}{number:0{width}}" for number in range(1, count + 1)]


def _thresholds(
    theme: np.ndarray, cosine: np.ndarray, weights: np.ndarray, n_themes: int, unassigned: float
) -> np.ndarray:
    """The lowest cosine of each theme, such that a share `unassigned` of the fitted segments falls below.

    Half of a theme's median cosine is its own part: tight themes ask for more. That refuses more of what is foreign
    at the same share of refused own segments than one threshold for all themes does.
    """
    own = np.zeros(n_themes)
    for number in np.unique(theme):
        inside = theme == number
        own[number] = _weighted_quantile(cosine[inside], weights[inside], 0.5) / 2
    return own + _weighted_quantile(cosine - own[theme], weights, unassigned)


def _weighted_quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    """The smallest value with more than `share` of the weight at or below it."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) > share * weights.sum()
    return float(values[order][reached.argmax()])
