"""Training of churn models: what may be known when, what is chosen, and whether it is better than nothing."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import PredefinedSplit
from threadpoolctl import threadpool_limits

from benchmarks.churn_noise import WANTED, trained_on_noise
from benchmarks.churn_telco import folds_of, lines, measures, ours, out_of_fold, telco
from nps_insights.churn.features.spec import FeatureSpec
from nps_insights.churn.panel import ChurnPanel
from nps_insights.churn.training import ChurnTraining, NotTrained, train_churn_model
from nps_insights.churn.training.baselines import baseline_features
from nps_insights.churn.training.calibrated import clearly_less, fitted
from nps_insights.churn.training.candidates import LINEAR, PENALTIES, TREES
from nps_insights.churn.training.folds import rolling_folds
from nps_insights.churn.training.rows import TrainingRows, training_rows
from nps_insights.churn.training.tuning import tuned
from nps_insights.churn.training.verdict import beats, verdict
from nps_insights.metrics import fold_of
from nps_insights.tables import DataRefusedError, SettingsError

NAMES = ("score/last", "score/trend", "answers/count", "theme/t01", "theme/t02", "attribute/seats", "usage/logins/fall")
FIRST = pd.Timestamp("2024-01-01")
DAYS = 91


def panel(
    n: int = 300, dates: int = 4, *, seed: int = 0, logit: Callable[[np.ndarray], np.ndarray], horizon: int = 90
) -> ChurnPanel:
    """Accounts at dates; whether they leave is drawn by a logit of the features."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n * dates, len(NAMES)))
    x[:, 3:5] = x[:, 3:5] > 1
    left = rng.random(n * dates) < 1 / (1 + np.exp(-logit(x)))
    x[rng.random(x.shape) < 0.1] = np.nan
    ids = [f"a{number:04d}" for number in range(n)] * dates
    known = pd.DataFrame(
        {"account_id": ids, "as_of": np.repeat([FIRST + pd.Timedelta(days=DAYS * d) for d in range(dates)], n)}
    )
    known = known.assign(unit=known["account_id"], churned=left, category="passive", value=100.0)
    rows = pd.concat([known, pd.DataFrame(x, columns=list(NAMES))], axis="columns")
    return ChurnPanel(rows, FeatureSpec(NAMES), horizon)


def of_everything(x: np.ndarray) -> np.ndarray:
    return -1.8 + 0.9 * x[:, 0] + 1.2 * x[:, 3] + 0.9 * x[:, 5] + 0.6 * x[:, 6]


def of_score_alone(x: np.ndarray) -> np.ndarray:
    return -1.8 + 1.2 * x[:, 0]


def of_a_product(x: np.ndarray) -> np.ndarray:
    return -1.0 + 2.5 * np.sign(x[:, 0] * x[:, 5])


@cache
def trained() -> ChurnTraining:
    found = train_churn_model(panel(n=700, dates=3, logit=of_everything), n_draws=100, capacity=50)
    assert isinstance(found, ChurnTraining)
    return found


# --- folds


@pytest.mark.parametrize("horizon", [30, 90, 91, 180, 200])
def test_nothing_is_fitted_on_or_chosen_by_what_was_not_yet_known(horizon: int) -> None:
    rows = panel(n=300, dates=7, logit=of_everything).rows
    folds, why = rolling_folds(rows, known_after_days=horizon)
    gap, last = pd.Timedelta(days=horizon), rows["as_of"].max()
    assert not why
    assert [fold.part for fold in folds] == ["rolling"] * (len(folds) - 1) + ["out_of_time"]
    for fold in folds:
        assert set(rows.loc[fold.judged, "as_of"]) == {fold.as_of}
        assert (rows.loc[fold.train, "as_of"] + gap <= fold.as_of).all()
        # All that was known is used.
        assert fold.train.sum() == (rows["as_of"] + gap <= fold.as_of).sum()
        assert fold.part == "out_of_time" or fold.as_of + gap <= last
    assert folds[-1].as_of == last


