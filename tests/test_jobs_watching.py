"""The scheduled driver report as its users run it: side files, targets, restatements and the rules of the answers."""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fresh_tracking import tracking_in

from nps_insights.jobs.admission import AdmittedSurvey, admit
from nps_insights.jobs.driver_report import ReportRun, run_driver_report
from nps_insights.jobs.driving.rerun import read_run
from nps_insights.jobs.refusals import refuse_early
from nps_insights.jobs.settings.driver_report import DriverReportSettings, check_settings
from nps_insights.jobs.settings.pipeline import read_pipeline
from nps_insights.jobs.watching.issued_alerts import read_sent
from nps_insights.jobs.watching.published_figures import answers_file, issue, restated
from nps_insights.metrics import read_published
from nps_insights.simulate import write_watched_sample
from nps_insights.tables import DataRefusedError, SettingsError

PIPELINE = Path(__file__).parents[1] / "pipelines" / "driver_report.toml"
FIRST, SECOND, THIRD = (pd.Timestamp(day) for day in ("2026-07-02", "2026-08-02", "2026-08-03"))
LATE = 25


def settings_for(folder: Path, survey: Path, out: str, **sections: Mapping[str, Any]) -> DriverReportSettings:
    sides = ("accounts", "invitations", "events", "outcomes", "benchmark")
    given: dict[str, Any] = {
        "input": {"survey": str(survey), **{name: str(folder / f"{name}.csv") for name in sides}},
        "answers": {"survey": "relational", "repeated": "latest", "partial": "drop"},
        "csat": {"scale": "1-5"},
        "report": {"by": ["Product"], "per": "quarter", "as_of": "2026-06-30"},
        "target": [
            {"name": "company", "value": 40, "date": "2027-06-30"},
            {"name": "numbers", "value": 0.1, "date": "2027-06-30", "metric": "detractor", "group": "Product=Numbers"},
        ],
        "drivers": {"category_model": False},
        "output": {"folder": str(folder / out), "published": str(folder / "kept" / "published.csv")},
        "tracking": {"uri": tracking_in(folder)},
    }
    return check_settings(given | sections)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A watched sample without comments: reading them is not what is tested here, and slow."""
    sample = tmp_path_factory.mktemp("watched") / "sample"
    survey = pd.read_csv(
        write_watched_sample(sample, 600, random_state=7)["survey"], dtype="str", keep_default_na=False
    )
    survey.drop(columns="Comment").to_csv(sample / "whole.csv", index=False)
    early = survey[~survey["Response ID"].isin(late_ones(survey))]
    early.drop(columns="Comment").to_csv(sample / "early.csv", index=False)
    return sample


def late_ones(survey: pd.DataFrame) -> list[str]:
    """Good answers of the last quarter that a first issue did not know yet."""
    score = survey.columns[1]
    last = survey["Responded at"].between("2026-04-01", "2026-06-30") & survey[score].isin(["9", "10"])
    usable = (survey["Survey type"] == "Relational") & (survey["Complete"] == "yes") & (survey["Internal"] == "no")
    return sorted(survey.loc[last & usable, "Response ID"])[:LATE]


@pytest.fixture(scope="module")
def admitted(folder: Path) -> AdmittedSurvey:
    return admit(settings_for(folder, folder / "early.csv", "unused"))


@pytest.fixture(scope="module")
def issued(folder: Path) -> ReportRun:
    return run_driver_report(settings_for(folder, folder / "early.csv", "first"), published_at=FIRST)


@pytest.fixture(scope="module")
def reissued(folder: Path, issued: ReportRun) -> ReportRun:
    return run_driver_report(settings_for(folder, folder / "whole.csv", "second"), published_at=SECOND)


@pytest.fixture(scope="module")
def manifest(issued: ReportRun) -> dict[str, Any]:
    return json.loads((issued.folder / "manifest.json").read_text(encoding="utf-8"))


class TestIssue:
    def test_every_table_of_the_watched_number_is_there(self, issued: ReportRun) -> None:
        asked = {"invitations", "nonresponse", "silent_accounts", "invitation_audit", "account_scores", "account_mix"}
        watched = {"comparability", "series", "alerts", "change_points", "traces", "period_events"}
        acted = {"targets", "target_path", "actions", "action_lists", "outcomes", "closed_loop", "money"}
        tables = read_run(issued.folder)[1]
        assert asked | watched | acted | {"restatements"} <= set(tables)
        for name in ("nonresponse", "series", "comparability", "targets", "actions", "closed_loop", "money"):
            assert len(tables[name]), name

    def test_the_manifest_counts_every_row_of_every_file(self, folder: Path, manifest: dict[str, Any]) -> None:
        for name in ("invitations", "events", "outcomes", "benchmark"):
            counts = manifest["side_counts"][name]
            assert counts["read"] == len(pd.read_csv(folder / f"{name}.csv"))
            assert counts["read"] == sum(counts[fate] for fate in ("kept", "quarantined", "duplicate", "filtered"))
            assert len(manifest["inputs"][name]["sha256"]) == 64

    def test_the_rules_of_the_answers_are_counted(self, issued: ReportRun, manifest: dict[str, Any]) -> None:
        answers = manifest["answers"]
        assert answers["read"] == answers["kept"] + sum(n for why, n in answers.items() if why not in ("read", "kept"))
        assert answers["kept"] == len(issued.tables["responses"])
        assert answers["other_survey"] > 0
        assert (issued.tables["responses"]["survey"] == "relational").all()
        assert issued.tables["responses"]["complete"].all()
        assert not issued.tables["responses"]["internal"].fillna(False).any()

    def test_the_answers_of_the_last_day_count(self, issued: ReportRun) -> None:
        series = issued.tables["series"]
        everybody = series[(series["metric"] == "nps") & (series["by"] == "")]
        assert everybody["n"].sum() == len(issued.tables["responses"])

    def test_targets_are_judged_by_the_series_of_the_report(self, issued: ReportRun) -> None:
        targets = issued.tables["targets"].set_index("name")
        series = issued.tables["series"]
        last = series[series["period_start"] == series["period_start"].max()]
        own = {"company": ("nps", ""), "numbers": ("detractor", "Numbers")}
        for name, (metric, group) in own.items():
            (figure,) = last.loc[(last["metric"] == metric) & (last["group"] == group), "estimate"]
            assert targets.loc[name, "estimate"] == pytest.approx(figure)
        assert "own surveys before 2024" in targets.loc["company", "realistic_because"]

    def test_the_page_tells_of_targets_and_actions(self, issued: ReportRun) -> None:
        page = issued.report.read_text(encoding="utf-8")
        assert "own surveys before 2024" in page
        assert "New price list sent out" in page or issued.tables["period_events"].empty


class TestIssuedAgain:
    def test_late_answers_are_restated_and_the_parts_add(self, issued: ReportRun, reissued: ReportRun) -> None:
        assert issued.tables["restatements"].empty
        rows = reissued.tables["restatements"]
        parts = rows[["late_answers", "changed_answers", "theme_edits", "settings", "unexplained"]].sum(axis="columns")
        assert (parts - rows["difference"]).abs().max() < 1e-9
        assert (rows["now"] - rows["published"] - rows["difference"]).abs().max() < 1e-9
        overall = rows[(rows["metric"] == "nps") & (rows["by"] == "") & (rows["period_start"] == "2026-04-01")].iloc[0]
        assert overall["n_late"] == LATE
        assert overall["late_answers"] == pytest.approx(overall["difference"])
        assert overall["difference"] > 0
        # Nobody answered late in the quarters before: they are restated by nothing.
        assert set(rows["period_start"].dropna()) == {pd.Timestamp("2026-04-01")}

    def test_an_equal_issue_adds_nothing_twice(self, folder: Path, reissued: ReportRun) -> None:
        kept, settings = folder / "kept" / "published.csv", settings_for(folder, folder / "whole.csv", "second")
        figures, responses = reissued.tables["series"], reissued.tables["responses"]
        bytes_before = [path.read_bytes() for path in (kept, answers_file(kept))]
        same: dict[str, Any] = {"run_id": reissued.run_id, "themes_version": ""}
        issue(settings, figures, responses, published_at=SECOND, **same)
        assert [path.read_bytes() for path in (kept, answers_file(kept))] == bytes_before
        issue(settings, figures, responses, published_at=THIRD, **same)
        history = read_published(kept)
        assert set(history["published_at"]) == {FIRST, SECOND, THIRD}
        assert not history.duplicated(["published_at", "metric", "by", "group", "period_start"]).any()
        # What was issued stays byte for byte, and answers that all stand there add nothing.
        assert kept.read_bytes().startswith(bytes_before[0])
        assert answers_file(kept).read_bytes() == bytes_before[1]
        today = {"published_at": THIRD, "themes_version": "", "estimator": lambda rows: figures}
        assert restated(settings, figures, responses, **today).empty

    def test_an_issue_of_the_past_is_refused_before_anything_is_computed(
        self, folder: Path, reissued: ReportRun
    ) -> None:
        with pytest.raises(DataRefusedError, match="later than this one of 2026-07-02"):
            run_driver_report(settings_for(folder, folder / "whole.csv", "third"), published_at=FIRST)
        assert not (folder / "third").exists()

    def test_the_alerts_of_each_issue_are_kept_beside_its_figures(self, folder: Path, reissued: ReportRun) -> None:
        kept = read_sent(folder / "kept" / "published.csv")
        assert kept is not None
        assert set(kept["published_at"]) == {FIRST, SECOND}
        assert set(kept["watched_until"]) == {pd.Timestamp("2026-06-30")}
        # The second issue is of the same quarter: what the first one sent is known.
        sent = kept[(kept["published_at"] == FIRST) & (kept["metric"] != "")]
        again = reissued.tables["alerts"].merge(sent[["metric", "by", "group"]])
        assert not (again["status"] == "raised").any() or len(sent) == 0


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"target": [{"value": 140, "date": "2027-06-30"}]}, "-100 to 100"),
        ({"target": [{"value": 40, "date": "2027-06-30", "group": "Product=Fax"}]}, "has no such group"),
        ({"target": [{"value": 40, "date": "2027-06-30", "group": "Fax"}]}, 'such as "Plan=Pro"'),
        ({"target": [{"value": 3, "date": "2027-06-30", "metric": "ces"}]}, "is not measured"),
        ({"watch": {"by": ["Colour"]}}, "Colour"),
        ({"actions": {"contact_cost": 5}}, "must be stated beside it"),
    ],
)
def test_what_cannot_be_watched_is_said_early(
    folder: Path, admitted: AdmittedSurvey, sections: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingsError, match=re.escape(message)):
        refuse_early(admitted, settings_for(folder, folder / "early.csv", "refused", **sections), published_at=THIRD)


def test_the_pipeline_file_offers_keys_that_exist(tmp_path: Path) -> None:
    text = PIPELINE.read_text(encoding="utf-8")
    offered = re.sub(r"^# (?=\[|[a-z_]+ = )", "", text, flags=re.MULTILINE)
    assert set(tomllib.loads(offered)) > set(tomllib.loads(text))
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "pipelines" / "driver_report.toml").write_text(offered, encoding="utf-8")
    settings = read_pipeline(tmp_path / "pipelines" / "driver_report.toml")
    assert isinstance(settings, DriverReportSettings)
    assert len(settings.target) == 2
    assert settings.actions.checked().agreed_results == ("agreed",)
    for path in (settings.output.published, settings.input.outcomes, settings.input.flags):
        assert path is not None
        assert path.startswith(str(tmp_path))
