"""`nps-insights churn`: train a model of who leaves, flag whom to call, and compare once outcomes are known."""

import json
import shlex
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nps_insights.cli.columns import Encoding, parse_columns, parse_names
from nps_insights.cli.completion import CATEGORIES, EVENTS, words
from nps_insights.cli.panels import in_panels
from nps_insights.cli.progress import encoding_progress
from nps_insights.cli.terminal import say

if TYPE_CHECKING:
    import pandas as pd

    from nps_insights.jobs.churn.settings import ChurnScoringSettings, ChurnTrainingSettings

Names = list[str] | None
Survey = Annotated[str, typer.Argument(help="CSV, TSV, Excel or Parquet file, or an SQLAlchemy URL with --query.")]
Accounts = Annotated[str, typer.Option(help="File of accounts.")]
Usage = Annotated[str | None, typer.Option(help="File of what accounts did, a row per account and day.")]
Invitations = Annotated[str | None, typer.Option(help="File of invitations.")]
Out = Annotated[Path | None, typer.Option(help="Folder of the run.")]
Columns = Annotated[Names, typer.Option(help='What is what, e.g. score=NPS,comment="Customer Feedback".')]
Uri = Annotated[str | None, typer.Option(help="MLflow tracking URI; ./mlflow.db if not given.")]
Query = Annotated[str | None, typer.Option(help="SQL that selects the survey's rows.")]
Scale = Annotated[str | None, typer.Option(help="Ends of the scale, worst first: 0-10, 1-10, 5-1.")]
DateFormat = Annotated[str | None, typer.Option(help="How dates are written, e.g. %d/%m/%Y.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
DryRun = Annotated[bool, typer.Option(help="Read and check the input, write nothing.")]

# Drift at the level of an error: the list is there, and somebody should look before trusting it.
DRIFTED = 4

app = typer.Typer(
    help="Who will leave, why, and whom to call: train, flag, and compare once outcomes are known.",
    no_args_is_help=True,
)


@app.command()
@in_panels(
    ("Input", "accounts usage invitations query"),
    ("Reading the files", "columns scale date_format encoding"),
    ("What leaving means", "horizon event inactive_days renewal_months known_until exclude_reason competing_reason"),
    ("What the model reads", "lookback leave_out allow text"),
    ("Output", "capacity out tracking_uri as_json dry_run"),
)
def train(
    survey: Survey,
    accounts: Accounts,
    usage: Usage = None,
    invitations: Invitations = None,
    out: Out = None,
    columns: Columns = None,
    query: Query = None,
    scale: Scale = None,
    date_format: DateFormat = None,
    encoding: Encoding = None,
    horizon: Annotated[int | None, typer.Option(help="Days ahead within which an account leaves; 90.")] = None,
    lookback: Annotated[int | None, typer.Option(help="Days back that are read; 365.")] = None,
    event: Annotated[
        str | None,
        typer.Option(help="ended, renewal, inactivity, or snapshot (undated).", autocompletion=words(EVENTS)),
    ] = None,
    inactive_days: Annotated[int | None, typer.Option(help="Days without use that mean an account has left.")] = None,
    renewal_months: Annotated[int | None, typer.Option(help="Length of contracts, for --event renewal.")] = None,
    known_until: Annotated[str | None, typer.Option(help="Until when it is known who left; the last answer.")] = None,
    exclude_reason: Annotated[Names, typer.Option(help="ended_reason whose accounts are left out.")] = None,
    competing_reason: Annotated[Names, typer.Option(help="ended_reason that is an end of another kind.")] = None,
    leave_out: Annotated[Names, typer.Option(help="Column not to read.")] = None,
    allow: Annotated[Names, typer.Option(help="Column that the leak guard suspects and that is right.")] = None,
    text: Annotated[bool | None, typer.Option("--text/--no-text", help="Read the themes of comments.")] = None,
    capacity: Annotated[int | None, typer.Option(help="Calls per date, for precision and capture.")] = None,
    tracking_uri: Uri = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Train a churn model, judge it out of time, store it, and promote it if it earns its place.

    Example: nps-insights churn train demo/survey.csv --accounts demo/accounts.csv --out runs/churn_training
    """
    from nps_insights.jobs.churn.settings import ChurnTrainingSettings
    from nps_insights.jobs.settings.checked import checked

    given = _stated(
        survey, accounts, usage, invitations, query, encoding, columns, scale, date_format, out, tracking_uri
    )
    given["churn"] = _given(
        horizon=horizon, lookback=lookback, event=event, inactive_days=inactive_days, known_until=known_until,
        renewal_months=renewal_months, excluded_reasons=exclude_reason, competing_reasons=competing_reason,
        leave_out=parse_names(leave_out) or None, allow=parse_names(allow) or None, text=text,
    )  # fmt: skip
    given |= _given(capacity=capacity)
    command = shlex.join(["nps-insights", *sys.argv[1:]])
    train_and_print(checked(ChurnTrainingSettings, given), command=command, as_json=as_json, dry_run=dry_run)


@app.command()
@in_panels(
    ("Input", "accounts usage invitations query"),
    ("Reading the files", "columns scale date_format encoding"),
    ("Who is called", "as_of model capacity capacity_per_owner threshold category holdout"),
    ("What a call costs and gains", "offer_cost contact_cost acceptance"),
    ("Output", "out sql spark tracking_uri as_json dry_run"),
)
def flag(
    survey: Survey,
    accounts: Accounts,
    usage: Usage = None,
    invitations: Invitations = None,
    as_of: Annotated[str | None, typer.Option(help="Moment of knowing; today if not given.")] = None,
    model: Annotated[str | None, typer.Option(help="Stored model; churn_risk@champion.")] = None,
    capacity: Annotated[int | None, typer.Option(help="How many accounts can be called.")] = None,
    capacity_per_owner: Annotated[int | None, typer.Option(help="How many accounts one owner can call.")] = None,
    threshold: Annotated[float | None, typer.Option(help="Risk from which an account is called.")] = None,
    offer_cost: Annotated[float | None, typer.Option(help="Cost of an offer, in the currency of value.")] = None,
    contact_cost: Annotated[float | None, typer.Option(help="Cost of a contact.")] = None,
    acceptance: Annotated[float | None, typer.Option(help="Chance that an offer keeps who would leave.")] = None,
    category: Annotated[
        Names,
        typer.Option(help="detractor, passive, promoter, silent; again for another.", autocompletion=words(CATEGORIES)),
    ] = None,
    holdout: Annotated[float | None, typer.Option(help="Share kept off the list, to compare outcomes.")] = None,
    out: Out = None,
    columns: Columns = None,
    query: Query = None,
    scale: Scale = None,
    date_format: DateFormat = None,
    encoding: Encoding = None,
    sql: Annotated[
        str | None, typer.Option(help="SQLAlchemy URL, or env:NAME, of a database that gets the list too.")
    ] = None,
    spark: Annotated[str | None, typer.Option(help="Score on Spark with this master, e.g. local[2].")] = None,
    tracking_uri: Uri = None,
    as_json: Json = False,
    dry_run: DryRun = False,
) -> None:
    """Flag whom to call, with reasons, in a dated folder.

    Example: nps-insights churn flag demo/survey.csv --accounts demo/accounts.csv --as-of 2026-07-01 --capacity 50
    """
    from nps_insights.jobs.churn.settings import ChurnScoringSettings
    from nps_insights.jobs.settings.checked import checked

    given = _stated(
        survey, accounts, usage, invitations, query, encoding, columns, scale, date_format, out, tracking_uri
    )
    given["scoring"] = _given(model=model)
    given["decision"] = _given(
        capacity=capacity, capacity_per_owner=capacity_per_owner, threshold=threshold, offer_cost=offer_cost,
        contact_cost=contact_cost, acceptance=acceptance, categories=parse_names(category) or None, holdout=holdout,
    )  # fmt: skip
    given["output"] = given.get("output", {}) | _given(sql=sql)
    if spark:
        given["engine"] = {"kind": "spark", "master": spark}
    command = shlex.join(["nps-insights", *sys.argv[1:]])
    settings = checked(ChurnScoringSettings, given)
    flag_and_print(settings, as_of=as_of, command=command, as_json=as_json, dry_run=dry_run)


@app.command()
def outcomes(
    run_folders: Annotated[list[Path], typer.Argument(help="Folders of finished scorings: runs/.../2026-03-31.")],
    accounts: Accounts,
    usage: Usage = None,
    horizon: Annotated[
        int | None,
        typer.Option(help="Days after the list; the model's if not given. A list that a rule made needs it."),
    ] = None,
    known_until: Annotated[str | None, typer.Option(help="Until when it is known who left; today.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the table: .csv, .xlsx or .json.")] = None,
    as_json: Json = False,
) -> None:
    """Compare, once outcomes are known, those who were called with those who were held out.

    A list that a rule made, before a model was promoted, has no horizon: state one with --horizon.

    Example: nps-insights churn outcomes runs/churn_scoring/2026-03-31 --accounts data/accounts.csv

    Example: nps-insights churn outcomes runs/churn_scoring/2026-03-31 --accounts data/accounts.csv --horizon 90
    """
    from nps_insights.jobs.churn.outcomes import outcomes_in_words, outcomes_of
    from nps_insights.jobs.outputs.for_people import write_for_people

    known = _day(known_until or date.today().isoformat(), "--known-until")
    found = outcomes_of(run_folders, accounts, usage=usage, horizon=horizon, known_until=known)
    if out:
        write_for_people(out, {"outcomes": found.table})
    say(found.table.to_json(orient="records", indent=2) if as_json else "\n".join(outcomes_in_words(found)))


@app.command()
def promote(
    version: Annotated[str, typer.Argument(help="Stored model, such as churn_risk@4.")],
    tracking_uri: Uri = None,
) -> None:
    """Make a stored model the champion by hand; scoring uses it from the next run on.

    Example: nps-insights churn promote churn_risk@4
    """
    from nps_insights.jobs.churn.promotion import promote_by_hand

    typer.echo(promote_by_hand(version, tracking_uri))


def train_and_print(settings: "ChurnTrainingSettings", *, command: str, as_json: bool, dry_run: bool) -> None:
    """Train, or only check the input, and print the outcome."""
    from nps_insights.jobs.churn.inputs import admit_customers, checked_input
    from nps_insights.jobs.churn.training import run_churn_training, training_summary

    if dry_run:
        _echo(checked_input(admit_customers(settings)), as_json)
        return
    with encoding_progress() as progress:
        finished = run_churn_training(settings, command=command, progress=progress)
    _echo(training_summary(finished), as_json)


def flag_and_print(
    settings: "ChurnScoringSettings", *, as_of: str | None, command: str, as_json: bool, dry_run: bool
) -> None:
    """Flag, or only check the input, and print the outcome; exits with 1 where something is owed, 4 on drift."""
    from nps_insights.jobs.churn.inputs import admit_customers, checked_input
    from nps_insights.jobs.churn.scoring import run_churn_scoring, scoring_summary

    if dry_run:
        settings.decision.checked()
        _echo(checked_input(admit_customers(settings)), as_json)
        return
    # The one place where the clock is read: a nightly job that is not told a moment means now.
    moment = _day(as_of or settings.scoring.as_of or date.today().isoformat(), "as_of")
    with encoding_progress() as progress:
        finished = run_churn_scoring(settings, as_of=moment, command=command, progress=progress)
    _echo(scoring_summary(finished), as_json)
    if finished.owed:
        raise typer.Exit(1)
    if finished.drifted:
        raise typer.Exit(DRIFTED)


def _echo(told: dict[str, Any], as_json: bool) -> None:
    """Print a summary: keys on the left, a line per item of a list."""
    if as_json:
        typer.echo(json.dumps(told, indent=2, default=str))
        return
    for name, value in told.items():
        for one in value if isinstance(value, list | tuple) else [value]:
            say(f"{name.replace('_', ' '):<12} {one}")


def _stated(
    survey: str,
    accounts: str,
    usage: str | None,
    invitations: str | None,
    query: str | None,
    encoding: str | None,
    columns: Names,
    scale: str | None,
    date_format: str | None,
    out: Path | None,
    tracking_uri: str | None,
) -> dict[str, Any]:
    return {
        "input": _given(
            survey=survey, accounts=accounts, usage=usage, invitations=invitations, query=query, encoding=encoding
        ),
        "columns": parse_columns(columns),
        "score": _given(scale=scale),
        "dates": _given(format=date_format),
        "output": _given(folder=str(out) if out else None),
        "tracking": _given(uri=tracking_uri),
    }


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _day(text: str, option: str) -> "pd.Timestamp":
    import pandas as pd

    from nps_insights.tables import SettingsError

    try:
        moment = pd.Timestamp(text)
    except ValueError:
        raise SettingsError(f"{option} == {text!r}, must be a day such as 2026-06-30") from None
    # Tables hold moments without zone, in UTC where the source had one.
    return moment if moment.tz is None else moment.tz_convert("UTC").tz_localize(None)
