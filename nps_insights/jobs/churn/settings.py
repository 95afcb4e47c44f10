"""Settings of the churn jobs, training and scoring; each section is a table of their TOML files."""

from typing import Literal

from pydantic import Field

from nps_insights.churn import DecisionSettings
from nps_insights.jobs.settings.driver_report import SurveyJobSettings
from nps_insights.jobs.settings.sections import InputSettings, OutputSettings, Section


class CustomerInputSettings(InputSettings):
    """What is read: a survey, and the list of customers, which is required.

    Attributes:
        accounts: File of accounts.
        usage: File of what accounts did, a row per account and day.
        invitations: File of invitations, so that silence can be told from never having been asked.
    """

    accounts: str
    usage: str | None = None
    invitations: str | None = None


class ChurnSettings(Section):
    """What leaving means, and from what it is foreseen.

    Attributes:
        horizon: Days after the moment of knowing within which an account leaves; 90 if not given. A snapshot has the
            horizon that is given, and else none.
        lookback: Days before it that are read.
        every: Days between the dates at which accounts are looked at for training; the horizon if not given.
        dates: These dates instead.
        known_until: Until when it is known who left; the last answer of the survey if not given. With event
            "inactivity" the last use, where that is earlier.
        event: What leaving is: "ended" (ended_at), "renewal" (the contract is not renewed), "inactivity" (no use for
            `inactive_days`), "snapshot" (a column `churned` without dates).
        inactive_days: Days without use that mean an account has left.
        renewal_months: Length of contracts, from which the renewals before and after `renewal_at` follow; event
            "renewal" needs it. Without it `renewal_at`, which is of the day of the extract, is no feature.
        renewal_tolerance_days: An account has not renewed if it ended within so many days of its renewal.
        excluded_reasons: Values of ended_reason whose accounts say nothing: left out.
        competing_reasons: Values of ended_reason that are an end of another kind: not churn.
        attributes: Attributes to read; all that are fit for it if not given.
        leave_out: Attributes and columns of usage not to read.
        allow: Columns that the leak guard suspects and that are right all the same.
        text: Whether themes of comments are read.
        promote_undated: Whether a model may be promoted that was trained on one undated snapshot.
        random_state: Seed of folds and intervals.
        confidence_level: Coverage of every range.
    """

    horizon: int | None = Field(None, ge=1)
    lookback: int = Field(365, ge=1)
    every: int | None = Field(None, ge=1)
    dates: tuple[str, ...] = ()
    known_until: str | None = None
    event: Literal["ended", "renewal", "inactivity", "snapshot"] = "ended"
    inactive_days: int | None = Field(None, ge=1)
    renewal_months: int | None = Field(None, ge=1)
    renewal_tolerance_days: int = Field(31, ge=0)
    excluded_reasons: tuple[str, ...] = ()
    competing_reasons: tuple[str, ...] = ()
    attributes: tuple[str, ...] | None = None
    leave_out: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    text: bool = True
    promote_undated: bool = False
    random_state: int = 0
    confidence_level: float = Field(0.95, gt=0, lt=1)


class EconomicsSettings(Section):
    """What a contact costs and how often it helps: the contact rule P > (d + f) / (g (value - d) + d).

    Attributes:
        offer_cost: d, cost of the offer where it is taken.
        contact_cost: f, cost of a contact.
        acceptance: g, chance that a customer who would leave accepts and stays.
    """

    offer_cost: float = Field(0.0, ge=0)
    contact_cost: float = Field(0.0, ge=0)
    acceptance: float = Field(gt=0, le=1)


class ChurnTrainingSettings(SurveyJobSettings):
    """Settings of churn training."""

    job: Literal["churn_training"] = "churn_training"
    input: CustomerInputSettings
    usage_columns: dict[str, str] = Field(default_factory=dict)
    invitation_columns: dict[str, str] = Field(default_factory=dict)
    churn: ChurnSettings = ChurnSettings()
    economics: EconomicsSettings | None = None
    capacity: int | None = Field(None, ge=1)
    output: OutputSettings = OutputSettings()


