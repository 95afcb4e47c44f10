"""The number, alerts, targets and lists from the command line, end to end on a small watched sample."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fresh_tracking import tracking_in
from typer.testing import CliRunner, Result

from nps_insights.cli.main import app
from nps_insights.cli.watch import _in_order
from nps_insights.jobs.driver_report import ReportRun, run_driver_report
from nps_insights.jobs.settings.driver_report import check_settings
from nps_insights.jobs.watching.watch_questions import lists_in_words
from nps_insights.simulate import write_watched_sample
from nps_insights.survey import SurveySettings, admit_outcomes, read_source
from nps_insights.tables import DataRefusedError, SettingsError

RELATIONAL = ("--survey-kind", "relational")


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def said(*words: str | Path) -> str:
    """What a command that must end well prints to stdout."""
    done = call(*words)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def figures(*words: str | Path) -> pd.DataFrame:
    return pd.read_csv(
        io.StringIO(said("nps", *words, "--csv")), parse_dates=["period_start"] if "--per" in words else []
    )


def told(*words: str | Path) -> dict[str, Any]:
    return json.loads(said(*words, "--json"))


def headline(table: pd.DataFrame, metric: str = "nps") -> pd.Series:
    return table[(table["metric"] == metric) & (table["by"].isna() | (table["by"] == ""))].iloc[0]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A watched sample of ten months without comments, with weights and a second name of the score."""
    folder = tmp_path_factory.mktemp("watched") / "sample"
    survey = pd.read_csv(
        write_watched_sample(folder, 700, random_state=5)["survey"], dtype="str", keep_default_na=False
    )
    survey = survey[survey["Responded at"].between("2025-05", "2026-03")].drop(columns="Comment")
    score = survey.columns[1]
    survey["Weight"] = survey[score].map({"10": "3", "9": "3"}).fillna("1")
    survey["Other score"] = survey[score].map(lambda text: "0" if text.isdigit() else text)
    survey.to_csv(folder / "survey.csv", index=False)
    survey[survey["Responded at"].str.startswith("2025-11")].to_csv(folder / "november.csv", index=False)
    survey.drop(columns=["Responded at", "Event at"]).to_csv(folder / "undated.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def finished(sample: Path) -> ReportRun:
    given: dict[str, Any] = {
        "input": {"survey": str(sample / "survey.csv"), "accounts": str(sample / "accounts.csv")},
        "columns": {"score": pd.read_csv(sample / "survey.csv", nrows=0).columns[1]},
        "answers": {"survey": "relational"},
        "report": {"by": ["Product"], "per": "month", "as_of": "2025-11-30"},
        "drivers": {"category_model": False},
        "output": {"folder": str(sample.parent / "run")},
        "tracking": {"uri": tracking_in(sample.parent)},
    }
    return run_driver_report(check_settings(given))


class TestNps:
    def test_it_counts_every_answer_of_its_kind(self, sample: Path) -> None:
        whole = figures(sample / "survey.csv", *RELATIONAL)
        pooled = figures(sample / "survey.csv", "--survey-kind", "pooled")
        apart = figures(sample / "survey.csv", "--survey-kind", "apart")
        both = apart[apart["metric"] == "nps"].set_index("survey")
        assert both.loc["relational", "estimate"] == pytest.approx(headline(whole)["estimate"])
        assert both.loc["transactional", "estimate"] > both.loc["relational", "estimate"]
        assert headline(pooled)["n"] == both["n"].sum()

    def test_two_surveys_are_never_pooled_unasked(self, sample: Path) -> None:
        for words in (("nps",), ("alerts",), ("report", "--dry-run")):
            refused = call(words[0], sample / "survey.csv", *words[1:])
            assert isinstance(refused.exception, DataRefusedError)
            assert "--survey-kind relational" in str(refused.exception)

    def test_groups_and_periods_add_to_the_whole(self, sample: Path) -> None:
        words = (sample / "survey.csv", *RELATIONAL, "--accounts", sample / "accounts.csv")
        by = figures(*words, "--by", "product", "--by", "product*region")
        found = by[by["metric"] == "nps"].groupby(by["by"].fillna(""))["n"].sum()
        assert len(found) == 3
        # Employees name no account, and are counted nowhere.
        assert found.eq(found[""]).all()
        per = figures(*words, "--per", "quarter")
        assert per.loc[per["metric"] == "nps", "n"].sum() == found[""]

    def test_every_option_that_changes_a_figure_does(self, sample: Path) -> None:
        plain = (sample / "survey.csv", *RELATIONAL)
        usual = headline(figures(*plain))
        assert headline(figures(*plain, "--weights", "weight"))["estimate"] > usual["estimate"]
        other = figures(*plain, "--columns", "score=Other score", "--scale", "0-10")
        assert headline(other)["estimate"] == -100
        assert headline(figures(*plain, "--cuts", "5,10"))["estimate"] != usual["estimate"]
        assert headline(figures(*plain, "--latest"))["n"] < usual["n"]
        assert headline(figures(*plain, "--as-of", "2025-10-31"))["n"] < usual["n"]
        rolling = figures(*plain, "--per", "month", "--rolling", "90")
        last = rolling[(rolling["metric"] == "nps") & (rolling["period_end"] == "2026-02-28")].iloc[0]
        assert last["n"] == pytest.approx(3 * usual["n"] / 10, rel=0.2)

    def test_satisfaction_and_effort_are_read_on_their_scales(self, sample: Path) -> None:
        plain = (sample / "survey.csv", "--survey-kind", "transactional", "--metric", "csat,ces,ces_top")
        found = figures(*plain, "--csat-scale", "1-5", "--ces-scale", "1-7")
        turned = figures(*plain, "--csat-scale", "1-5", "--ces-scale", "7-1")
        assert 0 < headline(found, "csat")["estimate"] < 1
        assert 1 < headline(found, "ces")["estimate"] < 7
        # Turned, 7 is the greatest effort: what was good is bad.
        assert headline(turned, "ces")["estimate"] == pytest.approx(8 - headline(found, "ces")["estimate"])
        assert headline(turned, "ces_top")["estimate"] < headline(found, "ces_top")["estimate"]

    def test_whose_number_is_named(self, sample: Path) -> None:
        plain = ("nps", sample / "survey.csv", *RELATIONAL, "--score", "account,revenue")
        words = said(*plain, "--accounts", sample / "accounts.csv")
        assert "NPS of accounts" in words
        assert "NPS by revenue" in words
        refused = call(*plain)
        assert isinstance(refused.exception, SettingsError)
        assert "--accounts" in str(refused.exception)

    def test_words_json_csv_and_files_hold_the_same_table(self, sample: Path, tmp_path: Path) -> None:
        plain = (sample / "survey.csv", *RELATIONAL, "--per", "quarter")
        table = figures(*plain, "--out", tmp_path / "nps.csv")
        pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "nps.csv", parse_dates=["period_start"]), table)
        printed = json.loads(said("nps", *plain, "--json", "--out", tmp_path / "nps.json"))
        assert json.loads((tmp_path / "nps.json").read_text(encoding="utf-8")) == printed
        assert [row["n"] for row in printed] == table["n"].tolist()
        assert printed[0]["period_start"].startswith("2025-04-01")
        (line, *_) = said("nps", *plain).splitlines()
        assert re.match(r"NPS +-?\d+ \(likely -?\d+ to -?\d+\), n = [\d,]+ +relational, all answers", line)


