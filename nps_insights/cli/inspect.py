"""`nps-insights inspect`: what would be understood of a file; nothing is written."""

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from nps_insights.cli.columns import Encoding, parse_columns, parse_names
from nps_insights.cli.privacy import NoRedact, PhoneRegions, privacy_section
from nps_insights.cli.terminal import say


def inspect(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, Excel or Parquet file, or a ZIP of CSV files.")],
    columns: Annotated[list[str] | None, typer.Option(help='What is what, e.g. score=NPS,comment="Feedback".')] = None,
    scale: Annotated[str | None, typer.Option(help="Ends of the scale, worst first: 0-10, 1-10, 5-1.")] = None,
    cuts: Annotated[str | None, typer.Option(help="Detractor up to, promoter from: 6,9 or 3,5.")] = None,
    date_format: Annotated[str | None, typer.Option(help="How dates are written, e.g. %d/%m/%Y.")] = None,
    missing_dates: Annotated[list[str] | None, typer.Option(help="Dates that mean 'unknown', e.g. 1970-01-01.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook; the first if not given.")] = None,
    encoding: Encoding = None,
    no_redact: NoRedact = False,
    phone_region: PhoneRegions = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Show which columns are understood as what, five rows, counts and warnings; write nothing.

    Example: nps-insights inspect survey.csv
    """
    from nps_insights.jobs.inspection import inspection_in_data, inspection_in_words, inspection_of
    from nps_insights.jobs.settings.driver_report import check_settings

    given = {
        "input": {"survey": str(file)},
        "columns": parse_columns(columns),
        "score": {"scale": scale, "cuts": cuts},
        "dates": {"format": date_format, "missing": parse_names(missing_dates)},
        "privacy": privacy_section(no_redact, phone_region),
    }
    found = inspection_of(file, settings=check_settings(given).for_survey(), sheet=sheet, encoding=encoding)
    if as_json:
        say(json.dumps(inspection_in_data(found), indent=2, default=str))
    else:
        command = shlex.join(["nps-insights", *("report" if one == "inspect" else one for one in sys.argv[1:])])
        say(inspection_in_words(found, command=command, encoding=encoding))
