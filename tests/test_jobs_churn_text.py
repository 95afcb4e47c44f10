"""Churn training with text: themes that did not see the future, and announcing comments left out for everybody."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fresh_tracking import tracking_in

from nps_insights.jobs.churn.inputs import Customers, admit_customers
from nps_insights.jobs.churn.settings import ChurnTrainingSettings
from nps_insights.jobs.churn.text import unannounced
from nps_insights.jobs.churn.training import TrainingRun, run_churn_training
from nps_insights.jobs.settings.checked import checked
from nps_insights.simulate import write_churn_sample
from nps_insights.tracking import load_churn_model, load_theme_version

ANNOUNCED = "We have cancelled our contract."
DATES = ["2025-07-01", "2026-01-01"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Path], dict[bool, int]]:
    """A world in which every tenth author says that they leave, and the number of them: of who left, of who stayed."""
    written = write_churn_sample(tmp_path_factory.mktemp("world") / "sample", 900)
    survey = pd.read_csv(written["survey"], dtype="str")
    said = survey["Comment"].notna() & (np.arange(len(survey)) % 10 == 0)
    survey.loc[said, "Comment"] = survey.loc[said, "Comment"] + " " + ANNOUNCED
    survey.to_csv(written["survey"], index=False)
    accounts = pd.read_csv(written["accounts"], dtype="str").set_index("Account ID")
    left = survey.loc[said, "Account ID"].map(accounts["Ended at"].notna())
    return {name: written[name] for name in ("survey", "accounts", "usage")}, left.value_counts().to_dict()


def settings_of(files: dict[str, Path], folder: Path) -> ChurnTrainingSettings:
    return checked(
        ChurnTrainingSettings,
        {
            "input": {name: str(path) for name, path in files.items()},
            "churn": {"dates": DATES},
            "themes": {"cache": str(folder / "vectors")},
            "output": {"folder": str(folder / "training"), "models": str(folder / "models")},
            "tracking": {"uri": tracking_in(folder)},
        },
    )


@pytest.fixture(scope="module")
def customers(files: tuple, tmp_path_factory: pytest.TempPathFactory) -> Customers:
    return admit_customers(settings_of(files[0], tmp_path_factory.mktemp("none")))


@pytest.fixture(scope="module")
def run(files: tuple, tmp_path_factory: pytest.TempPathFactory) -> TrainingRun:
    return run_churn_training(settings_of(files[0], tmp_path_factory.mktemp("home")))


def test_announcing_comments_are_left_out_of_leavers_and_stayers_alike(customers: Customers, files: tuple) -> None:
    planted = files[1]
    assert min(planted.values()) > 20, "both sides announce"
    remaining = unannounced(customers)
    assert not remaining.comments["text"].str.contains(ANNOUNCED, regex=False).any()
    assert len(customers.comments) - len(remaining.comments) == sum(planted.values())
    assert remaining.notes[-1].startswith(f"{sum(planted.values())} comments say that who wrote them leaves")
    pd.testing.assert_frame_equal(remaining.responses, customers.responses)
    assert list(remaining.comments.index) == list(range(len(remaining.comments)))


def test_allowed_comments_stay(customers: Customers) -> None:
    assert unannounced(customers, ["comments"]) is customers
    once = unannounced(customers)
    assert unannounced(once) is once


def test_training_reads_themes_of_before_its_first_date_and_no_announcement(run: TrainingRun, files: tuple) -> None:
    model = load_churn_model(run.tracking_uri, run.stored_as)
    assert model.about["announcing_left_out"] is True
    assert any(name.startswith("theme/") for name in model.spec.names)
    fitted, _ = load_theme_version(run.tracking_uri, model.spec.themes_version)
    assert pd.Timestamp(fitted.seen_until) < pd.Timestamp(DATES[0])
    n = sum(files[1].values())
    assert any(note.startswith(f"{n} comments say") for note in run.notes)
    assert any("Themes were learned from" in note and DATES[0] in note for note in run.notes)
    told = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    assert told["themes"] == model.spec.themes_version
    assert set(told["features"]) == set(model.spec.names)


def test_the_page_shows_this_model_in_each_category(run: TrainingRun) -> None:
    scores = run.tables["churn_scores"].query("by == 'category' and model == 'chosen'")
    assert {"detractor", "passive", "promoter", "silent"} <= set(scores["group"])
    page = (run.folder / "evaluation.html").read_text(encoding="utf-8")
    assert "By category of the last answer" in page
