"""`nps-insights drivers`: estimate the drivers of a finished run again, and ask more of them."""

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from nps_insights.cli.columns import parse_names
from nps_insights.cli.panels import in_panels
from nps_insights.cli.terminal import say

Names = list[str] | None


@in_panels(
    ("What are drivers", "attributes controls min_present by_tone reliability category_model"),
    ("What is asked", "by what_if target between"),
    ("Output", "out tracking_uri as_json"),
)
def drivers(
    run_folder: Annotated[Path, typer.Argument(help="Folder of a finished run, such as reports/q3.")],
    out: Annotated[Path | None, typer.Option(help="New run folder; the run's own if not given.")] = None,
    by: Annotated[Names, typer.Option(help="Column whose groups are compared; give it again for another.")] = None,
    attributes: Annotated[Names, typer.Option(help="Columns that may be drivers beside the themes.")] = None,
    controls: Annotated[Names, typer.Option(help="Columns to adjust for, without reporting them.")] = None,
    min_present: Annotated[int | None, typer.Option(help="Fewest responses that mention a driver.")] = None,
    by_tone: Annotated[
        bool | None, typer.Option("--by-tone/--no-by-tone", help="Negative and positive mentions apart.")
    ] = None,
    what_if: Annotated[Names, typer.Option(help='Scenario, e.g. "Price=0.5" or "Price+Outages=0.5".')] = None,
    target: Annotated[float | None, typer.Option(help="NPS to hold scenarios against.")] = None,
    between: Annotated[
        str | None, typer.Option(help="What moved it: 2026Q1..2026Q2 or plan:Basic..Enterprise.")
    ] = None,
    reliability: Annotated[float | None, typer.Option(help="Test-retest correlation of the answer, 0 to 1.")] = None,
    category_model: Annotated[
        bool | None, typer.Option("--category-model/--no-category-model", help="Train the classifier of categories.")
    ] = None,
    tracking_uri: Annotated[str | None, typer.Option(help="MLflow tracking URI; the run's own if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Estimate the drivers of a finished run again, without reading the comments again.

    Example: nps-insights drivers reports/q3 --by plan --what-if "Price=0.5" --target 30
    """
    from nps_insights.jobs.driving.driver_words import drivers_in_words, drivers_summary
    from nps_insights.jobs.driving.rerun import recompute_drivers

    asked: dict[str, dict[str, Any]] = {
        "drivers": {
            "min_present": min_present,
            "by_tone": by_tone,
            "what_if": what_if,
            "target": target,
            "between": between,
            "reliability": reliability,
            "category_model": category_model,
        },
        "report": {
            "by": parse_names(by) or None,
            "attributes": parse_names(attributes) or None,
            "controls": parse_names(controls) or None,
        },
    }
    stated = {
        section: {name: value for name, value in keys.items() if value is not None} for section, keys in asked.items()
    }
    named = [name for keys in stated.values() for name, value in keys.items() if value]
    command = shlex.join(["nps-insights", *sys.argv[1:]])
    run, notes = recompute_drivers(run_folder, stated, out=out, tracking_uri=tracking_uri, command=command)
    say(json.dumps(drivers_summary(run), indent=2) if as_json else drivers_in_words(run, notes, named))
