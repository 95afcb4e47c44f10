"""`nps-insights diff`: what changed between two runs."""

import json
from pathlib import Path
from typing import Annotated

import typer

from nps_insights.cli.terminal import say

DIFFERS = 1


def diff(
    run_a: Annotated[Path, typer.Argument(help="Folder of a finished report, such as reports/q2.")],
    run_b: Annotated[Path, typer.Argument(help="Folder of another one, such as reports/q3.")],
    out: Annotated[Path | None, typer.Option(help="Write every difference: .csv, .xlsx or .json.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every difference as JSON.")] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with 1 where anything differs, 0 where nothing does.")
    ] = False,
) -> None:
    """What changed between two reports: data, settings, versions, themes and results.

    Example: nps-insights diff reports/q2 reports/q3
    """
    from nps_insights.jobs.comparing.run_diff import compare_runs, differences_in_words, differences_summary
    from nps_insights.jobs.outputs.for_people import write_for_people

    found = compare_runs(run_a, run_b)
    if out is not None:
        write_for_people(out, {"run_differences": found.table})
    if as_json:
        typer.echo(json.dumps(differences_summary(found), indent=2))
    else:
        say("\n".join(differences_in_words(found)))
    if exit_code and len(found.table):
        raise typer.Exit(DIFFERS)
