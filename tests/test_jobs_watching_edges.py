"""What a watched number needs, and what is said and done where a survey does not have it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nps_insights.jobs.admission import AdmittedSurvey, admit
from nps_insights.jobs.driving.driver_analysis import DriverAnalysis
from nps_insights.jobs.settings.driver_report import DriverReportSettings, check_settings
from nps_insights.jobs.watching.issued_alerts import keep_sent
from nps_insights.jobs.watching.next_actions import next_actions, read_flags
from nps_insights.jobs.watching.published_figures import issue, issued_at, issued_figures
from nps_insights.jobs.watching.step import period_figures, watching_of
from nps_insights.jobs.watching.watch_questions import alerts_of
from nps_insights.jobs.watching.watched_scope import refuse_unwatchable
from nps_insights.tables import SettingsError, empty

ISSUED = pd.Timestamp("2026-04-02")
MONTHS = ("2026-01-10", "2026-02-10", "2026-03-10")
DUE = {"name": "company", "value": 40, "date": "2027-06-30"}
Settings = Callable[..., DriverReportSettings]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A survey of 30 answers in three months by two agents, and accounts, of which half are worth 100 and half 300."""
    folder = tmp_path_factory.mktemp("small")
    rows = pd.DataFrame(
        {"response_id": [f"r{n:02d}" for n in range(30)], "account_id": [f"a{n:02d}" for n in range(30)]}
    )
    rows["score"] = [10 if n % 2 else 0 for n in range(30)]
    rows["agent_id"] = ["anna" if n % 3 else "ben" for n in range(30)]
    rows["responded_at"] = [MONTHS[n % 3] for n in range(30)]
    rows.to_csv(folder / "dated.csv", index=False)
    rows.drop(columns="responded_at").to_csv(folder / "undated.csv", index=False)
    rows.assign(responded_at=MONTHS[0]).to_csv(folder / "january.csv", index=False)
    accounts = rows[["account_id"]].assign(Plan="Pro")
    accounts.to_csv(folder / "worthless.csv", index=False)
    accounts.assign(value=[300 if n % 2 else 100 for n in range(30)]).to_csv(folder / "accounts.csv", index=False)
    asked = pd.DataFrame({"contact_id": [f"c{n}" for n in range(60)], "sent_at": "2026-01-05", "channel": "email"})
    asked["response_id"] = [f"r{n:02d}" if n < 30 else None for n in range(60)]
    asked.to_csv(folder / "invitations.csv", index=False)

    def given(survey: str = "dated", *, accounts: str = "", invitations: str = "", **more: Any) -> DriverReportSettings:
        files = {"survey": survey, "accounts": accounts, "invitations": invitations}
        return check_settings(
            {"input": {name: str(folder / f"{file}.csv") for name, file in files.items() if file}} | more
        )

    return given


def admitted(settings: DriverReportSettings) -> tuple[AdmittedSurvey, DriverReportSettings]:
    return admit(settings), settings


