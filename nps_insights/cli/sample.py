"""`nps-insights sample`: a generated survey with its planted truth."""

from pathlib import Path
from typing import Annotated

import typer

from nps_insights.cli.completion import STORIES, words


def sample(
    folder: Annotated[Path, typer.Argument(help="Folder to write into.")],
    accounts: Annotated[
        int | None, typer.Option(min=1, help="Number of accounts: 2000, with --watch 5000, if not given.")
    ] = None,
    random_state: Annotated[int, typer.Option(help="Seed: the same seed gives the same survey.")] = 0,
    churn: Annotated[bool, typer.Option(help="The sample about who leaves: with usage and true chances.")] = False,
    watch: Annotated[
        bool, typer.Option(help="The sample about the number itself: months, invitations, calls, events.")
    ] = False,
    story: Annotated[
        str | None,
        typer.Option(
            help="With --watch: product_drop (the usual), target_reached or stable.", autocompletion=words(STORIES)
        ),
    ] = None,
    replace: Annotated[bool, typer.Option(help="Replace a sample that stands there.")] = False,
) -> None:
    """Write a simulated survey, its accounts and the truth that was planted in it.

    Example: nps-insights sample demo --accounts 2000
    """
    from nps_insights.jobs.sample import sample_files

    files = sample_files(
        folder, accounts, random_state=random_state, replace=replace, churn=churn, watch=watch, story=story
    )
    for path in files:
        typer.echo(path)
