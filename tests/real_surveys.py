"""What the tests on real public surveys share."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from fresh_tracking import tracking_in

from nps_insights.jobs.driver_report import ReportRun
from nps_insights.jobs.settings.driver_report import DriverReportSettings, check_settings


def report_settings(survey: Path, out: Path, **sections: Mapping[str, Any]) -> DriverReportSettings:
    return check_settings(
        {
            "input": {"survey": str(survey)},
            "output": {"folder": str(out / "report")},
            "tracking": {"uri": tracking_in(out)},
            # Trained and judged in tests of its own.
            "drivers": {"category_model": False},
            **sections,
        }
    )


def significant(run: ReportRun, kind: str) -> pd.DataFrame:
    effects = run.tables["effects"]
    rows = effects[(effects["outcome"] == "nps") & (effects["method"] == "adjusted") & (effects["kind"] == kind)]
    return rows[rows["q_value"] < 0.1].set_index("label")["estimate"].sort_values()