class TestWhatCannotBeWatched:
    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"watch": {"headline": "account"}}, r"watch\.headline == 'account': needs \[input\] accounts"),
            (
                {"watch": {"headline": "revenue"}, "accounts": "worthless"},
                r"have no value; map it in \[account_columns\]",
            ),
            ({"survey": "undated", "target": [DUE]}, "target: needs dates to be judged by"),
        ],
    )
    def test_it_is_refused_before_comments_are_read(
        self, settings: Settings, given: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(SettingsError, match=message):
            refuse_unwatchable(*admitted(settings(**given)))

    def test_lists_need_accounts_and_dates(self, settings: Settings, tmp_path: Path) -> None:
        survey, undated = admitted(settings("undated"))
        assert next_actions(survey, None, DriverAnalysis({}, [], []), undated).tables == {}
        flags = pd.DataFrame({"account_id": ["a01"], "as_of": ISSUED, "status": ["flagged"], "rank": [1]})
        flags.assign(lane="rule", reason_1="", value=1.0).to_parquet(tmp_path / "flags.parquet")
        told = undated.model_copy(update={"input": undated.input.model_copy(update={"flags": str(tmp_path)})})
        with pytest.raises(SettingsError, match="have no account_id or no dates, so no list can be made of it"):
            next_actions(survey, None, DriverAnalysis({}, [], []), told)

    def test_a_folder_without_flags_is_no_scoring(self, tmp_path: Path) -> None:
        with pytest.raises(
            SettingsError, match=r"holds no flags\.parquet; name the folder of a finished churn scoring"
        ):
            read_flags(str(tmp_path))


class TestFiguresPerPeriod:
    def test_the_headline_of_accounts_stands_beside_the_number(self, settings: Settings) -> None:
        survey, chosen = admitted(settings(accounts="accounts", watch={"headline": "revenue"}))
        table = period_figures(survey, None, chosen, "month").set_index(["metric", "period_start"])["estimate"]
        # Those who are worth 300 promote, those of 100 do not: a half of the money more speaks for us.
        assert table.loc[("nps_revenue", pd.Timestamp("2026-01-01"))] == pytest.approx(50)
        assert table.loc[("nps", pd.Timestamp("2026-01-01"))] == pytest.approx(0)
        assert len(table.loc["nps_revenue"]) == 3

    def test_there_are_none_without_a_period(self, settings: Settings) -> None:
        survey, chosen = admitted(settings("january"))
        assert period_figures(survey, None, chosen, "").equals(empty("estimates"))

    def test_the_headline_of_accounts_is_watched_too(self, settings: Settings) -> None:
        found = alerts_of("dated.csv", lambda: settings(accounts="accounts", watch={"headline": "account"}))
        assert "nps_account" in set(found.tables["series"]["metric"])

    def test_nothing_judged_is_not_nothing_moved(self, settings: Settings) -> None:
        found = alerts_of("dated.csv", settings)
        assert found.sentences[0].startswith("Nothing could be judged: no finished period with enough answers")


class TestWhoWasAskedAndWhoServed:
    def test_agents_are_compared_and_invitations_counted_without_accounts(self, settings: Settings) -> None:
        survey, chosen = admitted(settings("january", invitations="invitations"))
        tables = watching_of(survey, None, empty("changes"), chosen).tables
        assert set(tables["agents"]["agent_id"]) == {"anna", "ben"}
        everybody = tables["nonresponse"].query("by == ''")
        assert everybody["estimate"].tolist() == [pytest.approx(0.5)]
        # Nobody can be named who was silent, and one period is no series.
        assert "silent_accounts" not in tables
        assert "period_start" not in tables["nonresponse"]


class TestIssues:
    def test_a_moment_is_needed_where_answers_have_no_dates(self, settings: Settings) -> None:
        undated = admit(settings("undated")).admission
        with pytest.raises(SettingsError, match=r"output\.published: the answers have no dates; give the moment"):
            issued_at(None, undated)
        assert issued_at(ISSUED, undated) == ISSUED

    def test_figures_without_periods_are_not_issued(self, settings: Settings) -> None:
        figures = pd.DataFrame({"metric": ["nps"], "estimate": [10.0]})
        assert issued_figures(figures, settings(), published_at=ISSUED).empty

    @pytest.mark.parametrize(("start", "issued"), [("scratch", ["nps"]), ("themes@3", ["nps", "theme_share"])])
    def test_shares_of_themes_are_issued_where_themes_stay_the_same(
        self, settings: Settings, start: str, issued: list[str]
    ) -> None:
        month = {"period_start": pd.Timestamp("2026-03-01"), "period_end": pd.Timestamp("2026-03-31")}
        figures = pd.DataFrame([{"metric": name} | month for name in ("nps", "theme_share")])
        found = issued_figures(figures, settings(themes={"start": start}), published_at=ISSUED)
        assert found["metric"].tolist() == issued

    def test_without_a_file_nothing_is_kept_and_an_issue_is_refused(
        self, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        known: dict[str, Any] = {"published_at": ISSUED, "run_id": "r1"}
        keep_sent(settings(), pd.DataFrame({"status": ["raised"]}), empty("estimates"), per="month", **known)
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(SettingsError, match=r"name the file that keeps what was issued, such as published\.csv"):
            issue(settings(), empty("estimates"), empty("responses"), themes_version="", **known)
