"""What is asked of the watched number from the command line: alerts, a target, the lists; of a file or a run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.actions import Target, action_lists, closed_loop, judge_targets
from nps_insights.jobs.admission import AdmittedSurvey, admit, known_until, notes_of
from nps_insights.jobs.driving.driver_questions import column_named
from nps_insights.jobs.driving.rerun import read_run
from nps_insights.jobs.folder import MANIFEST
from nps_insights.jobs.settings.driver_report import DriverReportSettings, check_settings
from nps_insights.jobs.side_files import SideFile, read_side_files
from nps_insights.jobs.watching.asked_targets import targets_of
from nps_insights.jobs.watching.latest_night import latest_night
from nps_insights.jobs.watching.next_actions import day_after, moods_of, read_flags
from nps_insights.jobs.watching.step import sentences_of, watching_of
from nps_insights.jobs.watching.watch_settings import TargetSettings, WatchSettings
from nps_insights.jobs.watching.watched_scope import watched_metrics, watched_period
from nps_insights.metrics import choose_period, estimates_of, nps, period_changes
from nps_insights.report import words
from nps_insights.survey import KnownNames, SurveySettings, admit_outcomes, known_names
from nps_insights.tables import SettingsError, empty

LISTS = {"call": "Accounts to call", "convert": "Passives to win over", "refer": "Promoters to ask"}
_SIDES = ("before", "after")
WATCHED = ("series", "alerts", "change_points", "traces", "comparability", "targets", "target_path")


@dataclass(frozen=True, eq=False)
class WatchAnswer:
    """What was found.

    Attributes:
        tables: Tables by name, those of `WATCHED` that there are.
        sentences: The answer in words.
        notes: What must be said beside it.
        n_judged: Number of figures that could be held against earlier periods.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    n_judged: int = 0


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
    if "alerts" not in found.tables:
        return found
    alerts = found.tables["alerts"]
    said = sentences_of({"alerts": alerts})
    nothing = [] if said else [_nothing(found.n_judged)]
    told = {"part": "part of it", "quiet": "kept quiet", "known": "known already"}
    others = [f"{told[row['status']]}: {row['reason']}" for row in alerts.to_dict("records") if row["status"] in told]
    levels = [_level(row) for row in found.tables["change_points"].to_dict("records")]
    return WatchAnswer(found.tables, [*said, *nothing, *others, *levels, *found.sentences], found.notes)


def _nothing(n_judged: int) -> str:
    if not n_judged:
        return "Nothing could be judged: no finished period with enough answers has an earlier one to be held against."
    return f"Of {n_judged:,} figures none moved beyond chance by enough to matter in the last finished period."


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
    notes: list[str] = []
    if is_run(source):
        manifest, tables = read_run(Path(source))
        series, benchmark = _whole(source, tables, "series"), tables.get("benchmark")
        targets, as_of = targets_of([asked], tables["responses"]), manifest["as_of"]
        level = manifest["settings"]["report"]["confidence_level"]
        behind = manifest["settings"].get("watch", {}).get("behind", WatchSettings().behind)
    else:
        settings = settings_of()
        survey = admit(settings)
        targets, as_of = targets_of([asked], survey.admission.responses), survey.admission.as_of
        series, benchmark = _series(survey, targets, settings), survey.sides.tables.get("benchmark")
        behind = settings.watch.behind
        level, notes = (
            settings.report.confidence_level,
            notes_of(survey.admission, n_responses=len(survey.all_responses)),
        )
    judged = judge_targets(
        targets, series, as_of=pd.Timestamp(as_of), own_benchmark=benchmark, behind=behind, confidence_level=level
    )
    because = [f"{row['realistic_because']}" for row in judged.targets.to_dict("records")]
    judged_tables = {"targets": judged.targets, "target_path": judged.path}
    return WatchAnswer(judged_tables, [*judged.targets["reason"], *because], [*notes, *judged.notes])


