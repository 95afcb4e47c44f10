"""The first screen: what a busy reader must know, in plain words and without a statistical term."""

from dataclasses import dataclass, field

import pandas as pd

from nps_insights.report import words
from nps_insights.report.action_rows import Proposal, proposals
from nps_insights.report.change_sentence import in_one_sentence
from nps_insights.report.chapter_comparable import comparable_with
from nps_insights.report.driver_rows import NAMELESS, Driver, costing, drivers_of, earning, unclear
from nps_insights.report.facts import ReportFacts
from nps_insights.report.guard_rails import no_causes
from nps_insights.report.inputs import group_columns, groups, overall_figure, periods, shifted_themes, top_themes
from nps_insights.report.watched_headline import (
    USUAL,
    alert_lines,
    alerts_further,
    headline_title,
    named_basis,
    named_score,
    target_lines,
)
from nps_insights.report.who_is_missing import who_is_missing

MOST_ROWS = 5
MOST_COSTS = 3
MOST_SHIFTS = 2
NO_FURTHER = "No further theme can be told from zero."


@dataclass(frozen=True)
class Headline:
    """The number: what it is, its likely range, and what it is made of."""

    number: str
    likely: str
    basis: str
    shares: tuple[tuple[str, str, float, float], ...] = ()
    title: str = headline_title(USUAL)


@dataclass(frozen=True)
class DriverLine:
    """One theme of the first screen."""

    label: str
    points: str
    likely: str
    reach: str


@dataclass(frozen=True)
class FirstScreen:
    """Everything the first screen says; every text is finished and not yet escaped.

    Attributes:
        beside: Sentence of `moves` -> whether the two periods can be compared.
        alerts: How loud and what, the loudest first.
        proposals: What to do next.
    """

    headline: Headline
    moves: list[str]
    latest: str
    sparkline: list[tuple[float, float]]
    spark_ends: tuple[str, str]
    costs: list[DriverLine]
    costs_note: str
    earns: list[DriverLine]
    earns_note: str
    do_not: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    beside: dict[str, str] = field(default_factory=dict)
    targets: list[str] = field(default_factory=list)
    alerts: list[tuple[str, str]] = field(default_factory=list)
    alerts_more: str = ""
    proposals: list[Proposal] = field(default_factory=list)


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
    named = [driver for driver in drivers if not driver.label.startswith(NAMELESS)]
    costs, earns = costing(named)[:MOST_COSTS], earning(named)[:1]
    latest, ends, line = _latest(_of_headline(tables, facts))
    moves, beside = _moves(tables, facts)
    return FirstScreen(
        headline=_headline(tables, facts),
        moves=moves,
        latest=latest,
        sparkline=line,
        spark_ends=ends,
        costs=[_line(driver) for driver in costs],
        costs_note=_costs_note(named, len(costs)),
        earns=[_line(driver) for driver in earns],
        earns_note=_earns_note(named, len(earns)),
        do_not=_do_not(tables, facts, drivers)[:MOST_ROWS],
        missing=who_is_missing(tables, facts)[:MOST_ROWS],
        beside=beside,
        targets=target_lines(tables, USUAL if named_score(tables, facts.headline) is None else facts.headline),
        alerts=alert_lines(tables),
        alerts_more=alerts_further(tables),
        proposals=proposals(tables),
    )


def main_drivers(tables: dict[str, pd.DataFrame]) -> list[Driver]:
    """Return the themes that a report is about: those found in the comments, or the given codes where none were."""
    feelings, tops = no_causes(tables), frozenset(top_themes(tables["themes"]))
    found = drivers_of(tables["effects"], "theme", without=tops, no_causes=feelings)
    return found or drivers_of(tables["effects"], "code", no_causes=feelings)


