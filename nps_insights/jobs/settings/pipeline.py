"""Pipeline files: a job and its settings in one TOML file, with paths taken from the project's folder."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nps_insights.jobs.churn.settings import ChurnScoringSettings, ChurnTrainingSettings
from nps_insights.jobs.settings.checked import checked
from nps_insights.jobs.settings.driver_report import FROM_CODES, SCRATCH, DriverReportSettings
from nps_insights.jobs.settings.secrets import FROM_ENVIRONMENT, sqlite_file
from nps_insights.tables import SettingsError
from nps_insights.themes.curation.file import EDITS_FILE

JobSettings = DriverReportSettings | ChurnTrainingSettings | ChurnScoringSettings
INPUT_FILES = (
    "survey",
    "accounts",
    "usage",
    "invitations",
    "events",
    "outcomes",
    "benchmark",
    "flags",
    "churn_training",
)
JOBS: dict[str, type[JobSettings]] = {
    "driver_report": DriverReportSettings,
    "churn_training": ChurnTrainingSettings,
    "churn_scoring": ChurnScoringSettings,
}


def read_pipeline(path: Path) -> JobSettings:
    """Return the settings of a pipeline file; its relative paths are taken from the project's folder.

    The project is the folder above `pipelines/`, or the file's own folder where it stands elsewhere.

    Args:
        path: A TOML file with `job = "driver_report"`, `"churn_training"` or `"churn_scoring"`.

    Raises:
        SettingsError: The file is missing, is no TOML, names another job, or has unknown keys.
    """
    given = given_in(path)
    job = job_of(given, path)
    return in_project(checked(JOBS[job], given), project_of(path), name=path.stem)


def given_in(path: Path) -> dict[str, Any]:
    """Return what a pipeline file states, unchecked.

    Args:
        path: A TOML file.

    Raises:
        SettingsError: The file is missing or no TOML.
    """
    try:
        if not path.is_file():
            raise SettingsError(f"{path}: no such pipeline file; `nps-insights init DIR` writes one to start from")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{str(path)[:200]}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path}: is no valid TOML: {error}; texts and paths stand in quotes, lists in [ ], a section is [name]"
        ) from None


def job_of(given: Mapping[str, Any], path: Path) -> str:
    """Return the job that a pipeline file names, the driver report where it names none.

    Raises:
        SettingsError: There is no such job.

    Example:
        >>> job_of({"job": "churn_scoring"}, Path("pipelines/nightly.toml"))
        'churn_scoring'
    """
    job = given.get("job", "driver_report")
    if not isinstance(job, str) or job not in JOBS:
        raise SettingsError(f"{path}: job == {job!r}, must be one of {', '.join(JOBS)}")
    return job


def in_project(settings: JobSettings, project: Path, *, name: str) -> JobSettings:
    """Return settings whose relative paths are taken from the project's folder.

    Args:
        settings: Checked settings.
        project: The project's folder.
        name: Of the run folder, where none is named.
    """
    own = settings.output.models or ("models" if (project / "models").is_dir() else None)
    output = {
        "folder": _from_project(project, settings.output.folder or f"runs/{name}"),
        "models": None if own is None else _from_project(project, own),
    }
    if isinstance(settings, DriverReportSettings) and settings.output.published:
        output["published"] = _from_project(project, settings.output.published)
    if isinstance(settings, DriverReportSettings) and settings.output.database:
        output["database"] = _database_from_project(project, settings.output.database)
    if isinstance(settings, ChurnScoringSettings) and settings.output.sql:
        output["sql"] = _database_from_project(project, settings.output.sql)
    tracking = settings.tracking.uri or f"sqlite:///{project / 'mlflow.db'}"
    return settings.model_copy(
        update={
            "input": settings.input.model_copy(update=_inputs(settings, project)),
            "themes": settings.themes.model_copy(update=_theme_files(settings, project)),
            "output": settings.output.model_copy(update=output),
            "tracking": settings.tracking.model_copy(update={"uri": tracking}),
        }
    )


def project_of(pipeline: Path) -> Path:
    """Return the project's folder of a pipeline file.

    Example:
        >>> project_of(Path("/home/anna/acme/pipelines/driver_report.toml")).as_posix()
        '/home/anna/acme'
    """
    folder = pipeline.absolute().parent
    return folder.parent if folder.name == "pipelines" else folder


def _inputs(settings: JobSettings, project: Path) -> dict[str, Any]:
    files = {name: getattr(settings.input, name, None) for name in INPUT_FILES}
    return {name: _from_project(project, value) for name, value in files.items() if value is not None}


def _theme_files(settings: JobSettings, project: Path) -> dict[str, str]:
    files = {"start": settings.themes.start}
    if settings.themes.edits or (project / EDITS_FILE).is_file():
        files["edits"] = settings.themes.edits or str(EDITS_FILE)
    if settings.themes.taxonomy not in (None, FROM_CODES):
        files["taxonomy"] = str(settings.themes.taxonomy)
    return {name: _file_from_project(project, value) for name, value in files.items()}


def _file_from_project(project: Path, text: str) -> str:
    """A path of the project; what names no file ("scratch", "themes@3") stays as it is."""
    return text if text == SCRATCH or "@" in text else _from_project(project, text)


def _database_from_project(project: Path, url: str) -> str:
    """A file of SQLite lies in the project too; "sqlite:///bi.db" would lie wherever the job happens to start."""
    file = sqlite_file(url)
    return f"sqlite:///{_from_project(project, file)}" if file else url


def _from_project(project: Path, text: str) -> str:
    names_no_file = "://" in text or text.startswith(FROM_ENVIRONMENT)
    return text if names_no_file or Path(text).is_absolute() else str(project / text)
