"""The main job on the customers of a French garden-centre chain."""

from pathlib import Path

import pandas as pd
import pytest
from real_surveys import report_settings, significant

from nps_insights.jobs.driver_report import run_driver_report


def test_jardinerie(shared_data: Path, tmp_path: Path) -> None:
    """French, latin-1, a question from 1 to 10 and 72 % silent."""
    run = run_driver_report(
        report_settings(
            shared_data / "jardinerie_nps_fr" / "nps.csv.gz",
            tmp_path,
            score={"scale": "1-10"},
            report={"attributes": ["NbPassageKS", "CaTicket", "t"]},
            themes={"encoder": "multilingual"},
        )
    )
    estimates = run.tables["estimates"]
    sides = estimates.query("metric == 'nps' and by == '(comment)'").set_index("group")["estimate"]
    raw = pd.read_csv(shared_data / "jardinerie_nps_fr" / "nps.csv.gz", encoding="latin-1").dropna(subset="nps")
    plain = 100 * ((raw["nps"] >= 9).astype(float) - (raw["nps"] <= 6)).groupby(raw["explication"].notna()).mean()
    # A hundred comments say nothing ("ras") and count as silent here, so the two sides differ by less than a point.
    assert sides["commented"] == pytest.approx(plain[True], abs=1)
    assert sides["silent"] == pytest.approx(plain[False], abs=1)
    assert sides["silent"] - sides["commented"] > 15
    assert any("é" in text for text in run.tables["themes"]["example"])
    assert significant(run, "theme").iloc[0] < 0
