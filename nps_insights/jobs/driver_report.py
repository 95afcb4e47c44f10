"""The main job: from a survey export to a driver report in a run folder."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.jobs.admission import AdmittedSurvey, admit, notes_of
from nps_insights.jobs.driving.category import store_category, write_category_card
from nps_insights.jobs.driving.cross_fit import cross_fit
from nps_insights.jobs.driving.driver_analysis import DriverAnalysis, DriverInput, analyse_drivers
from nps_insights.jobs.facts import driver_facts, logged_figures, logged_parameters, manifest_facts, report_facts
from nps_insights.jobs.folder import held, published
from nps_insights.jobs.manifest import write_manifest
from nps_insights.jobs.outputs.beside_the_page import hand_out, write_outputs
from nps_insights.jobs.outputs.for_people import shown
from nps_insights.jobs.outputs.pages import shown_tables, write_pages
from nps_insights.jobs.refusals import refuse_early
from nps_insights.jobs.settings.driver_report import DriverReportSettings
from nps_insights.jobs.settings.secrets import masked
from nps_insights.jobs.theming.agreement import agreement_note, agreement_of, taught_by_codes
from nps_insights.jobs.theming.step import cache_folder, fit_facts, themes_of
from nps_insights.jobs.watching.issued_alerts import keep_sent
from nps_insights.jobs.watching.latest_night import with_latest_night
from nps_insights.jobs.watching.next_actions import next_actions
from nps_insights.jobs.watching.published_figures import issue, issued_at, restated
from nps_insights.jobs.watching.step import period_figures, watching_of
from nps_insights.jobs.watching.watched_scope import HEADLINES
from nps_insights.metrics import (
    choose_period,
    commented_and_silent,
    nps,
    nps_by,
    overall,
    period_changes,
    theme_changes,
    theme_trend,
)
from nps_insights.report import words
from nps_insights.report.first.change import last_changes, moved
from nps_insights.survey import Admission
from nps_insights.tables import conform, empty
from nps_insights.themes import Agreement, FoundThemes, Progress
from nps_insights.tracking import local_tracking_uri, log_themes, tracked_run


@dataclass(frozen=True)
class ReportRun:
    """What a finished driver report leaves behind.

    Attributes:
        folder: The run folder.
        report: The page.
        run_id: Id of the MLflow run.
        tracking_uri: Where it is logged.
        tables: The run's tables, by name.
        notes: Plain sentences on what a reader must know.
        owed: Database and deliveries that failed after the run was complete, in sentences.
    """

    folder: Path
    report: Path
    run_id: str
    tracking_uri: str
    tables: Mapping[str, pd.DataFrame]
    notes: list[str]
    owed: tuple[str, ...] = ()


def run_driver_report(
    settings: DriverReportSettings,
    *,
    published_at: pd.Timestamp | None = None,
    command: str = "",
    progress: Progress | None = None,
) -> ReportRun:
    """Read a survey, find its themes, estimate its drivers, and write a run folder that appears whole or not at all.

    Args:
        settings: Checked settings.
        published_at: Moment of the issue, where `output.published` keeps what was issued; the last answer's if not
            given.
        command: The command line that repeats the run, for the manifest and the report.
        progress: Called with (texts done, texts to encode) during the one slow step.

    Returns:
        Where everything is.

    Raises:
        SettingsError: A setting cannot be used.
        DataRefusedError: The data would mislead as they are; the message says what must be stated.
        BusyFolderError: Another run holds the folder.
    """
    folder = output_folder(settings)
    uri = settings.tracking.uri or local_tracking_uri(Path.cwd())
    # What the door refuses must be said before an MLflow run is opened for it.
    survey = admit(settings)
    settings, called_by = with_latest_night(settings, survey.admission)
    refuse_early(survey, settings, published_at=published_at)
    admission = survey.admission
    with held(folder), tracked_run(uri, settings.tracking.experiment, run_name=folder.name) as run:
        found, guided_by = themes_of(admission, settings, uri, progress)
        given = driver_input(survey, found)
        drivers = drivers_of(given, survey, found, settings)
        agreement = agreement_of(admission, found)
        tables = tables_of(survey, found, drivers, agreement, settings)
        watching = watching_of(survey, found, tables["changes"], settings, published_at=published_at)
        proposed = next_actions(survey, found, drivers, settings)
        stored = log_themes(run, found.fitted) if found and settings.themes.store else None
        themes_version = stored or ""
        tables = tables | watching.tables | proposed.tables
        today = today_by(survey, found, settings)
        if settings.output.published:
            tables["restatements"] = restated(
                settings,
                today(admission.responses),
                admission.responses,
                published_at=issued_at(published_at, admission),
                themes_version=themes_version,
                estimator=today,
            )
        notes = [
            *notes_of(admission, n_responses=len(survey.all_responses)),
            *(found.notes if found else []),
            *drivers.notes,
            *agreement_note(agreement, taught=taught_by_codes(found)),
            *watching.notes,
            *called_by,
            *proposed.notes,
        ]
        read_by = fit_facts(found, guided_by, stored) if found else None
        category = store_category(run, drivers.category, given)
        facts = report_facts(settings, survey, found, drivers.controls, run.run_id, notes, command)
        facts = replace(
            facts,
            comparable=watching.comparable,
            headline=HEADLINES[settings.watch.headline],
            n_judged=watching.n_judged,
        )
        with published(folder) as partial:
            write_tables(partial, tables)
            write_pages(partial, tables, facts, settings, real=survey.real)
            write_outputs(partial, shown_tables(tables, settings, survey.real), facts, settings)
            told = manifest_facts(settings, survey, read_by, tables, run.run_id, notes, command)
            told |= {"drivers": driver_facts(given, drivers), "report": asdict(facts)}
            write_manifest(partial, told)
            write_category_card(
                [partial / "models", *model_folders(settings)],
                drivers.category,
                given,
                version=category,
                source=survey.raw.name,
                themes_version=stored or "",
                simulated=survey.simulated,
                confidence_level=settings.report.confidence_level,
            )
            run.log_parameters(logged_parameters(settings))
            run.log_figures(logged_figures(tables, admission.counts))
            run.log_tables(tables)
        # After the folder is there: a figure that nobody can read was not issued.
        if settings.output.published:
            issue(
                settings,
                today(admission.responses),
                admission.responses,
                published_at=issued_at(published_at, admission),
                run_id=run.run_id,
                themes_version=themes_version,
            )
    owed = hand_out(folder, tables, facts, settings)
    # After the delivery: an alert that reached nobody was not told, and the run made again tells it.
    if settings.output.published and watching.per and not owed:
        keep_sent(
            settings,
            tables["alerts"],
            tables["series"],
            per=watching.per,
            published_at=issued_at(published_at, admission),
            run_id=run.run_id,
        )
    return ReportRun(folder, folder / "report.html", run.run_id, uri, tables, notes, tuple(owed))


def today_by(
    survey: AdmittedSurvey, found: FoundThemes | None, settings: DriverReportSettings
) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return today's rules as a function: responses -> every figure per period, in the periods of today's report."""
    per = settings.report.per or choose_period(survey.admission.responses)

    def estimates(responses: pd.DataFrame) -> pd.DataFrame:
        admission = replace(survey.admission, responses=responses)
        return period_figures(replace(survey, admission=admission), found, settings, per)

    return estimates


