"""Who is about to leave: the numbers of the table, the curves where the training is known, and the first screen."""

from typing import Any

import pandas as pd
from report_outline import Outline
from report_tables import facts_example, report_example
from report_watch_tables import action_lists, actions

from nps_insights.report import render_report
from nps_insights.report.chapters.leaving import leaving_chapter, leaving_soon
from nps_insights.report.inputs import report_tables


def leaving(**changed: Any) -> pd.DataFrame:
    row = {"as_of": pd.Timestamp("2026-07-01"), "horizon_days": 90.0, "value": 2_100_000.0, "n": 50}
    listed = row | {"group": "listed", "estimate": 14.2, "conf_low": 8.0, "conf_high": 21.0} | changed
    whole = row | {"group": "all", "estimate": 80.4, "conf_low": 64.0, "conf_high": 97.0, "n": 1500, "value": None}
    frame = pd.DataFrame([whole, listed])
    return frame.astype({"as_of": "datetime64[us]", "value": float, "horizon_days": float})


def judged() -> dict[str, pd.DataFrame]:
    part = {"model": "chosen", "part": "out_of_time"}
    rows = [
        part | {"position": at, "risk_low": low, "risk_high": low + 0.1, "mean_risk": low + 0.05, "n": 100}
        for at, low in enumerate((0.0, 0.1, 0.2), 1)
    ]
    reliability = pd.DataFrame(rows).assign(estimate=[0.04, 0.16, 0.24], conf_low=0.01, conf_high=0.4, n_churned=5)
    curve = pd.DataFrame([part | {"position": at, "contacted": at / 4, "lift": 2.0, "n": 300} for at in (1, 2, 3, 4)])
    curve = curve.assign(captured=[0.6, 0.8, 0.9, 1.0], captured_low=0.5, captured_high=1.0)
    return {"reliability": reliability, "gain_curve": curve}


def page(**tables: pd.DataFrame) -> str:
    whole = report_example() | {"actions": actions(), "action_lists": action_lists()} | tables
    return render_report(whole, facts_example())


def test_without_risks_there_is_no_chapter() -> None:
    assert 'id="leaving"' not in page()


def test_the_chapter_holds_the_stored_numbers() -> None:
    chapter = leaving_chapter(report_tables({"leaving": leaving()}), currency="EUR")
    assert chapter.table is not None
    assert list(chapter.table.rows) == [
        ("Accounts to call first", "50", "14 (likely 8 to 21)", "EUR\N{NO-BREAK SPACE}2,100,000"),
        ("All accounts with a risk", "1,500", "80 (likely 64 to 97)", "–"),
    ]
    assert "within 90 days after 1 July 2026" in chapter.lead
    assert "churn_training" in chapter.unjudged


def test_the_first_screen_says_how_many_of_the_list_are_expected_to_leave() -> None:
    assert "about 14 expected to leave within 90 days" in Outline(page(leaving=leaving())).text
    assert (
        leaving_soon(report_tables({"leaving": leaving(estimate=0.3)}))
        == "fewer than one expected to leave within 90 days"
    )
    undated = leaving_soon(report_tables({"leaving": leaving(horizon_days=None)}))
    assert undated == "about 14 expected to leave"


def test_curves_stand_in_the_report_where_the_training_is_known() -> None:
    told = page(leaving=leaving(), **judged())
    assert 'id="reliability-chart"' in told
    assert 'id="gain-chart"' in told
    assert "name the folder of the training" not in told
    assert "the chapter on who is about to leave tells it" in Outline(told).text


def test_a_board_sees_no_part_of_fewer_than_ten() -> None:
    def board(**tables: pd.DataFrame) -> str:
        return render_report(report_example() | tables, facts_example(), edition="board")

    assert 'id="leaving"' in board(leaving=leaving())
    assert 'id="leaving"' not in board(leaving=leaving(n=9))
    few = judged()["reliability"].assign(n=9)
    assert 'id="reliability-chart"' not in board(leaving=leaving(), reliability=few)
