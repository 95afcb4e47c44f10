"""A damaged run folder is named with the damaged file, and nobody reads a traceback for it."""

from pathlib import Path

import pandas as pd
import pytest
from test_jobs_run_diff import manifest, tables, write

from nps_insights.jobs.churn.nightly import nights_of, remembered
from nps_insights.jobs.churn.outcomes import outcomes_of
from nps_insights.jobs.comparing.run_diff import compare_runs
from nps_insights.jobs.driving.rerun import read_run
from nps_insights.jobs.finished import read_table
from nps_insights.jobs.theming.tables import read_theme_tables
from nps_insights.jobs.watching.leaving import refuse_unreadable
from nps_insights.jobs.watching.next_actions import read_flags
from nps_insights.tables import DataRefusedError, SettingsError


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write(tmp_path / "run", manifest(), tables())


def in_half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def with_other_bytes(file: Path) -> None:
    held = bytearray(file.read_bytes())
    held[4:200] = b"\xff" * 196
    file.write_bytes(held)


@pytest.mark.parametrize("damage", [in_half, with_other_bytes, lambda file: file.write_bytes(b"")])
def test_a_damaged_table_is_named(run: Path, damage: object) -> None:
    assert callable(damage)
    damage(run / "tables" / "responses.parquet")
    with pytest.raises(DataRefusedError, match=r"responses\.parquet: is damaged \(.+\); restore the folder"):
        compare_runs(run, run)


@pytest.mark.parametrize("text", ["{", "", "[1]", '"driver_report"', "\udcff"])
def test_a_damaged_manifest_is_named(run: Path, text: str) -> None:
    (run / "manifest.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(DataRefusedError, match=r"manifest\.json: is damaged \(.+\); restore the folder"):
        read_run(run)
    with pytest.raises(DataRefusedError, match=r"manifest\.json: is damaged"):
        refuse_unreadable(str(run), None)


def test_a_damaged_table_of_themes_and_of_flags_is_named(run: Path) -> None:
    in_half(run / "tables" / "themes.parquet")
    with pytest.raises(DataRefusedError, match=r"themes\.parquet: is damaged"):
        read_theme_tables(run)
    (run / "flags.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataRefusedError, match=r"flags\.parquet: is damaged"):
        read_flags(str(run))


def test_a_damaged_night_is_named(tmp_path: Path) -> None:
    about = {"as_of": "2026-01-01", "fingerprint": "f", "model": "", "settings": {}}
    night = write(tmp_path / "2026-01-01", {"job": "churn_scoring"} | about, {})
    (night / "flags.parquet").write_bytes(b"PAR1")
    (known,) = nights_of(tmp_path)
    with pytest.raises(DataRefusedError, match=r"flags\.parquet: is damaged"):
        remembered([known])
    with pytest.raises(DataRefusedError, match=r"flags\.parquet: is damaged"):
        outcomes_of([night], "accounts.csv", horizon=90, known_until=pd.Timestamp("2026-06-01"))
    (night / "manifest.json").write_text("{", encoding="utf-8")
    for read in (lambda: nights_of(tmp_path), lambda: outcomes_of([night], "a.csv", known_until=known.as_of)):
        with pytest.raises(DataRefusedError, match=r"manifest\.json: is damaged"):
            read()


def test_a_table_that_lacks_a_column_is_named_with_it(run: Path) -> None:
    file = run / "tables" / "responses.parquet"
    pd.read_parquet(file).drop(columns=["score"]).to_parquet(file)
    with pytest.raises(DataRefusedError, match=r"responses\.parquet: is damaged \(it has no column score, or another"):
        compare_runs(run, run)


def test_a_table_that_is_not_there_is_not_called_damaged(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_table(tmp_path / "none.parquet")


def test_the_folder_of_another_job_is_not_called_an_old_report(tmp_path: Path) -> None:
    run = write(tmp_path / "run", {"job": "churn_scoring"}, {})
    with pytest.raises(SettingsError, match=r"is of a churn_scoring and no report; name the folder"):
        read_run(run)


def test_a_whole_folder_is_read(run: Path) -> None:
    told, found = read_run(run)
    assert told["run_id"] == manifest()["run_id"]
    pd.testing.assert_frame_equal(found["responses"], tables()["responses"])
