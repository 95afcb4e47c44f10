"""What is asked of the watched number from the command line: alerts, a target, the lists; of a file or a run."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.actions import Actions, action_lists, judge_targets
from nps_insights.jobs.admission import admit, notes_of
from nps_insights.jobs.drivers import read_run
from nps_insights.jobs.folder import MANIFEST
from nps_insights.jobs.next_actions import read_flags
from nps_insights.jobs.settings import DriverReportSettings, check_settings
from nps_insights.jobs.side_files import SideFile, read_side_files
from nps_insights.jobs.watch_settings import TargetSettings
from nps_insights.jobs.watching import sentences_of, targets_of, watching_of
from nps_insights.metrics import choose_period, nps, period_changes
from nps_insights.survey import SurveySettings, admit_outcomes
from nps_insights.tables import SettingsError, empty

WATCHED = ("series", "alerts", "change_points", "traces", "comparability", "targets", "target_path")


@dataclass(frozen=True, eq=False)
class WatchAnswer:
    """What was found.

    Attributes:
        tables: Tables by name, those of `WATCHED` that there are.
        sentences: The answer in words.
        notes: What must be said beside it.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def alerts_of(source: str, settings_of: Callable[[], DriverReportSettings]) -> WatchAnswer:
    """Return what moved beyond chance in the last finished period, and from when on figures lie on another level.

    Args:
        source: A survey file, of which the number and its groups are watched, or the folder of a finished report,
            which watched its themes too.
        settings_of: Settings, where the source is a survey.

    Raises:
        SettingsError: A setting does not fit the file, or the run is of an older version.
        DataRefusedError: Something must be stated first.
    """
    found = _of_run(source) if is_run(source) else _of_survey(settings_of())
    said = sentences_of({name: table for name, table in found.tables.items() if name == "alerts"})
    quiet = found.tables.get("alerts", empty("alerts"))
    known = [f"known already: {one}" for one in quiet.loc[quiet["status"] != "raised", "reason"]]
    levels = [_level(row) for row in found.tables.get("change_points", empty("change_points")).to_dict("records")]
    nothing = [] if said else ["Nothing moved beyond chance by enough to matter in the last finished period."]
    return WatchAnswer(found.tables, [*said, *nothing, *known, *levels], found.notes)


def target_of(source: str, asked: TargetSettings, settings_of: Callable[[], DriverReportSettings]) -> WatchAnswer:
    """Return how far a target is and how likely it is reached by its date.

    Args:
        source: A survey file, or the folder of a finished report.
        asked: The target.
        settings_of: Settings, where the source is a survey; `target` of them is not read.

    Raises:
        SettingsError: The target cannot be judged: its group, metric or date.
        DataRefusedError: Something must be stated first.
    """
    if not is_run(source):
        settings = settings_of().model_copy(update={"target": (asked,)})
        found = _of_survey(settings)
        return WatchAnswer(found.tables, list(found.tables["targets"]["reason"]), found.notes)
    manifest, tables = read_run(Path(source))
    series = _whole(source, tables, "series")
    judged = judge_targets(
        targets_of([asked], tables["responses"]),
        series,
        as_of=pd.Timestamp(manifest["as_of"]),
        own_benchmark=tables.get("benchmark"),
        confidence_level=manifest["settings"]["report"]["confidence_level"],
    )
    judged_tables = {"targets": judged.targets, "target_path": judged.path}
    return WatchAnswer(judged_tables, list(judged.targets["reason"]), list(judged.notes))


def actions_of(
    run_folder: Path,
    *,
    flags: str | None = None,
    outcomes: str | None = None,
    most: int | None = None,
) -> Actions:
    """Return the lists of a finished report: whom to call, win over and ask.

    Args:
        run_folder: What `nps-insights report` wrote.
        flags: Folder of a churn scoring, whose list is that of the calls.
        outcomes: File of what became of earlier proposals; those of the run if not given.
        most: Longest list of passives and of promoters; that of the run if not given.

    Raises:
        SettingsError: The folder holds no report, or a setting is out of its bounds.
        DataRefusedError: The files cannot be used as they are.
    """
    manifest, tables = read_run(run_folder)
    if manifest["as_of"] is None:
        raise SettingsError(f"{run_folder}: its answers have no dates, so nobody's latest answer is known")
    after = pd.Timestamp(manifest["as_of"]).normalize() + pd.Timedelta(days=1)
    tonight = read_flags(flags)
    files = {"outcomes": SideFile(outcomes, admit_outcomes, {})}
    read = read_side_files(files, SurveySettings()).tables
    chosen = check_settings(manifest["settings"])
    asked = chosen.actions.checked() if most is None else replace(chosen.actions.checked(), most=most)
    return action_lists(
        tables["responses"],
        tables.get("accounts"),
        as_of=after if tonight is None or tonight.empty else max(after, tonight["as_of"].max()),
        flags=tonight,
        closest=tables.get("closest"),
        mentions=tables["mentions"] if len(tables["mentions"]) else None,
        themes=tables["themes"],
        effects=tables["effects"],
        comments=tables["comments"],
        outcomes=read.get("outcomes", tables.get("outcomes")),
        settings=asked,
        confidence_level=chosen.report.confidence_level,
    )


def is_run(source: str) -> bool:
    """Whether a source is the folder of a finished run.

    Example:
        >>> is_run("survey.csv")
        False
    """
    return "://" not in source and (Path(source) / MANIFEST).is_file()


def _of_run(source: str) -> WatchAnswer:
    _, tables = read_run(Path(source))
    _whole(source, tables, "series")
    return WatchAnswer({name: tables[name] for name in WATCHED if name in tables}, [], [])


def _whole(source: str, tables: dict[str, pd.DataFrame], name: str) -> pd.DataFrame:
    if name not in tables:
        raise SettingsError(
            f"{source}: holds no table {name}: its answers have no dates or fall into one period, or the run is of an "
            "older version; make it again with `nps-insights report`"
        )
    return tables[name]


def _of_survey(settings: DriverReportSettings) -> WatchAnswer:
    """Watch the number and its groups; themes need a report, which reads the comments."""
    survey = admit(settings)
    responses, chosen = survey.admission.responses, settings.report
    per = chosen.per or choose_period(responses)
    level: dict[str, Any] = {"per": per, "confidence_level": chosen.confidence_level}
    changes = empty("changes")
    if per:
        trend = nps(responses, as_of=survey.admission.as_of, min_group=chosen.min_group, **level)
        changes = period_changes(responses, trend, **level)
    watching = watching_of(survey, None, changes, settings)
    notes = notes_of(survey.admission, n_responses=len(survey.all_responses))
    found = {name: watching.tables[name] for name in WATCHED if name in watching.tables}
    said = ["Themes are not watched here: that takes a report, which reads the comments."]
    return WatchAnswer(found, [], [*notes, *watching.notes, *said])


def _level(row: dict[str, Any]) -> str:
    what = f"{row['metric']}{' of ' + row['group'] if row['group'] else ''}"
    scale = 1 if row["metric"].startswith("nps") else 100
    before, after = scale * row["before_estimate"], scale * row["after_estimate"]
    return (
        f"{what} lies {'lower' if row['direction'] == 'drop' else 'higher'} since {row['at']:%Y-%m-%d}: "
        f"{after:.0f} after {before:.0f}{'' if scale == 1 else ' %'} before (seen {row['found_at']:%Y-%m-%d})."
    )
