"""Panels of accounts at dates: rows, units, what is set aside, notes, snapshots, and the choice of dates."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from churn_tables import AS_OF, answers_of, random_tables

from nps_insights.churn.build_panel import as_of_dates, snapshot_panel, training_panel
from nps_insights.churn.features import FeatureSpec, account_features, learn_feature_spec
from nps_insights.churn.features.answers import latest_category
from nps_insights.churn.labels import churn_labels
from nps_insights.jobs.churn.inputs import Customers, admit_customers
from nps_insights.jobs.churn.panels import dates_of, known_until, panel_at
from nps_insights.jobs.churn.settings import ChurnTrainingSettings
from nps_insights.jobs.settings.checked import checked
from nps_insights.simulate import SimulatedSurvey, simulate_survey, write_churn_sample
from nps_insights.tables import DataRefusedError, SettingsError

FIRST = ["account_id", "as_of", "unit", "churned", "category", "value"]


@pytest.fixture(scope="module")
def survey() -> SimulatedSurvey:
    return simulate_survey(400, random_state=5)


@pytest.fixture(scope="module")
def mentions(survey: SimulatedSurvey) -> pd.DataFrame:
    return survey.codes.rename(columns={"code": "theme_id", "comment_id": "segment_id"})


def test_a_panel_stacks_labels_and_features_of_its_dates(survey: SimulatedSurvey, mentions: pd.DataFrame) -> None:
    dates = as_of_dates(survey.responses, survey.accounts, horizon=90, known_until="2026-06-30")
    given = {"comments": survey.comments, "mentions": mentions}
    spec = learn_feature_spec(survey.accounts, survey.responses, as_of=dates[0], renewal_months=12, **given)
    panel = training_panel(
        survey.accounts, survey.responses, dates=dates[::-1], horizon=90, spec=spec, known_until="2026-06-30", **given
    )
    rows = panel.rows
    assert list(rows.columns) == [*FIRST, *spec.names]
    assert rows["churned"].dtype == bool
    assert panel.horizon_days == 90
    assert panel.dated
    assert panel.set_aside == {}
    assert not rows.duplicated(["account_id", "as_of"]).any()
    assert rows[["as_of", "account_id"]].apply(tuple, axis=1).is_monotonic_increasing
    assert (rows["unit"] == rows["account_id"]).all()
    for day in (dates[0], dates[-1]):
        one = rows[rows["as_of"] == day].reset_index(drop=True)
        features = account_features(survey.accounts, survey.responses, as_of=day, spec=spec, **given)
        pd.testing.assert_frame_equal(one[list(spec.names)], features[list(spec.names)], check_exact=True)
        labels = churn_labels(survey.accounts, day, 90, known_until="2026-06-30")
        assert one["churned"].tolist() == labels["churned"].tolist()
        category = latest_category(survey.accounts, survey.responses, as_of=day)
        assert one["category"].fillna("").tolist() == category.loc[one["account_id"]].fillna("").tolist()
    assert any(note.startswith("renewal_at, value, attribute/Industry") for note in panel.notes)


def test_the_panel_of_shuffled_tables_is_the_same() -> None:
    tables = random_tables(11, n_accounts=40)
    shuffled = {name: frame.sample(frac=1, random_state=3, ignore_index=True) for name, frame in tables.items()}
    given = {"dates": ["2025-10-01", AS_OF], "horizon": 60, "known_until": "2026-03-02"}
    spec = learn_feature_spec(as_of="2025-10-01", min_accounts=3, **tables)
    one, other = (training_panel(spec=spec, **given, **each) for each in (tables, shuffled))
    pd.testing.assert_frame_equal(one.rows, other.rows, check_exact=True)
    assert (one.set_aside, one.notes) == (other.set_aside, other.notes)
    parents = tables["accounts"].set_index("account_id")["parent_id"]
    assert one.rows["unit"].tolist() == [parents[a] if pd.notna(parents[a]) else a for a in one.rows["account_id"]]
    assert any("renewal_at is no feature" in note for note in one.notes)


def test_open_and_excluded_rows_are_set_aside_and_counted() -> None:
    tables = random_tables(12, n_accounts=300, n_rows=600)
    spec = FeatureSpec(names=("score/last",))
    given = {"dates": ["2025-10-01", AS_OF], "horizon": 60, "spec": spec, "excluded_reasons": ["death"]}
    answers = {"accounts": tables["accounts"], "responses": tables["responses"]}
    closed = training_panel(known_until="2026-03-02", **given, **answers)
    before = training_panel(known_until="2026-03-01", **given, **answers)
    late = (closed.rows["as_of"] == AS_OF).sum()
    assert set(before.rows["as_of"]) == {pd.Timestamp("2025-10-01")}
    assert before.set_aside["open"] >= late
    assert closed.set_aside.keys() == {"excluded"}
    assert any("Set aside" in note for note in before.notes)
    none = training_panel(known_until="2025-11-01", **given, **answers)
    assert len(none.rows) == 0
    assert list(none.rows.columns) == [*FIRST, "score/last"]
    assert any("nothing can be trained" in note for note in none.notes)
    assumed = training_panel(**given, **answers)
    newest = tables["responses"]["responded_at"].max()
    assert any(f"until {newest:%Y-%m-%d}" in note for note in assumed.notes)


def test_renewals_need_the_length_of_contracts_and_are_known_after_the_tolerance() -> None:
    accounts = pd.DataFrame({"account_id": ["a", "b"], "ended_at": pd.to_datetime(["2025-03-20", None])})
    accounts["renewal_at"] = pd.to_datetime(["2025-03-20", "2026-03-20"])
    spec = FeatureSpec(names=("account/tenure_days",))
    given = {"dates": ["2025-03-01"], "horizon": 30, "event": "renewal", "known_until": "2026-01-01"}
    with pytest.raises(SettingsError, match="renewal_months"):
        training_panel(accounts, answers_of([]), spec=spec, **given)
    termed = FeatureSpec(names=("account/days_to_renewal",), renewal_months=12)
    panel = training_panel(accounts, answers_of([]), spec=termed, renewal_tolerance_days=20, **given)
    assert (panel.horizon_days, panel.known_after_days) == (30, 50)
    rows = panel.rows
    assert rows["churned"].tolist() == [True, False]
    assert rows["account/days_to_renewal"].tolist() == [19, 19]


def test_a_panel_says_where_usage_ends_before_the_extract() -> None:
    accounts = pd.DataFrame({"account_id": ["a", "b"], "ended_at": pd.to_datetime([None, None])})
    days = pd.date_range("2025-01-01", "2025-05-31", freq="5D")
    usage = pd.DataFrame({"account_id": ["a"] * len(days) + ["b"] * 12, "used_at": [*days, *days[:12]]})
    given = {"dates": ["2025-02-01", "2025-05-01"], "horizon": 60, "spec": FeatureSpec(names=("score/last",))}
    given |= {"event": "inactivity", "inactive_days": 10, "usage": usage}
    panel = training_panel(accounts, answers_of([("a", "2025-12-01", 9)]), known_until="2026-01-01", **given)
    assert panel.rows["churned"].tolist() == [False, True]
    assert panel.set_aside == {"open": 1}
    assert panel.known_after_days == panel.horizon_days == 60
    assert any(note.startswith("usage ends on 2025-05-31") for note in panel.notes)
    unstated = training_panel(accounts, answers_of([("a", "2025-12-01", 9)]), **given)
    pd.testing.assert_frame_equal(panel.rows, unstated.rows)
    assert not any("known_until was not stated" in note for note in unstated.notes)
    inside = training_panel(accounts, answers_of([]), known_until="2025-05-20", **given)
    assert not any("usage ends" in note for note in inside.notes)


def test_a_snapshot_learns_its_own_features_and_says_what_it_cannot_tell() -> None:
    rng = np.random.default_rng(0)
    churned = rng.random(200) < 0.3
    accounts = pd.DataFrame({"account_id": [f"a{n:03d}" for n in range(200)], "churned": pd.array(churned, "boolean")})
    accounts["attribute/calls"] = rng.poisson(3 + 4 * churned).astype(float)
    accounts.loc[0, "churned"] = pd.NA
    panel = snapshot_panel(accounts)
    assert panel.spec.names == ("attribute/calls",)
    assert not panel.dated
    assert panel.horizon_days == 0
    assert panel.set_aside == {"open": 1}
    assert panel.rows["as_of"].isna().all()
    assert panel.rows["category"].isna().all()
    assert len(panel.rows) == 199
    assert (panel.rows.groupby("churned")["attribute/calls"].mean().diff().iloc[1]) > 2
    assert any("time was not tested" in note for note in panel.notes)
    assert snapshot_panel(accounts, horizon=30).horizon_days == 30


def test_a_snapshot_reads_dated_and_undated_answers() -> None:
    accounts = pd.DataFrame({"account_id": ["a", "b"], "churned": [True, False]})
    rows = [("a", "2025-12-01", 2), ("a", "2025-12-05", 4), ("b", "2025-12-03", 9)]
    spec = FeatureSpec(names=("score/last", "score/mean", "answers/count"))
    dated = snapshot_panel(accounts, answers_of(rows), spec=spec).rows
    assert dated["score/last"].tolist() == [4, 9]
    assert dated["category"].tolist() == ["detractor", "promoter"]
    early = snapshot_panel(accounts.assign(snapshot_at=pd.Timestamp("2025-12-05")), answers_of(rows), spec=spec).rows
    assert early["score/last"].tolist() == [2, 9]
    assert set(early["as_of"]) == {pd.Timestamp("2025-12-05")}
    panel = snapshot_panel(accounts, answers_of(rows).drop(columns="responded_at"), spec=spec)
    assert panel.rows["score/mean"].tolist() == [3, 9]
    assert panel.rows["score/last"].isna().tolist() == [True, False]
    assert panel.rows["category"].isna().tolist() == [True, False]
    assert any("No answer carries a date" in note for note in panel.notes)


def test_dates_leave_history_before_and_a_closed_horizon_after(survey: SimulatedSurvey) -> None:
    first_answer = survey.responses["responded_at"].min().normalize()
    for horizon in (30, 90, 180):
        dates = as_of_dates(survey.responses, survey.accounts, horizon=horizon, known_until="2026-06-30")
        assert 3 <= len(dates) <= 6
        assert dates[0] >= first_answer + pd.Timedelta(days=365)
        assert dates[-1] == pd.Timestamp("2026-06-30") - pd.Timedelta(days=horizon)
        assert len(set(np.diff(dates))) == 1
    given = {"horizon": 90, "known_until": "2026-06-30"}
    sure = as_of_dates(survey.responses, survey.accounts, outcome_days=121, **given)
    assert sure[-1] == pd.Timestamp("2026-06-30") - pd.Timedelta(days=121)
    given |= {"every": 30, "first": "2026-01-01"}
    assert as_of_dates(survey.responses, survey.accounts, **given)[0] >= pd.Timestamp("2026-01-01")
    assert len(as_of_dates(survey.responses, survey.accounts, n_dates=3, **given)) == 3


def test_dates_say_what_is_missing(survey: SimulatedSurvey) -> None:
    with pytest.raises(DataRefusedError, match=r"horizon of 600 days .* days are missing"):
        as_of_dates(survey.responses, survey.accounts, horizon=600, known_until="2026-06-30")
    with pytest.raises(DataRefusedError, match=r"horizon of 90 days and 510 more after"):
        as_of_dates(survey.responses, survey.accounts, horizon=90, outcome_days=600, known_until="2026-06-30")
    with pytest.raises(SettingsError, match="outcome_days == 30"):
        as_of_dates(survey.responses, survey.accounts, horizon=90, outcome_days=30)
    with pytest.raises(DataRefusedError, match="no answer carries a date"):
        as_of_dates(answers_of([]), survey.accounts, horizon=30)
    with pytest.raises(SettingsError, match="n_dates == 2"):
        as_of_dates(survey.responses, survey.accounts, horizon=30, n_dates=2)


def test_arguments_that_cannot_be_used_are_named() -> None:
    accounts = pd.DataFrame({"account_id": ["a"], "ended_at": pd.to_datetime([None])})
    given = {"horizon": 30, "spec": FeatureSpec(names=()), "known_until": "2026-06-30"}
    for dates in ([], "2026-01-01", ["2026-01-01", "2026-01-01"]):
        with pytest.raises(SettingsError, match="dates"):
            training_panel(accounts, answers_of([]), dates=dates, **given)
    with pytest.raises(SettingsError, match="snapshot_panel"):
        training_panel(accounts, answers_of([]), dates=["2026-01-01"], event="snapshot", **given)
    with pytest.raises(SettingsError, match="state it"):
        training_panel(accounts, answers_of([]), dates=["2026-01-01"], **(given | {"known_until": None}))


# --- as the training job asks for them


@pytest.fixture(scope="module")
def customers(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], Customers]:
    written = write_churn_sample(tmp_path_factory.mktemp("world") / "sample", 300)
    files = {name: str(written[name]) for name in ("survey", "accounts", "usage")}
    return files, admit_customers(checked(ChurnTrainingSettings, {"input": files}))


@pytest.mark.parametrize(
    ("churn", "horizon", "known_after"),
    [
        ({}, 90, 90),
        ({"horizon": 60}, 60, 60),
        ({"event": "renewal", "renewal_months": 12}, 90, 121),
        ({"event": "inactivity", "inactive_days": 45}, 90, 90),
    ],
)
def test_the_dates_of_the_job_have_known_outcomes_whatever_leaving_is(
    customers: tuple[dict[str, str], Customers], churn: dict, horizon: int, known_after: int
) -> None:
    files, given = customers
    settings = checked(ChurnTrainingSettings, {"input": files, "churn": churn})
    dates = dates_of(given, settings)
    until = known_until(given, settings)
    if churn.get("event") == "inactivity":
        assert given.usage["used_at"].max() < until
        until = given.usage["used_at"].max()
    assert dates[-1] == until - pd.Timedelta(days=known_after)
    panel = panel_at(given, settings, FeatureSpec(("score/last",), renewal_months=12), None, dates)
    assert (panel.horizon_days, panel.known_after_days) == (horizon, known_after)
    assert "open" not in panel.set_aside
    assert set(panel.rows["as_of"]) == set(dates)
    assert 0 < panel.rows["churned"].mean() < 0.5


def test_the_job_asks_for_the_length_of_contracts_before_it_reads_any_text(
    customers: tuple[dict[str, str], Customers],
) -> None:
    files, given = customers
    with pytest.raises(SettingsError, match=r"churn\.renewal_months"):
        dates_of(given, checked(ChurnTrainingSettings, {"input": files, "churn": {"event": "renewal"}}))


@pytest.mark.parametrize(("stated", "horizon"), [({}, 0), ({"horizon": 30}, 30)])
def test_a_snapshot_has_the_horizon_that_is_stated_and_else_none(
    customers: tuple[dict[str, str], Customers], stated: dict, horizon: int
) -> None:
    files, given = customers
    accounts = given.accounts.assign(churned=given.accounts["ended_at"].notna().astype("boolean"))
    settings = checked(ChurnTrainingSettings, {"input": files, "churn": {"event": "snapshot", **stated}})
    panel = panel_at(replace(given, accounts=accounts), settings, FeatureSpec(("score/last",)), None, [])
    assert panel.horizon_days == horizon
    assert any("the risk has no horizon" in note for note in panel.notes) == (not stated)
