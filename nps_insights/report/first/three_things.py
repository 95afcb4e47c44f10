"""What to do next, for the first screen: at most three things, each with who, what and how many."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from nps_insights.report import words
from nps_insights.report.chapters.leaving import leaving_soon
from nps_insights.report.facts import ReportFacts
from nps_insights.report.first.causes import told_change
from nps_insights.report.first.drivers import has_name
from nps_insights.report.inputs import shifted_themes
from nps_insights.report.languages import say, say_count
from nps_insights.report.rows.action_rows import gain, lists_in_order
from nps_insights.report.rows.driver_rows import Driver, costing, unclear
from nps_insights.report.rows.watch_words import amount

MOST_THINGS = 3
# Of those who commented; what hardly anybody mentions tempts nobody to act on it.
_OFTEN = 0.02
_LISTS = {
    "call": ("Customer success: call {n} first", "account"),
    "convert": ("Customer success: win over {n} who answer most like promoters", "passive"),
    "refer": ("Marketing: ask {n} for a reference", "promoter"),
}


@dataclass(frozen=True)
class Proposal:
    """One thing to do next.

    Attributes:
        label: Who does what.
        basis: How many it concerns and what it is worth.

    Example:
        >>> Proposal("Customer success: call 25 accounts first", "worth 1,020,000 together").label
        'Customer success: call 25 accounts first'
    """

    label: str
    basis: str


def three_things(tables: Mapping[str, pd.DataFrame], drivers: list[Driver], *, currency: str = "") -> list[Proposal]:
    """Return what to do: the theme to mend, the list to work through, and what to leave alone, or the next list.

    Args:
        tables: Tables as `report_tables` returns them.
        drivers: Those of `first_drivers.main_drivers`.
        currency: What amounts are in, as it was given.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> three_things(report_tables({}), [])
        []
    """
    mend, alone = to_mend(tables, drivers), to_leave_alone(drivers)
    lists = [
        _list(action, own, tables, currency) for action, own in lists_in_order(tables) if int(own["n"].iloc[0]) > 0
    ]
    found = [_mend(mend, tables)] if mend else []
    found += lists[:1]
    found += [_leave_alone(alone, tables)] if alone else []
    return [*found, *lists[1:]][:MOST_THINGS]


def to_mend(tables: Mapping[str, pd.DataFrame], drivers: list[Driver]) -> Driver | None:
    """Return the theme to mend first.

    It is the most costly of those that pulled the last change down, else of those that are mentioned more often than
    before, else of all.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> to_mend(report_tables({}), []) is None
        True
    """
    costs, pulled, more = [one for one in costing(drivers) if has_name(one)], _pulled_down(tables), _risen(tables)
    last = [one for one in costs if one.driver_id in pulled] or [one for one in costs if one.theme_id in more]
    return next(iter([*last, *costs]), None)


def _pulled_down(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """Drivers that surely pulled the number down where it surely fell."""
    last = told_change(tables)
    if last is None or last.total.estimate >= 0:
        return set()
    return {part.driver_id for part in last.parts if part.points.clear and part.points.estimate < 0}


def _risen(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """Themes that are mentioned more often than before, beyond luck."""
    shifts = shifted_themes(tables)
    return set(shifts.loc[shifts["estimate"] > 0, "theme_id"])


def amounts_note(tables: Mapping[str, pd.DataFrame], facts: ReportFacts) -> str:
    """Say what the amounts of the lists are; empty where there is none.

    Example:
        >>> from nps_insights.report.inputs import report_tables
        >>> amounts_note(report_tables({}), ReportFacts(title="T", source_name="s.csv"))
        ''
    """
    if tables["action_lists"]["value"].isna().all() or not facts.value_column:
        return ""
    column = words.quoted(words.clean(facts.value_column, most=60))
    if facts.currency:
        return say("Amounts are sums of the column {column} of the accounts.", column=column)
    return say("Amounts are sums of the column {column} of the accounts; no currency was given.", column=column)


def to_leave_alone(drivers: list[Driver]) -> Driver | None:
    """Return a theme that many mention and that surely costs far less than the most costly one; None without such.

    Even the worse end of its range is less than a quarter of what the most costly theme goes with.

    Example:
        >>> to_leave_alone([]) is None
        True
    """
    costs = costing(drivers)
    if not costs:
        return None
    bound = abs(costs[0].total.estimate) / 4
    return next(
        (
            driver
            for driver in unclear(drivers)
            if driver.reach >= _OFTEN and has_name(driver) and max(-driver.total.low, driver.total.high) < bound
        ),
        None,
    )


def _mend(driver: Driver, tables: Mapping[str, pd.DataFrame]) -> Proposal:
    total = driver.total
    figure = words.with_range(total.estimate, total.low, total.high, signed=True)
    what = say("mend {label}", label=words.quoted(words.clean(driver.label, most=60)))
    basis = say_count(
        driver.n_present,
        "{n} answer mentions it; it goes with {figure} points",
        "{n} answers mention it; it goes with {figure} points",
        n=words.count(driver.n_present),
        figure=figure,
    )
    if driver.driver_id in _pulled_down(tables):
        basis = say("{basis}, and it is among what the last fall goes with", basis=basis)
    elif driver.theme_id in _risen(tables):
        basis = say("{basis}, and it is mentioned more often than before", basis=basis)
    return Proposal(_by(driver, tables, what), basis)


def _leave_alone(driver: Driver, tables: Mapping[str, pd.DataFrame]) -> Proposal:
    what = say("leave {label} alone for now", label=words.quoted(words.clean(driver.label, most=60)))
    often = say("mentioned in {answers}", answers=words.plural(driver.n_present, "answer"))
    likely = words.likely(driver.total.low, driver.total.high, signed=True)
    return Proposal(
        _by(driver, tables, what),
        say("{often}, but no effect of its own was found ({likely})", often=often, likely=likely),
    )


def _by(driver: Driver, tables: Mapping[str, pd.DataFrame], what: str) -> str:
    """Who answers for the theme, and what to do; the task alone where nobody is named."""
    own = tables["themes"].loc[tables["themes"]["theme_id"] == driver.theme_id, "owner"].dropna()
    actions = tables["actions"]
    named = actions.loc[actions["theme_id"] == driver.theme_id, "theme_owner"].dropna()
    owners = [*own, *sorted(set(named))]
    whose = words.clean(owners[0], most=60, nothing="") if driver.theme_id and owners else ""
    return words.colon(whose, what) if whose else what[:1].upper() + what[1:]


def _list(action: str, own: pd.DataFrame, tables: Mapping[str, pd.DataFrame], currency: str) -> Proposal:
    task, one = _LISTS[action]
    first, known = own.iloc[0], own[own["estimate"].notna()]
    value = (
        ""
        if pd.isna(first["value"])
        else say("worth {value} together", value=amount(float(first["value"]), currency=currency))
    )
    # How many passives a model would expect to be promoters reads like a promise; it stands in the chapter.
    told = gain(known.iloc[0], currency=currency) if len(known) and action != "convert" else ""
    soon = leaving_soon(tables) if action == "call" else ""
    basis = words.apart([part for part in (value, soon, told) if part]) or say("what it brings is not known")
    return Proposal(say(task, n=words.plural(first["n"], one)), basis)