def actions_of(
    run_folder: Path,
    *,
    flags: str | None = None,
    outcomes: str | None = None,
    most: int | None = None,
    as_of: str | None = None,
) -> WatchAnswer:
    """Return the lists of a finished report: whom to call, win over and ask; and what became of earlier ones.

    Args:
        run_folder: What `nps-insights report` wrote.
        flags: Folder of a churn scoring, whose list is that of the calls, or of all nights, of which the latest not
            after `as_of` is; that of the run if not given.
        outcomes: File of what became of earlier proposals, such as an exported list with its dates filled in; those of
            the run if not given.
        most: Longest list of passives and of promoters; that of the run if not given.
        as_of: Day of the lists: what is dated from then on is not known. The day after the last answer, contact or
            closed case, or that of the flags where it is later, if not given.

    Raises:
        SettingsError: The folder holds no report, or a setting is out of its bounds.
        DataRefusedError: The files cannot be used as they are.
    """
    manifest, tables = read_run(run_folder)
    if manifest["as_of"] is None:
        raise SettingsError(f"{run_folder}: its answers have no dates, so nobody's latest answer is known")
    chosen = check_settings(manifest["settings"])
    named, called_by = flags or chosen.input.flags, list[str]()
    if named is not None:
        named, called_by = latest_night("flags", named, until=None if as_of is None else _day(as_of))
    tonight = read_flags(named)
    files = {"outcomes": SideFile(outcomes, admit_outcomes, chosen.outcome_columns, sheet="actions")}
    read_as = SurveySettings(date_format=chosen.dates.format, **chosen.privacy.for_door())
    read = read_side_files(files, read_as, names=_names_of(tables.get("accounts")))
    cases = read.tables.get("outcomes", tables.get("outcomes"))
    moment = _moment(pd.Timestamp(manifest["as_of"]), tonight, as_of, read.tables.get("outcomes"))
    asked = chosen.actions.checked() if most is None else replace(chosen.actions.checked(), most=most)
    found = action_lists(
        tables["responses"],
        tables.get("accounts"),
        as_of=moment,
        flags=tonight,
        closest=tables.get("closest"),
        mentions=tables["mentions"] if len(tables["mentions"]) else None,
        themes=tables["themes"],
        effects=tables["effects"],
        moods=moods_of(tables["driver_checks"]),
        comments=tables["comments"],
        outcomes=cases,
        settings=asked,
        confidence_level=chosen.report.confidence_level,
        random_state=chosen.drivers.random_state,
    )
    listed = {"actions": found.actions, "action_lists": found.action_lists}
    said = lists_in_words(found.action_lists)
    if cases is not None:
        level = chosen.report.confidence_level
        loop = closed_loop(
            cases,
            tables["responses"],
            tables.get("accounts"),
            as_of=moment,
            contact_within=chosen.contacts.within,
            close_within=chosen.contacts.close_within,
            match=chosen.contacts.match,
            confidence_level=level,
        )
        listed["closed_loop"] = loop
        said += [_followed(row) for row in loop[loop["estimate"].notna()].to_dict("records")]
    return WatchAnswer(listed, [*called_by, *said], [*read.notes, *found.notes])


def _names_of(accounts: pd.DataFrame | None) -> KnownNames:
    """Owners and accounts by name; names of contacts are not stored."""
    if accounts is None:
        return KnownNames()
    owners, companies = (
        accounts[name].dropna().unique() if name in accounts else () for name in ("owner", "account_name")
    )
    return known_names(owners, companies)


def _moment(
    last: pd.Timestamp, flags: pd.DataFrame | None, as_of: str | None, outcomes: pd.DataFrame | None
) -> pd.Timestamp:
    """The day of the lists: not before the last answer that they are made of, and after the contacts brought back."""
    usual = day_after(last, flags)
    if as_of is None and outcomes is not None:
        known = [day for name in ("contacted_at", "closed_at") if pd.notna(day := outcomes[name].max())]
        return max([usual, *(day_after(day, None) for day in known)])
    if as_of is None:
        return usual
    asked = _day(as_of)
    if asked < usual:
        raise SettingsError(
            f"as_of == {as_of!r}: the report and the flags know what happened until {usual:%Y-%m-%d}; name that day or "
            "a later one, or make a report with --as-of"
        )
    return asked


def _day(as_of: str) -> pd.Timestamp:
    try:
        return pd.Timestamp(as_of)
    except ValueError:
        raise SettingsError(f"as_of == {as_of!r}: must be a day such as 2026-07-01") from None


def lists_in_words(action_lists: pd.DataFrame) -> list[str]:
    """Return every list in a line: how long it is, all that it is expected to bring, and what the figures count.

    Args:
        action_lists: Table `action_lists`.
    """
    return [_list_in_words(rows) for _, rows in action_lists.groupby("action", sort=False)]


def _list_in_words(rows: pd.DataFrame) -> str:
    first = rows.iloc[0]
    told = [f"{LISTS[first['action']]}: {first['n']:,}, left alone {first['n_suppressed']:,}"]
    for row in rows[rows["estimate"].notna()].to_dict("records"):
        ranged = pd.notna(row["conf_low"])
        likely = f" (likely {row['conf_low']:,.0f} to {row['conf_high']:,.0f})" if ranged else ""
        told.append(f"{row['unit']}: {row['estimate']:,.0f}{likely}")
    return " ".join([f"{'; '.join(told)}.", *dict.fromkeys(rows["reason"])])


