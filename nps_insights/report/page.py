"""The page: one self-contained HTML file, that fetches nothing and runs no script but its own."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from importlib.resources import files
from typing import Any

import pandas as pd

from nps_insights.report import words
from nps_insights.report.chapter_appendix import appendix
from nps_insights.report.chapter_differs import where_differs
from nps_insights.report.chapter_drivers import (
    agreement_table,
    attribute_drivers,
    code_drivers,
    theme_drivers,
)
from nps_insights.report.chapter_left_out import left_out_chapter
from nps_insights.report.chapter_methods import methods_chapter
from nps_insights.report.chapter_number import number_chapter
from nps_insights.report.chapter_theme_time import theme_time
from nps_insights.report.chapter_themes import theme_chapter
from nps_insights.report.chapter_what_if import what_if
from nps_insights.report.chapter_who_moved import who_moved
from nps_insights.report.chapter_why_moved import why_moved
from nps_insights.report.charts import Chart
from nps_insights.report.facts import ReportFacts
from nps_insights.report.first_screen import first_screen
from nps_insights.report.inputs import report_tables
from nps_insights.report.security import content_security_policy, json_for_script


def render_report(tables: Mapping[str, pd.DataFrame], facts: ReportFacts) -> str:
    """Return the report as one HTML page.

    The page needs no network: style, script, plotly.js and data stand in it, and its content-security policy forbids
    everything else. The same tables and facts give the same bytes.

    Args:
        tables: Tables by name, those of `nps_insights.report.inputs.READ`. An absent or empty one is said in the
            page or passed over, not refused.
        facts: What stands in no table.

    Returns:
        HTML.

    Raises:
        SchemaError: A table breaks its contract.

    Example:
        >>> page = render_report({}, ReportFacts(title="Loyalty <2026>", source_name="survey.csv"))
        >>> "<title>Loyalty &lt;2026&gt;</title>" in page
        True
    """
    whole = report_tables(tables)
    chapters: dict[str, Any] = {
        "number": number_chapter(whole, min_group_size=facts.min_group_size),
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
        "left_out": left_out_chapter(whole, facts),
        "methods": methods_chapter(whole, facts),
        "appendix": appendix(whole, facts),
    }
    charts = {chart.chart_id: chart.figure for chart in _charts(chapters)}
    style, script, plotly = _asset("style.css"), _asset("charts.js"), _plotly() if charts else ""
    scripts = [plotly, script] if charts else []
    return _page().render(
        title=words.clean(facts.title, most=120),
        masthead=_masthead(facts),
        simulated=facts.simulated,
        run_id=words.clean(facts.run_id, nothing=""),
        version=words.clean(facts.version, nothing=""),
        first=first_screen(whole, facts),
        policy=content_security_policy(scripts, [style]),
        style=_trusted(style),
        scripts=[_trusted(text) for text in scripts],
        map_styles=_map_styles(plotly),
        chart_data=_trusted(json_for_script(charts)) if charts else "",
        in_hundred=round(100 * facts.confidence_level),
        **chapters,
    )


def _masthead(facts: ReportFacts) -> str:
    parts = [words.clean(facts.source_name)]
    if facts.n_responses is not None:
        parts.append(words.plural(facts.n_responses, "answer"))
    if facts.as_of:
        parts.append(f"as of {words.day(facts.as_of)}")
    return " · ".join(parts)


def _charts(part: Any) -> Iterator[Chart]:
    """Every chart of the chapters, wherever it stands in them."""
    if isinstance(part, Chart):
        yield part
    elif is_dataclass(part):
        yield from _charts(vars(part))
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from _charts(value)
    elif isinstance(part, list):
        for value in part:
            yield from _charts(value)


def _page() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("nps_insights.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["together"] = words.together
    return environment.get_template("page.html.j2")


def _asset(name: str) -> str:
    return files("nps_insights.report").joinpath("templates", name).read_text(encoding="utf-8")


def _map_styles(plotly: str) -> list[str]:
    """Ids of the style elements that plotly adds for maps on loading, unless an element of that id is there."""
    return re.findall(r'document\.getElementById\("([0-9a-f]{64})"\)', plotly)


def _plotly() -> str:
    return files("plotly").joinpath("package_data", "plotly.min.js").read_text(encoding="utf-8")


def _trusted(text: str) -> Any:
    """Mark our own text as not to be escaped; never called with text from data that json_for_script has not passed."""
    from markupsafe import Markup

    return Markup(text)
