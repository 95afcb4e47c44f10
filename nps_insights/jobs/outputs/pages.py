"""The pages of a report: one for each edition that was asked for, the first one as report.html."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from nps_insights.jobs.settings.driver_report import DriverReportSettings
from nps_insights.jobs.settings.privacy import with_real_ids
from nps_insights.report import ReportFacts, render_report
from nps_insights.report.editions.edition import edition_named, file_name, in_edition
from nps_insights.report.inputs import report_tables


def write_pages(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    facts: ReportFacts,
    settings: DriverReportSettings,
    *,
    real: pd.DataFrame | None = None,
) -> None:
    """Write `report.html` of the first edition and `report-<edition>.html` of each further one.

    Args:
        folder: The run folder, not yet published.
        tables: All tables of the run; each edition leaves out what it must not show.
        facts: Facts of the run.
        settings: Of the report.
        real: With pseudonyms, who stands behind them; the edition for customer success shows it.
    """
    editions = settings.report.edition
    for name in editions:
        page = render_report(_told(tables, name, real), facts, edition=name, language=settings.report.language)
        (folder / file_name(editions, name)).write_text(page, encoding="utf-8")


def shown_tables(
    tables: Mapping[str, pd.DataFrame], settings: DriverReportSettings, real: pd.DataFrame | None
) -> Mapping[str, pd.DataFrame]:
    """Return the tables that workbook and message are made of: with real ids where the first edition names accounts."""
    return _told(tables, settings.report.edition[0], real)


def _told(tables: Mapping[str, pd.DataFrame], edition: str, real: pd.DataFrame | None) -> Mapping[str, pd.DataFrame]:
    if real is None or edition_named(edition).accounts != "named":
        return tables
    return with_real_ids(tables, real)


def first_edition(
    tables: Mapping[str, pd.DataFrame], facts: ReportFacts, settings: DriverReportSettings
) -> tuple[dict[str, pd.DataFrame], ReportFacts]:
    """Return tables and facts as the first edition shows them: what leaves beside report.html shows no more than it."""
    return in_edition(report_tables(tables), facts, edition_named(settings.report.edition[0]))
