"""The two kinds of model that are tried, unfitted: plain scikit-learn."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import Pipeline

LINEAR, TREES = "logistic_regression", "hist_gradient_boosting"
# Variances of the prior of one coefficient (per standard deviation), from "hardly any effect" to "as large as the data
# say"; the one that predicts best within the training rows is used.
PENALTIES = (0.001, 0.01, 0.1, 1.0)
# Rounds of boosting that are tried, likewise.
ROUNDS = (10, 25, 50, 75, 100, 150, 200, 250)


def linear_model(penalty: float) -> "Pipeline":
    """Return a logistic regression: medians where unknown (with a column that says so), scaled, L2-regularised.

    Args:
        penalty: scikit-learn's C; less is more regularised.

    Example:
        >>> linear_model(0.1)[-1].C
        0.1
    """
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    return Pipeline(
        [
            ("filled", SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)),
            ("scaled", StandardScaler()),
            ("regression", LogisticRegression(C=penalty, solver="newton-cholesky")),
        ]
    )


def tree_model(rounds: int, *, random_state: int) -> "HistGradientBoostingClassifier":
    """Return gradient boosting of small trees; it reads unknown values as they are.

    Each split looks at half of the features, which keeps the trees apart. Early stopping is off: it would hold out rows
    by chance, and rows of one unit on both sides.

    Args:
        rounds: Trees.
        random_state: Seed of the features that a split looks at, and of the bins' sample beyond 200,000 rows.

    Example:
        >>> tree_model(50, random_state=0).max_iter
        50
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=rounds,
        learning_rate=0.15,
        max_leaf_nodes=8,
        max_features=0.5,
        min_samples_leaf=20,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=random_state,
    )
