"""Estimate the drivers of a finished run again, with other settings and without reading a comment again."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from nps_insights.jobs.driver_report import ReportRun, model_folders, write_tables
from nps_insights.jobs.driving.category import store_category, write_category_card
from nps_insights.jobs.driving.cross_fit import CROSS_FITTED
from nps_insights.jobs.driving.driver_analysis import DriverAnalysis, DriverInput, analyse_drivers
from nps_insights.jobs.driving.driver_questions import column_named
from nps_insights.jobs.facts import driver_facts, logged_figures, logged_parameters
from nps_insights.jobs.finished import read_manifest, read_table
from nps_insights.jobs.folder import MANIFEST, held, published
from nps_insights.jobs.manifest import versions, write_manifest
from nps_insights.jobs.outputs.beside_the_page import write_outputs
from nps_insights.jobs.outputs.pages import write_pages
from nps_insights.jobs.settings.driver_report import DriverReportSettings, check_settings
from nps_insights.jobs.settings.secrets import masked
from nps_insights.report import ReportFacts
from nps_insights.tables import ATTRIBUTE_PREFIX, SettingsError, empty
from nps_insights.tracking import local_tracking_uri, tracked_run

_JOB = "driver_report"
_NEEDED = ("responses", "comments", "segments", "mentions", "themes", "effects", "estimates")


def recompute_drivers(
    run_folder: Path,
    asked: Mapping[str, Any],
    *,
    out: Path | None = None,
    tracking_uri: str | None = None,
    command: str = "",
) -> tuple[ReportRun, list[str]]:
    """Estimate drivers from the tables of a run folder; the folder's report, tables and manifest are written anew.

    Args:
        run_folder: What `nps-insights report` wrote.
        asked: Settings to change: sections `drivers` and `report` (attributes, controls, by), each a mapping of keys.
        out: Where the new run folder goes; the run's own place if not given.
        tracking_uri: MLflow tracking URI; the one of the run if not given.
        command: The command line, for manifest and report.

    Returns:
        The run, and what its notes say of the drivers.

    Raises:
        SettingsError: The folder holds no run, or a setting cannot be used.
        BusyFolderError: Another run holds the folder.
    """
    manifest, tables = read_run(run_folder)
    settings = changed_settings(manifest, asked)
    uri = tracking_uri or settings.tracking.uri or local_tracking_uri(Path.cwd())
    given = driver_input(tables, manifest, settings, asked.get("report", {}))
    folder = out or run_folder
    with held(folder), tracked_run(uri, settings.tracking.experiment, run_name=folder.name) as run:
        analysis = analyse_drivers(given, settings)
        # What only the themes' own vectors can tell stays as the report found it, and so does an earlier model.
        kept = tables["effects"][tables["effects"]["method"] == "cross_fitted"]
        analysis.tables["effects"] = pd.concat([analysis.tables["effects"], kept], ignore_index=True)
        if not settings.drivers.category_model:
            analysis.tables.update({name: tables[name] for name in ("closest", "category_scores")})
        tables = tables | analysis.tables
        own = [note for note in manifest["drivers"]["notes"] if not note.startswith(CROSS_FITTED)]
        notes = [note for note in manifest["notes"] if note not in own] + analysis.notes
        category = store_category(run, analysis.category, given)
        facts = report_facts_again(manifest, settings, analysis, run.run_id, notes, command)
        told = manifest | {
            "command": masked(command),
            "settings": masked(settings.model_dump(mode="json")),
            "drivers": driver_facts(given, analysis),
            "recomputed_from": manifest["run_id"],
            "rows": {name: len(table) for name, table in sorted(tables.items())},
            "run_id": run.run_id,
            "versions": versions(),
            "notes": notes,
            "report": asdict(facts),
        }
        with published(folder) as partial:
            write_tables(partial, tables)
            write_pages(partial, tables, facts, settings)
            write_outputs(partial, tables, facts, settings)
            write_manifest(partial, told)
            write_category_card(
                [partial / "models", *model_folders(settings)],
                analysis.category,
                given,
                version=category,
                source=facts.source_name,
                themes_version=(manifest["themes"] or {}).get("stored_as") or "",
                simulated=facts.simulated,
                confidence_level=settings.report.confidence_level,
            )
            if not settings.drivers.category_model and (run_folder / "models").is_dir():
                shutil.copytree(run_folder / "models", partial / "models")
            run.log_parameters(logged_parameters(settings) | {"recomputed_from": manifest["run_id"]})
            run.log_figures(logged_figures(tables, manifest["counts"]))
            run.log_tables(tables)
    return ReportRun(folder, folder / "report.html", run.run_id, uri, tables, notes), analysis.notes


def read_run(folder: Path) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Return the manifest and every table of a run folder.

    Args:
        folder: Folder that `nps-insights report` wrote.

    Raises:
        SettingsError: It holds no finished driver report, or one of an older version.
        DataRefusedError: A file of it is damaged.
    """
    if not (folder / MANIFEST).is_file():
        what = f"holds no {MANIFEST}" if folder.is_dir() else "there is no such folder"
        raise SettingsError(f"{folder}: {what}; name the folder that `nps-insights report` wrote")
    manifest = read_manifest(folder)
    job = manifest.get("job", _JOB)
    if job != _JOB:
        raise SettingsError(f"{folder}: is of a {job} and no report; name the folder that `nps-insights report` wrote")
    tables = {path.stem: read_table(path) for path in sorted((folder / "tables").glob("*.parquet"))}
    absent = [name for name in _NEEDED if name not in tables]
    if absent or "drivers" not in manifest:
        lacks = f"holds no table {', '.join(absent)}" if absent else "was written by an older version"
        raise SettingsError(f"{folder}: {lacks}; make the run again with `nps-insights report`")
    return manifest, tables


