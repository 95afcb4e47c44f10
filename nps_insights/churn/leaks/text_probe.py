"""The learned text probe: words, letters and phrases of comments, held against who left."""

from typing import TYPE_CHECKING

import numpy as np

from nps_insights.churn.leaks.phrases import announces_leaving, bare

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sklearn.pipeline import Pipeline

_MOST_WORDS, _MOST_LETTERS = 20_000, 30_000
_REGULARISATION = 10.0


def phrase_marks(texts: "Iterable[str]") -> np.ndarray:
    """Return 1 for texts with a phrase of leaving, else 0 (n, 1).

    Example:
        >>> phrase_marks(["I quit", "fine"]).ravel().tolist()
        [1.0, 0.0]
    """
    return announces_leaving(texts).astype(float)[:, None]


def leaving_probe() -> "Pipeline":
    """Return an unfitted classifier of texts: does the author leave?

    Logistic regression on TF-IDF of words and pairs of words, of two to five letters, and on the phrases of
    `announces_leaving`; both classes weigh the same, as few leave.

    Returns:
        A Pipeline that reads a sequence of texts.

    Example:
        >>> fitted = leaving_probe().fit(["we are leaving", "all is well"] * 10, [True, False] * 10)
        >>> fitted.predict(["they are leaving"]).tolist()
        [True]
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import FeatureUnion, Pipeline
    from sklearn.preprocessing import FunctionTransformer

    words = TfidfVectorizer(
        preprocessor=bare, ngram_range=(1, 2), token_pattern=r"\b\w+\b", sublinear_tf=True, max_features=_MOST_WORDS
    )
    letters = TfidfVectorizer(
        preprocessor=bare, analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, max_features=_MOST_LETTERS
    )
    read = FeatureUnion([("words", words), ("letters", letters), ("phrases", FunctionTransformer(phrase_marks))])
    regression = LogisticRegression(C=_REGULARISATION, class_weight="balanced", max_iter=1000, tol=1e-3)
    return Pipeline([("read", read), ("leaves", regression)])
