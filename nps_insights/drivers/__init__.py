"""The why: which themes and attributes go with promoters and detractors, in NPS points."""

from nps_insights.drivers.design import MIN_PRESENT, DriverDesign, code_presence, driver_design, theme_presence
from nps_insights.drivers.estimate import DriverEstimates, estimate_drivers

__all__ = [
    "MIN_PRESENT",
    "DriverDesign",
    "DriverEstimates",
    "code_presence",
    "driver_design",
    "estimate_drivers",
    "theme_presence",
]
