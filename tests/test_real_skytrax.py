"""The main job on airline reviews: seats, and lounges whose scale changed unmarked."""

from pathlib import Path

import pandas as pd
import pytest
from real_surveys import report_settings

from nps_insights.jobs.admission import admit
from nps_insights.jobs.driver_report import run_driver_report
from nps_insights.tables import DataRefusedError


def test_skytrax_seats(shared_data: Path, tmp_path: Path) -> None:
    """Long reviews, some hundreds of them; dates of 1970 mean that the date is not known."""
    reviews = pd.read_csv(shared_data / "skytrax_lounge_seat" / "seat.csv.gz", dtype=str, keep_default_na=False)
    undated = reviews["date"] == "1970-01-01"
    pd.concat([reviews[undated], reviews[~undated].iloc[::3]]).to_csv(tmp_path / "seat.csv", index=False)
    run = run_driver_report(
        report_settings(
            tmp_path / "seat.csv",
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
        admit(report_settings(lounges, tmp_path, columns=columns))
    with pytest.raises(DataRefusedError, match=r"\[\[score\.scales\]\]"):
        admit(report_settings(lounges, tmp_path, columns=columns, score={"scale": "1-10"}))
