"""nps-insights: what moves your NPS, with an interval on every figure.

The verbs of a notebook, each a function on DataFrames. They are loaded when first used, so that
`import nps_insights` costs next to nothing:

    read_source, admit_survey      an export becomes responses and comments
    nps, nps_by, period_changes    the number
    find_themes                    the words
    check_edits, Curation          what people decide about the themes, replayed at every fit
    save_themes, load_themes       a fit on disk
    theme_trend, theme_changes     which themes emerge and which fade
    estimate_drivers, fit_drivers  the why; the fit answers what_if, check_drivers, explained_shares
    group_effects, change_parts    where it differs, and why the number moved
    estimate_movement              who moved between detractor, passive and promoter
    training_panel, train_churn_model   who leaves: accounts at dates, and a model of it
    RiskScorer, risk_reasons, decide    how likely, why, and whom to call
    watch, comparable, judge_targets    what moved beyond chance, whether it can be compared, how far a target is
    action_lists, money, closed_loop    what to do next, what it is worth, and what became of it
    run_driver_report, read_run    the whole job, and the tables of a finished run
    simulate_survey                a survey whose truth is known
"""

from importlib import import_module
from typing import Any

__version__: str

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
    "account_scores": "metrics",
    "comparable": "metrics",
    "estimates_of": "metrics",
    "mix_and_rate": "metrics",
    "one_survey": "metrics",
    "period_changes": "metrics",
    "rake": "metrics",
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
    "Scenario": "drivers",
    "change_parts": "drivers",
    "check_drivers": "drivers",
    "closest_customers": "drivers",
    "code_presence": "drivers",
    "driver_design": "drivers",
    "driver_sides": "drivers",
    "effects_by_tone": "drivers",
    "estimate_movement": "drivers",
    "explained_shares": "drivers",
    "fit_category_model": "drivers",
    "fit_drivers": "drivers",
    "group_effects": "drivers",
    "theme_presence": "drivers",
    "two_groups": "drivers",
    "two_periods": "drivers",
    "what_if": "drivers",
    "ChurnModel": "churn",
    "ContactEconomics": "churn",
    "DecisionSettings": "churn",
    "RiskScorer": "churn",
    "account_features": "churn",
    "as_of_dates": "churn",
    "churn_labels": "churn",
    "churn_scores": "churn",
    "decide": "churn",
    "drift_table": "churn",
    "find_leaks": "churn",
    "flag_outcomes": "churn",
    "gain_curve": "churn",
    "learn_feature_spec": "churn",
    "list_in_words": "churn",
    "refuse_leaks": "churn",
    "reliability": "churn",
    "risk_reasons": "churn",
    "snapshot_panel": "churn",
    "train_churn_model": "churn",
    "training_panel": "churn",
    "ActionSettings": "actions",
    "AlertSettings": "actions",
    "Target": "actions",
    "action_lists": "actions",
    "closed_loop": "actions",
    "judge_targets": "actions",
    "money": "actions",
    "watch": "actions",
    "planted_world": "simulate",
    "planted_churn": "simulate",
    "simulate_survey": "simulate",
    "watched_survey": "simulate",
    "write_sample": "simulate",
    "check_settings": "jobs.settings.driver_report",
    "read_run": "jobs.driving.rerun",
    "load_churn_model": "tracking",
    "run_driver_report": "jobs.driver_report",
}

__all__ = ["__version__", *sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"nps_insights.{_HOMES[name]}"), name)
    if name == "__version__":
        # Loading what reads it takes longer than the rest of this module.
        from importlib.metadata import version

        return version("nps-insights")
    raise AttributeError(f"module 'nps_insights' has no attribute {name!r}; it offers {', '.join(sorted(_HOMES))}")


def __dir__() -> list[str]:
    return __all__