def _followed(row: dict[str, Any]) -> str:
    scale = 1 if row["metric"] == "days_to_contact" else 100
    unit = "days" if scale == 1 else "%"
    likely = (
        "" if pd.isna(row["conf_low"]) else f" (likely {scale * row['conf_low']:.0f} to {scale * row['conf_high']:.0f})"
    )
    what = " ".join(part for part in (row["action"], row["metric"].replace("_", " "), row["group"]) if part)
    return f"{what}: {scale * row['estimate']:.0f} {unit}{likely}, n = {row['n']:,}. {row['reason']}"


def is_run(source: str) -> bool:
    """Whether a source is the folder of a finished run.

    Example:
        >>> is_run("survey.csv")
        False
    """
    return "://" not in source and (Path(source) / MANIFEST).is_file()


def _of_run(source: str) -> WatchAnswer:
    manifest, tables = read_run(Path(source))
    _whole(source, tables, "series")
    held = manifest["report"].get("comparable", {})
    found = {name: tables[name] for name in WATCHED if name in tables}
    return WatchAnswer(found, _comparisons(held, tables), [], manifest["report"].get("n_judged") or 0)


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
    _refuse_without_dates(survey, "alerts")
    per = watched_period(survey, settings)
    level: dict[str, Any] = {"per": per, "confidence_level": chosen.confidence_level}
    changes = empty("changes")
    if per:
        trend = nps(responses, as_of=survey.admission.as_of, min_group=chosen.min_group, **level)
        changes = period_changes(responses, trend, **level)
    watching = watching_of(survey, None, changes, settings)
    notes = notes_of(survey.admission, n_responses=len(survey.all_responses))
    found = {name: watching.tables[name] for name in WATCHED if name in watching.tables}
    said = ["Themes are not watched here: that takes a report, which reads the comments."]
    compared = _comparisons(watching.comparable, watching.tables)
    # Where nothing was watched, that is the answer, and no remark beside it.
    answer = [*compared, *([] if watching.per else watching.notes), *said]
    return WatchAnswer(found, answer, [*notes, *watching.notes, *said], watching.n_judged)


def _series(survey: AdmittedSurvey, targets: Sequence[Target], settings: DriverReportSettings) -> pd.DataFrame:
    """The figures that targets are judged by, per period, as the report watches them."""
    responses, chosen = survey.admission.responses, settings.report
    _refuse_without_dates(survey, "a target")
    per = chosen.per or choose_period(responses)
    if not per:
        raise SettingsError(
            "target: all answers fall into one period, so there is no pace to judge it by; come back later"
        )
    return estimates_of(
        responses,
        metrics=watched_metrics(settings),
        by=[column_named(target.by, responses) for target in targets if target.by],
        per=per,
        csat_scale=settings.csat.read() if settings.csat else None,
        ces_scale=settings.ces.read() if settings.ces else None,
        as_of=known_until(survey.admission),
        confidence_level=chosen.confidence_level,
        min_group=chosen.min_group,
    )


def _refuse_without_dates(survey: AdmittedSurvey, what: str) -> None:
    if survey.admission.as_of is None:
        raise SettingsError(
            f"{what}: needs dates; no column of dates was understood, name it: --columns responded_at=Day"
        )


def _comparisons(comparable: Mapping[str, str], tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Whether "November 2025 can be compared with November 2024", answered, the earliest first."""
    rows = tables.get("comparability", empty("comparability")).drop_duplicates("before_start")
    named = {
        f"{row['before_start']:%Y-%m-%d}": [words.period(row[f"{side}_start"], row[f"{side}_end"]) for side in _SIDES]
        for row in rows.dropna(subset=["before_start"]).to_dict("records")
    }
    return [
        f"Can {named[since][1]} be compared with {named[since][0]}? {said}"
        for since, said in sorted(comparable.items())
        if since in named
    ]


def _level(row: dict[str, Any]) -> str:
    metric = "NPS" if row["metric"] == "nps" else row["metric"]
    what = f"{metric}{' of ' + row['group'] if row['group'] else ''}"
    scale = 1 if row["metric"].startswith("nps") else 100
    before, after = scale * row["before_estimate"], scale * row["after_estimate"]
    return (
        f"{what} lies {'lower' if row['direction'] == 'drop' else 'higher'} since {row['at']:%Y-%m-%d}: "
        f"{after:.0f} after {before:.0f}{'' if scale == 1 else ' %'} before "
        f"(seen in the period from {row['found_at']:%Y-%m-%d})."
    )
