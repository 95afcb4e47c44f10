"""The simulated business and everything that is planted in it: themes, attributes, silence, churn.

Calderwick does not exist. It sells internet lines, telephone numbers and cloud telephony to companies, on yearly
contracts in euros, and asks its customers once a quarter whether they would recommend it.
"""

from dataclasses import dataclass, field

BUSINESS = "Calderwick"
CURRENCY = "EUR"


@dataclass(frozen=True)
class Theme:
    """One planted theme.

    Attributes:
        code: Short name, as it stands in the codes table.
        label: A phrase for people.
        role: `harmful`, `helpful`, `bystander` (travels with a harmful theme, moves nobody), `null` (often mentioned,
            moves nobody) or `rare`.
        prevalence: Share of responses in which the customer holds this opinion.
        effect: Points on the 0-10 scale by which the opinion moves the answer.
        effect_by_plan: Effects that differ from `effect`, by plan.
        more_often: Factors on the prevalence, by (attribute, level).
        beside: Code of the theme it travels with, and the prevalence where that theme is present.
        churn: What the account's leaning to this theme adds to the log-odds of leaving, per standard deviation.
        description: What was planted, in a sentence.
    """

    code: str
    label: str
    role: str
    prevalence: float
    effect: float
    description: str
    effect_by_plan: dict[str, float] = field(default_factory=dict)
    more_often: dict[tuple[str, str], float] = field(default_factory=dict)
    beside: tuple[str, float] | None = None
    churn: float = 0.0


THEMES = (
    Theme(
        code="outages",
        label="Outages and dropped connections",
        role="harmful",
        prevalence=0.15,
        effect=-2.0,
        more_often={("region", "Benelux & Nordics"): 1.5},
        churn=0.60,
        description="The line goes down or drops. Harmful to everybody; more frequent in Benelux & Nordics.",
    ),
    Theme(
        code="billing_errors",
        label="Wrong invoices",
        role="harmful",
        prevalence=0.08,
        effect=-2.0,
        churn=0.35,
        description="Invoices are wrong. Far more frequent in the last quarter, after a move to a new invoice system.",
    ),
    Theme(
        code="support_wait",
        label="Waiting for support",
        role="harmful",
        prevalence=0.15,
        effect=-1.5,
        churn=0.25,
        description="Long waits on hold, tickets answered late. Harmful.",
    ),
    Theme(
        code="price",
        label="Price",
        role="harmful",
        prevalence=0.17,
        effect=-1.2,
        effect_by_plan={"Basic": -2.0},
        more_often={("plan", "Basic"): 1.25},
        churn=0.45,
        description="Too expensive, or the rise was too steep. Harmful, most of all on the Basic plan.",
    ),
    Theme(
        code="setup_delay",
        label="Slow activation and number transfer",
        role="harmful",
        prevalence=0.09,
        effect=-1.9,
        churn=0.15,
        description="New lines and transferred numbers take too long. Harmful.",
    ),
    Theme(
        code="staff",
        label="Friendly, capable people",
        role="helpful",
        prevalence=0.20,
        effect=1.2,
        description="The people are friendly and know their trade. Helpful.",
    ),
    Theme(
        code="call_quality",
        label="Clear calls",
        role="helpful",
        prevalence=0.14,
        effect=1.2,
        description="Calls sound clear. Helpful.",
    ),
    Theme(
        code="account_manager",
        label="Account manager",
        role="helpful",
        prevalence=0.10,
        effect=1.6,
        more_often={("plan", "Enterprise"): 1.8},
        churn=-0.30,
        description="A personal contact who looks after the account. A delighter; more frequent on Enterprise.",
    ),
    Theme(
        code="engineer_visit",
        label="Engineer on site",
        role="bystander",
        prevalence=0.05,
        effect=0.0,
        beside=("outages", 0.55),
        description="An engineer came by. Mentioned beside outages, and moves nobody.",
    ),
    Theme(
        code="mobile_app",
        label="Mobile app and working from home",
        role="null",
        prevalence=0.17,
        effect=0.0,
        description="How people use the phone app. Often mentioned, and moves nobody.",
    ),
    Theme(
        code="integrations",
        label="Links to other software",
        role="null",
        prevalence=0.12,
        effect=0.0,
        description="Links to CRM, calendar and chat tools, there or wished for. Moves nobody.",
    ),
    Theme(
        code="call_fraud",
        label="Fraud and spoofed calls",
        role="rare",
        prevalence=0.01,
        effect=-1.8,
        description="Fraudsters used or faked the customer's numbers. Harmful, but too rare to be measured well.",
    ),
)

THEME_CODES = tuple(theme.code for theme in THEMES)

PLANS = {"Basic": 0.42, "Business": 0.38, "Enterprise": 0.20}
REGIONS = {"UK & Ireland": 0.50, "Benelux & Nordics": 0.24, "DACH": 0.14, "France & Iberia": 0.12}
INDUSTRIES = {
    "Retail": 0.20,
    "Professional services": 0.22,
    "Healthcare": 0.13,
    "Manufacturing": 0.15,
    "Hospitality": 0.14,
    "Education": 0.08,
    "Logistics": 0.08,
}
LEVEL_EFFECTS = {
    "plan": {"Basic": -0.7, "Business": 0.0, "Enterprise": 0.7},
    "region": {"Benelux & Nordics": -0.8},
    "industry": {},
}
LEVELS = {"plan": tuple(PLANS), "region": tuple(REGIONS), "industry": tuple(INDUSTRIES)}
CHANNELS = {"Email": 0.71, "In-app": 0.21, "SMS": 0.08}
ROLES = {"Office manager": 0.36, "IT manager": 0.30, "Owner": 0.19, "Finance": 0.15}
# Share of a region's contacts who write in another language than English.
LANGUAGES = {"DACH": {"de": 0.19}, "France & Iberia": {"fr": 0.14, "es": 0.10}}

BASE_SCORE = 8.6
ACCOUNT_SD, CONTACT_SD, NOISE_SD = 0.7, 0.9, 1.15
# How far a theme sticks to an account: correlation between two of its answers, on the latent scale.
THEME_STICKINESS = 0.3
# In the last quarter this theme becomes so frequent: the drop that the report should find.
SHIFTED_THEME, SHIFTED_PREVALENCE = "billing_errors", 0.31

N_WAVES = 10
# Relative chance of a comment by answer, 0 to 10: unhappier customers say more.
COMMENT_CURVE = (1.28, 1.28, 1.26, 1.24, 1.20, 1.16, 1.12, 1.02, 0.96, 0.92, 0.92)
NOTHING_RATE = 0.03

QUARTERLY_CHURN_LOGIT = -4.3
CHURN_PER_HAPPINESS = -0.75
CHURN_BY_PLAN = {"Basic": 0.35, "Business": 0.0, "Enterprise": -0.45}
CHURN_FIRST_YEAR = 0.4
ENDED_REASONS = {
    "Moved to another provider": 0.72,
    "Business closed": 0.12,
    "Non-payment": 0.09,
    "Relocated": 0.07,
}
