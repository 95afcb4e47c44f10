"""Alerts that were sent are remembered: known to the next run, the same when made again, whole when stopped."""

from pathlib import Path

import pandas as pd
import pytest

from nps_insights.jobs.issued_alerts import alerts_file, keep_sent, read_sent, sent_before
from nps_insights.jobs.settings import DriverReportSettings, check_settings
from nps_insights.tables import DataRefusedError

JULY, AUGUST, SEPTEMBER = (pd.Timestamp(f"2026-0{month}-02") for month in (7, 8, 9))
SERIES = pd.DataFrame({"period_end": pd.to_datetime(["2026-05-31", "2026-06-30", "2026-07-31"])})


def settings(folder: Path, **sections: object) -> DriverReportSettings:
    given = {"input": {"survey": "nps.csv"}, "output": {"published": str(folder / "kept" / "published.csv")}}
    return check_settings(given | sections)


def alerts(*rows: tuple[str, str, float, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["metric", "group", "estimate", "status"])
    frame["by"] = frame["group"].map(lambda group: "plan" if group else "")
    starts = dict(zip(("before_start", "before_end", "after_start", "after_end"), _days(), strict=True))
    return frame.assign(**starts)


def _days() -> pd.DatetimeIndex:
    return pd.to_datetime(["2026-01-01", "2026-05-31", "2026-06-01", "2026-06-30"])


def keep(folder: Path, told: pd.DataFrame, moment: pd.Timestamp, *, finished: int = 2, run_id: str = "r1") -> None:
    series = SERIES.assign(finished=[place < finished for place in range(3)])
    keep_sent(settings(folder), told, series, per="month", published_at=moment, run_id=run_id)


TOLD = (("nps", "Pro", -12.0, "raised"), ("nps", "", -4.0, "part"), ("nps", "Free", 5.0, "known"))


def test_the_next_issue_knows_what_was_sent_and_the_same_one_does_not(tmp_path: Path) -> None:
    keep(tmp_path, alerts(*TOLD), JULY)
    found = sent_before(settings(tmp_path), per="month", published_at=AUGUST)
    assert found.alerts is not None
    assert set(found.alerts["group"]) == {"Pro", ""}
    assert found.watched_until == pd.Timestamp("2026-06-30")
    for per, moment in (("month", JULY), ("quarter", AUGUST)):
        nothing = sent_before(settings(tmp_path), per=per, published_at=moment)
        assert nothing.alerts is None


def test_an_issue_without_alerts_is_remembered_as_such(tmp_path: Path) -> None:
    keep(tmp_path, alerts(*TOLD).head(0), JULY)
    keep(tmp_path, alerts(*TOLD[2:]), AUGUST, finished=3)
    found = sent_before(settings(tmp_path), per="month", published_at=SEPTEMBER)
    assert found.alerts is not None
    assert found.alerts.empty
    assert found.watched_until == pd.Timestamp("2026-07-31")


def test_the_same_issue_again_changes_no_byte_and_later_ones_are_added(tmp_path: Path) -> None:
    file = alerts_file(tmp_path / "kept" / "published.csv")
    keep(tmp_path, alerts(*TOLD), JULY)
    first = file.read_bytes()
    keep(tmp_path, alerts(*TOLD).iloc[::-1], JULY, run_id="r2")
    assert file.read_bytes() == first
    keep(tmp_path, alerts(*TOLD[:1]), AUGUST)
    kept = read_sent(tmp_path / "kept" / "published.csv")
    assert kept is not None
    assert kept.groupby("published_at").size().tolist() == [2, 1]


def test_a_run_that_is_stopped_while_writing_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = alerts_file(tmp_path / "kept" / "published.csv")
    keep(tmp_path, alerts(*TOLD), JULY)
    first = file.read_bytes()

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", stopped)
    with pytest.raises(KeyboardInterrupt):
        keep(tmp_path, alerts(*TOLD[:1]), AUGUST)
    assert file.read_bytes() == first
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_themes_found_anew_are_not_remembered(tmp_path: Path) -> None:
    keep(tmp_path, alerts(("theme_share", "t01", 0.1, "raised")), JULY)
    anew = sent_before(settings(tmp_path, themes={"start": "scratch"}), per="month", published_at=AUGUST)
    assert anew.not_remembered == ("theme_share",)


def test_a_damaged_file_is_said_and_nothing_kept_without_a_file(tmp_path: Path) -> None:
    keep(tmp_path, alerts(*TOLD), JULY)
    alerts_file(tmp_path / "kept" / "published.csv").write_bytes(b"no parquet")
    with pytest.raises(DataRefusedError, match="is damaged"):
        sent_before(settings(tmp_path), per="month", published_at=AUGUST)
    plain = check_settings({"input": {"survey": "nps.csv"}})
    assert sent_before(plain, per="month", published_at=AUGUST).alerts is None
