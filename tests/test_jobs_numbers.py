"""The number of a file as `nps-insights nps` gives it: weighted to known shares or to who was asked, by group."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nps_insights.jobs.settings.driver_report import DriverReportSettings, check_settings
from nps_insights.jobs.watching.number import checked_scores, numbers_of
from nps_insights.tables import DataRefusedError, SettingsError

# 30 of Free, of whom 15 are detractors and 15 passives; 10 of Pro, promoters all.
FREE, PRO = -50.0, 100.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A survey in which Pro answers seldom; of 40 asked on Free 30 answered, of 40 on Pro 10."""
    folder = tmp_path_factory.mktemp("numbers")
    rows = [
        (f"r{n:02d}", f"a{n:02d}", 9 if n >= 30 else 2 + 5 * (n % 2), "Pro" if n >= 30 else "Free") for n in range(40)
    ]
    survey = pd.DataFrame(rows, columns=["response_id", "account_id", "score", "Plan"])
    survey.assign(responded_at="2026-03-10").to_csv(folder / "survey.csv", index=False)
    silent = pd.DataFrame(
        [(None, f"s{n:02d}", None, "Pro" if n >= 10 else "Free") for n in range(40)], columns=survey.columns
    )
    accounts = pd.concat([survey, silent])[["account_id", "Plan"]]
    accounts.to_csv(folder / "accounts.csv", index=False)
    asked = pd.concat([survey, silent])[["account_id", "response_id"]].reset_index(drop=True)
    asked.assign(invitation_id=[f"i{n}" for n in asked.index], sent_at="2026-03-01").to_csv(
        folder / "invitations.csv", index=False
    )
    return folder


def settings(folder: Path, *sides: str, **sections: Any) -> DriverReportSettings:
    given = {"survey": str(folder / "survey.csv"), **{name: str(folder / f"{name}.csv") for name in sides}}
    report = {"attributes": ["Plan"]}
    return check_settings({"input": given, "report": report} | sections)


def shares(folder: Path, text: str) -> str:
    file = folder / "shares.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


def whole(table: pd.DataFrame, metric: str = "nps") -> pd.Series:
    return table[(table["metric"] == metric) & (table["by"] == "")].iloc[0]


class TestKnownShares:
    @pytest.mark.parametrize("told", ["Plan,Free,0.5\nPlan,Pro,0.5", " plan ,Free,6000\nPLAN, Pro ,6000"])
    def test_the_number_is_that_of_the_shares(self, folder: Path, told: str) -> None:
        found = numbers_of(settings(folder), rake=shares(folder, f"Column, Group ,share\n{told}\n"))
        assert whole(found.table)["estimate"] == pytest.approx((FREE + PRO) / 2)
        assert whole(numbers_of(settings(folder)).table)["estimate"] == pytest.approx((30 * FREE + 10 * PRO) / 40)

    def test_a_group_that_nobody_stated_a_share_of_is_named(self, folder: Path) -> None:
        with pytest.raises(DataRefusedError, match=r"'Pro' \(10 rows\) has no known share"):
            numbers_of(settings(folder), rake=shares(folder, "column,group,share\nPlan,Free,1\n"))

    @pytest.mark.parametrize(
        ("told", "message"),
        [
            ("column,share\nPlan,0.5\n", r"has no column group; a row names a column, .* Plan,Pro,0\.3"),
            ("column,group,share\nPlan,Free,half\nPlan,Pro,0.5\n", r"shares\.csv: share == 'half': must be a number"),
            ("column,group,share\nPlane,Free,0.5\n", "Plane"),
        ],
    )
    def test_a_file_that_states_no_shares_is_refused(self, folder: Path, told: str, message: str) -> None:
        with pytest.raises(SettingsError, match=message):
            numbers_of(settings(folder), rake=shares(folder, told))


class TestWhoWasAsked:
    def test_those_who_answered_stand_for_those_who_were_asked(self, folder: Path) -> None:
        found = numbers_of(settings(folder, "accounts", "invitations"), as_asked=["Plan"])
        assert whole(found.table)["estimate"] == pytest.approx((FREE + PRO) / 2)

    def test_without_invitations_nobody_knows_who_was_asked(self, folder: Path) -> None:
        with pytest.raises(SettingsError, match="name the file with --invitations"):
            numbers_of(settings(folder), as_asked=["Plan"])


class TestWhatIsAskedFor:
    def test_answers_are_weighted_in_one_way(self, folder: Path) -> None:
        with pytest.raises(SettingsError, match="only one of them can weight the answers"):
            numbers_of(settings(folder), weights="weight", as_asked=["Plan"])

    def test_a_weight_that_is_no_column_is_to_be_mapped(self, folder: Path) -> None:
        with pytest.raises(SettingsError, match=r"--weights == 'weight': no such column; map it: --columns weight="):
            numbers_of(settings(folder), weights="weight")

    def test_accounts_are_not_weighted(self, folder: Path) -> None:
        told = shares(folder, "column,group,share\nPlan,Free,0.5\nPlan,Pro,0.5\n")
        with pytest.raises(SettingsError, match=r"\('account',\): accounts count by what they are"):
            numbers_of(settings(folder, "accounts", report={"by": ["Plan"]}), scores=("account",), rake=told)

    @pytest.mark.parametrize(("metric", "example"), [("csat", "--csat-scale 1-5"), ("ces_top", "--ces-scale 7-1")])
    def test_satisfaction_needs_its_scale(self, folder: Path, metric: str, example: str) -> None:
        with pytest.raises(SettingsError, match=f"State it, worst first: {example}"):
            numbers_of(settings(folder), metrics=("nps", metric))

    def test_a_grouping_that_is_no_column_lists_those_there_are(self, folder: Path) -> None:
        crossed = settings(folder, report={"attributes": ["Plan"], "by": ["Plan x Region"]})
        with pytest.raises(SettingsError, match=r"Region.*(?i:plan)"):
            numbers_of(crossed)

    def test_whose_score_it_is_has_three_names(self) -> None:
        assert checked_scores(["revenue", "respondent"]) == ("respondent", "revenue")
        with pytest.raises(SettingsError, match="score == 'customer': must be one of respondent, account, revenue"):
            checked_scores(["account", "customer"])
