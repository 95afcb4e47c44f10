"""The scorer gives the classifier's probabilities, the same bits whatever the partition."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from fitted_churn_models import KINDS, drawn_churn, drawn_features, fitted_model
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from benchmarks import churn_scoring
from nps_insights.churn.model import ChurnModel
from nps_insights.churn.scoring import RiskScorer
from nps_insights.tables import DataRefusedError, SchemaError


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    return drawn_features(3000)


@pytest.fixture(scope="module")
def models(features: pd.DataFrame) -> dict[str, ChurnModel]:
    return {kind: fitted_model(kind, features, drawn_churn(features)) for kind in KINDS}


# More rows than a chunk of either kind.
@pytest.fixture(scope="module")
def many() -> pd.DataFrame:
    return drawn_features(40_000, random_state=5)


def _classified(model: ChurnModel, features: pd.DataFrame) -> np.ndarray:
    return model.classifier.predict_proba(features[list(model.spec.names)])[:, 1]


@pytest.mark.parametrize("kind", KINDS)
def test_risk_is_the_classifiers_probability(models: dict[str, ChurnModel], many: pd.DataFrame, kind: str) -> None:
    risk = RiskScorer(models[kind]).risk(many)
    assert np.abs(risk - _classified(models[kind], many)).max() < 1e-12
    assert risk.std() > 0.05


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_values_that_training_never_met_are_imputed_alike(models: dict[str, ChurnModel], kind: str) -> None:
    features = drawn_features(500, random_state=2)
    features["account/tenure_days"] = np.nan
    features["usage/never/sum"] = 4.0
    risk = RiskScorer(models[kind]).risk(features)
    assert np.abs(risk - _classified(models[kind], features)).max() < 1e-12


@pytest.mark.parametrize("kind", KINDS)
def test_the_logit_is_that_of_the_risk(models: dict[str, ChurnModel], many: pd.DataFrame, kind: str) -> None:
    scorer = RiskScorer(models[kind])
    risk = scorer.risk(many)
    assert np.allclose(scorer.logits(many), np.log(risk / (1 - risk)), rtol=0, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_shuffled_rows_keep_their_bits(models: dict[str, ChurnModel], many: pd.DataFrame, kind: str) -> None:
    scorer = RiskScorer(models[kind])
    order = np.random.default_rng(1).permutation(len(many))
    assert scorer.risk(many.iloc[order]).tobytes() == scorer.risk(many)[order].tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_rows_alone_keep_their_bits(models: dict[str, ChurnModel], many: pd.DataFrame, kind: str) -> None:
    scorer = RiskScorer(models[kind])
    alone = np.concatenate([scorer.risk(many.iloc[[row]]) for row in range(40)])
    assert alone.tobytes() == scorer.risk(many)[:40].tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_threads_change_no_bit(models: dict[str, ChurnModel], many: pd.DataFrame, kind: str) -> None:
    scorer = RiskScorer(models[kind])
    with threadpool_limits(1):
        one = scorer.risk(many)
    with threadpool_limits(2):
        assert scorer.risk(many).tobytes() == one.tobytes()


@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(0, 3000), max_size=6), kind=st.sampled_from(KINDS))
def test_any_partition_keeps_the_bits(
    models: dict[str, ChurnModel], features: pd.DataFrame, cuts: list[int], kind: str
) -> None:
    scorer = RiskScorer(models[kind])
    ends = [0, *sorted(cuts), len(features)]
    parts = [scorer.risk(features.iloc[start:end]) for start, end in pairwise(ends)]
    assert np.concatenate(parts).tobytes() == scorer.risk(features).tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_arrow_and_mappings_give_the_bits_of_a_frame(
    models: dict[str, ChurnModel], features: pd.DataFrame, kind: str
) -> None:
    scorer = RiskScorer(models[kind])
    wanted = scorer.risk(features).tobytes()
    table = pa.Table.from_pandas(features, preserve_index=False)
    assert table["score/last"].null_count
    assert scorer.risk({name: features[name].to_numpy() for name in reversed(features.columns)}).tobytes() == wanted
    assert scorer.risk(dict(zip(table.column_names, table.columns, strict=True))).tobytes() == wanted
    assert scorer.risk(features.astype("Float64").assign(account_id="a")).tobytes() == wanted


def test_no_rows_give_no_risks(models: dict[str, ChurnModel], features: pd.DataFrame) -> None:
    assert [len(RiskScorer(model).risk(features.head(0))) for model in models.values()] == [0, 0]


def test_missing_columns_are_all_named(models: dict[str, ChurnModel], features: pd.DataFrame) -> None:
    with pytest.raises(SchemaError, match=r"score/last(.|\n)*theme/t02"):
        RiskScorer(models[KINDS[0]]).risk(features.drop(columns=["score/last", "theme/t02"]))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (lambda n: np.full(n, np.inf), "3,000 rows are infinite"),
        (lambda n: np.array(["many"] * n, dtype=object), "must hold numbers"),
        (lambda n: np.zeros(n - 1), "one value per row"),
        (lambda n: np.zeros((n, 2)), "one value per row"),
    ],
)
def test_columns_that_cannot_be_scored_are_refused(models, features, values, message) -> None:
    columns = {name: features[name].to_numpy() for name in features} | {"account/tenure_days": values(len(features))}
    with pytest.raises(SchemaError, match=f"account/tenure_days: .*{message}"):
        RiskScorer(models[KINDS[1]]).risk(columns)


def test_other_models_are_refused(models: dict[str, ChurnModel], features: pd.DataFrame) -> None:
    from dataclasses import replace

    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.naive_bayes import GaussianNB

    known, left = features.fillna(0), drawn_churn(features)
    ensemble = CalibratedClassifierCV(GaussianNB(), cv=2).fit(known, left)
    single = CalibratedClassifierCV(GaussianNB(), cv=2, ensemble=False).fit(known, left)
    linear = models["logistic_regression"]
    with pytest.raises(DataRefusedError, match="2 calibrated parts"):
        RiskScorer(replace(linear, classifier=ensemble))
    with pytest.raises(DataRefusedError, match="made of GaussianNB"):
        RiskScorer(replace(linear, classifier=single))
    with pytest.raises(DataRefusedError, match="made of GaussianNB"):
        RiskScorer(replace(models["hist_gradient_boosting"], classifier=single))


@pytest.mark.filterwarnings("ignore")
def test_the_benchmark_finds_that_mlflow_gives_the_same_risks(tmp_path: Path) -> None:
    churn_scoring.prepared(tmp_path, 1500, 8)
    found = {
        kind: {method: churn_scoring.measured(method, tmp_path, kind)["risk"] for method in churn_scoring.METHODS}
        for kind in KINDS
    }
    for risks in found.values():
        own = risks[churn_scoring.OURS]
        assert risks[churn_scoring.OURS_FILE].tobytes() == own.tobytes()
        assert max(np.abs(risk - own).max() for risk in risks.values()) < 1e-12