def test_outcomes_that_take_longer_than_the_horizon_are_waited_for() -> None:
    given = panel(n=150, dates=4, logit=of_everything)
    for tolerance, n_train in ((1, 450), (2, 300)):
        found = train_churn_model(replace(given, tolerance_days=tolerance), n_draws=20)
        assert isinstance(found, ChurnTraining)
        test = found.folds[found.folds["part"] == "out_of_time"]
        assert test["n_train"].tolist() == [n_train]
        assert found.model.horizon_days == 90


def test_the_last_date_has_no_say_in_the_choice_nor_in_any_risk_before_it() -> None:
    given = panel(n=150, dates=3, logit=of_everything)
    last = given.rows["as_of"].max()
    turned = given.rows.assign(churned=given.rows["churned"] ^ (given.rows["as_of"] == last))
    mine, other = (train_churn_model(replace(given, rows=rows), n_draws=20) for rows in (given.rows, turned))
    assert isinstance(mine, ChurnTraining)
    assert isinstance(other, ChurnTraining)
    assert mine.model.kind == other.model.kind
    pd.testing.assert_series_equal(mine.predictions["risk"], other.predictions["risk"])


def test_where_outcomes_reach_into_the_test_no_date_chooses_and_notes_say_so() -> None:
    found = train_churn_model(panel(n=150, dates=3, horizon=180, logit=of_everything), n_draws=20)
    assert isinstance(found, ChurnTraining)
    assert set(found.folds["part"]) == {"out_of_time"}
    assert "chosen by folds of units" in " ".join(found.notes)


def test_no_unit_is_fitted_on_and_judged_without_dates() -> None:
    given = panel(n=80, dates=2, logit=of_everything)
    rows = given.rows.assign(account_id=given.rows["account_id"] + given.rows["as_of"].astype(str), as_of=pd.NaT)
    found = train_churn_model(replace(given, rows=rows, dated=False), n_draws=50)
    assert isinstance(found, ChurnTraining)
    chosen = found.predictions[found.predictions["model"] == "chosen"]
    assert not chosen.drop_duplicates(["unit", "fold"])["unit"].duplicated().any()
    assert len(chosen) == len(rows)
    assert set(chosen["part"]) == {"cross_validation"}
    assert found.notes[0].startswith("Time was not tested: the panel is one snapshot without dates")
    assert not found.model.dated


# --- what is chosen


def test_the_regression_is_kept_where_nothing_more_is_there() -> None:
    assert trained().model.kind == LINEAR
    assert trained().model.about["penalty"] in PENALTIES


def test_trees_are_chosen_where_only_they_can_tell() -> None:
    rows = inner_rows(n=150, logit=of_a_product)
    assert fitted(rows, random_state=0)[0].kind == TREES


def test_a_difference_counts_by_unit() -> None:
    """What is clear of 400 customers is not of four, however often each is asked."""
    gap = np.repeat([0.3, 0.3, 0.3, -0.5], 100)
    assert clearly_less(np.zeros(400), gap, np.arange(400))
    assert not clearly_less(np.zeros(400), gap, np.repeat(np.arange(4), 100))


def inner_rows(n: int = 300, logit: Callable[[np.ndarray], np.ndarray] = of_everything) -> TrainingRows:
    rows = panel(n=n, dates=2, logit=logit).rows
    return training_rows(rows[list(NAMES)], rows["churned"].to_numpy(), rows["unit"])


@pytest.mark.parametrize("kind", [LINEAR, TREES])
def test_the_classifier_is_the_one_that_scikit_learn_calibrates(kind: str) -> None:
    rows = inner_rows()
    candidate, classifier = fitted(rows, kind=kind, random_state=0)
    peer = CalibratedClassifierCV(
        candidate.unfitted(random_state=0), method="sigmoid", cv=PredefinedSplit(rows.inner), ensemble=False
    ).fit(rows.features, rows.churned)
    mine, theirs = (one.predict_proba(rows.features) for one in (classifier, peer))
    # The regression starts where the one before it, of a stronger penalty, ended.
    np.testing.assert_allclose(mine, theirs, atol=1e-9 if kind == TREES else 1e-4)


