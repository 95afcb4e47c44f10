"""The why: which themes and attributes go with promoters and detractors, in NPS points."""

from nps_insights.drivers.effects.estimate import DriverEstimates, estimate_drivers
from nps_insights.drivers.effects.fit import FittedDrivers, NotFitted, fit_drivers
from nps_insights.drivers.matrix.design import MIN_PRESENT, DriverDesign, driver_design
from nps_insights.drivers.matrix.presence import code_presence, theme_presence

__all__ = [
    "MIN_PRESENT",
    "DriverDesign",
    "DriverEstimates",
    "FittedDrivers",
    "NotFitted",
    "code_presence",
    "driver_design",
    "estimate_drivers",
    "fit_drivers",
    "theme_presence",
]
