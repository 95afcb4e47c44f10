"""Settings of the driver report: one TOML file or the options of the command line, checked before anything is read."""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from nps_insights.survey import ScaleRange, SurveySettings, parse_cuts, parse_scale
from nps_insights.tables import SettingsError
from nps_insights.themes.curation.file import EDITS_FILE

SCRATCH, FROM_CODES = "scratch", "codes"


def _cuts(given: Any) -> Any:
    return parse_cuts(given) if isinstance(given, str) else given


# "3,5", as on the command line, or [3, 5].
Cuts = Annotated[tuple[float, float], BeforeValidator(_cuts)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InputSettings(_Section):
    """What is read.

    Attributes:
        survey: File, or an SQLAlchemy URL with `query`.
        accounts: File of accounts, joined by account_id.
        query: SQL that selects the survey's rows.
        sheet: Sheet of a workbook; the first one if not given.
        encoding: Encoding of the survey's file; detected if not given.
    """

    survey: str
    accounts: str | None = None
    query: str | None = None
    sheet: str | None = None
    encoding: str | None = None


class ScaleChange(_Section):
    """A scale that was in use until a day.

    Attributes:
        until: Answers dated before this day were given on it; not given for the range that holds ever since.
        range: Its ends, worst first: "1-5".
        cuts: Detractor up to and promoter from, such as [3, 5]; the usual ones where the range ends at 10.
    """

    until: str | None = None
    range: str
    cuts: Cuts | None = None


class ScoreSettings(_Section):
    """How the score is read.

    Attributes:
        scale: Its ends, worst first: "0-10", "1-10", "5-1".
        cuts: Detractor up to and promoter from, on the turned scale.
        missing: Texts that mean "no answer"; their rows are filtered and counted.
        scales: Scales that were in use before.
    """

    scale: str | None = None
    cuts: Cuts | None = None
    missing: tuple[str, ...] = ()
    scales: tuple[ScaleChange, ...] = ()


class DateSettings(_Section):
    """How dates are read.

    Attributes:
        format: strptime format such as "%d/%m/%Y"; inferred where the column allows one reading.
        missing: Dates that mean "unknown".
    """

    format: str | None = None
    missing: tuple[str, ...] = ()


class ReportSettings(_Section):
    """What is reported.

    Attributes:
        title: Title of the page; made from the survey's name if not given.
        by: Columns to group by.
        attributes: Columns that are drivers beside the themes.
        controls: Columns that are adjusted for.
        theme_columns: 0/1 columns with codes that people already have; "First..Last" names a range.
        as_of: Moment of knowing; later answers are filtered. The last answer if not given.
        per: Period of the trend; chosen from the number of answers if not given.
        confidence_level: Coverage of every range.
        min_group: Groups with fewer answers are marked as too small.
    """

    title: str | None = None
    by: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    theme_columns: tuple[str, ...] = ()
    as_of: str | None = None
    per: Literal["day", "week", "month", "quarter", "year"] | None = None
    confidence_level: float = Field(0.95, gt=0, lt=1)
    min_group: int = Field(30, ge=2)


class ThemeSettings(_Section):
    """How themes are found.

    Attributes:
        encoder: "english", "multilingual", or the name or folder of a sentence-transformers model.
        tier: Who reads: "full" the encoder itself, "student" a fast one taught by it, "auto" a student for many texts.
        precision: "fp32", "bf16" where the processor has it, or "auto".
        n_themes: Number of themes; chosen from the data if not given.
        ignore: Words that make no theme and no label, such as the company's own name.
        start: "scratch", or an earlier fit to go on from: "themes@3" or a folder that `themes fit` wrote.
        refit: With `start`: find the themes anew and keep the ids of those that go on.
        edits: File of the analysts' edits; `models/themes/edits.toml` of the project, where it exists, if not given.
        taxonomy: File of themes that people want to see, or "codes" to learn them from `theme_columns`; a comment
            without a code then says that none of them applies.
        store: Whether the fit becomes a version of the registered model `themes`.
        random_state: Seed of the clustering.
        cache: Folder of encoded texts; beside the tracking database if not given.
    """

    encoder: str = "english"
    tier: Literal["auto", "full", "student"] = "auto"
    precision: Literal["fp32", "bf16", "auto"] = "fp32"
    n_themes: int | None = Field(None, ge=2)
    ignore: tuple[str, ...] = ()
    start: str = "scratch"
    refit: bool = False
    edits: str | None = None
    taxonomy: str | None = None
    store: bool = True
    random_state: int = 0
    cache: str | None = None


class DriverSettings(_Section):
    """How drivers are estimated, and what is asked of them.

    Attributes:
        min_present: A driver mentioned by fewer responses is left out and listed.
        by_tone: Whether effects of negative and positive mentions are estimated, beyond a placebo.
        split: "none"; "half": themes found on one half of the accounts, effects estimated on the other; "cross_fit":
            both ways round.
        between: What a change is explained between: two groups, "plan:Basic..Enterprise"; two periods,
            "2026-01-01/2026-03-31..2026-04-01/2026-06-30"; the last two finished periods if not given.
        what_if: Scenarios such as "Price=0.5" or "Price+Outages=0.5": drivers by label or id, and the part of their
            mentions that goes away. Half of the costliest ones if none is given.
        target: NPS to hold scenarios against.
        reliability: How far the same customer, unchanged, gives the same answer again (test-retest correlation).
        category_model: Whether a classifier of the category is trained, judged and stored.
        random_state: Seed of placebos, folds and sampled shares.
    """

    min_present: int = Field(20, ge=2)
    by_tone: bool = True
    split: Literal["none", "half", "cross_fit"] = "none"
    between: str | None = None
    what_if: tuple[str, ...] = ()
    target: float | None = Field(None, ge=-100, le=100)
    reliability: float = Field(0.8, gt=0, le=1)
    category_model: bool = True
    random_state: int = 0


class OutputSettings(_Section):
    """Where the run folder goes.

    Attributes:
        folder: The run folder; `runs/<survey>` if not given.
    """

    folder: str | None = None


class TrackingSettings(_Section):
    """Where the run is logged.

    Attributes:
        uri: MLflow tracking URI; `mlflow.db` in the project or current folder if not given.
        experiment: Name of the MLflow experiment.
    """

    uri: str | None = None
    experiment: str = "driver_report"


class DriverReportSettings(_Section):
    """Settings of the driver report; each section is a table of the TOML file."""

    job: Literal["driver_report"] = "driver_report"
    input: InputSettings
    columns: dict[str, str | tuple[str, ...]] = {}
    account_columns: dict[str, str] = {}
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
    tracking = settings.tracking.uri or f"sqlite:///{project / 'mlflow.db'}"
    return settings.model_copy(
        update={
            "input": settings.input.model_copy(update=source),
            "themes": settings.themes.model_copy(update=themes),
            "output": OutputSettings(folder=_from_project(project, folder)),
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