def _headline(tables: dict[str, pd.DataFrame], facts: ReportFacts) -> Headline:
    """The score that the run names, else that of all answers."""
    estimates, named = tables["estimates"], named_score(tables, facts.headline)
    row = overall_figure(estimates, "nps")
    if named is not None:
        likely = words.likely(named["conf_low"], named["conf_high"])
        title = headline_title(facts.headline)
        return Headline(words.points(named["estimate"]), likely, named_basis(named, row), title=title)
    if row is None:
        return Headline("–", "", "There are no answers from which a number could be computed.")
    shares, start = [], 0.0
    for name in ("detractor", "passive", "promoter"):
        share = overall_figure(estimates, name)
        if share is not None:
            width = float(share["estimate"])
            shares.append((name, words.percent(width), round(100 * start, 2), round(100 * width, 2)))
            start += width
    few = " That is few: read everything on this page as a first hint." if row["n"] < 4 * facts.min_group_size else ""
    basis = f"from {words.plural(row['n'], 'answer')}{_span(estimates)}.{few}"
    return Headline(
        words.points(row["estimate"]), words.likely(row["conf_low"], row["conf_high"]), basis, tuple(shares)
    )


def _span(estimates: pd.DataFrame) -> str:
    rows = periods(estimates)
    if rows.empty:
        return ""
    first, last = (words.period(row["period_start"], row["period_end"]) for _, row in rows.iloc[[0, -1]].iterrows())
    return f" in {first}" if first == last else f", {first} to {last}"


def _of_headline(tables: dict[str, pd.DataFrame], facts: ReportFacts) -> pd.DataFrame:
    """The figures per period of the named score where they are watched, else those of all answers."""
    series = tables["series"]
    own = series[(series["metric"] == facts.headline) & (series["by"] == "") & series["estimate"].notna()]
    if named_score(tables, facts.headline) is None or own.empty:
        return tables["estimates"]
    return own.assign(metric=USUAL)


def _moves(tables: dict[str, pd.DataFrame], facts: ReportFacts) -> tuple[list[str], dict[str, str]]:
    """The last change first, then the one on a year before; or why nothing can be said. And what can be compared."""
    changes = tables["changes"]
    rows = changes[(changes["metric"] == "nps") & (changes["by"] == "") & (changes["group"] == "")]
    if rows.empty:
        return [_why_no_change(tables["estimates"])], {}
    rows = rows[rows["after_start"] == rows["after_start"].max()].sort_values("before_start", ascending=False)
    sentences, moved, beside = [], {}, {}
    of_all = "" if named_score(tables, facts.headline) is None else "Counting every answer once: "
    for _, row in rows.head(2).iterrows():
        since = words.period(row["before_start"], row["before_end"])
        sentences.append(of_all + words.change(row["estimate"], row["conf_low"], row["conf_high"], since) + ".")
        beside[sentences[-1]] = comparable_with(row["before_start"], row["before_end"], facts)
        moved[since] = float(row["estimate"])
    why = in_one_sentence(tables, moved, words.period(rows["after_start"].iloc[0], rows["after_end"].iloc[0]))
    return [*sentences, *([why] if why else []), *_shifts(tables)], beside


def _shifts(tables: dict[str, pd.DataFrame]) -> list[str]:
    """What is mentioned more often than before, where anything is: a hint at why it moved, no proof."""
    risen = shifted_themes(tables)
    risen = risen[risen["estimate"] > 0].head(MOST_SHIFTS)
    if risen.empty:
        return []
    since = words.period(risen["before_start"].iloc[0], risen["before_end"].iloc[0])
    named = [
        f"{words.clean(label)} ({words.percent(before)} → {words.percent(after)})"
        for label, before, after in risen[["label", "before_estimate", "after_estimate"]].itertuples(index=False)
    ]
    return [f"Mentioned more often than in {since}: {', '.join(named)} of those with a comment."]


def _why_no_change(estimates: pd.DataFrame) -> str:
    rows = periods(estimates)
    if rows.empty:
        return "Whether it moved cannot be said: the answers have no dates, or they were not split by time."
    if len(rows) == 1:
        return "Whether it moved cannot be said: all answers fall into one period."
    return "Whether it moved cannot be said: there are no two finished periods with enough answers to compare."


