"""Appendix for analysts: the drivers by other reckonings, and what they were held against."""

from collections.abc import Mapping

import pandas as pd

from nps_insights.report.chapters.appendix_change import change_sections
from nps_insights.report.chapters.appendix_checks import check_sections
from nps_insights.report.chapters.appendix_figures import figure_sections
from nps_insights.report.facts import ReportFacts
from nps_insights.report.page.blocks import Section


def appendix(tables: Mapping[str, pd.DataFrame], facts: ReportFacts) -> list[Section]:
    """Return the sections of the appendix; without drivers there are none, and it does not appear.

    Args:
        tables: Tables as `report_tables` returns them.
        facts: Facts of the run.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> appendix(report_tables({}), ReportFacts(title="T", source_name="s.csv"))
        []
    """
    return [*figure_sections(tables), *check_sections(tables, facts), *change_sections(tables)]
