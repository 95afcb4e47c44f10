"""`nps-insights run`: a job from its pipeline file."""

import json
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nps_insights.cli.progress import encoding_progress
from nps_insights.cli.terminal import say

if TYPE_CHECKING:
    from nps_insights.jobs.settings.driver_report import DriverReportSettings


def run(
    pipeline: Annotated[Path, typer.Argument(help="A TOML file, such as pipelines/driver_report.toml.")],
    as_of: Annotated[
        str | None, typer.Option(help="Moment of knowing, for churn scoring; as in the file, else today.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Read and check the input, write nothing.")] = False,
) -> None:
    """Run the job that a pipeline file describes: the driver report, churn training or churn scoring.

    Example: nps-insights run pipelines/driver_report.toml
    """
    from nps_insights.cli.churn import flag_and_print, train_and_print
    from nps_insights.jobs.churn.settings import ChurnScoringSettings, ChurnTrainingSettings
    from nps_insights.jobs.settings.pipeline import read_pipeline
    from nps_insights.tables import SettingsError

    command = shlex.join(["nps-insights", *sys.argv[1:]])
    settings = read_pipeline(pipeline)
    if isinstance(settings, ChurnScoringSettings):
        flag_and_print(settings, as_of=as_of, command=command, as_json=as_json, dry_run=dry_run)
        return
    if as_of is not None:
        raise SettingsError(f"--as-of: {pipeline} is no scoring job; set it in the file where its job has one")
    if isinstance(settings, ChurnTrainingSettings):
        train_and_print(settings, command=command, as_json=as_json, dry_run=dry_run)
    else:
        run_and_print(settings, command=command, as_json=as_json, dry_run=dry_run)


def run_and_print(settings: "DriverReportSettings", *, command: str, as_json: bool, dry_run: bool) -> None:
    """Run the driver report, or only check its input, and print the outcome; exits with 1 where something is owed."""
    import pandas as pd

    from nps_insights.jobs.admission import admit, notes_of
    from nps_insights.jobs.driver_report import (
        last_change_in_words,
        number_in_words,
        output_folder,
        run_driver_report,
        summary,
        written_beside,
    )
    from nps_insights.jobs.folder import refuse_foreign
    from nps_insights.jobs.notes import noted
    from nps_insights.jobs.refusals import refuse_early
    from nps_insights.jobs.watching.latest_night import with_latest_night
    from nps_insights.jobs.watching.step import sentences_of, standing_alerts

    # The one place where the clock is read: a figure is issued now.
    issued = pd.Timestamp(datetime.now(UTC).replace(tzinfo=None, microsecond=0))
    if dry_run:
        refuse_foreign(output_folder(settings))
        survey = admit(settings)
        settings, called_by = with_latest_night(settings, survey.admission)
        refuse_early(survey, settings, published_at=issued)
        notes = [*notes_of(survey.admission, n_responses=len(survey.all_responses)), *called_by]
        counts = dict(survey.admission.counts)
        told = {"would_write": str(output_folder(settings)), "counts": counts, "notes": notes}
        words = [
            f"would write  {told['would_write']}",
            *(f"{name:<12} {count}" for name, count in counts.items()),
            *(f"note         {note}" for note in notes),
        ]
    else:
        with encoding_progress() as progress:
            finished = run_driver_report(settings, published_at=issued, command=command, progress=progress)
        told = summary(finished)
        words = [
            number_in_words(finished),
            *(f"last     {said}" for said in last_change_in_words(finished)),
            *(f"alert    {said}" for said in sentences_of(finished.tables)),
            *(f"known    {said}; see Watched in the report" for said in [standing_alerts(finished.tables)] if said),
            *(f"note     {note}" for note in noted(finished.notes, where="see the report, or --json")),
            *(f"owed     {one}" for one in finished.owed),
            f"run id   {told['run_id']}",
            f"see it   mlflow ui --backend-store-uri {told['tracking_uri']}",
            f"report   {told['report']}",
            *(f"also     {one}" for one in written_beside(finished)),
        ]
    say(json.dumps(told, indent=2) if as_json else "\n".join(words))
    if told.get("owed"):
        raise typer.Exit(1)
