"""Churn models fitted on drawn features, as churn training makes them."""

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from nps_insights.churn.drift import reference_of
from nps_insights.churn.features.spec import FeatureSpec
from nps_insights.churn.model import ChurnModel

KINDS = ("logistic_regression", "hist_gradient_boosting")
NAMES = (
    "score/last",
    "score/trend",
    "answers/days_since",
    "answers/count",
    "theme/t01",
    "theme/t02",
    "attribute/plan=Basic",
    "attribute/plan=Pro",
    "attribute/seats",
    "account/tenure_days",
    "account/days_to_renewal",
    "usage/logins/change",
    "usage/never/sum",
)


def drawn_features(n: int, *, random_state: int = 0) -> pd.DataFrame:
    """Features of n accounts with silent ones, unknown renewals, one column never known and one constant."""
    rng = np.random.default_rng(random_state)
    plan = rng.integers(0, 3, n)
    frame = pd.DataFrame(
        {
            "score/last": rng.integers(0, 11, n).astype(float),
            "score/trend": rng.normal(0, 2, n),
            "answers/days_since": rng.uniform(1, 700, n),
            "answers/count": rng.poisson(2, n).astype(float),
            "theme/t01": rng.poisson(0.4, n).astype(float),
            "theme/t02": np.zeros(n),
            "attribute/plan=Basic": (plan == 0).astype(float),
            "attribute/plan=Pro": (plan == 1).astype(float),
            "attribute/seats": rng.lognormal(3, 2, n),
            "account/tenure_days": rng.uniform(0, 4000, n),
            "account/days_to_renewal": rng.uniform(0, 365, n),
            "usage/logins/change": rng.normal(0, 0.5, n),
            "usage/never/sum": np.full(n, np.nan),
        }
    )
    silent, undated = rng.random(n) < 0.3, rng.random(n) < 0.2
    frame.loc[silent, ["score/last", "score/trend", "answers/days_since", "theme/t01"]] = np.nan
    frame.loc[silent, "answers/count"] = 0.0
    frame.loc[undated, "account/days_to_renewal"] = np.nan
    return frame[list(NAMES)]


def drawn_churn(features: pd.DataFrame, *, random_state: int = 0) -> np.ndarray:
    """Whether each account left: low scores, outages, plan Basic, a near renewal and falling use make it likelier."""
    rng = np.random.default_rng(random_state + 1)
    logit = (
        -1.5
        - 0.3 * (features["score/last"].fillna(6) - 6)
        + 0.6 * features["theme/t01"].fillna(0)
        + 0.8 * features["attribute/plan=Basic"]
        - 0.004 * (features["account/days_to_renewal"].fillna(180) - 180)
        - 1.0 * features["usage/logins/change"]
        + 1.2 * features["score/last"].isna()
    )
    return rng.random(len(features)) < 1 / (1 + np.exp(-logit.to_numpy()))


def fitted_model(
    kind: str, features: pd.DataFrame, churned: np.ndarray, *, themes: dict[str, str] | None = None, n_trees: int = 30
) -> ChurnModel:
    """Fit and calibrate one of the two kinds on the given features; trees leave out columns that are never known."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    # Boosted trees cannot find bins for a column without values; the linear model imputes it as 0.
    features = features if kind == "logistic_regression" else features.dropna(axis="columns", how="all")
    imputer = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    bases = {
        "logistic_regression": Pipeline(
            [("impute", imputer), ("scale", StandardScaler()), ("classify", LogisticRegression(C=0.5))]
        ),
        "hist_gradient_boosting": HistGradientBoostingClassifier(max_iter=n_trees, random_state=0),
    }
    spec = FeatureSpec(
        tuple(features.columns), themes=themes or {"t01": "outages", "t02": "prices"}, levels={"plan": ("Basic", "Pro")}
    )
    with threadpool_limits(1):
        classifier = CalibratedClassifierCV(bases[kind], method="sigmoid", cv=3, ensemble=False).fit(features, churned)
    about = {"trained_at": "2026-01-01", "n": len(features), "n_churned": int(churned.sum())}
    reference = reference_of(features, spec)
    return ChurnModel(classifier, spec, 90, kind, dated=True, reference=reference, about=about)
