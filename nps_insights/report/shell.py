"""What every page is made of: one self-contained HTML file, that fetches nothing and runs no script but its own."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from importlib.resources import files
from typing import Any

from nps_insights.report import words
from nps_insights.report.charts import Chart
from nps_insights.report.security import content_security_policy, json_for_script


def render_page(template: str, *, title: str, styles: Sequence[str] = ("style.css",), **parts: Any) -> str:
    """Return a page: its template filled, with style, scripts and the data of its charts in it.

    Args:
        template: Name of a template that extends `shell.html.j2`.
        title: Title of the page, not escaped.
        styles: Style sheets of the page, in their order.
        parts: What the template reads; charts are found wherever they stand in them. `masthead`, `simulated`,
            `run_id` and `version` are read by every page.
    """
    charts = {chart.chart_id: chart.figure for chart in _charts(parts)}
    style = "".join(_asset(name) for name in styles)
    script, plotly = _asset("charts.js"), _plotly() if charts else ""
    scripts = [plotly, script] if charts else []
    return _template(template).render(
        title=words.clean(title, most=120),
        policy=content_security_policy(scripts, [style]),
        style=_trusted(style),
        scripts=[_trusted(text) for text in scripts],
        map_styles=_map_styles(plotly),
        chart_data=_trusted(json_for_script(charts)) if charts else "",
        **parts,
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


def _template(name: str) -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("nps_insights.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["together"] = words.together
    return environment.get_template(name)


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