class TestAlerts:
    def test_a_drop_is_told_with_the_month_since_when(self, sample: Path, tmp_path: Path) -> None:
        words = (*RELATIONAL, "--accounts", sample / "accounts.csv", "--by", "product", "--per", "month")
        only = ("--as-of", "2026-02-28", "--columns", score_of(sample), "--out", tmp_path / "alerts.json")
        text = said("alerts", sample / "survey.csv", *words, *only)
        names = ("alerts", "alerts_change_points", "alerts_traces", "alerts_comparability", "alerts_series")
        tables = {name: json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8")) for name in names}
        (drop,) = [one["at"][:10] for one in tables["alerts_change_points"] if one["group"] == ""]
        # With so few answers a month, the drop of November may be placed a month beside it.
        assert drop in ("2025-10-01", "2025-11-01", "2025-12-01")
        assert f"NPS lies lower since {drop}" in text
        assert "Can February 2026 be compared with January 2026?" in text
        assert "Themes are not watched here" in text
        assert tables["alerts_comparability"]

    def test_a_finished_run_answers_as_the_report_did(self, sample: Path, finished: ReportRun, tmp_path: Path) -> None:
        found = told("alerts", finished.folder)
        assert [one["reason"] for one in found["alerts"]] == finished.tables["alerts"]["reason"].tolist()
        assert len(found["series"]) == len(finished.tables["series"])
        said("alerts", finished.folder, "--out", tmp_path / "alerts.csv")
        assert len(pd.read_csv(tmp_path / "alerts_series.csv")) == len(finished.tables["series"])

    def test_a_larger_change_that_matters_silences(self, sample: Path) -> None:
        words = (*RELATIONAL, "--per", "quarter", "--as-of", "2025-12-31", "--columns", score_of(sample))
        loud, deaf = (
            told("alerts", sample / "survey.csv", *words, "--smallest-change", points)["alerts"]
            for points in ("0.5", "90")
        )
        assert [one for one in loud if one["metric"] == "nps" and one["status"] == "raised"]
        assert not [one for one in deaf if one["metric"] == "nps" and one["status"] == "raised"]

    def test_what_lacks_dates_or_periods_is_said(self, sample: Path) -> None:
        undated = call("alerts", sample / "undated.csv", *RELATIONAL, "--columns", score_of(sample))
        assert isinstance(undated.exception, SettingsError)
        assert "needs dates" in str(undated.exception)
        one = said("alerts", sample / "november.csv", *RELATIONAL, "--columns", score_of(sample))
        assert "All answers fall into one period" in one
        assert "Nothing moved" not in one


def score_of(sample: Path) -> str:
    return f'score="{pd.read_csv(sample / "survey.csv", nrows=0).columns[1]}"'


class TestTarget:
    def test_it_is_judged_from_a_file_as_from_the_run(self, sample: Path, finished: ReportRun) -> None:
        asked = ("--value", "35", "--date", "2026-12-31", "--baseline", "20", "--baseline-date", "2025-05-31")
        words = (*RELATIONAL, "--per", "month", "--as-of", "2025-11-30", "--columns", score_of(sample))
        of_file = told("target", sample / "survey.csv", *asked, *words)
        of_run = told("target", finished.folder, *asked)
        assert of_file == of_run
        (row,) = of_run["targets"]
        assert row["baseline"] == 20
        assert 0 <= row["probability"] <= 1

    def test_every_option_that_changes_a_figure_does(self, sample: Path, finished: ReportRun, tmp_path: Path) -> None:
        plain = ("target", finished.folder, "--value", "35", "--date", "2026-12-31")
        usual = told(*plain)["targets"][0]
        group = told(*plain, "--group", "product=Numbers")["targets"][0]
        assert (group["by"], group["group"]) == ("Product", "Numbers")
        assert group["n"] < usual["n"]
        share = ("--value", "0.8", "--metric", "csat", "--csat-scale", "1-5", "--per", "month", "--out")
        words = ("--survey-kind", "transactional", "--columns", score_of(sample), "--date", "2026-12-31")
        said("target", sample / "survey.csv", *share, tmp_path / "target.json", *words)
        (csat,) = json.loads((tmp_path / "target.json").read_text(encoding="utf-8"))
        assert 0 < csat["estimate"] < 1
        against = ("--benchmark", sample / "benchmark.csv", "--value", "35", "--per", "month", *words[2:], *RELATIONAL)
        assert "own surveys before 2024" in said("target", sample / "survey.csv", *against)
        assert usual["reason"] in said(*plain)

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (("--value", "140", "--date", "2027-12-31"), "nps lies in -100 to 100"),
            (("--value", "80", "--date", "2027-12-31", "--metric", "promoter"), "80 % is 0.8"),
            (("--value", "40", "--date", "some day"), "some day"),
            (("--value", "40", "--date", "2027-12-31", "--group", "Product=Fax"), "has no such group; it has Cloud"),
            (("--value", "40", "--date", "2027-12-31", "--group", "Colour=red"), "Colour"),
            (("--value", "40", "--date", "2027-12-31", "--metric", "joy"), "joy"),
        ],
    )
    def test_what_cannot_be_judged_is_said(self, finished: ReportRun, words: tuple[str, ...], message: str) -> None:
        refused = call("target", finished.folder, *words)
        assert isinstance(refused.exception, SettingsError)
        assert message in str(refused.exception)

    def test_the_date_decides_the_pace_and_the_verdict(self, finished: ReportRun) -> None:
        asked = ("target", finished.folder, "--value", "90", "--date")
        past, near, far = (told(*asked, day)["targets"][0] for day in ("2025-10-31", "2026-06-30", "2027-06-30"))
        assert past["verdict"] == "missed"
        assert far["needed_pace"] < near["needed_pace"]

    def test_one_period_and_no_dates_are_said(self, sample: Path) -> None:
        asked = ("--value", "40", "--date", "2027-12-31", *RELATIONAL, "--columns", score_of(sample))
        for file, message in (("november.csv", "one period"), ("undated.csv", "needs dates")):
            refused = call("target", sample / file, *asked)
            assert isinstance(refused.exception, SettingsError)
            assert message in str(refused.exception)


