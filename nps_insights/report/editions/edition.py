"""Editions of the report: who reads it, and what they are shown. What an edition must not show leaves the tables."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from nps_insights.report.editions.board import board_facts, board_tables
from nps_insights.report.editions.numbered_accounts import numbered
from nps_insights.report.editions.small_groups import SMALLEST
from nps_insights.report.facts import ReportFacts
from nps_insights.report.inputs import overall_figure
from nps_insights.tables import SettingsError


@dataclass(frozen=True)
class Edition:
    """One edition.

    Attributes:
        name: How it is asked for.
        readers: Whom it is for, as its page says.
        accounts: "none": nothing of an individual and of fewer than ten (`board.py`, which also says which tables are
            seen at all); "numbered" for this page alone, without name and contact; "named" with id, name and quote.
        lists_first: Whether the lists of accounts stand before the other chapters.
        most_named: How many accounts of a list are named.

    Example:
        >>> EDITIONS["board"].accounts, EDITIONS["cs"].accounts
        ('none', 'named')
    """

    name: str
    readers: str
    accounts: Literal["none", "numbered", "named"]
    lists_first: bool
    most_named: int


EDITIONS: Mapping[str, Edition] = {
    edition.name: edition
    for edition in (
        Edition("board", "for the board", "none", lists_first=False, most_named=0),
        Edition("analyst", "for analysts", "numbered", lists_first=False, most_named=10),
        Edition("cs", "for customer success", "named", lists_first=True, most_named=50),
    )
}
USUAL_EDITION = "analyst"


def edition_named(name: str) -> Edition:
    """Return an edition by its name.

    Raises:
        SettingsError: There is no such edition.

    Example:
        >>> edition_named("cs").lists_first
        True
    """
    if name not in EDITIONS:
        raise SettingsError(f"report.edition == {name!r}: must be one of {', '.join(EDITIONS)}")
    return EDITIONS[name]


def in_edition(
    tables: Mapping[str, pd.DataFrame], facts: ReportFacts, edition: Edition
) -> tuple[dict[str, pd.DataFrame], ReportFacts]:
    """Return the tables and facts as an edition may show them: chapters cannot show what is not there.

    Args:
        tables: Tables as `report_tables` returns them.
        facts: Facts of the run.
        edition: One of `EDITIONS`.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> whole, facts = report_tables({}), ReportFacts(title="T", source_name="s.csv", notes=("3 calls",))
        >>> in_edition(whole, facts, EDITIONS["board"])[1].notes
        ()
    """
    if edition.accounts == "none":
        shown = board_tables(tables, facts.person_columns)
        few = overall_figure(tables["estimates"], "nps")
        if few is not None and few["n"] < SMALLEST:
            shown = {name: frame.head(0) for name, frame in shown.items()}
        return shown, board_facts(tables, facts)
    if edition.accounts == "numbered":
        return numbered(tables), facts
    return dict(tables), replace(facts)


def file_name(editions: tuple[str, ...], name: str) -> str:
    """Return the file of an edition: report.html for the first one asked for.

    Example:
        >>> file_name(("analyst", "board"), "analyst"), file_name(("analyst", "board"), "board")
        ('report.html', 'report-board.html')
    """
    return "report.html" if editions[0] == name else f"report-{name}.html"
