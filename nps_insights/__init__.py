"""nps-insights: what moves your NPS, with an interval on every figure.

The verbs of a notebook, each a function on DataFrames. They are loaded when first used, so that
`import nps_insights` costs next to nothing:

    read_source, admit_survey      an export becomes responses and comments
    nps, nps_by, period_changes    the number
    find_themes                    the words
    check_edits, Curation          what people decide about the themes, replayed at every fit
    save_themes, load_themes       a fit on disk
    theme_trend, theme_changes     which themes emerge and which fade
    estimate_drivers               the why
    simulate_survey                a survey whose truth is known
"""

from importlib import import_module
from importlib.metadata import version
from typing import Any

__version__ = version("nps-insights")

_HOMES = {
    "SurveySettings": "survey",
    "admit_survey": "survey",
    "inspect_survey": "survey",
    "read_source": "survey",
    "categorize": "metrics",
    "choose_period": "metrics",
    "commented_and_silent": "metrics",
    "nps": "metrics",
    "nps_by": "metrics",
    "nps_interval": "metrics",
    "period_changes": "metrics",
    "theme_changes": "metrics",
    "theme_trend": "metrics",
    "Curation": "themes",
    "check_edits": "themes",
    "find_themes": "themes",
    "load_encoder": "themes",
    "load_themes": "themes",
    "save_themes": "themes",
    "split_comments": "themes",
    "estimate_drivers": "drivers",
    "planted_world": "simulate",
    "simulate_survey": "simulate",
    "write_sample": "simulate",
}

__all__ = ["__version__", *sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"nps_insights.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'nps_insights' has no attribute {name!r}; it offers {', '.join(sorted(_HOMES))}")


def __dir__() -> list[str]:
    return __all__