class TestActions:
    @pytest.mark.parametrize("ending", ["csv", "xlsx"])
    def test_a_list_is_filled_in_and_given_back(self, finished: ReportRun, tmp_path: Path, ending: str) -> None:
        out, back = tmp_path / f"lists.{ending}", tmp_path / "back.csv"
        said("actions", finished.folder, "--out", out)
        lists = read_source(out, usual_sheet="actions").frame
        assert set(lists["Proposed at"]) == {"2025-12-01"}
        ranked = lists[lists["Rank"] != ""]
        assert ranked.groupby("Action", sort=False)["Rank"].first().tolist() == ["1"] * ranked["Action"].nunique()
        first, second = lists.index[lists["Rank"] != ""][:2]
        lists.loc[[first, second], "Contacted at"] = "2025-12-03"
        lists.loc[first, "Closed at"] = "2025-12-05"
        lists.to_csv(back, index=False)
        outcomes = admit_outcomes(read_source(str(back)), SurveySettings())
        assert outcomes.counts["kept"] == (lists["Rank"] != "").sum()
        assert outcomes.counts["filtered"] == (lists["Rank"] == "").sum() > 0
        again = told("actions", finished.folder, "--outcomes", back, "--as-of", "2025-12-10")
        left_alone = {row["account_id"]: row["suppressed_because"] for row in again["actions"]}
        for account in lists.loc[[first, second], "Account id"]:
            assert left_alone[account] == "contacted on 2025-12-03, less than 14 days before"
        loop = {row["metric"]: row for row in again["closed_loop"]}
        assert loop["contacted"]["estimate"] == pytest.approx(2 / outcomes.counts["kept"])
        assert loop["closed"]["estimate"] == pytest.approx(1 / outcomes.counts["kept"])
        assert "contacted: " in said("actions", finished.folder, "--outcomes", back, "--as-of", "2025-12-10")

    def test_options_that_change_the_lists_do(self, finished: ReportRun) -> None:
        usual = told("actions", finished.folder)
        short = told("actions", finished.folder, "--most", "3")
        ranked = [row for row in short["actions"] if row["rank"] is not None]
        assert len(ranked) == 3 < len([row for row in usual["actions"] if row["rank"] is not None])
        later = told("actions", finished.folder, "--as-of", "2026-05-01")
        assert len(later["actions"]) < len(usual["actions"])
        lists = said("actions", finished.folder, "--most", "3")
        assert "Promoters to ask: 3, left alone" in lists

    def test_a_list_with_two_gains_is_said_once(self) -> None:
        call = {"action": "call", "n": 30, "n_suppressed": 0, "estimate": 70.0, "conf_low": 50.0, "conf_high": 90.0}
        net = call | {"unit": "retained value less costs", "estimate": 12.0, "conf_low": None, "reason": "No range."}
        unknown = call | {"unit": "value at risk", "estimate": None, "reason": "No value."}
        rows = [call | {"unit": "value at risk", "reason": "From the risks."}, net]
        assert [line for one in (rows, [unknown, net]) for line in lists_in_words(pd.DataFrame(one))] == [
            "Accounts to call: 30, left alone 0; value at risk: 70 (likely 50 to 90); "
            "retained value less costs: 12. From the risks. No range.",
            "Accounts to call: 30, left alone 0; retained value less costs: 12. No value. No range.",
        ]

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (("--as-of", "2025-10-01"), "know what happened until 2025-12-01"),
            (("--as-of", "soon"), "must be a day"),
            (("--flags", "nowhere"), "name the folder of a finished churn scoring"),
            (("--most", "0"), "at least 1"),
        ],
    )
    def test_what_cannot_be_listed_is_said(self, finished: ReportRun, words: tuple[str, ...], message: str) -> None:
        refused = call("actions", finished.folder, *words)
        assert isinstance(refused.exception, SettingsError)
        assert message in str(refused.exception)

    def test_a_folder_without_a_run_is_refused(self, tmp_path: Path) -> None:
        refused = call("actions", tmp_path)
        assert isinstance(refused.exception, SettingsError)
        assert "nps-insights report" in str(refused.exception)


def test_lists_are_written_by_rank_and_who_is_left_alone_last() -> None:
    rows = pd.DataFrame({"action": ["call"] * 3, "account_id": ["a", "b", "c"], "rank": [None, 2.0, 1.0]})
    assert _in_order(rows)["account_id"].tolist() == ["c", "b", "a"]
    other = pd.DataFrame({"metric": ["nps"]})
    assert _in_order(other) is other
