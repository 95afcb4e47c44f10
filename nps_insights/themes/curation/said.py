"""What was said: the unique texts of a corpus, and the theme that each of them has under a model."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nps_insights.themes.cluster import nearest_centre

if TYPE_CHECKING:
    from nps_insights.themes.model import ThemeModel

# Parts, sizes and labels learned from that many texts are those of all; counts of segments are taken from all rows.
_MOST_TEXTS = 50_000
_NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Said:
    """Unique texts in alphabetical order, so that row order is no information.

    Attributes:
        texts: n different texts; of a large corpus 50,000, evenly spaced.
        vectors: Their unit vectors, float32 of shape (n, d).
        weights: Number of responses that said each, float64 of shape (n,).
        speakers: Id of a response that said each, n.
    """

    texts: list[str]
    vectors: np.ndarray
    weights: np.ndarray
    speakers: list[str]


def said_in(segments: pd.DataFrame, vectors: np.ndarray) -> Said:
    """Return the unique texts of `segments` (segment_id, response_id, text) with their unit vectors, row for row.

    Example:
        >>> segments = pd.DataFrame({"segment_id": ["s1", "s2", "s3"], "response_id": ["r1", "r2", "r2"],
        ...                          "text": ["late", "late", "dear"]})
        >>> said = said_in(segments, np.eye(3, dtype=np.float32)[[0, 0, 1]])
        >>> said.texts, said.weights.tolist()
        (['dear', 'late'], [1.0, 2.0])
    """
    ordered = pd.DataFrame(
        {
            "text": segments["text"].to_numpy(),
            "segment_id": segments["segment_id"].to_numpy(),
            "speaker": segments["response_id"].to_numpy(),
            "row": np.arange(len(segments)),
        }
    ).sort_values(["text", "segment_id"])
    by_text = ordered.groupby("text", sort=True)
    unique = by_text[["row", "speaker"]].first().assign(weight=by_text["speaker"].nunique().astype("float64"))
    unique = unique.iloc[:: max(1, -(-len(unique) // _MOST_TEXTS))]
    rows = np.ascontiguousarray(vectors[unique["row"].to_numpy()], dtype=np.float32)
    return Said(unique.index.tolist(), rows, unique["weight"].to_numpy(), unique["speaker"].tolist())


def nearest_theme(model: "ThemeModel", vectors: np.ndarray) -> np.ndarray:
    """Return the place in `theme_ids_` of the theme of each unit vector (n, d), -1 where it fits nowhere.

    The one rule: the nearest prototype (cosine), its theme where the cosine reaches the prototype's threshold.
    """
    if len(model.centres_) == 0 or len(vectors) == 0:
        return np.full(len(vectors), _NOWHERE)
    prototype, cosine = nearest_centre(vectors, model.centres_)
    return np.where(cosine >= model.threshold_[prototype], model.theme_of_[prototype], _NOWHERE)


def theme_sizes(model: "ThemeModel", said: Said) -> dict[str, float]:
    """Return how many responses speak of each theme, by theme id."""
    theme = nearest_theme(model, said.vectors)
    counts = np.bincount(theme[theme >= 0], said.weights[theme >= 0], minlength=len(model.theme_ids_))
    return dict(zip(model.theme_ids_, counts.tolist(), strict=True))
