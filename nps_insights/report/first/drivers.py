"""What costs and what earns most, for the first screen."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from nps_insights.report import words
from nps_insights.report.inputs import periods, top_themes
from nps_insights.report.languages import say
from nps_insights.report.rows.driver_rows import NAMELESS, Driver, costing, drivers_of, earning
from nps_insights.report.rows.guard_rails import no_causes

MOST_COSTS = 3
NO_FURTHER = "No further theme costs points that can be told from zero."
_NO_OTHER_NAMED = (
    "No other theme that has a name costs points that can be told from zero; those without one stand below."
)
_NO_NAMED_COSTS = "No theme that has a name costs points that can be told from zero; those without one stand below."
_NO_NAMED_EARNS = "No theme that has a name earns points that can be told from zero; those without one stand below."


@dataclass(frozen=True)
class DriverLine:
    """One theme of the first screen."""

    label: str
    points: str
    likely: str
    reach: str


@dataclass(frozen=True)
class MainDrivers:
    """What costs and what earns most.

    Attributes:
        over: Over which time, for the heading: ", over all periods"; empty where there is but one.
        costs: The most costly ones.
        costs_note: Said below them.
        earns: The one that earns most.
        earns_note: Said below it.
    """

    over: str
    costs: list[DriverLine]
    costs_note: str
    earns: list[DriverLine]
    earns_note: str


def main_drivers(tables: Mapping[str, pd.DataFrame]) -> list[Driver]:
    """Return the themes that a report is about: those found in the comments, or the given codes where none were.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> main_drivers(report_tables({}))
        []
    """
    feelings, tops = no_causes(tables), frozenset(top_themes(tables["themes"]))
    found = drivers_of(tables["effects"], "theme", without=tops, no_causes=feelings)
    return found or drivers_of(tables["effects"], "code", no_causes=feelings)


def has_name(driver: Driver) -> bool:
    """Return whether a theme is of one thing that somebody can act on.

    Example:
        >>> from nps_insights.report.rows.driver_rows import NO_FIGURE, Effect
        >>> nothing = Effect(NO_FIGURE, NO_FIGURE, NO_FIGURE, clear=False)
        >>> has_name(Driver("theme/t1", "t1", "mixed remarks (long)", "", *([nothing] * 5), n=9, n_present=2))
        False
    """
    return not driver.label.startswith(NAMELESS)


def costs_and_gains(tables: Mapping[str, pd.DataFrame], drivers: list[Driver]) -> MainDrivers:
    """Return what costs and what earns most.

    Args:
        tables: Tables as `report_tables` returns them.
        drivers: Those of `main_drivers`.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> costs_and_gains(report_tables({}), []).costs
        []
    """
    named = [driver for driver in drivers if has_name(driver)]
    costs, earns = costing(named)[:MOST_COSTS], earning(named)[:1]
    return MainDrivers(
        say(", over all periods") if len(periods(tables["estimates"])) > 1 else "",
        [_line(driver) for driver in costs],
        _costs_note(drivers, len(costs)),
        [_line(driver) for driver in earns],
        _earns_note(drivers, len(earns)),
    )


def _line(driver: Driver) -> DriverLine:
    total = driver.total
    answers = words.plural(driver.n_present, "answer")
    return DriverLine(
        label=words.clean(driver.label, most=70),
        points=words.points(total.estimate, signed=True),
        likely=words.likely(total.low, total.high, signed=True),
        reach=say(
            "mentioned in {answers}, {reach} of those with a comment",
            answers=answers,
            reach=words.percent(driver.reach),
        ),
    )


def _costs_note(drivers: list[Driver], n_listed: int) -> str:
    if not drivers:
        return say(
            "What moves the number cannot be said: there were too few usable comments, or no theme was frequent enough."
        )
    if not costing(drivers):
        return say("No theme costs points that can be told from zero.")
    if n_listed == MOST_COSTS:
        return ""
    if all(map(has_name, costing(drivers))):
        return say(NO_FURTHER)
    return say(_NO_OTHER_NAMED if n_listed else _NO_NAMED_COSTS)


def _earns_note(drivers: list[Driver], n_listed: int) -> str:
    if not drivers:
        return say("For the same reason this cannot be said.")
    if n_listed:
        return ""
    named = all(map(has_name, earning(drivers)))
    return say("No theme earns points that can be told from zero." if named else _NO_NAMED_EARNS)
