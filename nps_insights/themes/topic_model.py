"""The themes as a BERTopic model, so that its plots, topics over time and representation models stay usable."""

import warnings
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from bertopic import BERTopic

    from nps_insights.themes.model import ThemeModel


class NearestTheme:
    """The model's rule of assignment in the shape of a cluster model: the nearest theme, -1 where nothing fits.

    Attributes:
        labels_: Row of `theme_ids_` for each vector of `fit`, -1 where it fits nowhere.
    """

    def __init__(self, model: "ThemeModel") -> None:
        self.model = model

    def fit(self, vectors: np.ndarray, y: object = None) -> "NearestTheme":
        """Assign `vectors`; nothing is learned."""
        self.labels_ = self.predict(vectors)
        return self

    def predict(self, vectors: np.ndarray) -> np.ndarray:
        """Return the theme number of each vector, -1 where it fits nowhere."""
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):
            theme, fits = self.model.nearest_themes(np.asarray(vectors, dtype=np.float32))
        return np.where(fits, theme, -1)


def as_bertopic(model: "ThemeModel", texts: list[str], vectors: np.ndarray) -> "BERTopic":
    """Return a BERTopic fitted on `texts` with their precomputed vectors; its topics are the model's themes.

    The reduction and the clustering are the theme model's own, already fitted and deterministic: BERTopic gets the
    vectors as they are and the rule of assignment. Topics carry the themes' labels. New vectors go in as
    `topic_model_.transform(texts, vectors)`.
    """
    with warnings.catch_warnings():
        # Its imports warn of optional parts that nothing here uses.
        warnings.simplefilter("ignore")
        from bertopic import BERTopic
        from bertopic.dimensionality import BaseDimensionalityReduction
        from sklearn.feature_extraction.text import CountVectorizer

        topic_model = BERTopic(
            embedding_model=None,
            umap_model=BaseDimensionalityReduction(),
            hdbscan_model=NearestTheme(model),
            vectorizer_model=CountVectorizer(ngram_range=(1, 2)),
            calculate_probabilities=False,
        )
        topics, _ = topic_model.fit_transform(texts, vectors)
    theme = topic_model.hdbscan_model.labels_
    # BERTopic numbers topics anew by size; the labels follow the rows.
    named = {topic: model.labels_[model.theme_ids_[row]] for topic, row in zip(topics, theme, strict=True) if row >= 0}
    topic_model.set_topic_labels(named)
    return topic_model
