"""The first screen: what a busy reader must know, in plain words and without a statistical term."""

from dataclasses import dataclass, field

import pandas as pd

from nps_insights.report import words
from nps_insights.report.facts import ReportFacts
from nps_insights.report.first.causes import Why, why_of
from nps_insights.report.first.change import moves_of
from nps_insights.report.first.drivers import DriverLine, costs_and_gains, main_drivers
from nps_insights.report.first.how_sure import how_sure
from nps_insights.report.first.number import Headline, drawn_score, headline_of, watched_periods, way_of
from nps_insights.report.first.three_things import Proposal, amounts_note, three_things, to_leave_alone
from nps_insights.report.first.warnings import do_not_conclude
from nps_insights.report.first.watched_headline import USUAL, alert_lines, alerts_further, named_score, target_lines
from nps_insights.report.first.who_is_missing import who_is_missing
from nps_insights.report.languages import say

MOST_ROWS = 5
__all__ = ["DriverLine", "FirstScreen", "Headline", "Proposal", "Why", "first_screen"]


@dataclass(frozen=True)
class FirstScreen:
    """Everything the first screen says; every text is finished and not yet escaped.

    Attributes:
        headline: The number; its `line` says period, kind of survey, range and answers at once.
        moves: Whether it moved.
        beside: Sentence of `moves` -> whether the two periods can be compared.
        why: What the change goes with, in parts that add up to it.
        sparkline: The way of the number as points of a drawing.
        spark_ends: Its first and its last period in words.
        spark_title: Which score it is, where `moves` are of another one.
        over: Over which time costs and gains are computed, for their heading.
        costs: What costs most.
        costs_note: Said below it.
        earns: What earns most.
        earns_note: Said below it.
        do_not: What must not be concluded.
        missing: Who is missing.
        sure: How sure the themes and the call list are.
        targets: How far the targets are.
        alerts: How loud and what, the loudest first.
        alerts_more: How many more there are.
        proposals: What to do next, at most three things.
        amounts: What the amounts beside them are.
        left_out: How many rows were left out.
    """

    headline: Headline
    moves: list[str]
    why: Why
    sparkline: list[tuple[float, float]]
    spark_ends: tuple[str, str]
    over: str
    costs: list[DriverLine]
    costs_note: str
    earns: list[DriverLine]
    earns_note: str
    do_not: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    sure: list[str] = field(default_factory=list)
    beside: dict[str, str] = field(default_factory=dict)
    targets: list[str] = field(default_factory=list)
    alerts: list[tuple[str, str]] = field(default_factory=list)
    alerts_more: str = ""
    proposals: list[Proposal] = field(default_factory=list)
    amounts: str = ""
    left_out: str = "What was left out"
    spark_title: str = ""


def first_screen(tables: dict[str, pd.DataFrame], facts: ReportFacts) -> FirstScreen:
    """Return the first screen of a report.

    Args:
        tables: Tables as `report_tables` returns them.
        facts: Facts of the run.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> first_screen(report_tables({}), ReportFacts(title="T", source_name="s.csv")).headline.number
        '–'
    """
    drivers = main_drivers(tables)
    most = costs_and_gains(tables, drivers)
    ends, line = way_of(watched_periods(tables, facts))
    moves, beside = moves_of(tables, facts)
    alone = to_leave_alone(drivers)
    # What is said to be left alone need not be warned of once more.
    doubtful = [driver for driver in drivers if driver != alone]
    return FirstScreen(
        headline=headline_of(tables, facts),
        moves=moves,
        beside=beside,
        why=why_of(tables, withheld=facts.withheld),
        sparkline=line,
        spark_ends=ends,
        over=most.over,
        costs=most.costs,
        costs_note=most.costs_note,
        earns=most.earns,
        earns_note=most.earns_note,
        do_not=do_not_conclude(tables, facts, doubtful)[:MOST_ROWS],
        missing=who_is_missing(tables, facts)[:MOST_ROWS],
        sure=how_sure(tables, withheld=facts.withheld),
        targets=target_lines(tables, USUAL if named_score(tables, facts.headline) is None else facts.headline),
        alerts=alert_lines(tables),
        alerts_more=alerts_further(tables),
        proposals=three_things(tables, drivers, currency=facts.currency),
        amounts=amounts_note(tables, facts),
        left_out=_left_out(facts),
        spark_title=drawn_score(tables, facts),
    )


def _left_out(facts: ReportFacts) -> str:
    if "read" not in facts.counts:
        return say("What was left out")
    n = facts.counts["read"] - facts.counts.get("kept", 0)
    return say("Left out: {rows}", rows=words.plural(n, "row"))
