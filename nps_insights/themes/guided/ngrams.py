"""Character n-grams of texts, weighed by how rare they are in the corpus: spelling that embeddings do not see."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from sklearn.feature_extraction.text import TfidfVectorizer

_LENGTHS = (3, 5)
_RARE = 5
_FEW = 1000
_FEATURES = 40_000
# What fewer write could tell who wrote it, and n-grams are saved as they stand.
_FEWEST_SPEAKERS = 3


class CharacterGrams:
    """TF-IDF of character 3- to 5-grams inside words; rows have length one, or zero where nothing is known.

    Only n-grams of three different texts by three speakers are kept (from 1,000 texts on, of five texts), so that a
    saved classifier gives away nobody's words.

    Attributes:
        grams_: The n-grams, sorted.
        idf_: Their inverse document frequency, float64.

    Example:
        >>> grams = CharacterGrams().fit(["long queue", "a queue", "queues", "kind nurse", "nurses"])
        >>> "queu" in grams.grams_, "nurs" in grams.grams_, grams.transform(["queues"]).shape[0]
        (True, False, 1)
    """

    def fit(self, texts: Sequence[str], speakers: Sequence[str | None] | None = None) -> "CharacterGrams":
        """Learn the n-grams of `texts`.

        Args:
            texts: Different texts.
            speakers: Who said each; one of None counts for nobody. Without speakers each text has its own.
        """
        from sklearn.feature_extraction.text import TfidfVectorizer

        self.grams_, self.idf_ = list[str](), np.zeros(0)
        rare = _RARE if len(texts) >= _FEW else _FEWEST_SPEAKERS
        if len(texts) < rare:
            return self
        vectorizer = TfidfVectorizer(
            analyzer="char_wb", ngram_range=_LENGTHS, min_df=rare, max_features=_FEATURES, sublinear_tf=True
        )
        try:
            said = vectorizer.fit_transform(texts)
        except ValueError:
            # No n-gram stands in three texts (emoji alone, say): the vectors have to do.
            return self
        shared = _n_speakers(said, range(len(texts)) if speakers is None else speakers) >= _FEWEST_SPEAKERS
        self.grams_ = vectorizer.get_feature_names_out()[shared].tolist()
        self.idf_ = vectorizer.idf_[shared]
        return self

    def transform(self, texts: Sequence[str]) -> "csr_array":
        """Return the rows of `texts`, sparse float64 of shape (n, n-grams)."""
        from scipy.sparse import csr_array

        if not self.grams_ or not len(texts):
            return csr_array((len(texts), len(self.grams_)), dtype=np.float64)
        return csr_array(self._vectorizer().transform(texts))

    def _vectorizer(self) -> "TfidfVectorizer":
        from sklearn.feature_extraction.text import TfidfVectorizer

        vocabulary = {gram: column for column, gram in enumerate(self.grams_)}
        vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=_LENGTHS, sublinear_tf=True, vocabulary=vocabulary)
        vectorizer.idf_ = self.idf_
        return vectorizer


def _n_speakers(said: "csr_array", speakers: Sequence[str | int | None]) -> np.ndarray:
    """How many different speakers said each n-gram, int of shape (n-grams,)."""
    rows, columns = said.nonzero()
    number = {one: place for place, one in enumerate(dict.fromkeys(one for one in speakers if one is not None))}
    of_row = np.array([-1 if one is None else number[one] for one in speakers], dtype=np.int64)[rows]
    known = of_row >= 0
    pairs = np.unique(columns[known].astype(np.int64) * max(len(number), 1) + of_row[known])
    return np.bincount(pairs // max(len(number), 1), minlength=said.shape[1])
