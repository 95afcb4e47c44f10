"""Drift is found where it was planted, and hardly ever where there is none."""

import numpy as np
import pandas as pd
import pytest

from nps_insights.churn.drift import drift_table, reference_of
from nps_insights.churn.features.spec import FeatureSpec
from nps_insights.churn.model import ChurnModel
from nps_insights.tables import SchemaError, SettingsError

NAMES = ("score/last", "account/tenure_days", "attribute/plan=Basic", "usage/logins/sum", "theme/rare")
AS_OF = "2026-07-01"


def drawn(n: int, *, random_state: int) -> pd.DataFrame:
    """Scores with gaps, a continuous feature, a flag, one that is mostly its largest value, and a rare one."""
    rng = np.random.default_rng(random_state)
    frame = pd.DataFrame(
        {
            "score/last": rng.binomial(10, 0.75, n).astype(float),
            "account/tenure_days": rng.lognormal(6, 1, n),
            "attribute/plan=Basic": (rng.random(n) < 0.4).astype(float),
            "usage/logins/sum": np.minimum(rng.exponential(40, n), 5.0),
            "theme/rare": (rng.random(n) < 0.01).astype(float),
        }
    )
    frame.loc[rng.random(n) < 0.25, "score/last"] = np.nan
    return frame


def model_of(features: pd.DataFrame, **about: object) -> ChurnModel:
    spec = FeatureSpec(tuple(features.columns))
    known = {"trained_at": "2026-04-01", "n": len(features)} | about
    return ChurnModel(None, spec, 90, "logistic_regression", True, reference_of(features, spec), known)


@pytest.fixture(scope="module")
def model() -> ChurnModel:
    return model_of(drawn(20_000, random_state=0))


def levels(model: ChurnModel, features: pd.DataFrame, **given: object) -> dict[str, str]:
    found = drift_table(model, features, **({"as_of": AS_OF, "newest_input": "2026-06-30"} | given))
    return dict(zip(found["name"], found["level"], strict=True))


def test_shares_sum_to_one_and_edges_rise(model: ChurnModel) -> None:
    for name, one in model.reference.items():
        assert sum(one["shares"]) == pytest.approx(1, abs=1e-12)
        assert len(one["shares"]) == len(one["edges"]) + 2 <= 12
        assert (np.diff(one["edges"]) > 0).all(), name
    # Deciles of a continuous feature hold a tenth each; what is not the common largest value has a bin.
    assert np.allclose(model.reference["account/tenure_days"]["shares"][:-1], 0.1, atol=0.001)
    assert 0.05 < sum(model.reference["usage/logins/sum"]["shares"][:-2]) < 0.2


def test_row_order_moves_no_bit_of_the_reference() -> None:
    features = drawn(500, random_state=1)
    spec = FeatureSpec(tuple(features.columns))
    assert reference_of(features, spec) == reference_of(features.sample(frac=1, random_state=0), spec)


def test_the_training_rows_themselves_have_not_moved(model: ChurnModel) -> None:
    found = drift_table(model, drawn(20_000, random_state=0), as_of=AS_OF, newest_input=AS_OF)
    assert (found.loc[found["kind"] == "psi", "estimate"] == 0).all()
    assert (found["level"] == "ok").all()


@pytest.mark.parametrize("n", [20, 60, 200, 1000])
def test_without_drift_hardly_a_run_raises_an_alarm(model: ChurnModel, n: int) -> None:
    # At most 1 in 100 by design; 60 runs with 4 or more would be a chance below 1 in 200.
    quiet = [set(levels(model, drawn(n, random_state=seed)).values()) == {"ok"} for seed in range(1, 61)]
    assert quiet.count(False) <= 3


def test_plain_psi_would_have_cried_wolf(model: ChurnModel) -> None:
    edges, shares = (np.array(model.reference["account/tenure_days"][part]) for part in ("edges", "shares"))
    plain = []
    for seed in range(20):
        tenure = drawn(60, random_state=seed)["account/tenure_days"]
        now = np.bincount(np.searchsorted(edges, tenure), minlength=10) / 60 + 1e-3
        plain.append(((now - shares[:-1]) * np.log(now / shares[:-1])).sum())
    assert np.mean(plain) > 0.1


def test_the_estimate_is_psi_of_the_population_on_average(model: ChurnModel) -> None:
    # A share of .4 became .55: PSI of two bins, from the formula.
    wanted = (0.55 - 0.4) * np.log(0.55 / 0.4) + (0.45 - 0.6) * np.log(0.45 / 0.6)
    found = []
    for seed in range(60):
        features = drawn(400, random_state=seed)
        features["attribute/plan=Basic"] = (np.random.default_rng(seed).random(400) < 0.55).astype(float)
        table = drift_table(model, features, as_of=AS_OF, newest_input=AS_OF).set_index("name")
        found.append(table.loc["attribute/plan=Basic", "estimate"])
    assert np.mean(found) == pytest.approx(wanted, abs=0.015)


