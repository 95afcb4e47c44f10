"""Settings of the driver report: one TOML file or the options of the command line, checked before anything is read."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal

from pydantic import Field

from nps_insights.jobs.forgetting.tombstones import tombstones_near
from nps_insights.jobs.outputs.output_settings import DeliverySettings, ReportOutputSettings
from nps_insights.jobs.settings.checked import checked
from nps_insights.jobs.settings.privacy import PrivacySettings
from nps_insights.jobs.settings.sections import (
    DateSettings,
    DriverSettings,
    InputSettings,
    LimitSettings,
    OutputSettings,
    ReportSettings,
    ScoreSettings,
    Section,
    ThemeSettings,
    TrackingSettings,
)
from nps_insights.jobs.watching.watch_settings import (
    ActionSection,
    AnswerSettings,
    ContactSettings,
    MoneySettings,
    RatingSettings,
    ReportInputSettings,
    TargetSettings,
    WatchSettings,
)
from nps_insights.survey import ScaleRange, SurveySettings, parse_scale
from nps_insights.tables import SettingsError

SCRATCH, FROM_CODES = "scratch", "codes"


class SurveyJobSettings(Section):
    """What every job that reads a survey must know of its files; each section is a table of the TOML file."""

    input: InputSettings
    columns: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    account_columns: dict[str, str] = Field(default_factory=dict)
    score: ScoreSettings = ScoreSettings()
    dates: DateSettings = DateSettings()
    themes: ThemeSettings = ThemeSettings()
    tracking: TrackingSettings = TrackingSettings()
    limits: LimitSettings = LimitSettings()
    privacy: PrivacySettings = PrivacySettings()
    output: OutputSettings = OutputSettings()

    def read_as(self, **further: Any) -> SurveySettings:
        """Return what the door needs to know.

        Args:
            further: Settings of the door that are this job's own.

        Raises:
            SettingsError: The scale, the cuts, a date or a region cannot be read, or the key of pseudonyms is missing.
            DataRefusedError: The list of who was forgotten is damaged.
        """
        return SurveySettings(
            columns=self.columns,
            account_columns=self.account_columns,
            scale=parse_scale(self.score.scale) if self.score.scale else None,
            cuts=self.score.cuts,
            scales=tuple(ScaleRange(_day(s.until), parse_scale(s.range), s.cuts) for s in self.score.scales),
            missing_scores=self.score.missing,
            date_format=self.dates.format,
            missing_dates=self.dates.missing,
            forgotten=tombstones_near(*self._places()),
            **self.privacy.for_door(),
            **further,
        )

    def _places(self) -> list[str]:
        """Files that are read and written: the project is found by them."""
        given = self.input.model_dump(exclude={"query", "sheet", "encoding"})
        read = [one for one in given.values() if isinstance(one, str)]
        # A finished run is gone on from where its variables may not be set any more; then no survey is read either.
        with suppress(SettingsError):
            read.append(self.input.survey_source())
        written = [self.output.folder, self.output.models, self.tracking.uri]
        return [*read, *(str(one) for one in written if one)]


class DriverReportSettings(SurveyJobSettings):
    """Settings of the driver report."""

    job: Literal["driver_report"] = "driver_report"
    input: ReportInputSettings
    invitation_columns: dict[str, str] = Field(default_factory=dict)
    event_columns: dict[str, str] = Field(default_factory=dict)
    outcome_columns: dict[str, str] = Field(default_factory=dict)
    benchmark_columns: dict[str, str] = Field(default_factory=dict)
    csat: RatingSettings | None = None
    ces: RatingSettings | None = None
    answers: AnswerSettings = AnswerSettings()
    report: ReportSettings = ReportSettings()
    drivers: DriverSettings = DriverSettings()
    watch: WatchSettings = WatchSettings()
    target: tuple[TargetSettings, ...] = ()
    actions: ActionSection = ActionSection()
    contacts: ContactSettings = ContactSettings()
    money: MoneySettings = MoneySettings()
    output: ReportOutputSettings = ReportOutputSettings()
    delivery: DeliverySettings = DeliverySettings()

    def for_survey(self) -> SurveySettings:
        """Return what the door needs to know.

        Raises:
            SettingsError: The scale, the cuts or a date cannot be read.
        """
        return self.read_as(
            attributes=self.report.attributes,
            controls=self.report.controls,
            by=self.report.by,
            theme_columns=self.report.theme_columns,
            as_of=self.report.as_of,
            csat_scale=parse_scale(self.csat.scale) if self.csat else None,
            ces_scale=parse_scale(self.ces.scale) if self.ces else None,
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
    """Return checked settings of the driver report, or every problem of them in one error.

    Args:
        given: Sections and keys as in the TOML file.

    Raises:
        SettingsError: A key is unknown (the nearest known one is suggested), missing, or has a wrong value.

    Example:
        >>> check_settings({"input": {"survey": "nps.csv"}, "report": {"by": ["plan"]}}).report.by
        ('plan',)
    """
    return checked(DriverReportSettings, given)
