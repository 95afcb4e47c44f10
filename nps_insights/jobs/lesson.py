"""What a report says of a file that it does not understand: what was, what is missing, and what to try next."""

import shlex

from nps_insights.jobs.inspection import listed, next_step, section, tool_section, turned
from nps_insights.jobs.settings.driver_report import DriverReportSettings
from nps_insights.jobs.settings.secrets import masked
from nps_insights.survey import Inspection, inspect_survey, read_source
from nps_insights.tables import DataRefusedError, SettingsError

_MOST_SHOWN = 12
_FEW_ROWS = 3


def lesson_of(settings: DriverReportSettings, *, command: str) -> str | None:
    """Return the lesson on a survey file that was refused; None where the file is understood, or is no table at all.

    Args:
        settings: Checked settings of the report.
        command: The command line that was refused.
    """
    given = settings.input
    survey = given.survey_source()
    if "://" in survey:
        return None
    try:
        limits = settings.limits.limits()
        raw = read_source(survey, sheet=given.sheet, encoding=given.encoding, limits=limits)
        found = inspect_survey(raw, settings.for_survey())
    except (DataRefusedError, SettingsError):
        # The refusal that brought us here says it already.
        return None
    return None if found.ready else _in_words(found, survey, command=masked(command))


def _in_words(found: Inspection, file: str, *, command: str) -> str:
    shown = dict.fromkeys([*found.understood["column"], *found.suggestion.candidates["column"]])
    lost = "score" not in {*found.understood["field"], *found.suggestion.columns}
    # Where nothing could be the score, what there is says more than what there is not.
    columns = list(dict.fromkeys([*shown, *(found.unused["column"] if lost else [])]))[:_MOST_SHOWN]
    parts = [
        f"{found.name}: {found.n_rows:,} rows were read and are not understood yet; nothing was computed or written",
        listed("Missing", found.warnings),
        tool_section(found),
        section("Understood", found.understood[["column", "meaning", "how", "looks_like"]]),
        section("Could be", found.suggestion.candidates),
        section("Not used", found.unused.head(_MOST_SHOWN)) if lost else "",
        section("First rows", turned(found.first_rows[columns].head(_FEW_ROWS))),
        next_step(found, command),
        "Or in a pipeline file (`nps-insights init DIR` writes one to start from)\n\n" + found.columns_block,
        f"All columns: nps-insights inspect {shlex.quote(file)}",
    ]
    return "\n\n".join(part for part in parts if part)
