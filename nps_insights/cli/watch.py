"""`nps-insights alerts`, `target` and `actions`: what moved, whether a target is reached, and what to do next."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nps_insights.cli.columns import Encoding, parse_columns, parse_names
from nps_insights.cli.completion import KINDS, PERIODS, TARGET_METRICS, words
from nps_insights.cli.completion import columns as columns_of_files
from nps_insights.cli.panels import in_panels
from nps_insights.cli.terminal import say

if TYPE_CHECKING:
    import pandas as pd

    from nps_insights.jobs.settings.driver_report import DriverReportSettings
    from nps_insights.jobs.watching.watch_questions import WatchAnswer

Names = list[str] | None
Source = Annotated[str, typer.Argument(help="A survey file, or the folder of a finished report.")]
Accounts = Annotated[str | None, typer.Option(help="File of accounts, joined by account id.")]
Invitations = Annotated[str | None, typer.Option(help="File of invitations: who was asked when.")]
Events = Annotated[str | None, typer.Option(help="File of what happened when.")]
By = Annotated[
    Names,
    typer.Option(help="Column whose groups are watched; give it again for another.", autocompletion=columns_of_files),
]
Per = Annotated[
    str | None,
    typer.Option(
        help="day, week, month, quarter or year; the data choose if not given.", autocompletion=words(PERIODS)
    ),
]
Kind = Annotated[
    str | None,
    typer.Option("--survey-kind", help="relational, transactional or pooled, if both.", autocompletion=words(KINDS)),
]
Columns = Annotated[Names, typer.Option(help='What is what, e.g. score=NPS,account_id="Customer no".')]
Scale = Annotated[str | None, typer.Option(help="Ends of the scale, worst first: 0-10, 1-10, 5-1.")]
Cuts = Annotated[str | None, typer.Option(help="Detractor up to, promoter from: 6,9 or 3,5.")]
DateFormat = Annotated[str | None, typer.Option(help="How dates are written, e.g. %d/%m/%Y.")]
AsOf = Annotated[str | None, typer.Option(help="Leave later answers out; the last answer if not given.")]
CsatScale = Annotated[str | None, typer.Option(help="Ends of the satisfaction scale, worst first: 1-5.")]
CesScale = Annotated[str | None, typer.Option(help="Ends of the effort scale, worst first: 7-1.")]
Out = Annotated[Path | None, typer.Option(help="Write the tables: .csv, .xlsx or .json.")]
Json = Annotated[bool, typer.Option("--json", help="Print the tables as JSON.")]


@in_panels(
    ("Input", "accounts invitations events"),
    ("Reading the files", "columns scale cuts csat_scale ces_scale date_format encoding"),
    ("What is watched", "by per kind as_of smallest_change"),
    ("Output", "out as_json"),
)
def alerts(
    source: Source,
    accounts: Accounts = None,
    invitations: Invitations = None,
    events: Events = None,
    by: By = None,
    per: Per = None,
    kind: Kind = None,
    columns: Columns = None,
    scale: Scale = None,
    cuts: Cuts = None,
    csat_scale: CsatScale = None,
    ces_scale: CesScale = None,
    date_format: DateFormat = None,
    encoding: Encoding = None,
    as_of: AsOf = None,
    smallest_change: Annotated[float | None, typer.Option(help="Fewer points are no alert; 3 if not given.")] = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """What moved beyond chance in the last finished period, and what changed with it.

    Example: nps-insights alerts survey.csv --accounts accounts.csv --by product --per month
    """
    from nps_insights.jobs.watching.watch_questions import alerts_of

    given = {
        "input": {
            "survey": source,
            "accounts": accounts,
            "invitations": invitations,
            "events": events,
            "encoding": encoding,
        },
        "report": {"by": parse_names(by), "per": per, "as_of": as_of},
        "watch": {"smallest_change": smallest_change},
        **_read_as(kind, columns, scale, cuts, csat_scale, ces_scale, date_format),
    }
    found = alerts_of(source, lambda: _checked(given))
    _print(found, ("alerts", "change_points", "traces", "comparability", "series"), out, as_json=as_json)


@in_panels(
    ("The target", "value date metric group baseline baseline_date"),
    ("Input", "accounts benchmark"),
    ("Reading the files", "columns scale cuts csat_scale ces_scale date_format encoding"),
    ("What is measured", "per kind as_of"),
    ("Output", "out as_json"),
)
def target(
    source: Source,
    value: Annotated[float, typer.Option(help="What is to be reached: points, or 0.8 for a share of 80 %.")],
    date: Annotated[str, typer.Option(help="By when: 2027-12-31.")],
    metric: Annotated[
        str,
        typer.Option(help="nps, csat, ces_top, promoter, passive or detractor.", autocompletion=words(TARGET_METRICS)),
    ] = "nps",
    group: Annotated[str | None, typer.Option(help='Of whom: "plan=Pro"; of everybody if not given.')] = None,
    baseline: Annotated[float | None, typer.Option(help="Where the programme started.")] = None,
    baseline_date: Annotated[str | None, typer.Option(help="When it started.")] = None,
    benchmark: Annotated[str | None, typer.Option(help="File of your own benchmark ranges.")] = None,
    accounts: Accounts = None,
    per: Per = None,
    kind: Kind = None,
    columns: Columns = None,
    scale: Scale = None,
    cuts: Cuts = None,
    csat_scale: CsatScale = None,
    ces_scale: CesScale = None,
    date_format: DateFormat = None,
    encoding: Encoding = None,
    as_of: AsOf = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """How far a target is, and how likely it is reached by its date.

    Example: nps-insights target survey.csv --value 40 --date 2027-12-31 --per quarter
    """
    from nps_insights.jobs.watching.watch_questions import target_of
    from nps_insights.jobs.watching.watch_settings import TargetSettings

    given = {
        "input": {"survey": source, "accounts": accounts, "benchmark": benchmark, "encoding": encoding},
        "report": {"by": [group.partition("=")[0].strip()] if group else [], "per": per, "as_of": as_of},
        **_read_as(kind, columns, scale, cuts, csat_scale, ces_scale, date_format),
    }
    asked = TargetSettings(
        value=value, date=date, metric=metric, group=group, baseline=baseline, baseline_date=baseline_date
    )
    _print(target_of(source, asked, lambda: _checked(given)), ("targets", "target_path"), out, as_json=as_json)


def actions(
    run_folder: Annotated[Path, typer.Argument(help="Folder of a finished report, such as reports/q3.")],
    flags: Annotated[
        str | None, typer.Option(help="Folder of a churn scoring, or of all nights: whose list is that of calls.")
    ] = None,
    outcomes: Annotated[str | None, typer.Option(help="File of what became of earlier proposals.")] = None,
    most: Annotated[int | None, typer.Option(help="Longest list of passives and of promoters; 50.")] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Day of the lists; the day after the last answer if not given.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the lists: .csv, .xlsx or .json.")] = None,
    as_json: Json = False,
) -> None:
    """Whom to call, which passives to win over and whom to ask for a reference.

    Fill in contacted_at and closed_at in what --out writes, and give it back with --outcomes.

    Example: nps-insights actions reports/q3 --flags runs/churn_scoring/2026-03-31 --out lists.xlsx
    """
    from nps_insights.jobs.watching.watch_questions import actions_of

    found = actions_of(run_folder, flags=flags, outcomes=outcomes, most=most, as_of=as_of)
    _print(found, ("actions", "action_lists", "closed_loop"), out, as_json=as_json, work="actions")


def _read_as(
    kind: str | None,
    columns: Names,
    scale: str | None,
    cuts: str | None,
    csat_scale: str | None,
    ces_scale: str | None,
    date_format: str | None,
) -> dict[str, Any]:
    """How a survey file is read."""
    return {
        "columns": parse_columns(columns),
        "score": {"scale": scale, "cuts": cuts},
        "csat": {"scale": csat_scale} if csat_scale else None,
        "ces": {"scale": ces_scale} if ces_scale else None,
        "dates": {"format": date_format},
        "answers": {"survey": kind},
    }


def _checked(given: dict[str, Any]) -> "DriverReportSettings":
    from nps_insights.jobs.settings.driver_report import check_settings

    return check_settings(given)


def _print(
    found: "WatchAnswer",
    names: tuple[str, ...],
    out: Path | None,
    *,
    as_json: bool,
    work: str = "",
) -> None:
    from nps_insights.jobs.notes import noted
    from nps_insights.jobs.outputs.for_people import write_for_people
    from nps_insights.jobs.watching.work_list import heading, work_list

    tables = {name: _in_order(found.tables[name]) for name in names if name in found.tables}
    if out:
        in_order = {work: work_list(tables[work])} if work in tables and out.suffix.lower() != ".json" else {}
        to_fill_in = tuple(map(heading, ("contacted_at", "closed_at")))
        written = write_for_people(out, tables | in_order, fill_in=to_fill_in)
        typer.echo(f"written to {', '.join(map(str, written))}", err=True)
    if not as_json:
        notes = noted(found.notes, where="add --json")
        say("\n".join([*found.sentences, *(f"note     {note}" for note in notes)]))
        return
    for note in found.notes:
        say(f"note: {note}", err=True)
    typer.echo(_as_json(tables))


def _in_order(table: "pd.DataFrame") -> "pd.DataFrame":
    """Lists by their rank, who is left alone last; any other table as it is."""
    if not {"action", "rank", "account_id"} <= set(table.columns):
        return table
    return table.sort_values(["action", "rank", "account_id"], na_position="last", ignore_index=True)


def _as_json(tables: dict[str, Any]) -> str:
    return json.dumps(
        {name: json.loads(table.to_json(orient="records", date_format="iso")) for name, table in tables.items()},
        indent=2,
    )
