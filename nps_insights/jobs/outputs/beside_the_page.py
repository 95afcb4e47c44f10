"""What a report leaves beside its page: workbook, message and PDF, figures in a database, a delivery."""

import logging
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from nps_insights.jobs.outputs.aggregate_store import Issue, write_aggregates
from nps_insights.jobs.outputs.aggregate_tables import aggregates
from nps_insights.jobs.outputs.delivery import deliver
from nps_insights.jobs.outputs.notify import refuse_unready
from nps_insights.jobs.outputs.pages import first_edition
from nps_insights.jobs.outputs.sql_tables import refuse_unreachable
from nps_insights.jobs.settings.driver_report import DriverReportSettings
from nps_insights.jobs.settings.secrets import database_from_environment
from nps_insights.metrics import overall
from nps_insights.report import (
    ReportFacts,
    chart_script,
    find_browser,
    report_markdown,
    report_workbook,
    write_pdf,
)
from nps_insights.report.facts import title_of
from nps_insights.report.first.screen import first_screen
from nps_insights.report.inputs import periods, report_tables
from nps_insights.report.languages import spoken
from nps_insights.tables import SettingsError

WORKBOOK, MESSAGE, PAGE, PAPER = "report.xlsx", "report.md", "report.html", "report.pdf"
_DATABASE, _DELIVERY = "output.database", "delivery.to"
_log = logging.getLogger(__name__)


def refuse_unready_outputs(settings: DriverReportSettings) -> None:
    """Refuse, before any slow step, a database or a delivery that could not be served at the end.

    Raises:
        SettingsError: A URL cannot be used, or its environment variable is not set.
        MissingExtraError: The delivery needs apprise, the PDF Chromium, or the page its charts' script, and it is not
            installed.
    """
    chart_script()
    if settings.output.pdf:
        find_browser()
    refuse_unready(settings.delivery.to, _DELIVERY)
    if settings.output.database:
        refuse_unreachable(database_from_environment(settings.output.database, _DATABASE), _DATABASE)


def write_outputs(
    folder: Path, tables: Mapping[str, pd.DataFrame], facts: ReportFacts, settings: DriverReportSettings
) -> None:
    """Write `report.xlsx`, `report.md` and `report.pdf` into a run folder, where they are asked for.

    Args:
        folder: The run folder, not yet published; its page stands there already.
        tables: Tables of the run; workbook and message show what the first edition does.
        facts: Facts of the run.
        settings: Of the report.
    """
    if settings.output.excel:
        (folder / WORKBOOK).write_bytes(report_workbook(*first_edition(tables, facts, settings)))
    if settings.output.markdown:
        (folder / MESSAGE).write_text(message_of(tables, facts, settings), encoding="utf-8")
    if settings.output.pdf:
        write_pdf(folder / PAGE, folder / PAPER)


def message_of(tables: Mapping[str, pd.DataFrame], facts: ReportFacts, settings: DriverReportSettings) -> str:
    """Return the first screen as a message for a chat."""
    with spoken(settings.report.language):
        shown, told = first_edition(tables, facts, settings)
        return report_markdown(first_screen(shown, told), told, link=settings.delivery.link or "")


def hand_out(
    folder: Path, tables: Mapping[str, pd.DataFrame], facts: ReportFacts, settings: DriverReportSettings
) -> list[str]:
    """Put the figures of a finished run into the database and deliver its report.

    Nothing here can lose the run: its folder stands already, and what fails is told.

    Args:
        folder: The finished run folder.
        tables: The tables of the page.
        facts: Facts of the run.
        settings: Of the report.

    Returns:
        What is still owed, in sentences; empty where all was done.
    """
    owed = []
    if settings.output.database:
        url = database_from_environment(settings.output.database, _DATABASE)
        try:
            write_aggregates(aggregates(tables, facts.person_columns), url, issue_of(tables, facts, settings, folder))
        except SettingsError as error:
            owed.append(f"{error}. The run is complete; running it again writes them.")
    if settings.delivery.to:
        page = folder / PAGE if settings.delivery.attach else None
        message = message_of(tables, facts, settings)
        with spoken(settings.report.language):
            title = title_of(facts)
        owed += deliver(settings.delivery.to, title=title, message=message, page=page)
    for one in owed:
        _log.warning(one)
    return owed


def issue_of(
    tables: Mapping[str, pd.DataFrame], facts: ReportFacts, settings: DriverReportSettings, folder: Path
) -> Issue:
    """Return what the rows of a database are of: the survey, the last finished period, and the run."""
    estimates = report_tables({"estimates": tables["estimates"]})["estimates"]
    rows = periods(estimates)
    finished = rows[rows["finished"].fillna(True).astype(bool)]
    last = (finished if len(finished) else rows).tail(1)
    headline = overall(estimates)
    row = headline.loc["nps"] if "nps" in headline.index else None
    return Issue(
        run_id=facts.run_id,
        survey=settings.output.database_name or folder.name,
        period_start=None if last.empty else last["period_start"].iloc[0],
        period_end=None if last.empty else last["period_end"].iloc[0],
        title=facts.title,
        as_of=None if facts.as_of is None else pd.Timestamp(facts.as_of),
        n=None if row is None else int(row["n"]),
        nps=None if row is None else float(row["estimate"]),
        nps_low=None if row is None else float(row["conf_low"]),
        nps_high=None if row is None else float(row["conf_high"]),
        version=facts.version,
        simulated=facts.simulated,
    )
