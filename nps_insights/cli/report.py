"""`nps-insights report`: the main job from the command line."""

import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from nps_insights.cli.columns import Encoding, parse_columns, parse_names
from nps_insights.cli.completion import (
    EDITIONS,
    ENCODERS,
    HEADLINES,
    KINDS,
    PERIODS,
    PRECISIONS,
    SPLITS,
    TIERS,
    words,
)
from nps_insights.cli.completion import columns as columns_of_files
from nps_insights.cli.panels import in_panels
from nps_insights.cli.privacy import NoRedact, PhoneRegions, privacy_section
from nps_insights.cli.run import run_and_print
from nps_insights.cli.teaching import taught

Names = list[str] | None


@in_panels(
    ("Input", "accounts query sheet encoding invitations events outcomes benchmark flags churn_training"),
    ("Reading the files", "columns scale cuts csat_scale ces_scale date_format missing_dates no_redact phone_region"),
    ("What is reported", "title by per as_of kind headline edition language target between"),
    ("Themes", "encoder tier precision n_themes ignore taxonomy theme_columns start refit edits"),
    ("Drivers", "attributes controls what_if split"),
    ("Output", "out excel markdown pdf database published tracking_uri as_json dry_run"),
)
def report(
    survey: Annotated[str, typer.Argument(help="CSV, TSV, Excel or Parquet file, or an SQLAlchemy URL with --query.")],
    accounts: Annotated[str | None, typer.Option(help="File of accounts, joined by account id.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the run; runs/<survey> if not given.")] = None,
    by: Annotated[
        Names, typer.Option(help="Column to group by; give it again for another.", autocompletion=columns_of_files)
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--survey-kind",
            help="relational, transactional or pooled, if both are there.",
            autocompletion=words(KINDS),
        ),
    ] = None,
    columns: Annotated[Names, typer.Option(help='What is what, e.g. score=NPS,comment="Customer Feedback".')] = None,
    scale: Annotated[str | None, typer.Option(help="Ends of the scale, worst first: 0-10, 1-10, 5-1.")] = None,
    cuts: Annotated[str | None, typer.Option(help="Detractor up to, promoter from: 6,9 or 3,5.")] = None,
    attributes: Annotated[
        Names, typer.Option(help="Columns that may be drivers beside the themes.", autocompletion=columns_of_files)
    ] = None,
    controls: Annotated[
        Names, typer.Option(help="Columns to adjust for, without reporting them.", autocompletion=columns_of_files)
    ] = None,
    theme_columns: Annotated[
        Names, typer.Option(help="0/1 columns of codes you already have; FIRST..LAST works.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="Leave later answers out; the last answer if not given.")] = None,
    date_format: Annotated[str | None, typer.Option(help="How dates are written, e.g. %d/%m/%Y.")] = None,
    missing_dates: Annotated[Names, typer.Option(help="Dates that mean 'unknown', e.g. 1970-01-01.")] = None,
    query: Annotated[str | None, typer.Option(help="SQL that selects the survey's rows.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook; the first if not given.")] = None,
    encoding: Encoding = None,
    title: Annotated[str | None, typer.Option(help="Title of the report.")] = None,
    encoder: Annotated[
        str,
        typer.Option(
            help="english, multilingual, or a sentence-transformers name or folder.", autocompletion=words(ENCODERS)
        ),
    ] = "english",
    tier: Annotated[
        str,
        typer.Option(
            help="Who reads: auto, full, or student (fast, taught by the encoder).", autocompletion=words(TIERS)
        ),
    ] = "auto",
    precision: Annotated[
        str, typer.Option(help="fp32, bf16 where the processor has it, or auto.", autocompletion=words(PRECISIONS))
    ] = "fp32",
    n_themes: Annotated[int | None, typer.Option(help="Number of themes; the data choose if not given.")] = None,
    ignore: Annotated[Names, typer.Option(help="Word that makes no theme, such as the company's own name.")] = None,
    taxonomy: Annotated[str | None, typer.Option(help="File of themes you want to see, or 'codes'.")] = None,
    start: Annotated[str, typer.Option(help="scratch, or a stored fit to go on from: themes@3.")] = "scratch",
    refit: Annotated[bool, typer.Option(help="With --start: find themes anew, keep the ids that go on.")] = False,
    edits: Annotated[str | None, typer.Option(help="Edits of themes; models/themes/edits.toml if there.")] = None,
    what_if: Annotated[Names, typer.Option(help='Scenario, e.g. "Price=0.5" or "Price+Outages=0.5".')] = None,
    target: Annotated[float | None, typer.Option(help="NPS to hold scenarios against.")] = None,
    between: Annotated[
        str | None, typer.Option(help="What moved it: 2026Q1..2026Q2 or plan:Basic..Enterprise.")
    ] = None,
    split: Annotated[
        str,
        typer.Option(
            help="Themes and effects on different customers: none, half, or cross_fit.", autocompletion=words(SPLITS)
        ),
    ] = "none",
    edition: Annotated[
        Names,
        typer.Option(
            help="Who reads it: board, analyst or cs; give it again for another page.", autocompletion=words(EDITIONS)
        ),
    ] = None,
    language: Annotated[str, typer.Option(help="Language of the page: en, de or fr.")] = "en",
    per: Annotated[
        str | None,
        typer.Option(
            help="Period of the trend: month, quarter, ...; the data choose if not given.",
            autocompletion=words(PERIODS),
        ),
    ] = None,
    headline: Annotated[
        str,
        typer.Option(help="Whose NPS stands above: respondent, account or revenue.", autocompletion=words(HEADLINES)),
    ] = "respondent",
    invitations: Annotated[str | None, typer.Option(help="File of invitations: who was asked when.")] = None,
    events: Annotated[str | None, typer.Option(help="File of what happened when.")] = None,
    outcomes: Annotated[str | None, typer.Option(help="File of what became of proposed actions.")] = None,
    benchmark: Annotated[str | None, typer.Option(help="File of your own benchmark ranges.")] = None,
    flags: Annotated[
        str | None, typer.Option(help="Folder of a churn scoring, or of all its nights: whom to call, and risks.")
    ] = None,
    churn_training: Annotated[
        str | None, typer.Option(help="Folder of a churn training: whether the risks mean what they say.")
    ] = None,
    published: Annotated[str | None, typer.Option(help="File that keeps issued figures: published.csv.")] = None,
    excel: Annotated[bool, typer.Option("--excel", help="Write the tables as a workbook too: report.xlsx.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Write a message for a chat too: report.md.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print the page too, with Chromium: report.pdf.")] = False,
    database: Annotated[
        str | None, typer.Option(help="SQLAlchemy URL, or env:NAME, that gets the figures for a dashboard.")
    ] = None,
    csat_scale: Annotated[str | None, typer.Option(help="Ends of the satisfaction scale, worst first: 1-5.")] = None,
    ces_scale: Annotated[str | None, typer.Option(help="Ends of the effort scale, worst first: 7-1.")] = None,
    tracking_uri: Annotated[str | None, typer.Option(help="MLflow tracking URI; ./mlflow.db if not given.")] = None,
    no_redact: NoRedact = False,
    phone_region: PhoneRegions = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Read and check the input, write nothing.")] = False,
) -> None:
    """From a survey export to a driver report.

    Example: nps-insights report survey.csv --accounts accounts.csv --by plan --out reports/q3
    """
    from nps_insights.jobs.settings.driver_report import check_settings

    given: dict[str, Any] = {
        "input": {
            "survey": survey,
            "accounts": accounts,
            "query": query,
            "sheet": sheet,
            "encoding": encoding,
            "invitations": invitations,
            "events": events,
            "outcomes": outcomes,
            "benchmark": benchmark,
            "flags": flags,
            "churn_training": churn_training,
        },
        "csat": {"scale": csat_scale} if csat_scale else None,
        "ces": {"scale": ces_scale} if ces_scale else None,
        "watch": {"headline": headline},
        "columns": parse_columns(columns),
        "score": {"scale": scale, "cuts": cuts},
        "dates": {"format": date_format, "missing": parse_names(missing_dates)},
        "privacy": privacy_section(no_redact, phone_region),
        "answers": {"survey": kind},
        "report": {
            "title": title,
            "by": parse_names(by),
            "attributes": parse_names(attributes),
            "controls": parse_names(controls),
            "theme_columns": parse_names(theme_columns),
            "as_of": as_of,
            "per": per,
            "language": language,
            **({"edition": parse_names(edition)} if edition else {}),
        },
        "themes": {
            "encoder": encoder,
            "tier": tier,
            "precision": precision,
            "n_themes": n_themes,
            "ignore": parse_names(ignore),
            "taxonomy": taxonomy,
            "start": start,
            "refit": refit,
            "edits": edits,
        },
        "drivers": {"what_if": list(what_if or []), "target": target, "between": between, "split": split},
        "output": {
            "folder": None if out is None else str(out),
            "published": published,
            "excel": excel,
            "markdown": markdown,
            "pdf": pdf,
            "database": database,
        },
        "tracking": {"uri": tracking_uri},
    }
    command = shlex.join(["nps-insights", *sys.argv[1:]])
    settings = check_settings(given)
    with taught(settings):
        run_and_print(settings, command=command, as_json=as_json, dry_run=dry_run)
