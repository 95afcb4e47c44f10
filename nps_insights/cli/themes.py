"""`nps-insights themes ...`: look at the themes, correct them, and judge how good they are."""

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nps_insights.cli.columns import parse_columns, parse_names
from nps_insights.cli.completion import ENCODERS, PRECISIONS, TIERS, words
from nps_insights.cli.panels import in_panels
from nps_insights.cli.privacy import NoRedact, PhoneRegions, privacy_section
from nps_insights.cli.progress import encoding_progress
from nps_insights.cli.terminal import say

if TYPE_CHECKING:
    from nps_insights.jobs.theming.fit import ThemeRun

app = typer.Typer(no_args_is_help=True, help="Find themes in comments; list, correct and judge them.")

EDITS = Path("models/themes/edits.toml")
Theme = Annotated[str, typer.Argument(help="Id or label of a theme, as `themes list` shows them.")]
Run = Annotated[Path | None, typer.Option(help="Folder of a finished run; the latest under runs/ if not given.")]
EditsFile = Annotated[Path, typer.Option(help="The edits file; made if absent.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@app.command("list")
def list_themes(run: Run = None, edits: EditsFile = EDITS, as_json: AsJson = False) -> None:
    """Print the themes of a run: id, label, size, NPS, owner; and edits that wait or were not applied.

    Example: nps-insights themes list --run reports/q3
    """
    from nps_insights.jobs.theming.edits import list_in_words, themes_listed

    listed = themes_listed(edits, run)
    say(json.dumps(listed, indent=2, ensure_ascii=False) if as_json else list_in_words(listed))


@app.command()
def rename(
    theme: Theme,
    label: Annotated[str, typer.Argument(help="The new label.")],
    run: Run = None,
    edits: EditsFile = EDITS,
) -> None:
    """Give a theme or top theme another label.

    Example: nps-insights themes rename t07 "Waiting time"
    """
    _record(edits, run, {"kind": "rename", "theme": theme, "label": label})


@app.command()
def merge(
    themes: Annotated[list[str], typer.Argument(help="Ids or labels of two or more themes.")],
    label: Annotated[
        str | None, typer.Option(help="Label of the new theme; found from its words if not given.")
    ] = None,
    keep: Annotated[str | None, typer.Option(help="Theme whose id stays; the largest one's if not given.")] = None,
    run: Run = None,
    edits: EditsFile = EDITS,
) -> None:
    """Make one theme of several; nothing else moves.

    Example: nps-insights themes merge t03 t09 --label Delivery
    """
    _record(edits, run, {"kind": "merge", "themes": themes, "keep": keep, "label": label})


@app.command()
def split(
    theme: Theme,
    into: Annotated[int | None, typer.Option(help="Number of parts, found by what is said alike.")] = None,
    part: Annotated[
        list[str] | None, typer.Option(help='A part by its label, or "Label: phrase; phrase"; give it for each part.')
    ] = None,
    run: Run = None,
    edits: EditsFile = EDITS,
) -> None:
    """Make several themes of one: by likeness, or by naming the parts.

    Example: nps-insights themes split t02 --into 2

    Example: nps-insights themes split t02 --part "Queue at the till" --part "Hotline: on hold; nobody answers"
    """
    parts = [_part(one) for one in part or ()]
    _record(edits, run, {"kind": "split", "theme": theme, "into": into, "parts": parts})


@app.command()
def delete(theme: Theme, run: Run = None, edits: EditsFile = EDITS) -> None:
    """Drop a theme: its segments fit nowhere from then on, and are counted as such.

    Example: nps-insights themes delete t11
    """
    _record(edits, run, {"kind": "delete", "theme": theme})


@app.command()
def pin(
    theme: Annotated[str, typer.Argument(help="Id or label of a theme; any other name makes a new one.")],
    phrases: Annotated[list[str], typer.Argument(help="Phrases that belong to it, each in quotes.")],
    run: Run = None,
    edits: EditsFile = EDITS,
) -> None:
    """Say that phrases, and what is said like them, belong to a theme, which may be a new one.

    The phrases are written to the edits file: write typical ones of your own rather than a customer's.

    Example: nps-insights themes pin t04 "no space to park" "car park full"
    """
    _record(edits, run, {"kind": "pin", "theme": theme, "phrases": phrases})


@app.command()
def owner(
    theme: Theme,
    department: Annotated[str, typer.Argument(help="Who answers for the theme.")],
    run: Run = None,
    edits: EditsFile = EDITS,
) -> None:
    """Name the department that answers for a theme, or for every theme under a top theme.

    Example: nps-insights themes owner t07 Billing
    """
    _record(edits, run, {"kind": "owner", "theme": theme, "owner": department})


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="File to write: .csv, .xlsx or .json.")],
    run: Run = None,
    quotes: Annotated[bool, typer.Option(help="Include the customers' sentences.")] = False,
) -> None:
    """Write the themes of a run for others to use.

    Example: nps-insights themes export --out themes.xlsx
    """
    from nps_insights.jobs.theming.edits import export_themes

    for path in export_themes(run, out, quotes=quotes):
        typer.echo(path)


