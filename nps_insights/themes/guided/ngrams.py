"""Character n-grams of texts, weighed by how rare they are in the corpus: spelling that embeddings do not see."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from sklearn.feature_extraction.text import TfidfVectorizer

_LENGTHS = (3, 5)
_RARE = 5
# On a small corpus, n-grams of one text alone still say nothing about another.
_RARE_IN_FEW = 2
_FEW = 1000
_FEATURES = 40_000


class CharacterGrams:
    """TF-IDF of character 3- to 5-grams inside words; rows have length one, or zero where nothing is known.

    Attributes:
        grams_: The n-grams, sorted.
        idf_: Their inverse document frequency, float64.

    Example:
        >>> grams = CharacterGrams().fit(["long queue", "a queue", "kind nurse", "nurses"])
        >>> "queu" in grams.grams_, grams.transform(["queues"]).shape[0]
        (True, 1)
    """

    def fit(self, texts: Sequence[str]) -> "CharacterGrams":
        """Learn the n-grams of `texts`."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        rare = _RARE if len(texts) >= _FEW else min(_RARE_IN_FEW, len(texts))
        vectorizer = TfidfVectorizer(
            analyzer="char_wb", ngram_range=_LENGTHS, min_df=rare, max_features=_FEATURES, sublinear_tf=True
        )
        try:
            vectorizer.fit(texts)
        except ValueError:
            # No n-gram stands in two texts (emoji alone, say): the vectors have to do.
            self.grams_, self.idf_ = [], np.zeros(0)
            return self
        self.grams_ = vectorizer.get_feature_names_out().tolist()
        self.idf_ = vectorizer.idf_
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
