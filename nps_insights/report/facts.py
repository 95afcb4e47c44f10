"""What a report must know beside the tables: where the data came from, what was set aside, and how it was computed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from nps_insights.report.languages import say

# Of a report that nobody gave a title.
USUAL_TITLE = "Customer loyalty"


@dataclass(frozen=True)
class ReportFacts:
    """Facts of one run that stand in no table.

    Attributes:
        title: Title of the page.
        source_name: What the answers were read from, as a reader would call it (a file name, not a path).
        as_of: Moment of knowing; None where the answers have no dates.
        scale: How the score was asked and cut, as a full phrase that is printed as it stands.
        counts: Input rows: `read`, `kept`, `quarantined`, `duplicate`, `filtered`.
        reasons: Why rows of any input were left out: reason -> number of rows. Never values of the data.
        n_responses: Answered surveys behind the number (several rows may be one answered survey).
        account_counts: How accounts were joined: sentence fragment -> count, shown in this order ("accounts in the
            file", "accounts with an answer", "accounts without an answer", "answers whose account is not in the
            file"); empty without an accounts file.
        refused_columns: Columns refused as drivers: column -> reason.
        encoder: Name of the model that turned comments into numbers; empty where no themes were looked for.
        n_segments: Clauses and sentences of all comments.
        n_without_theme: Of them, those near to no theme.
        n_says_nothing: Comments such as "none" or "-" that say nothing.
        controls: Columns that the drivers are adjusted for without being drivers.
        confidence_level: Coverage of every range of the page.
        min_group_size: Groups and themes with fewer answers are too small to judge.
        run_id: Id of the run.
        version: Version of nps-insights.
        versions: Versions of what it builds on: package -> version.
        command: The command line that repeats the run.
        simulated: Whether the answers were generated rather than given by people.
        settings: Settings of the run, as text.
        notes: Plain sentences that the reader must know (what was noticed about the data).
        comparable: First day of an earlier period, "2026-04-01" -> whether the last one can be held against it.
        headline: Metric that stands above: "nps", "nps_account" or "nps_revenue".
        n_judged: Number of figures that could be held against earlier periods; None where nobody counted.
        survey: Kind of survey: "relational", "transactional" or "pooled"; empty where it is not known.
        currency: What amounts of money are in, as it was given; empty where nobody said.
        value_column: Column of the accounts that amounts of money are taken from; empty without one.
        person_columns: Columns of the files that were read as ids or names of accounts and people.
        left_out_groups: Column -> groups that are large enough and that an edition leaves out all the same, since a
            smaller one, or answers of no known group, could be computed with them.
        left_out_periods: Number of periods that an edition leaves out.
        withheld: Whether an edition leaves out figures: what is not in the tables may have been found all the same.

    Example:
        >>> ReportFacts(title="Customer loyalty", source_name="survey.csv").confidence_level
        0.95
    """

    title: str
    source_name: str
    as_of: date | None = None
    scale: str = "asked from 0 (worst) to 10 (best); detractor up to 6, promoter from 9"
    counts: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    n_responses: int | None = None
    account_counts: Mapping[str, int] = field(default_factory=dict)
    refused_columns: Mapping[str, str] = field(default_factory=dict)
    encoder: str = ""
    n_segments: int = 0
    n_without_theme: int = 0
    n_says_nothing: int = 0
    controls: tuple[str, ...] = ()
    confidence_level: float = 0.95
    min_group_size: int = 30
    run_id: str = ""
    version: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    command: str = ""
    simulated: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    comparable: Mapping[str, str] = field(default_factory=dict)
    headline: str = "nps"
    n_judged: int | None = None
    survey: str = ""
    currency: str = ""
    value_column: str = ""
    person_columns: tuple[str, ...] = ()
    left_out_groups: Mapping[str, int] = field(default_factory=dict)
    left_out_periods: int = 0
    withheld: bool = False


def title_of(facts: ReportFacts) -> str:
    """Return the title as the page shows it: one that was stated as it is, the usual one in the language of the page.

    Example:
        >>> from nps_insights.report.languages import spoken
        >>> with spoken("fr"):
        ...     [title_of(ReportFacts(title=one, source_name="")) for one in (USUAL_TITLE, "Acme")]
        ['Fidélité des clients', 'Acme']
    """
    return say("Customer loyalty") if facts.title == USUAL_TITLE else facts.title