@app.command()
def sample(
    out: Annotated[Path, typer.Option(help="Sheet to write: .xlsx or .csv.")] = Path("themes_sample.xlsx"),
    n: Annotated[int, typer.Option("--n", help="Number of rows; 100 take about half an hour.")] = 100,
    run: Run = None,
    random_state: Annotated[int, typer.Option(help="Seed: the same seed draws the same rows.")] = 0,
) -> None:
    """Draw segments for a person to judge: does the theme fit, and which others does the segment speak of?

    Fill in `correct` (y or n) in each row, and `missed` with the labels of other themes that the segment speaks of,
    with semicolons between them. In a row without a theme, y means that indeed none of the list fits.

    Example: nps-insights themes sample --n 100 --out check.xlsx
    """
    from nps_insights.jobs.theming.sample import write_sample

    for path in write_sample(run, out, n=n, random_state=random_state):
        typer.echo(path)
    typer.echo("Fill in correct (y or n) in every row, and missed where another theme is spoken of; then:", err=True)
    named = "" if run is None else f" --run {run}"
    typer.echo(f"nps-insights themes check {out}{named}", err=True)


@app.command()
def check(
    sheet: Annotated[Path, typer.Argument(help="The sheet, filled in.")],
    run: Annotated[Path | None, typer.Option(help="The run it was drawn from; the latest if not given.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the table too: .csv, .xlsx or .json.")] = None,
    as_json: AsJson = False,
) -> None:
    """Turn a filled sheet into precision and recall, with intervals, over all themes and of each.

    Example: nps-insights themes check check.xlsx
    """
    from nps_insights.jobs.outputs.for_people import write_for_people
    from nps_insights.jobs.theming.sample import check_sample, quality_in_words

    quality = check_sample(sheet, run)
    if out is not None:
        write_for_people(out, {"quality": quality})
    say(quality.to_json(orient="records", indent=2) if as_json else quality_in_words(quality))


Columns = Annotated[
    list[str] | None, typer.Option(help='What is what, e.g. comment="Your words",response_id=id,question=Q.')
]
Tracking = Annotated[str | None, typer.Option(help="MLflow tracking URI; ./mlflow.db if not given.")]