def model_folders(settings: DriverReportSettings) -> list[Path]:
    """Return where the project keeps what its models are: none for a run outside a project."""
    return [Path(settings.output.models)] if settings.output.models else []


def output_folder(settings: DriverReportSettings) -> Path:
    """Return where the run folder goes: as stated, or `runs/` and the survey's name.

    Example:
        >>> from nps_insights.jobs.settings.driver_report import check_settings
        >>> output_folder(check_settings({"input": {"survey": "data/q3.csv.gz"}})).as_posix()
        'runs/q3'
    """
    if settings.output.folder:
        return Path(settings.output.folder)
    survey = settings.input.survey_source()
    return Path("runs") / ("query" if "://" in survey else Path(survey).name.split(".")[0])


def driver_input(survey: AdmittedSurvey, found: FoundThemes | None) -> DriverInput:
    """Return what the drivers are estimated from."""
    admission = survey.admission
    return DriverInput(
        responses=admission.responses,
        # A comment that the encoder cannot read says something nobody knows: to count it as silence about every
        # theme would be wrong, so its response does not enter.
        comments=found.comments if found else admission.comments,
        mentions=found.mentions if found else None,
        themes=found.themes if found else None,
        codes=admission.codes,
        accounts=admission.accounts,
        code_names=list(admission.stated_codes),
        attributes=survey.drivers,
        controls=survey.controls,
        by=survey.by,
        as_of=admission.as_of,
    )


def drivers_of(
    given: DriverInput, survey: AdmittedSurvey, found: FoundThemes | None, settings: DriverReportSettings
) -> DriverAnalysis:
    """Estimate the drivers among those who commented, on other rows than the themes were found on where asked."""
    analysis = analyse_drivers(given, settings)
    if found is None:
        return analysis
    rows, said = cross_fit(
        survey.admission,
        found,
        settings,
        attributes=given.attributes,
        controls=given.controls,
        cache_folder=cache_folder(settings),
    )
    effects = conform("effects", pd.concat([analysis.tables["effects"], rows], ignore_index=True))
    return replace(analysis, tables=analysis.tables | {"effects": effects}, notes=[*analysis.notes, *said])


