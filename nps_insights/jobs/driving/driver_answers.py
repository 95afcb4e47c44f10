"""What fitted models answer: sides, guard rails, shares of what is explained, and scenarios."""

from collections.abc import Sequence

import pandas as pd

from nps_insights.drivers import (
    FittedDrivers,
    check_drivers,
    default_scenarios,
    driver_sides,
    explained_shares,
    sentiment_only,
    what_if,
)
from nps_insights.jobs.driving.driver_questions import asked_scenarios
from nps_insights.jobs.settings.driver_report import DriverReportSettings
from nps_insights.tables import conform, empty

Answers = tuple[dict[str, pd.DataFrame], list[str]]


def model_answers(
    models: Sequence[FittedDrivers],
    effects: pd.DataFrame,
    themes: pd.DataFrame | None,
    mentions: pd.DataFrame | None,
    settings: DriverReportSettings,
) -> Answers:
    """Return tables and notes of the fitted models, themes before codes.

    Sides and guard rails are told of every family; shares, negative controls and scenarios of the first.
    """
    if not models:
        return {}, []
    level, chosen = settings.report.confidence_level, settings.drivers
    every = pd.concat([part for model in models for part in (model.drivers, model.parents)], ignore_index=True)
    every = every.drop_duplicates("driver_id")
    checks = [check_drivers(one, random_state=chosen.random_state, confidence_level=level) for one in models]
    feelings = _feelings(every, themes, mentions)
    guard_rails = [*(one.driver_checks for one in checks), feelings]
    about = effects[~effects["driver_id"].isin(feelings.loc[~feelings["passed"], "driver_id"])]
    explained = explained_shares(models[0], random_state=chosen.random_state, confidence_level=level)
    scenarios, caveat = _scenarios(models[0], about, settings)
    sides = [driver_sides(one, confidence_level=level) for one in models]
    tables = {
        "driver_sides": _once("driver_sides", sides, ["driver_id"]),
        "driver_checks": _once("driver_checks", guard_rails, ["driver_id", "check"]),
        "negative_controls": checks[0].negative_controls,
        "explained_shares": explained.shares,
        "scenarios": scenarios,
    }
    said = [*explained.notes, *(note for one in checks for note in one.notes), *caveat]
    return tables, list(dict.fromkeys(said))


def _scenarios(
    model: FittedDrivers, about: pd.DataFrame, settings: DriverReportSettings
) -> tuple[pd.DataFrame, list[str]]:
    known = pd.concat([model.drivers, model.parents], ignore_index=True)
    asked = asked_scenarios(settings.drivers.what_if, known[known["kind"] != "attribute"])
    return what_if(
        model,
        asked or default_scenarios(model, about),
        target=settings.drivers.target,
        confidence_level=settings.report.confidence_level,
    )


def _feelings(every: pd.DataFrame, themes: pd.DataFrame | None, mentions: pd.DataFrame | None) -> pd.DataFrame:
    """Check `sentiment_only` of themes and codes in a model: they are kept in it, and not sold as causes."""
    codes = every.loc[every["kind"] == "code", "label"]
    named = pd.DataFrame({"theme_id": codes, "label": codes, "keywords": ""})
    of_codes = sentiment_only(named)
    parts = [
        sentiment_only(themes, mentions) if themes is not None else empty("driver_checks"),
        of_codes.assign(driver_id=of_codes["driver_id"].str.replace("theme/", "code/", n=1), kind="code"),
    ]
    rows = pd.concat(parts, ignore_index=True)
    return rows[rows["driver_id"].isin(every["driver_id"])]


def _once(name: str, parts: Sequence[pd.DataFrame], key: list[str]) -> pd.DataFrame:
    """The parts as one table; an attribute stands in the model of each family and is told from the first."""
    return conform(name, pd.concat(parts, ignore_index=True).drop_duplicates(key))
