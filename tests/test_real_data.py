"""The main job on real public surveys, each with its own traps."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nps_insights.jobs.admission import admit
from nps_insights.jobs.driver_report import ReportRun, run_driver_report
from nps_insights.jobs.settings import DriverReportSettings, check_settings
from nps_insights.metrics import overall
from nps_insights.tables import DataRefusedError

NHS_CODES = "Organisation & efficiency..Positive experience & gratitude"


def settings(survey: Path, out: Path, **sections: Mapping[str, Any]) -> DriverReportSettings:
    return check_settings(
        {
            "input": {"survey": str(survey)},
            "output": {"folder": str(out / "report")},
            "tracking": {"uri": f"sqlite:///{out}/mlflow.db"},
            **sections,
        }
    )


def significant(run: ReportRun, kind: str) -> pd.DataFrame:
    effects = run.tables["effects"]
    rows = effects[(effects["outcome"] == "nps") & (effects["method"] == "adjusted") & (effects["kind"] == kind)]
    return rows[rows["q_value"] < 0.1].set_index("label")["estimate"].sort_values()


@pytest.fixture(scope="module")
def nhs(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> ReportRun:
    return run_driver_report(
        settings(
            shared_data / "nhs_fft_themes" / "v6framework_230831.csv.gz",
            tmp_path_factory.mktemp("nhs"),
            columns={
                "response_id": "Respondent ID",
                "comment_id": "Comment ID",
                "score": "FFT categorical answer",
                "comment": "FFT answer",
                "question": "FFT question",
                "responded_at": "Date",
            },
            score={"scale": "5-1", "cuts": "3,5"},
            dates={"format": "%d/%m/%Y"},
            report={"by": ["Service type 1"], "theme_columns": [NHS_CODES]},
        )
    )


@pytest.mark.xdist_group("nhs")
class TestNhs:
    """Reversed scale, several questions per respondent, human codes, dates with day and month swapped."""

    def test_dont_know_answers_are_set_aside_and_counted(self, nhs: ReportRun) -> None:
        reasons = nhs.tables["quarantine"].groupby("value").size()
        assert reasons["7"] == 416
        assert reasons["6"] == 24

    def test_a_respondent_with_several_comments_is_one_response(self, nhs: ReportRun) -> None:
        comments = nhs.tables["comments"]
        assert comments["response_id"].value_counts().max() >= 2
        assert comments["question"].nunique() >= 4

    def test_very_good_is_good(self, nhs: ReportRun) -> None:
        assert overall(nhs.tables["estimates"]).loc["nps", "estimate"] > 40

    def test_human_codes_move_people_as_their_names_say(self, nhs: ReportRun) -> None:
        codes = significant(nhs, "code")
        assert codes["Negative experience & dissatisfaction"] < 0
        assert codes["Positive experience & gratitude"] > 0
        assert codes["Timeliness of care"] < 0
        assert codes["Staff manner & personal attributes"] > 0

    def test_discovered_themes_agree_with_the_human_codes(self, nhs: ReportRun) -> None:
        agreement = nhs.tables["agreement"].set_index("code")
        assert agreement.loc["Staff manner & personal attributes", "f1"] > 0.4
        assert agreement.loc["Food & drink provision & facilities", "f1"] > 0.4

    def test_some_discovered_theme_costs_and_some_earns(self, nhs: ReportRun) -> None:
        themes = significant(nhs, "theme")
        assert themes.iloc[0] < 0 < themes.iloc[-1]


@pytest.mark.xdist_group("jardinerie")
def test_jardinerie(shared_data: Path, tmp_path: Path) -> None:
    """French, latin-1, a question from 1 to 10 and 72 % silent."""
    run = run_driver_report(
        settings(
            shared_data / "jardinerie_nps_fr" / "nps.csv.gz",
            tmp_path,
            score={"scale": "1-10"},
            report={"attributes": ["NbPassageKS", "CaTicket", "t"]},
            themes={"encoder": "multilingual"},
        )
    )
    estimates = run.tables["estimates"]
    sides = estimates.query("metric == 'nps' and by == 'comment'").set_index("group")["estimate"]
    assert sides["commented"] == pytest.approx(38.8, abs=1)
    assert sides["silent"] == pytest.approx(57.1, abs=1)
    assert any("é" in text for text in run.tables["themes"]["example"])
    assert significant(run, "theme").iloc[0] < 0


@pytest.mark.xdist_group("seat")
def test_skytrax_seats(shared_data: Path, tmp_path: Path) -> None:
    """Long reviews; dates of 1970 mean that the date is not known."""
    run = run_driver_report(
        settings(
            shared_data / "skytrax_lounge_seat" / "seat.csv.gz",
            tmp_path,
            columns={"score": "overall_rating", "comment": "content", "responded_at": "date"},
            score={"scale": "1-10"},
            dates={"missing": ["1970-01-01"]},
            report={"by": ["cabin_flown"]},
        )
    )
    dates = run.tables["responses"]["responded_at"]
    assert dates.isna().sum() == 26
    assert dates.min() > pd.Timestamp("2000-01-01")
    assert "legroom" in " ".join([*run.tables["themes"]["label"], *run.tables["themes"]["keywords"]])


def test_the_mixed_scale_of_the_lounges_is_caught_not_averaged(shared_data: Path, tmp_path: Path) -> None:
    lounges = shared_data / "skytrax_lounge_seat" / "lounge.csv.gz"
    columns = {"score": "overall_rating", "comment": "content", "responded_at": "date"}
    with pytest.raises(DataRefusedError, match=r"\[\[score\.scales\]\]"):
        admit(settings(lounges, tmp_path, columns=columns))
    with pytest.raises(DataRefusedError, match=r"\[\[score\.scales\]\]"):
        admit(settings(lounges, tmp_path, columns=columns, score={"scale": "1-10"}))