def test_noise_takes_the_strongest_penalty() -> None:
    rows = inner_rows(logit=lambda x: np.full(len(x), -1.5))
    assert tuned(LINEAR, rows, random_state=0).setting == min(PENALTIES)


def test_risks_mean_what_they_say() -> None:
    """Of the rows judged, about as many left as the risks add up to; and the risks are near the planted ones."""
    given = panel(n=700, dates=2, logit=of_everything)
    found = train_churn_model(given, n_draws=50)
    assert isinstance(found, ChurnTraining)
    chosen = found.predictions.query("model == 'chosen' and part == 'out_of_time'")
    error = np.sqrt((chosen["risk"] * (1 - chosen["risk"])).sum())
    assert abs(chosen["risk"].sum() - chosen["churned"].sum()) < 3 * error


# --- what it is worth


def test_a_planted_truth_beats_every_baseline() -> None:
    found = trained()
    assert found.beats_baselines
    assert found.verdict.startswith("The model tells who leaves better than the baselines.")
    gains = found.gains[found.gains["part"] == "out_of_time"].set_index("model")
    assert set(gains.index) == {"base_rate", "score_only", "attributes_only", "without_text", "without_score"}
    assert (gains["conf_low"] <= gains["estimate"]).all()
    assert gains.loc["base_rate", "conf_low"] > 0


def test_gains_are_differences_of_log_loss() -> None:
    found = trained()
    scores = found.scores.query("metric == 'log_loss' and part == 'out_of_time' and by == ''")
    losses = scores.set_index("model")["estimate"]
    gains = found.gains[found.gains["part"] == "out_of_time"].set_index("model")["estimate"]
    np.testing.assert_allclose(gains, losses[gains.index] - losses["chosen"], atol=1e-9)


def test_where_the_score_says_all_the_verdict_does_not_claim_more() -> None:
    found = train_churn_model(panel(n=400, dates=3, logit=of_score_alone), n_draws=100)
    assert isinstance(found, ChurnTraining)
    gains = found.gains[found.gains["part"] == "out_of_time"].set_index("model")
    assert gains.loc["base_rate", "conf_low"] > 0
    assert gains.loc["score_only", "conf_low"] <= 0
    assert not found.beats_baselines
    assert "score and answers alone" in found.verdict


def test_one_good_date_is_not_enough() -> None:
    gains = pd.DataFrame({"model": "base_rate", "part": ["out_of_time", "rolling"], "estimate": [0.02, -0.001]})
    gains = gains.assign(conf_low=[0.001, -0.01], conf_high=0.05, n=500, n_churned=50)
    assert not beats(gains, "out_of_time")
    assert beats(gains.assign(estimate=[0.02, 0.001]), "out_of_time")
    assert "was not on the rolling dates before it" in verdict(gains, "out_of_time", confidence_level=0.95)


def test_noise_is_no_better_than_the_baseline() -> None:
    found = trained_on_noise(0, n_accounts=400, n_dates=3)
    assert WANTED in found.verdict
    assert not found.beats_baselines


def test_a_baseline_that_reads_all_or_nothing_is_left_out_and_said() -> None:
    assert baseline_features(["usage/logins", "attribute/seats"]) == {}
    names = ("attribute/seats", "usage/logins/fall")
    given = panel(n=200, dates=2, logit=of_everything)
    found = train_churn_model(replace(given, spec=FeatureSpec(names)), n_draws=20)
    assert isinstance(found, ChurnTraining)
    assert set(found.gains["model"]) == {"base_rate"}
    assert sum("is not among the baselines" in note for note in found.notes) == 2


# --- what comes in


def test_too_few_that_left_are_not_trained_on() -> None:
    found = train_churn_model(panel(n=40, dates=2, logit=lambda x: np.full(len(x), -3.0)))
    assert isinstance(found, NotTrained)
    assert "at least 20 of each are needed" in found.reason