def tables_of(
    survey: AdmittedSurvey,
    found: FoundThemes | None,
    drivers: DriverAnalysis,
    agreement: Agreement | None,
    settings: DriverReportSettings,
) -> dict[str, pd.DataFrame]:
    """Return every table of the run folder, by name."""
    admission = survey.admission
    estimates, changes = figures_of(survey, found, settings)
    tables = {
        "responses": admission.responses,
        "comments": admission.comments,
        "quarantine": admission.quarantine,
        "redactions": admission.redactions,
        "estimates": estimates,
        "changes": changes,
        **drivers.tables,
        "segments": found.segments if found else empty("segments"),
        "mentions": found.mentions if found else empty("mentions"),
        "themes": found.themes if found else empty("themes"),
    }
    if found:
        tables |= {
            "languages": found.languages,
            "possible_themes": found.possible.table,
            "theme_edits": found.edits.table,
            "lineage": found.lineage,
        }
    if admission.accounts is not None:
        tables["accounts"] = admission.accounts
        tables["unmatched_accounts"] = unmatched_accounts(admission)
    if len(admission.codes):
        tables["codes"] = admission.codes
    if agreement:
        tables["agreement"] = agreement.table
    return tables


def unmatched_accounts(admission: Admission) -> pd.DataFrame:
    """Return table `unmatched_accounts`: who stands in one of the two files only."""
    sides = {"accounts": admission.accounts_without_response, "survey": admission.responses_without_account}
    rows = [{"account_id": one, "found_in": side} for side, ids in sides.items() for one in ids]
    return conform("unmatched_accounts", pd.DataFrame(rows, columns=["account_id", "found_in"]))


def figures_of(
    survey: AdmittedSurvey, found: FoundThemes | None, settings: DriverReportSettings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables `estimates` and `changes`: of the NPS, and of how often each theme is mentioned."""
    admission, chosen = survey.admission, settings.report
    responses = admission.responses
    level: dict[str, Any] = {"confidence_level": chosen.confidence_level, "min_group": chosen.min_group}
    estimates: list[pd.DataFrame] = [
        nps_by(responses, survey.by, **level),
        commented_and_silent(responses, admission.comments, **level),
    ]
    per = chosen.per or choose_period(responses)
    if not per:
        return conform("estimates", pd.concat(estimates, ignore_index=True)), empty("changes")
    trend = nps(responses, per=per, as_of=admission.as_of, **level)
    estimates.append(trend)
    changes = [period_changes(responses, trend, per=per, confidence_level=chosen.confidence_level)]
    if found:
        # A comment that nobody could read says something unknown: it is in no denominator.
        read = responses[responses["response_id"].isin(found.comments["response_id"])]
        over: dict[str, Any] = {"per": per, "as_of": admission.as_of, "parents": found.fitted.parents_, **level}
        estimates.append(theme_trend(found.mentions, read, **over))
        changes.append(theme_changes(found.mentions, read, **over))
    known = [one for one in changes if len(one)] or [empty("changes")]
    return conform("estimates", pd.concat(estimates, ignore_index=True)), conform(
        "changes", pd.concat(known, ignore_index=True)
    )


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write `tables/*.parquet` and `quarantine.csv`."""
    (folder / "tables").mkdir()
    for name, table in tables.items():
        table.to_parquet(folder / "tables" / f"{name}.parquet", index=False)
    shown(tables["quarantine"]).to_csv(folder / "quarantine.csv", index=False)


def number_in_words(run: ReportRun) -> str:
    """Return the number as the page writes it, for a terminal."""
    found = overall(run.tables["estimates"]).loc["nps"]
    nps, low, high = (words.points(found[name]) for name in ("estimate", "conf_low", "conf_high"))
    return f"NPS      {nps} (likely {low} to {high}), n = {int(found['n']):,}"


def last_change_in_words(run: ReportRun) -> list[str]:
    """Return whether the number of the last finished period moved, as the page says it; nothing where nobody knows."""
    rows = last_changes(run.tables["changes"]).head(1)
    return [words.colon(words.period(row["after_start"], row["after_end"]), moved(row)) for _, row in rows.iterrows()]


def written_beside(run: ReportRun) -> list[Path]:
    """Return what stands beside the report for others to read: further editions, PDF, workbook, message."""
    beside = (path for path in run.folder.iterdir() if path.suffix in (".html", ".pdf", ".xlsx", ".md"))
    return sorted(path for path in beside if path != run.report)


def summary(run: ReportRun) -> dict[str, Any]:
    """Return what the command prints with `--json`."""
    headline = overall(run.tables["estimates"]).loc["nps"]
    return {
        "report": str(run.report),
        "run_id": run.run_id,
        "tracking_uri": masked(run.tracking_uri),
        "nps": round(float(headline["estimate"]), 2),
        "conf_low": round(float(headline["conf_low"]), 2),
        "conf_high": round(float(headline["conf_high"]), 2),
        "n": int(headline["n"]),
        "notes": run.notes,
    } | ({"owed": list(run.owed)} if run.owed else {})
