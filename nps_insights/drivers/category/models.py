"""Factories of the category model and of what it is held against: plain scikit-learn pipelines."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nps_insights.tables import ATTRIBUTE_PREFIX

if TYPE_CHECKING:
    from sklearn.dummy import DummyClassifier
    from sklearn.ensemble import StackingClassifier
    from sklearn.pipeline import Pipeline

# Fewer responses with a level tell little of it: they share one column.
_FEWEST_OF_A_LEVEL = 20
# Log-odds of a mention are of the order of one: of .03, .1, .3 and 1 the one that loses least over 200 to 5,000
# responses of the planted world with twenty null themes beside.
_REGULARISATION = 0.3
# For rows of length one, as TF-IDF gives them.
_TEXT_REGULARISATION = 3.0
_MOST_NGRAMS = 5_000


def category_model(
    *, themes: Sequence[str], texts: Sequence[str] = (), numbers: Sequence[str] = (), calibration: Any = 5
) -> "Pipeline":
    """Return an unfitted classifier of detractor, passive and promoter.

    Multinomial logistic regression, L2-regularised, calibrated by a second one on its out-of-fold decision values
    (matrix scaling: Guo et al. 2017, arXiv 1706.04599). Where nothing can be told, the second one's slopes go to zero
    and its intercepts to the base rate; a single temperature would go to one third each.

    Args:
        themes: Names of 0/1 columns.
        texts: Attributes of text, without the prefix of their columns `attribute/<name>`. A level that fewer than 20
            responses have, or that was not seen in training, counts as "another"; missing is a level.
        numbers: Attributes that are numbers: the median where missing (with a column that says so), then scaled.
        calibration: Folds of the calibration: what scikit-learn takes as `cv`. Several answers of one account must
            not lie on both sides: `PredefinedSplit` of `fold_of(accounts)` keeps them together.

    Returns:
        A Pipeline of `columns` and `category`. It reads a DataFrame with at least the named columns; `predict_proba`
        has one column per category, in the order of `classes_`: detractor, passive, promoter.

    Example:
        >>> import pandas as pd
        >>> seen = pd.DataFrame({"theme/t01": [1.0, 0.0] * 30, "attribute/plan": "Pro"})
        >>> fitted = category_model(themes=["theme/t01"], texts=["plan"]).fit(seen, ["detractor", "promoter"] * 30)
        >>> fitted.predict(seen[:2]).tolist()
        ['detractor', 'promoter']
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    levels = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=_FEWEST_OF_A_LEVEL, sparse_output=False)
    filled = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    columns = ColumnTransformer(
        [
            ("themes", "passthrough", list(themes)),
            ("texts", levels, [ATTRIBUTE_PREFIX + name for name in texts]),
            (
                "numbers",
                Pipeline([("filled", filled), ("scaled", StandardScaler())]),
                [ATTRIBUTE_PREFIX + name for name in numbers],
            ),
        ]
    )
    regression = LogisticRegression(C=_REGULARISATION, solver="newton-cholesky")
    return Pipeline([("columns", columns), ("category", _calibrated(regression, calibration))])


def base_rate_model() -> "DummyClassifier":
    """Return the baseline that gives everybody the shares of the categories.

    Example:
        >>> base_rate_model().fit([[0], [0]], ["promoter", "detractor"]).predict_proba([[0]]).tolist()
        [[0.5, 0.5]]
    """
    from sklearn.dummy import DummyClassifier

    return DummyClassifier(strategy="prior")


def text_model(*, calibration: Any = 5) -> "Pipeline":
    """Return the baseline that reads the words themselves: TF-IDF of words and pairs of words, calibrated alike.

    Args:
        calibration: As in `category_model`.

    Example:
        >>> fitted = text_model().fit(["too slow", "very kind"] * 20, ["detractor", "promoter"] * 20)
        >>> fitted.predict(["kind"]).tolist()
        ['promoter']
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline

    words = TfidfVectorizer(ngram_range=(1, 2), max_features=_MOST_NGRAMS, sublinear_tf=True)
    regression = LogisticRegression(C=_TEXT_REGULARISATION, max_iter=1000, tol=1e-3)
    return Pipeline([("columns", words), ("category", _calibrated(regression, calibration))])


def _calibrated(model: Any, folds: Any) -> "StackingClassifier":
    from sklearn.ensemble import StackingClassifier
    from sklearn.linear_model import LogisticRegression

    calibrator = LogisticRegression(solver="newton-cholesky")
    return StackingClassifier([("scores", model)], calibrator, cv=folds, stack_method="decision_function")
