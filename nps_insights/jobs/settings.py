"""Settings of the driver report: one TOML file or the options of the command line, checked before anything is read."""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from nps_insights.jobs.sections import (
    DateSettings,
    DriverSettings,
    InputSettings,
    OutputSettings,
    ReportSettings,
    ScaleChange,
    ScoreSettings,
    Section,
    ThemeSettings,
    TrackingSettings,
)
from nps_insights.survey import ScaleRange, SurveySettings, parse_scale
from nps_insights.tables import SettingsError
from nps_insights.themes.curation.file import EDITS_FILE

SCRATCH, FROM_CODES = "scratch", "codes"


class DriverReportSettings(Section):
    """Settings of the driver report; each section is a table of the TOML file."""

    job: Literal["driver_report"] = "driver_report"
    input: InputSettings
    columns: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    account_columns: dict[str, str] = Field(default_factory=dict)
    score: ScoreSettings = ScoreSettings()
    dates: DateSettings = DateSettings()
    report: ReportSettings = ReportSettings()
    themes: ThemeSettings = ThemeSettings()
    drivers: DriverSettings = DriverSettings()
    output: OutputSettings = OutputSettings()
    tracking: TrackingSettings = TrackingSettings()

    def for_survey(self) -> SurveySettings:
        """Return what the door needs to know.

        Raises:
            SettingsError: The scale, the cuts or a date cannot be read.
        """
        return SurveySettings(
            columns=self.columns,
            account_columns=self.account_columns,
            scale=parse_scale(self.score.scale) if self.score.scale else None,
            cuts=self.score.cuts,
            scales=tuple(ScaleRange(_day(s.until), parse_scale(s.range), s.cuts) for s in self.score.scales),
            missing_scores=self.score.missing,
            attributes=self.report.attributes,
            controls=self.report.controls,
            by=self.report.by,
            theme_columns=self.report.theme_columns,
            date_format=self.dates.format,
            missing_dates=self.dates.missing,
            as_of=self.report.as_of,
        )


def _day(text: str | None) -> Any:
    import pandas as pd

    if text is None:
        return None
    try:
        return pd.Timestamp(text)
    except ValueError:
        raise SettingsError(f"score.scales until == {text!r}: must be a day such as 2015-06-01") from None


def check_settings(given: Mapping[str, Any]) -> DriverReportSettings:
    """Return checked settings, or every problem of them in one error.

    Args:
        given: Sections and keys as in the TOML file.

    Raises:
        SettingsError: A key is unknown (the nearest known one is suggested), missing, or has a wrong value.

    Example:
        >>> check_settings({"input": {"survey": "nps.csv"}, "report": {"by": ["plan"]}}).report.by
        ('plan',)
    """
    try:
        return DriverReportSettings.model_validate(given)
    except ValidationError as error:
        problems = [_sentence(problem["loc"], problem["type"], problem["msg"]) for problem in error.errors()]
        raise SettingsError("settings: " + "; ".join(problems)) from None


def _sentence(where: tuple[int | str, ...], kind: str, message: str) -> str:
    name = ".".join(str(part) for part in where)
    if kind != "extra_forbidden":
        return f"{name}: {message[0].lower()}{message[1:]}"
    known = _known_keys(where[:-1])
    near = get_close_matches(str(where[-1]), known, n=1, cutoff=0.5)
    advice = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
    return f"{name}: unknown key; {advice}"


def _known_keys(section: tuple[int | str, ...]) -> list[str]:
    """Keys of a section, read off the models themselves."""
    model: type[BaseModel] = DriverReportSettings
    for part in section:
        if isinstance(part, int):
            model = ScaleChange
            continue
        annotation = model.model_fields[part].annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            model = annotation
    return sorted(model.model_fields)


def read_pipeline(path: Path) -> DriverReportSettings:
    """Return the settings of a pipeline file; its relative paths are taken from the project's folder.

    The project is the folder above `pipelines/`, or the file's own folder where it stands elsewhere.

    Args:
        path: A TOML file with `job = "driver_report"`.

    Raises:
        SettingsError: The file is missing, is no TOML, names another job, or has unknown keys.
    """
    if not path.is_file():
        raise SettingsError(f"{path}: no such pipeline file; `nps-insights init DIR` writes one to start from")
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is no valid TOML: {error}") from None
    settings = check_settings(given)
    project = project_of(path)
    source = {
        key: _from_project(project, value)
        for key, value in {"survey": settings.input.survey, "accounts": settings.input.accounts}.items()
        if value is not None
    }
    files = {"start": settings.themes.start}
    if settings.themes.edits or (project / EDITS_FILE).is_file():
        files["edits"] = settings.themes.edits or str(EDITS_FILE)
    if settings.themes.taxonomy not in (None, FROM_CODES):
        files["taxonomy"] = str(settings.themes.taxonomy)
    themes = {name: _file_from_project(project, value) for name, value in files.items()}
    folder = settings.output.folder or f"runs/{path.stem}"
    own = settings.output.models or ("models" if (project / "models").is_dir() else None)
    models = None if own is None else _from_project(project, own)
    tracking = settings.tracking.uri or f"sqlite:///{project / 'mlflow.db'}"
    return settings.model_copy(
        update={
            "input": settings.input.model_copy(update=source),
            "themes": settings.themes.model_copy(update=themes),
            "output": OutputSettings(folder=_from_project(project, folder), models=models),
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


def _file_from_project(project: Path, text: str) -> str:
    """A path of the project; what names no file ("scratch", "themes@3") stays as it is."""
    return text if text == SCRATCH or "@" in text else _from_project(project, text)


def _from_project(project: Path, text: str) -> str:
    return text if "://" in text or Path(text).is_absolute() else str(project / text)
