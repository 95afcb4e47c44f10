"""Names that lead elsewhere: in settings, in names of folders, and where a run left something behind."""

from pathlib import Path

import pytest

from nps_insights.jobs.folder import MANIFEST, held, published
from nps_insights.jobs.settings.pipeline import read_pipeline
from nps_insights.survey import read_source
from nps_insights.tables import SettingsError


def write(folder: Path) -> None:
    with held(folder), published(folder) as partial:
        (partial / MANIFEST).write_text("ours")


@pytest.mark.parametrize("name", ["a\x00b", "a\nb", "a\u202eb", "..", "x" * 300])
def test_a_name_that_is_no_folder_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=r"no name for a run folder|cannot be written there"):
        write(tmp_path / "runs" / name)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", ["*", "[a-z]*", "?", "a b", "été", "CON", "-rf", "~"])
def test_an_odd_name_writes_its_own_folder_and_sweeps_no_other(tmp_path: Path, name: str) -> None:
    other = tmp_path / ".other.partial-1"
    other.mkdir()
    write(tmp_path / name)
    assert (tmp_path / name / MANIFEST).read_text() == "ours"
    assert other.is_dir()


def test_a_link_in_the_place_of_a_leftover_goes_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("mine")
    (tmp_path / ".run.partial-7").symlink_to(kept)
    write(tmp_path / "run")
    assert (kept / "file").read_text() == "mine"
    assert not (tmp_path / ".run.partial-7").is_symlink()


def test_a_link_in_the_place_of_the_run_folder_is_replaced_and_not_followed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (tmp_path / "run").symlink_to(kept)
    write(tmp_path / "run")
    assert list(kept.iterdir()) == []
    assert not (tmp_path / "run").is_symlink()


@pytest.mark.parametrize("name", ["a\x00.csv", "x" * 5000 + ".csv", "a.**", "a.[", "../../no.csv", "/dev/null"])
def test_a_file_that_cannot_be_is_a_settings_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError):
        read_source(tmp_path / name)
    with pytest.raises(SettingsError):
        read_pipeline(tmp_path / name)


@pytest.mark.parametrize("job", ["{}", "[1]", "7", "true", "2026-03-04", '"no_such"'])
def test_a_job_that_is_no_name_is_a_settings_error(tmp_path: Path, job: str) -> None:
    path = tmp_path / "a.toml"
    path.write_text(f"job = {job}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="must be one of"):
        read_pipeline(path)