def changed_settings(manifest: Mapping[str, Any], asked: Mapping[str, Any]) -> DriverReportSettings:
    """Return the run's settings with what is asked for in their place."""
    settings = dict(manifest["settings"])
    for section in ("report", "drivers"):
        settings[section] = settings.get(section, {}) | dict(asked.get(section, {}))
    return check_settings(settings)


def driver_input(
    tables: Mapping[str, pd.DataFrame],
    manifest: Mapping[str, Any],
    settings: DriverReportSettings,
    asked: Mapping[str, Any],
) -> DriverInput:
    """Return what the drivers of a run folder are estimated from."""
    told = manifest["drivers"]
    found = len(tables["themes"]) > 0
    comments = tables["comments"]
    if found:
        # A comment without a segment was in a language that nobody could read: it says something unknown.
        comments = comments[comments["comment_id"].isin(tables["segments"]["comment_id"])]
    return DriverInput(
        responses=tables["responses"],
        comments=comments,
        mentions=tables["mentions"] if found else None,
        themes=tables["themes"] if found else None,
        codes=tables.get("codes", empty("codes")),
        accounts=tables.get("accounts"),
        code_names=list(told["code_names"]),
        attributes=_attributes("attributes", settings.report.attributes, asked, told, tables["responses"]),
        controls=_attributes("controls", settings.report.controls, asked, told, tables["responses"]),
        by=_columns("by", settings.report.by, asked, told, tables["responses"]),
        as_of=None if manifest["as_of"] is None else pd.Timestamp(manifest["as_of"]),
    )


def report_facts_again(
    manifest: Mapping[str, Any],
    settings: DriverReportSettings,
    analysis: DriverAnalysis,
    run_id: str,
    notes: list[str],
    command: str,
) -> ReportFacts:
    """Return the facts of the first report with those of this one in their place."""
    told = dict(manifest["report"])
    told["as_of"] = None if told["as_of"] is None else date.fromisoformat(told["as_of"])
    installed = versions()
    return replace(
        ReportFacts(**told),
        controls=tuple(analysis.controls),
        settings={name: str(value) for name, value in logged_parameters(settings).items()},
        run_id=run_id,
        version=installed["nps-insights"],
        versions=installed,
        command=masked(command),
        notes=tuple(notes),
    )


def _columns(
    key: str, named: Sequence[str], asked: Mapping[str, Any], told: Mapping[str, Any], responses: pd.DataFrame
) -> list[str]:
    """Columns that were asked for by name, or those of the run."""
    return [column_named(name, responses) for name in named] if key in asked else list(told[key])


def _attributes(
    key: str, named: Sequence[str], asked: Mapping[str, Any], told: Mapping[str, Any], responses: pd.DataFrame
) -> list[str]:
    columns = _columns(key, named, asked, told, responses)
    return [column.removeprefix(ATTRIBUTE_PREFIX) for column in columns]
