"""The sections of the driver report's settings, and what each key means."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from nps_insights.jobs.settings.secrets import database_from_environment
from nps_insights.report.languages import LANGUAGES
from nps_insights.survey import USUAL_LIMITS, Limits, parse_cuts


def _cuts(given: Any) -> Any:
    return parse_cuts(given) if isinstance(given, str) else given


# "3,5", as on the command line, or [3, 5].
Cuts = Annotated[tuple[float, float], BeforeValidator(_cuts)]


class Section(BaseModel):
    """One table of the TOML file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class InputSettings(Section):
    """What is read.

    Attributes:
        survey: File, or an SQLAlchemy URL with `query`. "env:NAME" takes it from the environment.
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

    def survey_source(self) -> str:
        """Return the file or URL of the survey; what names a variable of the environment is looked up there.

        Raises:
            SettingsError: The variable is not set.

        Example:
            >>> InputSettings(survey="data/q3.csv").survey_source()
            'data/q3.csv'
        """
        return database_from_environment(self.survey, "input.survey")


class ScaleChange(Section):
    """A scale that was in use until a day.

    Attributes:
        until: Answers dated before this day were given on it; not given for the range that holds ever since.
        range: Its ends, worst first: "1-5".
        cuts: Detractor up to and promoter from, such as [3, 5]; the usual ones where the range ends at 10.
    """

    until: str | None = None
    range: str
    cuts: Cuts | None = None


class ScoreSettings(Section):
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


class LimitSettings(Section):
    """How much one input file may hold; `nps_insights.survey.Limits` says why.

    Attributes:
        file_mib: Size on the disk, in MiB.
        unpacked_mib: Size of what a packed file holds, in MiB.
        ratio: Unpacked bytes per packed byte.
        rows: Records.
        columns: Columns.
        cells: Rows times columns.
        cell_characters: Characters of one cell.
        members: Files inside a zip.
    """

    file_mib: int = Field(USUAL_LIMITS.file_mib, ge=1)
    unpacked_mib: int = Field(USUAL_LIMITS.unpacked_mib, ge=1)
    ratio: int = Field(USUAL_LIMITS.ratio, ge=1)
    rows: int = Field(USUAL_LIMITS.rows, ge=1)
    columns: int = Field(USUAL_LIMITS.columns, ge=1)
    cells: int = Field(USUAL_LIMITS.cells, ge=1)
    cell_characters: int = Field(USUAL_LIMITS.cell_characters, ge=1)
    members: int = Field(USUAL_LIMITS.members, ge=1)

    def limits(self) -> Limits:
        """Return them as the door needs them."""
        return Limits(**self.model_dump())


class DateSettings(Section):
    """How dates are read.

    Attributes:
        format: strptime format such as "%d/%m/%Y"; inferred where the column allows one reading.
        missing: Dates that mean "unknown".
    """

    format: str | None = None
    missing: tuple[str, ...] = ()


def _editions(given: Any) -> Any:
    names = (given,) if isinstance(given, str) else given
    return tuple(dict.fromkeys(names)) if isinstance(names, list | tuple) else names


def _language(given: str) -> str:
    if given not in LANGUAGES:
        raise ValueError(f"must be one of {', '.join(LANGUAGES)}")
    return given


# "board", or ["analyst", "board"].
Editions = Annotated[tuple[Literal["board", "analyst", "cs"], ...], BeforeValidator(_editions), Field(min_length=1)]


class ReportSettings(Section):
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
        edition: Who reads it: "board" (no individuals, no group of fewer than ten), "analyst" (accounts by number) or
            "cs" (ids and names, lists first); several make a page each, the first one report.html.
        language: In which the frame of page and message is written: "en", "de" or "fr".
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
    edition: Editions = ("analyst",)
    language: Annotated[str, AfterValidator(_language)] = "en"


class ThemeSettings(Section):
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


class DriverSettings(Section):
    """How drivers are estimated, and what is asked of them.

    Attributes:
        min_present: A driver mentioned by fewer responses is left out and listed.
        by_tone: Whether effects of negative and positive mentions are estimated, beyond a placebo.
        split: "none"; "half": themes found on one half of the accounts, effects estimated on the other; "cross_fit":
            both ways round.
        between: What a change is explained between, beside the last two finished periods: two groups,
            "plan:Basic..Enterprise"; two other periods, "2026-01-01/2026-03-31..2026-04-01/2026-06-30".
        what_if: Scenarios such as "Price=0.5" or "Price+Outages=0.5": drivers by label or id, and the part of their
            mentions that goes away. Half of the costliest ones if none is given.
        target: NPS to hold scenarios against.
        reliability: How far the same customer, unchanged, gives the same answer again (test-retest correlation);
            measured where 100 customers answered twice within 30 days, 0.8 otherwise, if not given.
        category_model: Whether a classifier of the category is trained, judged and stored.
        random_state: Seed of placebos, folds and sampled shares.
    """

    min_present: int = Field(20, ge=2)
    by_tone: bool = True
    split: Literal["none", "half", "cross_fit"] = "none"
    between: str | None = None
    what_if: tuple[str, ...] = ()
    target: float | None = Field(None, ge=-100, le=100)
    reliability: float | None = Field(None, gt=0, le=1)
    category_model: bool = True
    random_state: int = 0


class OutputSettings(Section):
    """Where the run folder goes.

    Attributes:
        folder: The run folder; `runs/<survey>` if not given.
        models: Folder that says what each trained model is; of a pipeline the project's `models/`, where it exists.
    """

    folder: str | None = None
    models: str | None = None


class TrackingSettings(Section):
    """Where the run is logged.

    Attributes:
        uri: MLflow tracking URI; `mlflow.db` in the project or current folder if not given.
        experiment: Name of the MLflow experiment.
    """

    uri: str | None = None
    experiment: str = "driver_report"