def test_dates_that_cannot_be_tested_are_told_from_those_that_can() -> None:
    rows = panel(n=150, dates=2, logit=of_everything).rows
    last = rows["as_of"] == rows["as_of"].max()
    for given, horizon, why in (
        (rows, 365, "no date lies 365 days or more before the last one"),
        (rows.assign(churned=rows["churned"] & ~last), 90, "holds 0 that left and 150 that stayed; at least 10"),
        (rows.assign(churned=rows["churned"] & last), 90, "hold 0 that left and 150 that stayed; at least 20"),
        (rows.assign(as_of=pd.NaT), 90, "the rows have no dates"),
    ):
        folds, said = rolling_folds(given, known_after_days=horizon)
        assert not folds
        assert why in said


@pytest.mark.parametrize("kind", [LINEAR, TREES])
def test_constant_and_empty_columns_are_fitted_with_and_never_read(kind: str) -> None:
    given = panel(n=150, dates=2, logit=of_a_product)
    names = [*NAMES, "theme/t03", "usage/empty", "usage/once"]
    frame = given.rows.assign(**{"theme/t03": 0.0, "usage/empty": np.nan, "usage/once": np.nan})[names]
    frame.loc[3, "usage/once"] = 1.0
    rows = training_rows(frame, given.rows["churned"].to_numpy(), given.rows["unit"])
    classifier = fitted(rows, kind=kind, random_state=0)[1]
    known = frame.assign(**{"theme/t03": 1.0, "usage/empty": -7.0})
    mine, other = (classifier.predict_proba(one) for one in (frame, known))
    np.testing.assert_allclose(mine, other, atol=1e-12)


def test_what_cannot_be_trained_on_is_refused() -> None:
    given = panel(n=30, dates=2, logit=of_everything)
    with pytest.raises(SettingsError, match="needs at least 1 feature"):
        train_churn_model(replace(given, spec=FeatureSpec(())))
    with pytest.raises(DataRefusedError, match="lacks theme/t02"):
        train_churn_model(replace(given, rows=given.rows.drop(columns="theme/t02")))
    with pytest.raises(DataRefusedError, match="60 rows repeat"):
        train_churn_model(replace(given, rows=pd.concat([given.rows, given.rows])))
    with pytest.raises(DataRefusedError, match="score/last: infinite"):
        train_churn_model(replace(given, rows=given.rows.assign(**{"score/last": np.inf})))


# --- the same again


@pytest.mark.parametrize(("logit", "kind"), [(of_everything, LINEAR), (of_a_product, TREES)])
def test_row_order_and_threads_change_no_byte(logit: Callable[[np.ndarray], np.ndarray], kind: str) -> None:
    given = panel(n=150, dates=2, logit=logit)
    features = given.rows[list(NAMES)]
    bytes_of = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            shuffled = replace(given, rows=given.rows.sample(frac=1, random_state=threads))
            found = train_churn_model(shuffled, n_draws=20)
        assert isinstance(found, ChurnTraining)
        assert found.model.kind == kind
        own = found.model.classifier.calibrated_classifiers_[0]
        sigmoid = own.calibrators[0]
        frames = (found.predictions, found.scores, found.gains, found.reliability, found.gain_curve, found.folds)
        bytes_of.append(
            [
                own.estimator.decision_function(features).tobytes(),
                sigmoid.a_,
                sigmoid.b_,
                *(one.to_csv() for one in frames),
            ]
        )
    assert bytes_of[0] == bytes_of[1]


# --- real data


def test_a_real_telephone_company(shared_data: Path) -> None:
    """A fifth of it, once, without the peers: risks rank, and mean what they say."""
    rows = telco(shared_data)
    some = rows.some(fold_of(rows.units, folds=5) == 0)
    risks, seconds = out_of_fold(ours, some, folds_of(some, 1))
    found = measures(risks, some.churned)
    assert found["auc"] > 0.9
    assert found["ece"] <= 0.04
    table = pd.DataFrame({"ours": found | {"seconds": seconds}, "isotonic": found | {"seconds": seconds}}).T
    assert lines(table)[-1].startswith("AUC +0.0000 and log-loss +0.0%")
