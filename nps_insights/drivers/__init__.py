"""The why: which themes and attributes go with promoters and detractors, in NPS points.

matrix     from tables to one row per response with a usable comment
effects    the joint model, its errors, both sides of the number, and the trade's figure beside it
by_tone    negative and positive mentions apart, beyond a placebo
groups     effects by group, partially pooled
explained  shares of what is explained (LMG)
change     why the number moved
movement   who moved between categories
category   a classifier of the category
checks     guard rails
what_if    scenarios
"""

from nps_insights.drivers.by_tone.estimate import ToneEffects, effects_by_tone
from nps_insights.drivers.category.card import CategoryCard, category_card
from nps_insights.drivers.category.closest import closest_customers
from nps_insights.drivers.category.fit import FittedCategory, fit_category_model
from nps_insights.drivers.change.between import Comparison, two_groups, two_periods
from nps_insights.drivers.change.change_parts import ChangeParts, change_parts
from nps_insights.drivers.checks.check_drivers import DriverChecks, check_drivers
from nps_insights.drivers.checks.sentiment import sentiment_only
from nps_insights.drivers.effects.cross_fitted import cross_fitted_effects
from nps_insights.drivers.effects.estimate import DriverEstimates, estimate_drivers
from nps_insights.drivers.effects.fit import FittedDrivers, NotFitted, fit_drivers
from nps_insights.drivers.effects.sides import driver_sides
from nps_insights.drivers.explained.shares import ExplainedShares, explained_shares
from nps_insights.drivers.groups.by_group import group_effects
from nps_insights.drivers.matrix.design import MIN_PRESENT, DriverDesign, driver_design
from nps_insights.drivers.matrix.presence import code_presence, theme_presence
from nps_insights.drivers.movement.estimate import Movement, estimate_movement
from nps_insights.drivers.what_if import Scenario, default_scenarios, scenario_name, what_if

__all__ = [
    "MIN_PRESENT",
    "CategoryCard",
    "ChangeParts",
    "Comparison",
    "DriverChecks",
    "DriverDesign",
    "DriverEstimates",
    "ExplainedShares",
    "FittedCategory",
    "FittedDrivers",
    "Movement",
    "NotFitted",
    "Scenario",
    "ToneEffects",
    "category_card",
    "change_parts",
    "check_drivers",
    "closest_customers",
    "code_presence",
    "cross_fitted_effects",
    "default_scenarios",
    "driver_design",
    "driver_sides",
    "effects_by_tone",
    "estimate_drivers",
    "estimate_movement",
    "explained_shares",
    "fit_category_model",
    "fit_drivers",
    "group_effects",
    "scenario_name",
    "sentiment_only",
    "theme_presence",
    "two_groups",
    "two_periods",
    "what_if",
]
