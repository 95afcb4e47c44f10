"""What a reader must not conclude, for the first screen."""

from collections.abc import Mapping

import pandas as pd

from nps_insights.report import words
from nps_insights.report.facts import ReportFacts
from nps_insights.report.first.drivers import has_name
from nps_insights.report.first.three_things import to_mend
from nps_insights.report.inputs import group_columns, groups, periods
from nps_insights.report.languages import say
from nps_insights.report.rows.driver_rows import Driver, unclear


def do_not_conclude(tables: Mapping[str, pd.DataFrame], facts: ReportFacts, drivers: list[Driver]) -> list[str]:
    """Return what is easily misread, one sentence each.

    Args:
        tables: Tables as `report_tables` returns them.
        facts: Facts of the run.
        drivers: Those of `main_drivers`.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> do_not_conclude(report_tables({}), ReportFacts(title="T", source_name="s.csv"), [])
        []
    """
    sentences = _no_effect(drivers)
    small = _too_small(tables["estimates"])
    if small:
        sentences.append(small)
    unfinished = _unfinished(tables["estimates"])
    if unfinished:
        sentences.append(unfinished)
    if drivers:
        sentences.append(_no_promise(to_mend(tables, drivers)))
    if facts.simulated:
        sentences.append(say("Anything about real customers: these answers were generated for practice."))
    return sentences


def _no_promise(mended: Driver | None) -> str:
    """The theme that is proposed to be mended, by its name: a promise is most easily read into that one."""
    first = say("mending a theme brings its points back")
    if mended is not None:
        label = words.quoted(words.clean(mended.label, most=60))
        points = words.points(abs(mended.total.estimate))
        first = say("mending {label} brings {costs} points back", label=label, costs=points)
    return say(
        "That {first}. The figures say what goes together with the number; they are associated, not proven causes.",
        first=first,
    )


def _no_effect(drivers: list[Driver]) -> list[str]:
    often = [driver for driver in unclear(drivers) if driver.reach >= 0.02 and has_name(driver)][:2]
    return [
        say(
            "That {label} moves the number: {reach} of those who commented mention it, but no effect of "
            "its own was found.",
            label=words.quoted(words.clean(driver.label, most=60)),
            reach=words.percent(driver.reach),
        )
        for driver in often
    ]


def _too_small(estimates: pd.DataFrame) -> str:
    rows = pd.concat([groups(estimates, by) for by in group_columns(estimates)] or [estimates.head(0)])
    rows = rows[rows["too_small"]]
    if rows.empty:
        return ""
    named = [f"{words.clean(row['group'], most=30)} ({words.count(row['n'])})" for _, row in rows.head(3).iterrows()]
    if len(rows) > 3:
        named[2:] = [say("{rows} more groups", rows=words.count(len(rows) - 2))]
    return say("Anything about {named}: too few answers to judge.", named=words.listed(named))


def _unfinished(estimates: pd.DataFrame) -> str:
    rows = periods(estimates)
    rows = rows[~rows["finished"].fillna(True).astype(bool)]
    if rows.empty:
        return ""
    last = rows.iloc[-1]
    name = words.period(last["period_start"], last["period_end"])
    so_far = words.plural(last["n"], "answer")
    return say(
        "Anything about {name} yet: it was not over when the data ended ({so_far} so far).", name=name, so_far=so_far
    )
