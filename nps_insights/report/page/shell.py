"""What every page is made of: one self-contained HTML file, that fetches nothing and runs no script but its own."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from nps_insights.report import words
from nps_insights.report.languages import language_spoken, say
from nps_insights.report.page.charts import Chart
from nps_insights.report.page.filter_words import filter_words
from nps_insights.report.page.plotly_bundle import chart_script
from nps_insights.report.page.security import content_security_policy, css_string, json_for_script
from nps_insights.report.rows.watch_rows import loudness

_SCRIPTS = ("charts.js", "shell.js")
_LONGEST_RUN_ID = 40


def render_page(
    template: str,
    *,
    title: str,
    styles: Sequence[str] = ("style.css",),
    scripts: Sequence[str] = (),
    run_id: str = "",
    **parts: Any,
) -> str:
    """Return a page: its template filled, with style, scripts and the data of its charts in it.

    A page without charts runs no script at all.

    Args:
        template: Name of a template that extends `shell.html.j2`.
        title: Title of the page, not escaped.
        styles: Style sheets of the page, in their order.
        scripts: Scripts of the page beside those of every page, in their order.
        run_id: Id of the run, which stands on every printed page; empty where there is none.
        parts: What the template reads; charts are found wherever they stand in them. `masthead`, `simulated` and
            `version` are read by every page.

    Raises:
        MissingExtraError: The page has charts, and the script that draws them is not there as pinned.
    """
    charts = {chart.chart_id: chart.figure for chart in _charts(parts)}
    title = words.clean(title, most=120)
    style = "".join(_asset(name) for name in ("shell.css", *styles, "print.css")) + _page_margins(title, run_id)
    plotly = chart_script() if charts else None
    texts = [plotly.text, "".join(_asset(name) for name in (*_SCRIPTS, *scripts))] if plotly else []
    return (
        _environment()
        .get_template(template)
        .render(
            title=title,
            language=language_spoken(),
            policy=content_security_policy(texts, [style]),
            style=_trusted(style),
            scripts=[_trusted(text) for text in texts],
            map_styles=_map_styles(plotly.text) if plotly else [],
            credit=plotly.credit if plotly else "",
            licence=_trusted(plotly.licence) if plotly else "",
            chart_data=_trusted(json_for_script(charts)) if charts else "",
            run_id=run_id,
            **parts,
        )
    )


def _page_margins(title: str, run_id: str) -> str:
    """What stands around every printed page: the title from the second page on, the run, and the page's number."""
    run = say("run {run_id}", run_id=run_id[:_LONGEST_RUN_ID]) if run_id else ""
    return (
        f"@page {{ @top-left {{ content: {css_string(title)}; }} @top-right {{ content: {css_string(run)}; }} }}\n"
        "@page :first { @top-left { content: none; } }\n"
    )


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


@cache
def _environment() -> Any:
    """Made once: every page compiles the same templates."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context

    environment = Environment(
        loader=PackageLoader("nps_insights.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["together"] = words.together
    # A filter that takes the context is not reckoned out when the template is compiled, in whatever language that is.
    environment.filters["say"] = pass_context(lambda _, text, **values: say(text, **values))
    environment.filters["loudness"] = loudness
    environment.globals["filter_words"] = lambda: _trusted(json_for_script(filter_words()))
    return environment


def _asset(name: str) -> str:
    return files("nps_insights.report").joinpath("templates", name).read_text(encoding="utf-8")


def _map_styles(plotly: str) -> list[str]:
    """Ids of the style elements that plotly adds for maps on loading, unless an element of that id is there."""
    return re.findall(r'document\.getElementById\("([0-9a-f]{64})"\)', plotly)


def _trusted(text: str) -> Any:
    """Mark our own text as not to be escaped; never called with text from data that json_for_script has not passed."""
    from markupsafe import Markup

    return Markup(text)
