"""The main job on the patient survey of the NHS: reversed scale, several questions, human codes."""

from pathlib import Path

import pandas as pd
import pytest
from real_surveys import report_settings, significant

from nps_insights.jobs.driver_report import ReportRun, run_driver_report
from nps_insights.metrics import overall

CODES = "Organisation & efficiency..Positive experience & gratitude"


@pytest.fixture(scope="module")
def rows(shared_data: Path) -> pd.DataFrame:
    """Every second respondent, with all rows of each."""
    given = pd.read_csv(shared_data / "nhs_fft_themes" / "v6framework_230831.csv.gz", dtype=str, keep_default_na=False)
    return given[pd.factorize(given["Respondent ID"])[0] % 2 == 0].reset_index(drop=True)


@pytest.fixture(scope="module")
def nhs(rows: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> ReportRun:
    folder = tmp_path_factory.mktemp("nhs")
    rows.to_csv(folder / "survey.csv", index=False)
    return run_driver_report(
        report_settings(
            folder / "survey.csv",
            folder,
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
            report={"by": ["Service type 1"], "theme_columns": [CODES]},
        )
    )


class TestNhs:
    """Reversed scale, several questions per respondent, human codes, dates with day and month swapped."""

    def test_dont_know_answers_are_set_aside_and_counted(self, nhs: ReportRun, rows: pd.DataFrame) -> None:
        unknown = rows.index[rows["FFT categorical answer"].isin(["6", "7"])] + 2
        assert len(unknown) > 100
        assert set(unknown) <= set(nhs.tables["quarantine"]["row_number"])
        assert nhs.tables["responses"]["score"].between(1, 5).all()

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
        assert agreement.loc["Staff manner & personal attributes", "f1"] > 0.35
        assert agreement.loc["Food & drink provision & facilities", "f1"] > 0.4

    def test_some_discovered_theme_costs_and_some_earns(self, nhs: ReportRun) -> None:
        themes = significant(nhs, "theme")
        assert themes.iloc[0] < 0 < themes.iloc[-1]