class ScoringSettings(Section):
    """Which model speaks, and of when.

    Attributes:
        model: Stored model: "churn_risk@champion" or "churn_risk@3". Where no champion was promoted a rule speaks.
        as_of: Moment of knowing; the day on which the job runs if not given.
    """

    model: str = "churn_risk@champion"
    as_of: str | None = None


class DecisionSection(Section):
    """Who is called: the keys of `nps_insights.churn.DecisionSettings`, which says what each means and checks them."""

    capacity: int | None = None
    capacity_per_owner: int | None = None
    threshold: float | None = None
    exit_threshold: float | None = None
    slack: float = 0.2
    rank_by: Literal["risk", "value_at_risk", "expected_gain"] | None = None
    categories: tuple[str, ...] = ("detractor",)
    holdout: float = 0.0
    holdout_exempt: tuple[str, ...] = ()
    holdout_salt: str = "holdout"
    quiet_days: int = 14
    suppress_complaints: bool = True
    fresh_hours: int = 48
    renewal_days: int = 60
    silent_days: int = 180
    offer_cost: float | None = None
    contact_cost: float | None = None
    acceptance: float | None = None
    assumed_value: float | None = None

    def checked(self) -> DecisionSettings:
        """Return them as the churn room reads them.

        Raises:
            SettingsError: A setting is out of its bounds, or they do not fit each other.
        """
        return DecisionSettings(**self.model_dump())


class DriftSettings(Section):
    """When a model is said to be out of date: from which figure on a warning, from which an error.

    Attributes:
        psi: Population stability index of a feature.
        model_age: Days since the last date in training.
        input_age: Days since the newest answer or use in the input.
    """

    psi: tuple[float, float] = (0.1, 0.2)
    model_age: tuple[int, int] = (180, 365)
    input_age: tuple[int, int] = (45, 120)


class EngineSettings(Section):
    """What computes.

    Attributes:
        kind: "local", or "spark" (the extra `spark`).
        master: Spark master such as "local[2]"; that of the running session or of spark-submit if not given.
        partitions: Parts into which accounts are split on Spark.
    """

    kind: Literal["local", "spark"] = "local"
    master: str | None = None
    partitions: int | None = Field(None, ge=1)


class FlagOutputSettings(OutputSettings):
    """Where the list goes.

    Attributes:
        folder: Folder of dated run folders; `runs/churn_scoring` if not given.
        sql: SQLAlchemy URL of a database that gets the list too. "env:NAME" takes it from the environment.
        sql_table: Its table, made if it does not exist.
        sql_list: Name of this list in the table; the name of `folder` if not given. Lists of one table need different
            names, since each night of a list replaces what stood there under its name.
    """

    sql: str | None = None
    sql_table: str = Field("churn_flags", pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    sql_list: str | None = Field(None, min_length=1, max_length=255)


class NotifySettings(Section):
    """Who hears of a new list (the extra `notify`).

    Attributes:
        urls: Apprise URLs; "env:NAME" takes one from the environment, so that no secret stands in the file.
    """

    urls: tuple[str, ...] = ()


class ChurnScoringSettings(SurveyJobSettings):
    """Settings of the nightly job that flags accounts."""

    job: Literal["churn_scoring"] = "churn_scoring"
    input: CustomerInputSettings
    usage_columns: dict[str, str] = Field(default_factory=dict)
    invitation_columns: dict[str, str] = Field(default_factory=dict)
    scoring: ScoringSettings = ScoringSettings()
    decision: DecisionSection = DecisionSection(capacity=50)
    drift: DriftSettings = DriftSettings()
    engine: EngineSettings = EngineSettings()
    output: FlagOutputSettings = FlagOutputSettings()
    notify: NotifySettings = NotifySettings()
