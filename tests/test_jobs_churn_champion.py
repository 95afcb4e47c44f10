"""A new churn model beside the champion: who cannot be compared is told apart, and why; and what became of lists."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fresh_tracking import tracking_in

from nps_insights.churn import ChurnTraining, learn_feature_spec, train_churn_model
from nps_insights.jobs.churn.champion import promotion_of
from nps_insights.jobs.churn.inputs import Customers, admit_customers, without_columns
from nps_insights.jobs.churn.outcomes import outcomes_of
from nps_insights.jobs.churn.panels import dates_of, panel_at
from nps_insights.jobs.churn.settings import ChurnScoringSettings, ChurnTrainingSettings
from nps_insights.jobs.settings.checked import checked
from nps_insights.simulate import write_churn_sample
from nps_insights.tables import DataRefusedError, SettingsError
from nps_insights.tracking import champion_of, give_aliases, log_churn_model, tracked_run

LABELS = {"event": "ended", "excluded_reasons": [], "competing_reasons": [], "renewal_tolerance_days": 31}


@dataclass(frozen=True)
class Home:
    """A registry with a champion, and all that it was trained from."""

    uri: str
    settings: ChurnTrainingSettings
    customers: Customers
    training: ChurnTraining


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("home")
    files = write_churn_sample(folder / "sample", 700)
    settings = checked(
        ChurnTrainingSettings,
        {
            "input": {name: str(files[name]) for name in ("survey", "accounts")},
            "churn": {"text": False, "dates": ["2025-07-01", "2026-01-01"]},
        },
    )
    customers = admit_customers(settings)
    dates = dates_of(customers, settings)
    spec = learn_feature_spec(customers.accounts, customers.responses, as_of=dates[0])
    trained = train_churn_model(panel_at(customers, settings, spec, None, dates), n_draws=200)
    assert isinstance(trained, ChurnTraining)
    model = replace(trained.model, about=trained.model.about | {"labels": LABELS})
    # Here it is the comparison of two that counts, and a small world spares time.
    training = replace(trained, model=model, beats_baselines=True)
    uri = tracking_in(folder)
    with tracked_run(uri, "test", run_name="one") as run:
        for _ in range(2):
            log_churn_model(run, training.model, training.scores)
    first = promotion_of("churn_risk@1", training, customers, settings, tracking_uri=uri)
    assert champion_of(uri) == "", "judging writes no alias"
    give_aliases(uri, "churn_risk@1", first)
    assert champion_of(uri) == "churn_risk@1"
    return Home(uri, settings, customers, training)


def judged(home: Home, customers: Customers | None = None, horizon: int = 90, **about: Any) -> str:
    model = replace(home.training.model, horizon_days=horizon, about=home.training.model.about | about)
    training = replace(home.training, model=model)
    whom = customers or home.customers
    return promotion_of("churn_risk@2", training, whom, home.settings, tracking_uri=home.uri).reason


def test_two_of_one_question_are_compared_on_the_same_accounts(home: Home) -> None:
    assert "log-loss of churn_risk@1" in judged(home)
    assert "log-loss of churn_risk@1" in judged(home, labels=dict(reversed(LABELS.items())))


def test_a_champion_that_means_something_else_is_not_compared(home: Home) -> None:
    told = judged(home, labels=LABELS | {"event": "inactivity", "inactive_days": 60})
    assert "churn.event was 'ended' and is 'inactivity', churn.inactive_days was not set and is 60" in told
    assert "churn.excluded_reasons was not set and is ['moved']" in judged(
        home, labels=LABELS | {"excluded_reasons": ["moved"]}
    )
    assert "churn.horizon was 90 and is 60" in judged(home, horizon=60)
    assert "time was not tested" not in judged(home)
    assert "whether it holds in time was not tested" in judged(home, evaluated_by="cross_validation")


def test_a_champion_whose_column_is_gone_or_left_out_is_not_compared(home: Home) -> None:
    told = judged(home, without_columns(home.customers, ["Plan"]))
    assert "churn_risk@1 cannot be held against it (attribute/Plan: missing" in told


def test_outcomes_that_do_not_agree_are_given_to_the_next_version_as_a_lack(home: Home) -> None:
    ended = home.customers.accounts.assign(ended_at=pd.NaT)
    moved = replace(home.customers, admission=replace(home.customers.admission, accounts=ended), accounts=ended)
    assert "other outcomes of" in judged(home, moved)


def list_folder(folder: Path, **told: Any) -> Path:
    """A finished scoring of two accounts, of which one was called."""
    folder.mkdir()
    settings = checked(
        ChurnScoringSettings,
        {"input": {"survey": "survey.csv", "accounts": "accounts.csv"}, "dates": {"format": "%d/%m/%Y"}},
    )
    facts = {"job": "churn_scoring", "as_of": "2026-01-01", "model": "churn_risk@1", "horizon": 90, "labels": LABELS}
    whole = facts | {"settings": settings.model_dump(mode="json")} | told
    (folder / "manifest.json").write_text(json.dumps(whole), encoding="utf-8")
    flags = pd.DataFrame({"account_id": ["a", "b"], "as_of": pd.Timestamp("2026-01-01"), "lane": "model"})
    flags.assign(status=["flagged", "not_flagged"], risk=[0.5, 0.1]).to_parquet(folder / "flags.parquet", index=False)
    return folder


def test_outcomes_read_accounts_as_scoring_read_them(tmp_path: Path) -> None:
    accounts = tmp_path / "accounts.csv"
    accounts.write_text("account_id,ended_at\na,04/02/2026\nb,\n", encoding="utf-8")
    found = outcomes_of([list_folder(tmp_path / "one")], str(accounts), known_until=pd.Timestamp("2026-06-01"))
    left = found.table.query("metric == 'churned'").set_index("arm")["estimate"]
    assert left.to_dict() == {"flagged": 1.0, "not_flagged": 0.0}
    settings = json.loads((tmp_path / "one" / "manifest.json").read_text(encoding="utf-8"))["settings"]
    small = list_folder(tmp_path / "small", settings=settings | {"limits": {"rows": 1}})
    with pytest.raises(DataRefusedError, match="rows"):
        outcomes_of([small], str(accounts), known_until=pd.Timestamp("2026-06-01"))


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"labels": LABELS | {"event": "inactivity"}}, "differ in what leaving means: 90 days, .*event 'ended'"),
        ({"horizon": 60}, r"differ in the horizon: 90 days.* 60 days.*--horizon"),
        ({"labels": LABELS | {"event": "snapshot"}}, "does not say when anybody left"),
    ],
)
def test_lists_of_different_meanings_are_not_thrown_together(tmp_path: Path, other: dict, words: str) -> None:
    folders = [list_folder(tmp_path / "one"), list_folder(tmp_path / "two", **other)]
    with pytest.raises(SettingsError, match=words):
        outcomes_of(folders, "accounts.csv", known_until=pd.Timestamp("2026-06-01"))


def test_a_list_that_a_rule_made_needs_a_horizon_unless_another_has_one(tmp_path: Path) -> None:
    accounts = tmp_path / "accounts.csv"
    accounts.write_text("account_id,ended_at\na,04/02/2026\nb,\n", encoding="utf-8")
    rule = list_folder(tmp_path / "rule", model="", horizon=None, labels={})
    until = pd.Timestamp("2026-06-01")
    with pytest.raises(SettingsError, match="--horizon 90"):
        outcomes_of([rule], str(accounts), known_until=until)
    assert outcomes_of([rule, list_folder(tmp_path / "one")], str(accounts), known_until=until).horizon == 90
    assert outcomes_of([rule], str(accounts), horizon=30, known_until=until).horizon == 30
