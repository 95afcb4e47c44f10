"""Settings of the watched number: which answers count, what is watched, targets and actions."""

from typing import Literal

from pydantic import Field

from nps_insights.actions import ActionSettings
from nps_insights.jobs.settings.sections import InputSettings, Section
from nps_insights.metrics import Scale
from nps_insights.survey import parse_scale

Survey = Literal["relational", "transactional", "pooled"]


class ReportInputSettings(InputSettings):
    """What is read: a survey, and what else is known.

    Attributes:
        invitations: File of invitations: who was asked when, so that it can be said who did not answer.
        events: File of what happened when (an outage, a price rise); it annotates the trend and explains nothing.
        outcomes: File of what became of proposed actions: contacted, closed, and how it ended.
        benchmark: File of the ranges of other companies that you hold your number against; none is shipped.
        flags: Folder of a finished churn scoring, such as runs/churn_scoring/2026-03-31: whom to call, and the risks.
            Of the folder of all nights, runs/churn_scoring, the latest that is not later than the report is taken.
        churn_training: Folder of the churn training that made the model behind `flags`, such as runs/churn_training:
            how good it is then stands beside the list.
    """

    invitations: str | None = None
    events: str | None = None
    outcomes: str | None = None
    benchmark: str | None = None
    flags: str | None = None
    churn_training: str | None = None


class AnswerSettings(Section):
    """Which answers count.

    Attributes:
        survey: "relational" or "transactional" where the file holds both; "pooled" for both together, which is never
            done unasked.
        repeated: "all", or "latest": the last answer of each person and period.
        unit: Of "latest": the last one of each "contact" or of each "account".
        partial: Whether answers that were not completed stay.
        internal: Whether answers of employees and tests stay.
    """

    survey: Survey | None = None
    repeated: Literal["all", "latest"] = "all"
    unit: Literal["contact", "account"] = "contact"
    partial: Literal["keep", "drop"] = "keep"
    internal: Literal["drop", "keep"] = "drop"


class RatingSettings(Section):
    """Scale of a further question.

    Attributes:
        scale: Its ends, worst first: "1-5"; "7-1" where 7 is the greatest effort.
        top: How many of the best answers count as good.
    """

    scale: str
    top: int = Field(2, ge=1)

    def read(self) -> Scale:
        """Return the scale as the metrics read it: the door turns reversed answers, so that high is good.

        Raises:
            SettingsError: The ends cannot be read, or every answer would count as good.
        """
        worst, best = parse_scale(self.scale)
        return Scale(min(worst, best), max(worst, best), top=self.top)


class WatchSettings(Section):
    """What is watched, and what is worth an alert.

    Attributes:
        by: Columns whose groups are watched, and in which the cause of a move is looked for; those of `report.by`, and
            the touchpoint, channel and trigger of the answers, if not given.
        headline: Whose number stands above: of the "respondent", of the "account" (mean of its contacts), or of
            "revenue" (weighted by what accounts are worth).
        earlier: With how many periods before it a period is compared, taken together.
        smallest_change: Fewer points than this are no alert, however sure.
        smallest_share: The same for shares, of themes and satisfaction.
        false_share: Share of the alerts that may be there by luck.
        quiet_periods: For so many periods after an alert the same figure is told of again only where it moved further.
        behind: For so many finished periods after the last measured one the chance of a target is still stated.
        quiet: First and last days between which nothing is told, such as [["2026-07-01", "2026-07-31"]] of a known
            outage.
    """

    by: tuple[str, ...] = ()
    headline: Literal["respondent", "account", "revenue"] = "respondent"
    earlier: int | None = Field(None, ge=1)
    smallest_change: float | None = Field(None, gt=0)
    smallest_share: float | None = Field(None, gt=0, lt=1)
    false_share: float | None = Field(None, gt=0, lt=1)
    quiet_periods: int | None = Field(None, ge=0)
    behind: int = Field(2, ge=0)
    quiet: tuple[tuple[str, str], ...] = ()


class TargetSettings(Section):
    """One target: `[[target]]` in a pipeline file.

    Attributes:
        value: What is to be reached.
        date: By when.
        name: What it is called; made from metric, group and value if not given.
        metric: nps, csat, ces_top, promoter, passive or detractor.
        group: Of whom: "Plan=Pro"; of everybody if not given.
        baseline: Where the programme started; measured in the period of `baseline_date` if not given.
        baseline_date: When it started.
    """

    value: float
    date: str
    name: str | None = None
    metric: str = "nps"
    group: str | None = None
    baseline: float | None = None
    baseline_date: str | None = None


class ActionSection(Section):
    """What is proposed: the keys of `nps_insights.actions.ActionSettings`, which says what each means."""

    most: int = 50
    passive_days: int = 365
    recent_days: int = 90
    complaint_days: int = 180
    quiet_days: int = 14
    ask_again_days: int = 365
    negative_below: float = 0.0
    offer_cost: float | None = None
    contact_cost: float | None = None
    acceptance: float | None = None
    willing: float | tuple[int, int] | None = None
    agreed_results: tuple[str, ...] = ()

    def checked(self) -> ActionSettings:
        """Return them as the actions room reads them.

        Raises:
            SettingsError: A setting is out of its bounds, or only some of the costs are given.
        """
        return ActionSettings(**self.model_dump())


class ContactSettings(Section):
    """When a contact is in time, and with whom the contacted are compared.

    Attributes:
        within: Days within which a contact is in time.
        close_within: Days within which a case is closed in time.
        match: Attributes of the accounts in which comparable customers are alike, such as the plan.
    """

    within: float = Field(2, gt=0)
    close_within: float = Field(14, gt=0)
    match: tuple[str, ...] = ()


class MoneySettings(Section):
    """What goes with being a promoter, in money.

    Attributes:
        horizon_days: Days over which staying is looked at.
        adjust: Attributes of the accounts to adjust for, beside tenure.
        fixed_shares: Share of the value taken to be at risk by category, beside the calibrated one for comparison.
        currency: What the values of the accounts are in, such as "EUR" or "€"; shown as given, nothing if not given.
    """

    horizon_days: int = Field(180, ge=1)
    adjust: tuple[str, ...] = ()
    fixed_shares: dict[str, float] = Field(default_factory=dict)
    currency: str = Field("", max_length=12)
