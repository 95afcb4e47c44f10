"""Charts whose marks can be left out one by one, as rows of a table can."""

from collections.abc import Sequence
from dataclasses import replace

from nps_insights.report.page.blocks import RowKey
from nps_insights.report.page.charts import Chart


def keyed(chart: Chart, keys: Sequence[RowKey]) -> Chart:
    r"""Return a chart whose marks say of whom and when they are, so that a filter can leave out the others.

    Args:
        chart: A chart of one mark per key, in that order.
        keys: One per mark.

    Example:
        >>> from nps_insights.report.page.charts import Mark, time_chart
        >>> chart = time_chart("c", "NPS over time", [Mark("Q1 2026", 30, 20, 40)], axis="NPS")
        >>> keyed(chart, [RowKey(period="Q1 2026")]).keys
        '\t\tQ1 2026'
    """
    return replace(chart, keys="\n".join("\t".join((key.by, key.group, key.period)) for key in keys))
