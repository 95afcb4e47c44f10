"""Contributions sum to the logit, and the reasons say what raises it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fitted_churn_models import KINDS, drawn_churn, drawn_features, fitted_model

from nps_insights.churn.features.spec import FeatureSpec
from nps_insights.churn.model import ChurnModel
from nps_insights.churn.reasons import contributions, risk_reasons
from nps_insights.churn.reasons.facts import Facts
from nps_insights.churn.reasons.groups import group_parts, leading
from nps_insights.churn.reasons.words import Case, reason_words
from nps_insights.churn.scoring import RiskScorer
from nps_insights.tables import DataRefusedError, SchemaError, SettingsError

AS_OF = pd.Timestamp("2026-07-01")


def keyed(features: pd.DataFrame) -> pd.DataFrame:
    ids = [f"a{number:05d}" for number in range(len(features))]
    return features.assign(account_id=ids, as_of=AS_OF)


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    return keyed(drawn_features(2000))


@pytest.fixture(scope="module")
def models(features: pd.DataFrame) -> dict[str, ChurnModel]:
    known = features.drop(columns=["account_id", "as_of"])
    return {kind: fitted_model(kind, known, drawn_churn(known)) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_sum_to_the_logit(models: dict[str, ChurnModel], features: pd.DataFrame, kind: str) -> None:
    parts = contributions(models[kind], features)
    assert list(parts.columns) == ["base", *models[kind].spec.names]
    assert (parts["base"] == parts["base"].iloc[0]).all()
    assert np.abs(parts.sum(axis=1) - RiskScorer(models[kind]).logits(features)).max() < 1e-10


def test_linear_contributions_are_zero_on_average_in_training(
    models: dict[str, ChurnModel], features: pd.DataFrame
) -> None:
    # The model below the calibration was refitted on all rows, so their means are those of training.
    parts = contributions(models["logistic_regression"], features)
    assert np.abs(parts.drop(columns="base").mean()).max() < 1e-10


def test_a_linear_contribution_is_coefficient_times_distance_from_the_mean(
    models: dict[str, ChurnModel], features: pd.DataFrame
) -> None:
    model = models["logistic_regression"]
    calibrated = model.classifier.calibrated_classifiers_[0]
    weight = calibrated.estimator[-1].coef_[0][9] / calibrated.estimator[1].scale_[9]
    slope = -calibrated.calibrators[0].a_
    tenure = features["account/tenure_days"]
    wanted = slope * weight * (tenure - tenure.mean())
    assert np.allclose(contributions(model, features)["account/tenure_days"], wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_of_a_row_do_not_depend_on_the_others(
    models: dict[str, ChurnModel], features: pd.DataFrame, kind: str
) -> None:
    every = contributions(models[kind], features)
    some = features.iloc[[1999, 5, 17]]
    assert contributions(models[kind], some).to_numpy().tobytes() == every.loc[some.index].to_numpy().tobytes()
    assert contributions(models[kind], features.head(0)).shape == (0, len(models[kind].spec.names) + 1)


@pytest.mark.parametrize("kind", KINDS)
def test_groups_sum_to_the_contributions(models: dict[str, ChurnModel], features: pd.DataFrame, kind: str) -> None:
    parts = contributions(models[kind], features)
    grouped = group_parts(parts, features, models[kind].spec)
    assert np.allclose(grouped.sum(axis=1), parts.drop(columns="base").sum(axis=1), rtol=0, atol=1e-12)
    silent = features["score/last"].isna()
    assert (grouped.loc[silent, "score"] == 0).all()
    assert (grouped.loc[features["theme/t01"] == 0, "theme/t01"] == 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_reasons_raise_the_risk_largest_first(models: dict[str, ChurnModel], features: pd.DataFrame, kind: str) -> None:
    reasons = risk_reasons(models[kind], features, as_of=AS_OF)
    assert (reasons["contribution"] > 0).all()
    assert reasons.groupby("account_id")["contribution"].apply(lambda own: own.is_monotonic_decreasing).all()
    assert reasons.groupby("account_id")["position"].apply(lambda own: list(own) == [*range(1, len(own) + 1)]).all()
    assert reasons["position"].max() == 3
    grouped = group_parts(contributions(models[kind], features), features, models[kind].spec)
    rising = (grouped >= 0.01).sum(axis=1).clip(upper=3).set_axis(features["account_id"])
    counts = reasons.groupby("account_id").size().reindex(rising.index, fill_value=0)
    assert (counts == rising).all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_planted_causes_are_the_reasons(models: dict[str, ChurnModel], kind: str) -> None:
    average = drawn_features(1).assign(**{"theme/t01": 0.0, "attribute/plan=Basic": 0.0, "attribute/plan=Pro": 1.0})
    average[["score/last", "usage/logins/change", "account/days_to_renewal"]] = [7.0, 0.0, 180.0]
    planted = keyed(pd.concat([average] * 4, ignore_index=True))
    planted.loc[0, "score/last"] = 0.0
    planted.loc[1, "theme/t01"] = 3.0
    planted.loc[2, ["attribute/plan=Basic", "attribute/plan=Pro"]] = [1.0, 0.0]
    planted.loc[3, "usage/logins/change"] = -1.5
    found = risk_reasons(models[kind], planted, n_reasons=1).set_index("account_id")["about"]
    assert found.tolist() == ["score", "theme/t01", "attribute/plan", "usage/logins"]


@pytest.mark.parametrize("kind", KINDS)
def test_tiny_changes_keep_the_reasons(models: dict[str, ChurnModel], kind: str) -> None:
    # Fresh rows: a row of training may stand exactly at a split.
    features = keyed(drawn_features(1000, random_state=9))
    names = list(models[kind].spec.names)
    factor = 1 + 1e-9 * np.random.default_rng(0).choice([-1, 1], size=(len(features), len(names)))
    moved = features.assign(**{name: features[name] * factor[:, place] for place, name in enumerate(names)})
    kept = ["account_id", "position", "about", "reason"]
    before, after = (risk_reasons(models[kind], one)[kept] for one in (features, moved))
    pd.testing.assert_frame_equal(before, after)


@pytest.mark.parametrize("kind", KINDS)
def test_row_order_and_partition_move_no_reason(
    models: dict[str, ChurnModel], features: pd.DataFrame, kind: str
) -> None:
    some = features.head(300)
    whole = risk_reasons(models[kind], some)
    shuffled = risk_reasons(models[kind], some.sample(frac=1, random_state=0))
    halves = pd.concat([risk_reasons(models[kind], some.iloc[part::2]) for part in (0, 1)])
    pd.testing.assert_frame_equal(whole, shuffled, check_exact=True)
    joined = halves.sort_values(["account_id", "position"], ignore_index=True)
    pd.testing.assert_frame_equal(whole, joined, check_exact=True)


def survey() -> dict[str, pd.DataFrame]:
    """Two answers of a00000 that fell and mention outages, one of a00001; a00002 never answered."""
    responses = pd.DataFrame(
        {
            "response_id": ["r1", "r2", "r3", "late"],
            "account_id": ["a00000", "a00000", "a00001", "a00000"],
            "score": [8.0, 4.0, 3.0, 0.0],
            "scale_min": 0.0,
            "scale_max": 10.0,
            "category": ["passive", "detractor", "detractor", "detractor"],
            "responded_at": pd.to_datetime(["2026-03-09", "2026-06-02", "2026-05-12", "2026-07-01"]),
        }
    )
    mentions = pd.DataFrame(
        {
            "segment_id": ["s1", "s2", "s3", "s4"],
            "theme_id": "t01",
            "response_id": ["r1", "r2", "r2", "late"],
            "strength": 1.0,
        }
    )
    return {"responses": responses, "mentions": mentions}


def listed() -> pd.DataFrame:
    """Three accounts whose features raise the risk in the ways that `survey` tells."""
    features = drawn_features(3).assign(**{"theme/t01": [2.0, 0.0, np.nan], "score/last": [0.0, 0.0, np.nan]})
    features["answers/days_since"] = [29.0, 50.0, np.nan]
    features["answers/count"], features["score/trend"] = [2.0, 1.0, 0.0], [-4.0, 0.0, np.nan]
    features["attribute/plan=Basic"], features["attribute/plan=Pro"] = [1.0, 1.0, 1.0], 0.0
    return keyed(features)


def said(model: ChurnModel, tables: dict[str, pd.DataFrame]) -> dict[tuple[str, str], str]:
    found = risk_reasons(model, listed(), as_of=AS_OF, n_reasons=9, **tables)
    return dict(zip(zip(found["account_id"], found["about"], strict=True), found["reason"], strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_reasons_say_what_the_tables_know(models: dict[str, ChurnModel], kind: str) -> None:
    found = said(models[kind], survey())
    assert found["a00000", "score"] == "score fell from 8 to 4"
    assert found["a00000", "theme/t01"] == "mentioned outages twice since March"
    assert found["a00001", "score"] == "last answer was 3 (detractor), 12 May"
    assert found["a00002", "silence"] == "never answered"
    assert found["a00000", "attribute/plan"] == "on plan Basic"


def test_what_stands_in_other_tables_is_used_where_given(models: dict[str, ChurnModel]) -> None:
    themes = pd.DataFrame({"theme_id": ["t01"], "label": ["power cuts"]})
    accounts = pd.DataFrame({"account_id": ["a00000", "a00001"], "attribute/plan": ["Basic 2019 ", None]})
    found = said(models["logistic_regression"], survey() | {"themes": themes, "accounts": accounts})
    assert found["a00000", "theme/t01"] == "mentioned power cuts twice since March"
    assert found["a00000", "attribute/plan"] == "on plan Basic 2019"
    assert found["a00001", "attribute/plan"] == "on plan Basic"


def test_nothing_dated_at_as_of_or_after_is_read(models: dict[str, ChurnModel]) -> None:
    tables = survey()
    early = tables["responses"]["responded_at"] < AS_OF
    edited = tables | {"responses": tables["responses"].assign(score=tables["responses"]["score"].where(early, 10.0))}
    cut = tables | {"responses": tables["responses"][early]}
    for kind in KINDS:
        assert said(models[kind], tables) == said(models[kind], edited) == said(models[kind], cut)


def test_a_fall_is_one_contacts_own(models: dict[str, ChurnModel]) -> None:
    tables = survey()
    two = tables | {"responses": tables["responses"].assign(contact_id=["c1", "c2", "c1", "c1"])}
    assert said(models[KINDS[0]], two)["a00000", "score"] == "last answer was 4 (detractor), 2 June"


CASES = [
    ("silence", {"answers/days_since": 426.0}, "answers/days_since", "no answer for 14 months"),
    ("silence", {}, "score/last", "no answer in the last 12 months"),
    ("silence", {"answers/count": 1.0}, "answers/count", "answered once in the last 12 months"),
    (
        "silence",
        {"answers/count": 1.0, "answers/invited": 5.0, "answers/unanswered": 0.8},
        "answers/unanswered",
        "4 of 5 invitations in the last 12 months not answered",
    ),
    ("score", {"score/last": 4.0, "score/change": -4.0}, "score/trend", "score fell from 8 to 4"),
    ("score", {"score/last": 4.0}, "score/last", "last answer was 4"),
    ("comment", {}, "theme/t01", "no comment in the last 12 months"),
    ("theme", {"theme/t01": 0.0}, "theme/t01/last", "no mention of outages"),
    ("theme/t01", {"theme/t01": 1.0}, "theme/t01", "mentioned outages"),
    ("tenure", {"account/tenure_days": 150.0}, "account/tenure_days", "customer for 5 months"),
    ("renewal", {"account/days_to_renewal": 21.0}, "account/days_to_renewal", "renewal in 21 days"),
    ("renewal", {"account/days_to_renewal": 0.2}, "account/days_to_renewal", "renewal within a day"),
    ("renewal", {"account/days_to_renewal": -90.0}, "account/days_to_renewal", "renewal 3 months ago"),
    ("renewal", {}, "account/days_to_renewal", "no renewal date is known"),
    ("value", {"account/value": 12_000.0}, "account/value", "value is 12,000, more than most"),
    ("attribute/seats", {"attribute/seats": 2.0}, "attribute/seats", "seats is 2"),
    ("attribute/region", {"attribute/region=North": 1.0}, "attribute/region=North", "region is North"),
    ("attribute/region", {}, "attribute/region=North", "region is not known"),
    (
        "usage/app_logins",
        {"usage/app_logins/mean": 10.0, "usage/app_logins/trend": -4.0},
        "usage/app_logins/trend",
        "use of app logins down by 40 % in 90 days",
    ),
    (
        "usage/app_logins",
        {"usage/app_logins/mean": 1.0, "usage/app_logins/trend": -4.0},
        "usage/app_logins/trend",
        "use of app logins down sharply",
    ),
    ("usage/app_logins", {"usage/app_logins/sum": 3.0}, "usage/app_logins/sum", "use of app logins is 3 in the last"),
    ("usage/app_logins", {}, "usage/app_logins/sum", "no use of app logins on record"),
    ("usage", {"usage/days_since": 45.0}, "usage/days_since", "not used for 45 days"),
    ("parent", {"parent/mean": 4.25}, "parent/mean", "other accounts of its group answer 4.25 on average"),
    ("account/users", {"account/users": 3.0}, "account/users", "users is 3"),
]


@pytest.mark.parametrize(("group", "values", "lead", "wanted"), CASES)
def test_every_kind_of_reason_has_words(group: str, values: dict[str, float], lead: str, wanted: str) -> None:
    spec = FeatureSpec((), themes={"t01": "outages"}, levels={"region": ("North",)}, usage=("app_logins",))
    reference = {"account/value": {"edges": [100.0, 1000.0], "shares": [0.4, 0.4, 0.2, 0.0]}}
    facts = Facts(AS_OF, AS_OF - pd.Timedelta(days=365))
    case = Case("a", values, lead, spec, spec.themes, reference, {}, facts)
    assert reason_words(group, case).startswith(wanted)


def test_arguments_that_cannot_be_explained_are_refused(models: dict[str, ChurnModel]) -> None:
    model, features = models[KINDS[0]], listed()
    with pytest.raises(SettingsError, match="n_reasons == 0"):
        risk_reasons(model, features, n_reasons=0)
    with pytest.raises(DataRefusedError, match="1 dates"):
        risk_reasons(model, features, as_of="2026-08-01")
    several = features.assign(as_of=pd.date_range(AS_OF, periods=3))
    with pytest.raises(DataRefusedError, match="3 dates"):
        risk_reasons(model, several)
    with pytest.raises(SchemaError, match=r"theme/t01(.|\n)*missing"):
        risk_reasons(model, features.drop(columns="theme/t01"))
    assert risk_reasons(model, features.head(0)).empty


def test_no_raising_group_gives_no_reason(models: dict[str, ChurnModel]) -> None:
    best = listed().head(1).assign(**{"score/last": 10.0, "theme/t01": 0.0, "attribute/plan=Basic": 0.0})
    best[["attribute/plan=Pro", "account/days_to_renewal", "usage/logins/change"]] = [1.0, 364.0, 2.0]
    found = risk_reasons(models["logistic_regression"], best, n_reasons=9)
    assert len(found) < 7
    assert not set(found["about"]) & {"score", "theme/t01", "renewal", "usage/logins"}


def test_no_theme_is_both_mentioned_and_not() -> None:
    groups = {"theme/t01": ["theme/t01", "theme/t01/last"], "theme/t02": ["theme/t02"]}
    known = {"theme/t01": 2.0, "theme/t01/last": 0.0, "theme/t02": 0.0}
    parts = {"theme/t01": 0.1, "theme/t01/last": 0.9, "theme/t02": 0.2}
    assert leading("theme", parts, known, groups) == "theme/t02"
    assert leading("theme/t01", parts, known, groups) == "theme/t01/last"


def test_labels_of_the_model_stand_where_no_themes_are_given(models: dict[str, ChurnModel]) -> None:
    model = models["logistic_regression"]
    renamed = replace(model, spec=replace(model.spec, themes={"t01": "stockouts", "t02": "prices"}))
    assert said(renamed, survey())["a00000", "theme/t01"] == "mentioned stockouts twice since March"
