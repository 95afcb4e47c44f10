from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from nps_insights.actions import ActionSettings
from nps_insights.churn import DecisionSettings
from nps_insights.jobs.churn.settings import DecisionSection
from nps_insights.jobs.project import init_project
from nps_insights.jobs.settings.driver_report import check_settings
from nps_insights.jobs.settings.pipeline import read_pipeline
from nps_insights.jobs.settings.sections import LimitSettings, Section
from nps_insights.jobs.watching.watch_settings import ActionSection
from nps_insights.survey import Limits
from nps_insights.tables import SettingsError

MINIMAL = {"input": {"survey": "survey.csv"}}


def test_an_unknown_key_is_refused_with_a_suggestion() -> None:
    with pytest.raises(SettingsError, match=r"report\.atributes: unknown key; did you mean 'attributes'\?"):
        check_settings({**MINIMAL, "report": {"atributes": ["plan"]}})
    with pytest.raises(SettingsError, match=r"sore: unknown key; did you mean 'score'\?"):
        check_settings({**MINIMAL, "sore": {}})


def test_an_unknown_key_like_nothing_known_lists_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"dates\.xyzzy: unknown key; known are format, missing"):
        check_settings({**MINIMAL, "dates": {"xyzzy": 1}})


def test_all_problems_come_in_one_error() -> None:
    with pytest.raises(SettingsError) as caught:
        check_settings({"report": {"confidence_level": 95, "per": "fortnight"}, "themes": {"n_themes": 1}})
    for name in ("input", "report.confidence_level", "report.per", "themes.n_themes"):
        assert name in str(caught.value)


def test_a_scale_that_changed_reaches_the_door() -> None:
    scales = [{"until": "2015-06-01", "range": "1-5", "cuts": [3, 5]}]
    settings = check_settings({**MINIMAL, "score": {"scale": "1-10", "scales": scales}}).for_survey()
    assert settings.stated_scales() == [((1.0, 5.0), (3.0, 5.0)), ((1.0, 10.0), None)]


def test_an_unreadable_day_is_refused() -> None:
    scales = [{"until": "midsummer", "range": "1-5"}]
    with pytest.raises(SettingsError, match="until == 'midsummer'"):
        check_settings({**MINIMAL, "score": {"scales": scales}}).for_survey()


def test_paths_of_a_pipeline_start_at_its_project(tmp_path: Path) -> None:
    init_project(tmp_path / "acme")
    settings = read_pipeline(tmp_path / "acme" / "pipelines" / "driver_report.toml")
    assert settings.input.survey == str(tmp_path / "acme" / "data" / "survey.csv")
    assert settings.output.folder == str(tmp_path / "acme" / "runs" / "driver_report")
    assert settings.tracking.uri == f"sqlite:///{tmp_path}/acme/mlflow.db"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("job = ", "is no valid TOML"),
        (
            'job = "pizza"\n[input]\nsurvey = "x.csv"',
            "job == 'pizza', must be one of driver_report, churn_training, churn_scoring",
        ),
    ],
)
def test_wrong_pipeline_files_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=message):
        read_pipeline(path)


def test_a_missing_pipeline_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nps-insights init"):
        read_pipeline(tmp_path / "none.toml")


def test_init_lays_out_a_project_and_overwrites_nothing(tmp_path: Path) -> None:
    written = {str(path.relative_to(tmp_path)) for path in init_project(tmp_path / "acme")}
    assert {
        "acme/models/README.md",
        "acme/notebooks/01_read_the_score.ipynb",
        "acme/notebooks/02_find_themes.ipynb",
        "acme/notebooks/03_estimate_drivers.ipynb",
        "acme/pipelines/driver_report.toml",
    } <= written
    with pytest.raises(SettingsError, match="is not empty"):
        init_project(tmp_path / "acme")


@pytest.mark.parametrize(
    ("section", "read_as"),
    [(ActionSection, ActionSettings), (DecisionSection, DecisionSettings), (LimitSettings, Limits)],
)
def test_a_section_of_a_file_offers_the_keys_and_defaults_of_what_reads_it(
    section: type[Section], read_as: type[Any]
) -> None:
    offered = {name: key.default for name, key in section.model_fields.items()}
    assert offered == {key.name: key.default for key in fields(read_as)}
