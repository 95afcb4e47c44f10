"""Settings of what a report leaves: where its run folder goes, what stands beside the page, and who gets it."""

from pydantic import Field, field_serializer, model_validator

from nps_insights.jobs.settings.secrets import without_targets
from nps_insights.jobs.settings.sections import OutputSettings, Section


class ReportOutputSettings(OutputSettings):
    """Where the run folder goes, and whether its figures are issued.

    Attributes:
        published: File that keeps every issued figure, such as published.csv. Each run adds its own; a figure that is
            another one than it was when issued is reported as a restatement. The alerts of each issue are kept beside
            it, so that the next one knows them. Nothing is kept if not given.
        excel: Whether the report's tables are written as a workbook, `report.xlsx`.
        markdown: Whether the first screen is written as a message for a chat, `report.md`.
        pdf: Whether the page is printed as `report.pdf`, by an installed Chromium.
        database: SQLAlchemy URL of a database that gets the figures, without quotes or single customers, for a
            dashboard: tables `nps_...`. "env:NAME" takes it from the environment.
        database_name: Name of this survey there; that of the run folder if not given. Reports of one database need
            different names, since each run replaces what stood there under its name and last finished period.
    """

    published: str | None = None
    excel: bool = False
    markdown: bool = False
    pdf: bool = False
    database: str | None = None
    database_name: str | None = Field(None, min_length=1, max_length=255)

    @model_validator(mode="after")
    def _named_where_written(self) -> "ReportOutputSettings":
        if self.database_name is not None and self.database is None:
            raise ValueError(
                "database_name names the survey in a database, and no database is stated; state database too, or leave "
                "database_name out"
            )
        return self


class DeliverySettings(Section):
    """Who gets the report (the extra `notify`): its first screen as the message.

    Attributes:
        to: Apprise URLs; "env:NAME" takes one from the environment, so that no secret stands in the file.
        attach: Whether the page is attached, where the service takes files.
        link: Where the page will stand, such as a path of the intranet; the message links to it.
    """

    to: tuple[str, ...] = ()
    attach: bool = False
    link: str | None = Field(None, pattern=r"^https?://[^\s<>()\[\]\"'`\\]+$", max_length=500)

    @model_validator(mode="after")
    def _attached_where_sent(self) -> "DeliverySettings":
        if self.attach and not self.to:
            raise ValueError(
                "attach puts the page onto a message that goes to nobody; state to with URLs of receivers, or leave "
                "attach out"
            )
        return self

    @field_serializer("to")
    def _without_targets(self, to: tuple[str, ...]) -> list[str]:
        # Manifest, page and MLflow hold the settings; tokens stand anywhere in such a URL.
        return without_targets(to)
