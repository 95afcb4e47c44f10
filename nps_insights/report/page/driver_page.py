"""The driver report as a page."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from nps_insights.report import words
from nps_insights.report.chapters.actions import actions_chapter
from nps_insights.report.chapters.appendix import appendix
from nps_insights.report.chapters.comparable import comparable_chapter
from nps_insights.report.chapters.differs import where_differs
from nps_insights.report.chapters.drivers import (
    agreement_table,
    attribute_drivers,
    code_drivers,
    theme_drivers,
)
from nps_insights.report.chapters.leaving import leaving_chapter
from nps_insights.report.chapters.left_out import left_out_chapter
from nps_insights.report.chapters.methods import methods_chapter
from nps_insights.report.chapters.number import number_chapter
from nps_insights.report.chapters.quotes import quotes_chapter
from nps_insights.report.chapters.targets import targets_chapter
from nps_insights.report.chapters.theme_time import theme_time
from nps_insights.report.chapters.themes import theme_chapter
from nps_insights.report.chapters.watch import watch_chapter
from nps_insights.report.chapters.what_if import what_if
from nps_insights.report.chapters.who_moved import who_moved
from nps_insights.report.chapters.who_was_asked import who_was_asked
from nps_insights.report.chapters.why_moved import why_moved
from nps_insights.report.editions.edition import USUAL_EDITION, edition_named, in_edition
from nps_insights.report.facts import ReportFacts, title_of
from nps_insights.report.first.number import category_names
from nps_insights.report.first.screen import FirstScreen, first_screen
from nps_insights.report.inputs import report_tables
from nps_insights.report.languages import ENGLISH, say, spoken
from nps_insights.report.page.filters import choices_of
from nps_insights.report.page.shell import render_page


def render_report(
    tables: Mapping[str, pd.DataFrame], facts: ReportFacts, *, edition: str = USUAL_EDITION, language: str = ENGLISH
) -> str:
    """Return the report as one HTML page.

    The page needs no network: style, script, plotly.js and data stand in it, and its content-security policy forbids
    everything else. The same tables and facts give the same bytes.

    Args:
        tables: Tables by name, those of `nps_insights.report.inputs.READ`. An absent or empty one is said in the
            page or passed over, not refused.
        facts: What stands in no table.
        edition: Who reads it: "board", "analyst" or "cs"; `nps_insights.report.editions.edition` says what each is
            shown.
        language: In which its frame is written: "en", "de" or "fr"; texts of the data stay as they are.

    Returns:
        HTML.

    Raises:
        SchemaError: A table breaks its contract.
        SettingsError: There is no such edition or language.

    Example:
        >>> page = render_report({}, ReportFacts(title="Loyalty <2026>", source_name="survey.csv"))
        >>> "<title>Loyalty &lt;2026&gt;</title>" in page
        True
    """
    with spoken(language):
        return _written(tables, facts, edition)


def _written(tables: Mapping[str, pd.DataFrame], facts: ReportFacts, edition: str) -> str:
    shown_to = edition_named(edition)
    whole, facts = in_edition(report_tables(tables), facts, shown_to)
    number = number_chapter(
        whole,
        min_group_size=facts.min_group_size,
        left_out=facts.left_out_groups,
        left_out_periods=facts.left_out_periods,
    )
    choices = choices_of(number, whole)
    chapters: dict[str, Any] = {
        "number": number,
        "choices": choices,
        "quotes": quotes_chapter(whole, choices),
        "comparable": comparable_chapter(whole, facts),
        "watch": watch_chapter(whole, n_judged=facts.n_judged),
        "targets": targets_chapter(whole),
        "themes": theme_chapter(whole, min_group_size=facts.min_group_size),
        "theme_time": theme_time(whole),
        "drivers": theme_drivers(whole),
        "codes": code_drivers(whole),
        "agreement": agreement_table(whole["agreement"]),
        "attributes": attribute_drivers(whole),
        "why": why_moved(whole),
        "scenarios": what_if(whole),
        "moved": who_moved(whole),
        "differs": where_differs(whole),
        "next": actions_chapter(whole, currency=facts.currency, most_named=shown_to.most_named),
        "leaving": leaving_chapter(whole, currency=facts.currency),
        "asked": who_was_asked(whole, currency=facts.currency),
        "left_out": left_out_chapter(whole, facts),
        "methods": methods_chapter(whole, facts),
        "appendix": appendix(whole, facts),
    }
    first = first_screen(whole, facts)
    return render_page(
        "page.html.j2",
        title=title_of(facts),
        styles=("style.css", *(["watch.css"] if _is_watched(first, chapters) else []), "filters.css"),
        scripts=("filters.js", "quotes.js"),
        masthead=_masthead(facts),
        simulated=facts.simulated,
        run_id=words.clean(facts.run_id, nothing=""),
        version=words.clean(facts.version, nothing=""),
        first=first,
        edition=shown_to,
        currency=words.clean(facts.currency, most=12, nothing=""),
        categories=category_names(),
        in_hundred=round(100 * facts.confidence_level),
        **chapters,
    )


def _is_watched(first: FirstScreen, chapters: Mapping[str, Any]) -> bool:
    """Whether anything stands on the page that has a style of its own."""
    return bool(first.alerts or first.proposals or first.targets or not chapters["watch"].is_empty)


def _masthead(facts: ReportFacts) -> str:
    parts = [words.clean(facts.source_name)]
    if facts.n_responses is not None:
        parts.append(words.plural(facts.n_responses, "answer"))
    if facts.as_of:
        parts.append(say("as of {day}", day=words.day(facts.as_of)))
    return " · ".join(parts)
