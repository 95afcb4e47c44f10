"""`nps-insights init`: a project to start from."""

from pathlib import Path
from typing import Annotated

import typer


def init(folder: Annotated[Path, typer.Argument(help="A new folder.")]) -> None:
    """Lay out a project: models, pipelines and notebooks.

    Example: nps-insights init acme && nps-insights sample acme/data

    Then: nps-insights run acme/pipelines/driver_report.toml
    """
    from nps_insights.jobs.project import init_project

    for path in init_project(folder):
        typer.echo(path)
    typer.echo(f"next     put the survey in {folder / 'data'}, or: nps-insights sample {folder / 'data'}")
    typer.echo(f"then     nps-insights run {folder / 'pipelines' / 'driver_report.toml'}")
