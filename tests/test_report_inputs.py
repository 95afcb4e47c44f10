"""What a report reads: names of columns of the data never collide with our own."""

import pandas as pd
from report_outline import Outline
from report_tables import estimates, facts_example, report_example

from nps_insights.metrics import overall
from nps_insights.report import render_report
from nps_insights.report.inputs import group_columns, overall_figure, report_tables


def test_a_column_that_is_really_called_comment_is_a_group_like_any_other() -> None:
    frame = estimates()
    frame["by"] = frame["by"].replace("region", "comment")
    assert group_columns(frame) == ["comment", "plan"]
    seen = Outline(render_report(report_example() | {"estimates": frame}, facts_example()))
    assert "NPS by comment" in seen.text
    assert "NPS by (comment)" not in seen.text
    assert "Those who commented are unhappier than the rest" in seen.text


def test_the_overall_figure_is_that_of_metrics() -> None:
    whole = report_tables({"estimates": estimates()})["estimates"]
    for metric in ("nps", "promoter", "comment_rate"):
        figure = overall_figure(whole, metric)
        assert figure is not None
        assert figure["estimate"] == overall(whole).loc[metric, "estimate"]
    assert overall_figure(whole, "csat") is None
    assert overall_figure(whole.assign(estimate=pd.NA), "nps") is None