MOVES = {
    "lower scores": ("score/last", lambda values: values - 3),
    "scores no longer known": ("score/last", lambda values: values * np.nan),
    "scores always known": ("score/last", lambda values: values.fillna(8.0)),
    "tenure doubled": ("account/tenure_days", lambda values: values * 3),
    "all on plan Basic": ("attribute/plan=Basic", lambda values: values * 0 + 1),
    "logins collapsed": ("usage/logins/sum", lambda values: values * 0.1),
    "a rare theme became common": ("theme/rare", lambda values: (values.index % 4 == 0).astype(float)),
}


@pytest.mark.parametrize("n", [300, 5000])
@pytest.mark.parametrize("move", MOVES)
def test_planted_drift_is_named_and_nothing_else(model: ChurnModel, move: str, n: int) -> None:
    name, moved = MOVES[move]
    features = drawn(n, random_state=11)
    found = levels(model, features.assign(**{name: moved(features[name])}))
    assert found[name] == "error"
    assert {one for one, level in found.items() if level != "ok"} == {name}


def test_a_small_move_warns_between_the_levels(model: ChurnModel) -> None:
    features = drawn(20_000, random_state=2)
    rng = np.random.default_rng(0)
    features["attribute/plan=Basic"] = (rng.random(20_000) < 0.58).astype(float)
    found = drift_table(model, features, as_of=AS_OF, newest_input=AS_OF).set_index("name").loc["attribute/plan=Basic"]
    assert found["level"] == "warn"
    assert 0.1 <= found["estimate"] < 0.2
    assert found["reason"].startswith("attribute/plan=Basic: moved (PSI 0.1")
    assert levels(model, features, psi_levels=(0.05, 0.1))["attribute/plan=Basic"] == "error"
    assert levels(model, features, psi_levels=(0.2, 0.3))["attribute/plan=Basic"] == "ok"


@pytest.mark.parametrize(
    ("trained_at", "level"),
    [("2026-04-01", "ok"), ("2026-01-02", "warn"), ("2025-07-01", "error"), ("", "warn"), ("2026-08-01", "warn")],
)
def test_the_models_age_has_levels(trained_at: str, level: str) -> None:
    features = drawn(200, random_state=0)
    assert levels(model_of(features, trained_at=trained_at), features)["model"] == level


@pytest.mark.parametrize(
    ("newest", "level"),
    [("2026-06-30", "ok"), ("2026-05-17", "warn"), ("2026-03-03", "error"), (None, "warn"), ("2026-07-03", "ok")],
)
def test_the_inputs_age_has_levels(model: ChurnModel, newest: str | None, level: str) -> None:
    assert levels(model, drawn(200, random_state=0), newest_input=newest)["input"] == level


def test_schema_changes_stand_in_the_table(model: ChurnModel) -> None:
    change = ("attribute/plan", "error", "attribute/plan: the column is gone.")
    found = drift_table(
        model, drawn(200, random_state=0), as_of=AS_OF, newest_input=AS_OF, schema_changes=[change]
    ).set_index("kind")
    assert found.loc["schema", ["name", "level", "reason"]].tolist() == list(change)
    twice = [("value", "warn", "value: one."), ("value", "error", "value: two."), ("value", "warn", "value: three.")]
    assert levels(model, drawn(200, random_state=0), schema_changes=twice)["value"] == "error"


def test_what_cannot_be_compared_says_so(model: ChurnModel) -> None:
    nobody = drift_table(model, drawn(0, random_state=0), as_of=AS_OF, newest_input=AS_OF)
    nobody = nobody[nobody["kind"] == "psi"]
    assert nobody["estimate"].isna().all()
    assert nobody["reason"].str.contains("no account was scored").all()
    unknown = ChurnModel(None, model.spec, 90, model.kind, True, {}, model.about)
    found = drift_table(unknown, drawn(50, random_state=0), as_of=AS_OF, newest_input=AS_OF)
    assert found["reason"].str.contains("was not stored").sum() == len(NAMES)


def test_constant_and_never_known_features_do_not_drift() -> None:
    features = pd.DataFrame({"account/value": [1.0] * 50, "score/last": [np.nan] * 50})
    assert set(levels(model_of(features), features).values()) == {"ok"}
    assert reference_of(features, FeatureSpec(tuple(features)))["score/last"] == {"edges": [], "shares": [0.0, 1.0]}


def test_wrong_arguments_are_refused(model: ChurnModel) -> None:
    features = drawn(50, random_state=0)
    with pytest.raises(SettingsError, match="psi_levels"):
        levels(model, features, psi_levels=(0.2, 0.1))
    with pytest.raises(SettingsError, match="fatal"):
        levels(model, features, schema_changes=[("a", "fatal", "a is gone")])
    with pytest.raises(SchemaError, match="theme/rare"):
        levels(model, features.drop(columns="theme/rare"))
