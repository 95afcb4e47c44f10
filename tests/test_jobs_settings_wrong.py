"""Settings that cannot be used, shown beside those that can, and paths of a project."""

from pathlib import Path

import pytest

from nps_insights.jobs.folder import published
from nps_insights.jobs.manifest import write_manifest
from nps_insights.jobs.sample import sample_files
from nps_insights.jobs.settings.config_show import config_in_words, settings_shown
from nps_insights.jobs.settings.driver_report import check_settings
from nps_insights.jobs.settings.pipeline import read_pipeline
from nps_insights.tables import SettingsError

MINIMAL = {"input": {"survey": "survey.csv"}}


def pipeline(folder: Path, text: str) -> Path:
    file = folder / "pipelines" / "job.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text('[input]\nsurvey = "s.csv"\n' + text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "name", "problem"),
    [
        ('report = "board"\n', "report", "report: "),
        ("[[target]]\nvalue = 40\n", "target", "target.0.date: "),
        ("[csat]\nbest = 5\n", "csat", "csat.best: unknown key"),
        ('[report]\nlanguage = "it"\n', "report.language", "must be one of en, de, fr"),
        ("[drivers.more]\ndeep = 1\n", "drivers.more", "drivers.more: unknown key"),
    ],
)
def test_what_is_wrong_is_shown_below_all_that_holds(tmp_path: Path, text: str, name: str, problem: str) -> None:
    if text.startswith("report"):
        file = pipeline(tmp_path, "")
        file.write_text(text + '[input]\nsurvey = "s.csv"\n', encoding="utf-8")
    else:
        file = pipeline(tmp_path, text)
    said = config_in_words(settings_shown(file))
    right, _, wrong = said.partition("Cannot be used")
    assert "s.csv" in right
    assert problem in wrong
    assert name in wrong


def test_an_unknown_key_of_a_target_lists_those_of_a_target() -> None:
    with pytest.raises(SettingsError, match=r"target\.0\.valeu: unknown key; did you mean 'value'\?"):
        check_settings({**MINIMAL, "target": [{"value": 40, "date": "2027-01-01", "valeu": 1}]})
    with pytest.raises(SettingsError, match=r"csat\.scael: unknown key; did you mean 'scale'\?"):
        check_settings({**MINIMAL, "csat": {"scale": "1-5", "scael": "1-5"}})


def test_a_scale_that_still_holds_has_no_last_day() -> None:
    scales = [{"until": "2015-06-01", "range": "1-5", "cuts": [3, 5]}, {"range": "0-10"}]
    settings = check_settings({**MINIMAL, "score": {"scales": scales}}).for_survey()
    assert [ends for ends, _ in settings.stated_scales()] == [(1.0, 5.0), (0.0, 10.0)]


def test_a_taxonomy_of_a_pipeline_lies_in_its_project(tmp_path: Path) -> None:
    settings = read_pipeline(pipeline(tmp_path, '[themes]\ntaxonomy = "models/taxonomy.toml"\n'))
    assert settings.themes.taxonomy == str(tmp_path / "models" / "taxonomy.toml")
    of_codes = read_pipeline(pipeline(tmp_path, '[themes]\ntaxonomy = "codes"\n'))
    assert of_codes.themes.taxonomy == "codes"


def test_a_manifest_whose_rows_do_not_add_up_is_not_written(tmp_path: Path) -> None:
    counts = {"read": 10, "kept": 8, "quarantined": 1, "duplicate": 0, "filtered": 0}
    with pytest.raises(AssertionError, match="read 10 rows, but kept"):
        write_manifest(tmp_path, {"counts": counts})
    assert list(tmp_path.iterdir()) == []


def test_a_sample_that_cannot_be_written_names_its_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match=r"file.*: cannot be written there .*; name another folder"):
        sample_files(tmp_path / "file" / "sample", 20, random_state=0, replace=False)


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_a_folder_is_replaced_whole_on_every_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    for text in ("first", "second"):
        with published(tmp_path / "run") as partial:
            (partial / "told").write_text(text)
    assert (tmp_path / "run" / "told").read_text() == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
