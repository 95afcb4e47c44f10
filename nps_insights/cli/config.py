"""`nps-insights config`: which settings hold, and where each comes from."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from nps_insights.cli.completion import JOBS, words
from nps_insights.cli.terminal import say

# As for settings that cannot be used.
_WRONG = 2

app = typer.Typer(help="Which settings hold, and where each comes from.", no_args_is_help=True)


@app.callback()
def _config() -> None:
    """Which settings hold, and where each comes from."""


@app.command()
def show(
    pipeline: Annotated[
        Path | None, typer.Argument(help="A TOML file, such as pipelines/driver_report.toml; all defaults without one.")
    ] = None,
    job: Annotated[
        str,
        typer.Option(
            help="Without a file: driver_report, churn_training or churn_scoring.", autocompletion=words(JOBS)
        ),
    ] = "driver_report",
    as_of: Annotated[str | None, typer.Option(help="As `run` is given it: moment of knowing of churn scoring.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the settings as JSON.")] = False,
) -> None:
    """Print every setting with its value and its origin: a line of the file, an option, the environment, a default.

    Passwords and tokens are shown as ***. Ends with 2 where a setting cannot be used.

    Example: nps-insights config show pipelines/driver_report.toml

    Example: nps-insights config show --job churn_scoring
    """
    from nps_insights.jobs.settings.config_show import config_in_data, config_in_words, settings_shown

    stated: dict[tuple[str | int, ...], Any] = {("scoring", "as_of"): as_of} if as_of else {}
    shown = settings_shown(pipeline, job=job, options=stated)
    say(json.dumps(config_in_data(shown), indent=2, default=str) if as_json else config_in_words(shown))
    if any(one.problem for one in shown):
        raise typer.Exit(_WRONG)