@app.command()
@in_panels(
    ("Reading the file", "columns no_redact phone_region"),
    ("Themes", "encoder tier precision n_themes ignore taxonomy start refit edits"),
    ("Output", "out tracking_uri as_json"),
)
def fit(
    comments: Annotated[str, typer.Argument(help="CSV, TSV, Excel or Parquet file of comments; no score is needed.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    columns: Columns = None,
    encoder: Annotated[
        str,
        typer.Option(
            help="english, multilingual, or a sentence-transformers name or folder.", autocompletion=words(ENCODERS)
        ),
    ] = "english",
    tier: Annotated[
        str, typer.Option(help="Who reads: auto, full, or student (fast, taught).", autocompletion=words(TIERS))
    ] = "auto",
    precision: Annotated[
        str,
        typer.Option(help="fp32, bf16 where the processor has it, or auto.", autocompletion=words(PRECISIONS)),
    ] = "fp32",
    n_themes: Annotated[int | None, typer.Option(help="Number of themes; the data choose if not given.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="Word that makes no theme, such as the company's.")] = None,
    taxonomy: Annotated[str | None, typer.Option(help="File of themes you want to see.")] = None,
    start: Annotated[str, typer.Option(help="scratch, themes@3, or the folder of an earlier fit.")] = "scratch",
    refit: Annotated[bool, typer.Option(help="With --start: find themes anew, keep the ids that go on.")] = False,
    edits: Annotated[str | None, typer.Option(help="Edits file; models/themes/edits.toml if there.")] = None,
    no_redact: NoRedact = False,
    phone_region: PhoneRegions = None,
    tracking_uri: Tracking = None,
    as_json: AsJson = False,
) -> None:
    """Find the themes of comments, with or without scores, and save the model beside them.

    Example: nps-insights themes fit said.csv --columns comment=text,response_id=id --out runs/said
    """
    from nps_insights.jobs.settings.driver_report import check_settings
    from nps_insights.jobs.theming.fit import fit_comments

    given = {
        "encoder": encoder,
        "tier": tier,
        "precision": precision,
        "n_themes": n_themes,
        "ignore": parse_names(ignore),
        "taxonomy": taxonomy,
        "start": start,
        "refit": refit,
        "edits": edits,
    }
    private = privacy_section(no_redact, phone_region)
    settings = check_settings({"input": {"survey": comments}, "themes": given, "privacy": private})
    command = shlex.join(["nps-insights", *sys.argv[1:]])
    with encoding_progress() as progress:
        finished = fit_comments(
            comments,
            parse_columns(columns),
            out,
            settings.themes,
            privacy=settings.privacy,
            tracking_uri=tracking_uri,
            command=command,
            progress=progress,
        )
    _print_run(finished, as_json=as_json)


@app.command()
def assign(
    model: Annotated[str, typer.Argument(help="themes@3, or a folder that `themes fit` wrote.")],
    comments: Annotated[str, typer.Argument(help="CSV, TSV, Excel or Parquet file of comments.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    columns: Columns = None,
    no_redact: NoRedact = False,
    phone_region: PhoneRegions = None,
    tracking_uri: Tracking = None,
    as_json: AsJson = False,
) -> None:
    """Give comments the themes of a fitted model; nothing is learned.

    Example: nps-insights themes assign runs/said new.csv --columns comment=text --out runs/new
    """
    from nps_insights.jobs.settings.driver_report import check_settings
    from nps_insights.jobs.theming.fit import assign_comments

    private = privacy_section(no_redact, phone_region)
    command = shlex.join(["nps-insights", *sys.argv[1:]])
    with encoding_progress() as progress:
        finished = assign_comments(
            model,
            comments,
            parse_columns(columns),
            out,
            privacy=check_settings({"input": {"survey": comments}, "privacy": private}).privacy,
            tracking_uri=tracking_uri,
            command=command,
            progress=progress,
        )
    _print_run(finished, as_json=as_json)


def _print_run(run: "ThemeRun", *, as_json: bool) -> None:
    told = {"folder": str(run.folder), "rows": {name: len(table) for name, table in run.tables.items()}}
    words = [*(f"note     {note}" for note in run.notes), f"folder   {run.folder}"]
    say(json.dumps(told | {"notes": run.notes}, indent=2) if as_json else "\n".join(words))


def _part(given: str) -> dict[str, Any]:
    label, _, phrases = given.partition(":")
    said = [one.strip() for one in phrases.split(";") if one.strip()]
    return {"label": label.strip(), **({"phrases": said} if said else {})}


def _record(edits: Path, run: Path | None, entry: dict[str, Any]) -> None:
    from nps_insights.jobs.theming.edits import record_edit

    say(record_edit(edits, run, entry))