def _latest(estimates: pd.DataFrame) -> tuple[str, tuple[str, str], list[tuple[float, float]]]:
    """The last finished period in words, and the way of the number as points of a 0..100 by 0..100 drawing."""
    rows = periods(estimates)
    rows = rows[~rows["too_small"] & rows["estimate"].notna() & rows["finished"].fillna(True).astype(bool)]
    if len(rows) < 2:
        return "", ("", ""), []
    last, first = rows.iloc[-1], rows.iloc[0]
    names = [words.period(row["period_start"], row["period_end"]) for row in (first, last)]
    figure = words.with_range(last["estimate"], last["conf_low"], last["conf_high"])
    before = rows.iloc[-2]
    figure += (
        f", after {words.points(before['estimate'])} in {words.period(before['period_start'], before['period_end'])}"
    )
    low, high = rows["estimate"].min(), rows["estimate"].max()
    span = max(float(high - low), 10.0)
    line = [
        (round(100 * at / (len(rows) - 1), 2), round(50 - 80 * (value - (low + high) / 2) / span, 2))
        for at, value in enumerate(rows["estimate"])
    ]
    ends = (
        f"{names[0]}: {words.points(first['estimate'])}",
        f"{names[1]}: {words.points(last['estimate'])}",
    )
    return f"{names[1]}: {figure}", ends, line


def _line(driver: Driver) -> DriverLine:
    total = driver.total
    answers = words.plural(driver.n_present, "answer")
    return DriverLine(
        label=words.clean(driver.label, most=70),
        points=words.points(total.estimate, signed=True),
        likely=words.likely(total.low, total.high, signed=True),
        reach=f"mentioned in {answers}, {words.percent(driver.reach)} of those with a comment",
    )


def _costs_note(drivers: list[Driver], n_listed: int) -> str:
    if not drivers:
        return (
            "What moves the number cannot be said: there were too few usable comments, or no theme was frequent enough."
        )
    if n_listed == 0:
        return "No theme costs points that can be told from zero."
    return NO_FURTHER if n_listed < MOST_COSTS else ""


def _earns_note(drivers: list[Driver], n_listed: int) -> str:
    if not drivers:
        return "For the same reason this cannot be said."
    return "" if n_listed else "No theme earns points that can be told from zero."


def _do_not(tables: dict[str, pd.DataFrame], facts: ReportFacts, drivers: list[Driver]) -> list[str]:
    sentences = _no_effect(drivers)
    small = _too_small(tables["estimates"])
    if small:
        sentences.append(small)
    unfinished = _unfinished(tables["estimates"])
    if unfinished:
        sentences.append(unfinished)
    if drivers:
        sentences.append(
            "That mending a theme brings its points back. The figures say what goes together with the number; "
            "they are associated, not proven causes."
        )
    if facts.simulated:
        sentences.append("Anything about real customers: these answers were generated for practice.")
    return sentences


def _no_effect(drivers: list[Driver]) -> list[str]:
    often = [driver for driver in unclear(drivers) if driver.reach >= 0.02][:2]
    return [
        f"That {words.quoted(words.clean(driver.label, most=60))} moves the number: {words.percent(driver.reach)} "
        "of those who commented mention it, but no effect of its own was found."
        for driver in often
    ]


def _too_small(estimates: pd.DataFrame) -> str:
    rows = pd.concat([groups(estimates, by) for by in group_columns(estimates)] or [estimates.head(0)])
    rows = rows[rows["too_small"]]
    if rows.empty:
        return ""
    named = [f"{words.clean(row['group'], most=30)} ({words.count(row['n'])})" for _, row in rows.head(3).iterrows()]
    if len(rows) > 3:
        named[2:] = [f"{words.count(len(rows) - 2)} more groups"]
    return f"Anything about {words.listed(named)}: too few answers to judge."


def _unfinished(estimates: pd.DataFrame) -> str:
    rows = periods(estimates)
    rows = rows[~rows["finished"].fillna(True).astype(bool)]
    if rows.empty:
        return ""
    last = rows.iloc[-1]
    name = words.period(last["period_start"], last["period_end"])
    so_far = words.plural(last["n"], "answer")
    return f"Anything about {name} yet: it was not over when the data ended ({so_far} so far)."
