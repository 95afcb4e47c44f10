"""The number: categories, NPS, intervals, tests and changes over time."""

from nps_insights.metrics.accounts import account_codes, account_of, fold_of, hashed
from nps_insights.metrics.categories import USUAL_CUTS, categorize, signed
from nps_insights.metrics.estimates import (
    COMMENTED,
    MIN_GROUP,
    commented_and_silent,
    group_column,
    group_names,
    nps,
    nps_by,
    overall,
)
from nps_insights.metrics.intervals import critical_value, exact_coverage, nps_interval, share_interval
from nps_insights.metrics.many import benjamini_hochberg
from nps_insights.metrics.mix import Kitagawa, MixAndRate, clustered_errors, kitagawa, mix_and_rate
from nps_insights.metrics.periods import choose_period, nps_difference, period_changes
from nps_insights.metrics.shares import THEME_SHARE, clustered_shares, share_changes
from nps_insights.metrics.trends import CHANGE_Q, theme_changes, theme_trend

__all__ = [
    "CHANGE_Q",
    "COMMENTED",
    "MIN_GROUP",
    "THEME_SHARE",
    "USUAL_CUTS",
    "Kitagawa",
    "MixAndRate",
    "account_codes",
    "account_of",
    "benjamini_hochberg",
    "categorize",
    "choose_period",
    "clustered_errors",
    "clustered_shares",
    "commented_and_silent",
    "critical_value",
    "exact_coverage",
    "fold_of",
    "group_column",
    "group_names",
    "hashed",
    "kitagawa",
    "mix_and_rate",
    "nps",
    "nps_by",
    "nps_difference",
    "nps_interval",
    "overall",
    "period_changes",
    "share_changes",
    "share_interval",
    "signed",
    "theme_changes",
    "theme_trend",
]
