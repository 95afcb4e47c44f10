"""`nps-insights nps`: the number alone, by group and period."""

from pathlib import Path
from typing import Annotated, Any

import typer

from nps_insights.cli.columns import Encoding, parse_columns, parse_names
from nps_insights.cli.completion import HEADLINES, KINDS, METRICS, PERIODS, words
from nps_insights.cli.completion import columns as columns_of_files
from nps_insights.cli.panels import in_panels
from nps_insights.cli.privacy import NoRedact, PhoneRegions, privacy_section
from nps_insights.cli.terminal import say

Names = list[str] | None


@in_panels(
    ("Input", "accounts query invitations rake"),
    ("Reading the files", "columns scale cuts csat_scale ces_scale date_format encoding no_redact phone_region"),
    ("What is measured", "by per rolling metric score kind weights as_asked latest as_of"),
    ("Output", "out as_json as_csv"),
)
def nps(
    survey: Annotated[str, typer.Argument(help="CSV, TSV, Excel or Parquet file, or an SQLAlchemy URL with --query.")],
    accounts: Annotated[str | None, typer.Option(help="File of accounts, joined by account id.")] = None,
    by: Annotated[
        Names, typer.Option(help='Column to group by; "plan*region" crosses two.', autocompletion=columns_of_files)
    ] = None,
    per: Annotated[
        str | None, typer.Option(help="day, week, month, quarter or year.", autocompletion=words(PERIODS))
    ] = None,
    rolling: Annotated[int | None, typer.Option(help="Days of a rolling window that ends with each period.")] = None,
    metric: Annotated[
        Names, typer.Option(help="nps, csat, ces or ces_top; give it again for another.", autocompletion=words(METRICS))
    ] = None,
    score: Annotated[
        Names, typer.Option(help="Whose NPS: respondent, account or revenue.", autocompletion=words(HEADLINES))
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--survey-kind",
            help="relational, transactional, apart or pooled, if both are there.",
            autocompletion=words((*KINDS, "apart")),
        ),
    ] = None,
    weights: Annotated[str | None, typer.Option(help="Column of weights of the answers, by its header.")] = None,
    rake: Annotated[str | None, typer.Option(help="File of known shares: column, group, share.")] = None,
    as_asked: Annotated[
        Names, typer.Option("--weights-as-asked", help="Column in which answers are made like those who were asked.")
    ] = None,
    invitations: Annotated[str | None, typer.Option(help="File of invitations, for --weights-as-asked.")] = None,
    latest: Annotated[bool, typer.Option(help="Only the last answer of each person and period.")] = False,
    csat_scale: Annotated[str | None, typer.Option(help="Ends of the satisfaction scale, worst first: 1-5.")] = None,
    ces_scale: Annotated[str | None, typer.Option(help="Ends of the effort scale, worst first: 7-1.")] = None,
    columns: Annotated[Names, typer.Option(help='What is what, e.g. score=NPS,weight="Wave weight".')] = None,
    scale: Annotated[str | None, typer.Option(help="Ends of the scale, worst first: 0-10, 1-10, 5-1.")] = None,
    cuts: Annotated[str | None, typer.Option(help="Detractor up to, promoter from: 6,9 or 3,5.")] = None,
    date_format: Annotated[str | None, typer.Option(help="How dates are written, e.g. %d/%m/%Y.")] = None,
    encoding: Encoding = None,
    as_of: Annotated[str | None, typer.Option(help="Leave later answers out; the last answer if not given.")] = None,
    query: Annotated[str | None, typer.Option(help="SQL that selects the survey's rows.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the table: .csv, .xlsx or .json.")] = None,
    no_redact: NoRedact = False,
    phone_region: PhoneRegions = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the table as CSV.")] = False,
) -> None:
    """NPS, CSAT and CES with their likely ranges, by group and period.

    Example: nps-insights nps survey.csv --accounts accounts.csv --by plan --per month
    """
    from nps_insights.jobs.outputs.for_people import shown, write_for_people
    from nps_insights.jobs.settings.driver_report import check_settings
    from nps_insights.jobs.watching.number import checked_scores, numbers_in_words, numbers_of

    apart = kind == "apart"
    given: dict[str, Any] = {
        "input": {
            "survey": survey,
            "accounts": accounts,
            "query": query,
            "encoding": encoding,
            "invitations": invitations,
        },
        "columns": parse_columns(columns) | ({"weight": weights} if weights else {}),
        "score": {"scale": scale, "cuts": cuts},
        "dates": {"format": date_format},
        "privacy": privacy_section(no_redact, phone_region),
        "csat": {"scale": csat_scale} if csat_scale else None,
        "ces": {"scale": ces_scale} if ces_scale else None,
        "answers": {"survey": None if apart else kind, "repeated": "latest" if latest else "all"},
        "report": {"by": parse_names(by), "per": per, "as_of": as_of},
    }
    found = numbers_of(
        check_settings(given),
        metrics=parse_names(metric) or ("nps",),
        scores=checked_scores(parse_names(score) or ("respondent",)),
        rolling=rolling,
        weights="weight" if weights else None,
        rake=rake,
        as_asked=parse_names(as_asked),
        apart=apart,
    )
    if out:
        write_for_people(out, {"estimates": found.table})
    if as_json or as_csv:
        for note in found.notes:
            say(f"note: {note}", err=True)
    if as_json:
        typer.echo(found.table.to_json(orient="records", indent=2, date_format="iso"))
    elif as_csv:
        typer.echo(shown(found.table).to_csv(index=False), nl=False)
    else:
        say(numbers_in_words(found))
