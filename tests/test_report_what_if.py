"""What if: today first, scenarios as asked for, the target line, and odds that claim no certainty."""

import pandas as pd
import pytest
from report_driver_tables import scenarios
from report_tables import report_example

from nps_insights.metrics import COMMENTED
from nps_insights.report.chapters.what_if import MOST_SCENARIOS, WhatIf, what_if
from nps_insights.report.inputs import report_tables


def shown(target: float | None = 30.0) -> WhatIf:
    return what_if(report_tables({"scenarios": scenarios(target).sample(frac=1, random_state=2)}))


def test_today_comes_first_and_scenarios_stand_side_by_side() -> None:
    found = shown()
    assert found.table is not None
    assert found.chart is not None
    assert [row[0] for row in found.table.rows][::3] == ["Today", "both"]
    assert found.table.rows[0][1:3] == ("17 (likely 14 to 20)", "–")
    assert found.table.rows[3][2] == "+11 (likely +8 to +14)"
    assert len(found.chart.figure["data"][0]["x"]) == 4


def test_the_target_is_a_line_and_has_odds() -> None:
    found = shown()
    assert found.table is not None
    assert found.chart is not None
    assert found.chart.figure["layout"]["shapes"][0]["x0"] == 30.0
    assert found.table.columns[-1] == "30 or more"
    assert [row[-1] for row in found.table.rows][::3] == ["less than 1 in 100", "72 in 100"]


def test_without_a_target_the_line_is_today() -> None:
    found = shown(None)
    assert found.table is not None
    assert found.chart is not None
    assert found.chart.figure["layout"]["shapes"][0]["x0"] == pytest.approx(16.9)
    assert found.table.columns == ("If", "NPS", "Change")
    assert found.line.startswith("Dotted line: today")


def test_comments_that_nobody_could_read_explain_another_number_of_today() -> None:
    rows = scenarios(None)
    n = int(rows["n"].max())

    def line(n_commented: int) -> str:
        of_all = (
            report_example()["estimates"].head(1).assign(metric="nps", by=COMMENTED, group="commented", n=n_commented)
        )
        estimates = of_all.assign(period_start=pd.NaT, period_end=pd.NaT)
        return what_if(report_tables({"scenarios": rows, "estimates": estimates})).line

    assert "could not be read" not in line(n)
    assert line(n + 1).endswith(
        " 1 further comment could not be read: today’s number is not that of all who commented."
    )
    assert " 160 further comments could not be read" in line(n + 160)


def test_many_scenarios_are_folded() -> None:
    rows = scenarios().iloc[[1]].loc[lambda own: own.index.repeat(12)].reset_index(drop=True)
    rows = rows.assign(position=rows.index + 1, scenario=[f"case {at}" for at in rows.index])
    found = what_if(report_tables({"scenarios": rows}))
    assert found.table is not None
    assert found.rest is not None
    assert (len(found.table.rows), len(found.rest.rows)) == (MOST_SCENARIOS, 12 - MOST_SCENARIOS)


def test_without_scenarios_there_is_no_chapter() -> None:
    assert what_if(report_tables({})) == WhatIf()
