"""Surveys, accounts and planted worlds with known truth."""

from nps_insights.simulate.churn_sample import write_churn_sample
from nps_insights.simulate.churn_world import PLANTED_CHURN_THEMES, PLANTED_HORIZON_DAYS, PlantedChurn, planted_churn
from nps_insights.simulate.planted import (
    PLANTED_CONTRIBUTIONS,
    PLANTED_THEMES,
    planted_contributions,
    planted_world,
)
from nps_insights.simulate.sample import write_sample
from nps_insights.simulate.survey import SimulatedSurvey, population_truth, simulate_survey
from nps_insights.simulate.watched_sample import write_watched_sample
from nps_insights.simulate.watched_stories import STORIES
from nps_insights.simulate.watched_world import WatchedSurvey, WatchedTruth, watched_survey
from nps_insights.simulate.world import BUSINESS, CURRENCY, THEME_CODES, THEMES, Theme

__all__ = [
    "BUSINESS",
    "CURRENCY",
    "PLANTED_CHURN_THEMES",
    "PLANTED_CONTRIBUTIONS",
    "PLANTED_HORIZON_DAYS",
    "PLANTED_THEMES",
    "STORIES",
    "THEMES",
    "THEME_CODES",
    "PlantedChurn",
    "SimulatedSurvey",
    "Theme",
    "WatchedSurvey",
    "WatchedTruth",
    "planted_churn",
    "planted_contributions",
    "planted_world",
    "population_truth",
    "simulate_survey",
    "watched_survey",
    "write_churn_sample",
    "write_sample",
    "write_watched_sample",
]
