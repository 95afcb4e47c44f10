"""The number: categories, NPS, CSAT and CES, intervals, tests, changes over time, and what must be known of them."""

from nps_insights.metrics.accounts import account_codes, account_of, fold_of, hashed
from nps_insights.metrics.asked.answer_rules import Ruled, answers_by_rule
from nps_insights.metrics.asked.invitation_audit import invitation_audit
from nps_insights.metrics.asked.nonresponse import nonresponse_weights, silent_accounts
from nps_insights.metrics.asked.response_rates import response_rates
from nps_insights.metrics.business.account_mix import account_mix
from nps_insights.metrics.business.account_scores import account_scores
from nps_insights.metrics.business.agents import adjusted_agents
from nps_insights.metrics.categories import USUAL_CUTS, categorize, signed
from nps_insights.metrics.change_points import change_points
from nps_insights.metrics.comparability import Comparability, comparable
from nps_insights.metrics.estimates import (
    COMMENTED,
    MIN_GROUP,
    commented_and_silent,
    estimates_of,
    nps,
    nps_by,
    overall,
)
from nps_insights.metrics.figures.answer_notes import estimate_notes
from nps_insights.metrics.figures.groups import Grouping, group_column, group_names
from nps_insights.metrics.figures.satisfaction import Scale
from nps_insights.metrics.figures.surveys import kinds_of, one_survey
from nps_insights.metrics.figures.weighting import Raked, effective_n, rake
from nps_insights.metrics.intervals import critical_value, exact_coverage, nps_interval, share_interval
from nps_insights.metrics.issued.issued_answers import answers_at, issue_answers
from nps_insights.metrics.issued.published import freeze, with_published
from nps_insights.metrics.issued.published_file import append_published, read_published
from nps_insights.metrics.issued.restatements import restatements
from nps_insights.metrics.many import benjamini_hochberg
from nps_insights.metrics.mix import Kitagawa, MixAndRate, clustered_errors, kitagawa, mix_and_rate
from nps_insights.metrics.occurrences import annotated
from nps_insights.metrics.periods import choose_period, finest_period, nps_difference, period_changes
from nps_insights.metrics.shares import THEME_SHARE, clustered_shares, share_changes
from nps_insights.metrics.trends import CHANGE_Q, theme_changes, theme_trend

__all__ = [
    "CHANGE_Q",
    "COMMENTED",
    "MIN_GROUP",
    "THEME_SHARE",
    "USUAL_CUTS",
    "Comparability",
    "Grouping",
    "Kitagawa",
    "MixAndRate",
    "Raked",
    "Ruled",
    "Scale",
    "account_codes",
    "account_mix",
    "account_of",
    "account_scores",
    "adjusted_agents",
    "annotated",
    "answers_at",
    "answers_by_rule",
    "append_published",
    "benjamini_hochberg",
    "categorize",
    "change_points",
    "choose_period",
    "clustered_errors",
    "clustered_shares",
    "commented_and_silent",
    "comparable",
    "critical_value",
    "effective_n",
    "estimate_notes",
    "estimates_of",
    "exact_coverage",
    "finest_period",
    "fold_of",
    "freeze",
    "group_column",
    "group_names",
    "hashed",
    "invitation_audit",
    "issue_answers",
    "kinds_of",
    "kitagawa",
    "mix_and_rate",
    "nonresponse_weights",
    "nps",
    "nps_by",
    "nps_difference",
    "nps_interval",
    "one_survey",
    "overall",
    "period_changes",
    "rake",
    "read_published",
    "response_rates",
    "restatements",
    "share_changes",
    "share_interval",
    "signed",
    "silent_accounts",
    "theme_changes",
    "theme_trend",
    "with_published",
]
