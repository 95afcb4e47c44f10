"""Alerts that were sent are remembered: known to the next run, the same when made again, whole when stopped."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fresh_tracking import tracking_in

from nps_insights.jobs.driver_report import ReportRun, run_driver_report
from nps_insights.jobs.settings.driver_report import DriverReportSettings, check_settings
from nps_insights.jobs.watching.issued_alerts import alerts_file, keep_sent, read_sent, sent_before
from nps_insights.jobs.watching.published_figures import answers_file, replace_table, same_answers_since
from nps_insights.metrics import issue_answers
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


def test_an_issue_of_the_same_answers_and_period_is_the_same_issue_whenever_it_is_made(tmp_path: Path) -> None:
    keep(tmp_path, alerts(*TOLD[1:]), JULY)
    keep(tmp_path, alerts(*TOLD), AUGUST)
    june = pd.Timestamp("2026-06-30")

    def known(same_since: pd.Timestamp | None, until: pd.Timestamp) -> set[str]:
        before = sent_before(
            settings(tmp_path), per="month", published_at=SEPTEMBER, same_since=same_since, until=until
        )
        return set() if before.alerts is None else set(before.alerts["group"])

    assert known(None, june) == {"Pro", ""}
    assert known(AUGUST, june) == {""}
    assert known(JULY, june) == set()
    # The same answers a period later are another issue.
    assert known(JULY, june + pd.Timedelta(days=31)) == {"Pro", ""}


def test_answers_tell_since_when_issues_are_of_the_same(tmp_path: Path) -> None:
    responses = pd.DataFrame({"response_id": ["r1", "r2"], "category": ["passive", "promoter"]})
    chosen = settings(tmp_path)
    assert same_answers_since(chosen, responses) is None
    file = answers_file(tmp_path / "kept" / "published.csv")
    first = issue_answers(None, responses, published_at=JULY)
    replace_table(file, issue_answers(first, responses, published_at=AUGUST))
    assert same_answers_since(chosen, responses.iloc[::-1]) == JULY
    assert same_answers_since(chosen, responses.assign(category="passive")) is None
    assert same_answers_since(chosen, responses.head(1)) is None
    late = pd.concat([responses, responses.head(1).assign(response_id="r3")])
    assert same_answers_since(chosen, late) is None
    assert same_answers_since(check_settings({"input": {"survey": "nps.csv"}}), responses) is None


def test_a_failed_delivery_is_made_up_for_and_a_run_made_again_tells_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """North falls by 50 points in the last month; the report of it does not arrive at first."""
    month = np.repeat(np.arange(8), 300)
    rng = np.random.default_rng(1)
    days = pd.date_range("2026-01-01", periods=8, freq="MS")[month] + pd.to_timedelta(np.arange(2400) % 28, unit="D")
    region = np.where(np.arange(2400) % 3 == 0, "North", "South")
    good = rng.random(2400) < np.where((month == 7) & (region == "North"), 0.35, 0.6)
    survey = pd.DataFrame({"Response ID": [f"r{one}" for one in range(2400)], "Score": np.where(good, 10, 5)})
    survey.assign(Date=days.strftime("%Y-%m-%d"), Region=region).to_csv(tmp_path / "nps.csv", index=False)
    owed = [["The report could not be delivered."], [], [], []]
    monkeypatch.setattr("nps_insights.jobs.driver_report.hand_out", lambda *_: owed.pop(0))

    def issue(moment: pd.Timestamp) -> ReportRun:
        given = settings(
            tmp_path,
            input={"survey": str(tmp_path / "nps.csv")},
            report={"by": ["Region"], "per": "month", "as_of": "2026-08-31"},
            drivers={"category_model": False},
            output={"folder": str(tmp_path / "out"), "published": str(tmp_path / "kept" / "published.csv")},
            tracking={"uri": tracking_in(tmp_path)},
        )
        return run_driver_report(given, published_at=moment)

    moments = pd.date_range("2026-09-02", periods=3, freq="h")
    failed = issue(moments[0])
    assert failed.owed
    assert "North" in failed.tables["alerts"].query("status == 'raised'")["group"].tolist()
    assert read_sent(tmp_path / "kept" / "published.csv") is None
    for moment in moments[1:]:
        again = issue(moment)
        pd.testing.assert_frame_equal(again.tables["alerts"], failed.tables["alerts"])
    kept = read_sent(tmp_path / "kept" / "published.csv")
    assert kept is not None
    assert set(kept["published_at"]) == set(moments[1:])
    # One late answer makes it another issue: what was told is known.
    more = pd.read_csv(tmp_path / "nps.csv", dtype="str")
    more.tail(1).assign(**{"Response ID": "late"}).to_csv(tmp_path / "nps.csv", mode="a", header=False, index=False)
    later = issue(moments[2] + pd.Timedelta(hours=1)).tables["alerts"]
    assert later.loc[later["group"] == "North", "status"].tolist() == ["known"]


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
