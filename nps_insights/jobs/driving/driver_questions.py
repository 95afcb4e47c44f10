"""What people ask of the drivers, as they write it: scenarios, and two periods or groups to compare."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import pandas as pd

from nps_insights.drivers import Comparison, Scenario, scenario_name
from nps_insights.drivers.change.between import PERIOD
from nps_insights.tables import ATTRIBUTE_PREFIX, SettingsError


def asked_scenarios(asked: Sequence[str], known: pd.DataFrame) -> list[Scenario]:
    """Return the scenarios that people wrote as "Price=0.5" or "Price+Outages=0.5".

    Args:
        asked: What was written: drivers by label or id, joined by "+", and the part (0..1) of the mentions that goes.
        known: Drivers that a scenario may name: driver_id, label.

    Raises:
        SettingsError: A part is no number of 0 to 1, or a driver is not known (the nearest are named).

    Example:
        >>> known = pd.DataFrame({"driver_id": ["theme/t01"], "label": ["long queue"]})
        >>> asked_scenarios(["long queue=0.5"], known)[0]
        Scenario(name='half as many mentions of long queue', driver_ids=('theme/t01',), part_removed=0.5)
    """
    return [_scenario(text, known) for text in asked]


def asked_change(between: str, responses: pd.DataFrame) -> Comparison:
    """Return the two periods or groups that people wrote as "2026Q1..2026Q2" or "plan:Basic..Enterprise".

    Raises:
        SettingsError: It is neither, or the column or a group is not there.

    Example:
        >>> asked_change("2026Q1..2026Q2", pd.DataFrame()).after
        '2026Q2'
    """
    by, colon, after_colon = between.partition(":")
    rest = after_colon if colon else between
    before, dots, after = rest.partition("..")
    if not dots or not before or not after:
        raise SettingsError(
            f"drivers.between == {between!r}: must name two periods, such as 2026Q1..2026Q2 or 2026-05..2026-06, "
            "or two groups of a column, such as plan:Basic..Enterprise"
        )
    if colon:
        return _groups(by, before, after, responses)
    periods = tuple(_period(name, between) for name in (before, after))
    return Comparison(PERIOD, before, after, periods)


def column_named(name: str, responses: pd.DataFrame) -> str:
    """Return the column of the responses that a person means: an attribute without its prefix, in any case.

    Raises:
        SettingsError: There is none.

    Example:
        >>> column_named("plan", pd.DataFrame({"response_id": [], "attribute/Plan": []}))
        'attribute/Plan'
    """
    known = {str(column).casefold(): str(column) for column in responses.columns}
    found = known.get(f"{ATTRIBUTE_PREFIX}{name}".casefold()) or known.get(name.casefold())
    if found is None:
        have = ", ".join(column.removeprefix(ATTRIBUTE_PREFIX) for column in known.values())
        raise SettingsError(f"{name}: no such column; the responses have {have}")
    return found


def _scenario(text: str, known: pd.DataFrame) -> Scenario:
    names, equals, part = text.rpartition("=")
    try:
        removed = float(part) if equals else float("nan")
    except ValueError:
        removed = float("nan")
    if not 0 <= removed <= 1:
        raise SettingsError(
            f"drivers.what_if == {text!r}: must name drivers and the part of their mentions that goes away, 0 to 1, "
            'such as "Price=0.5" or "Price+Outages=0.5"'
        )
    whole = names.strip().casefold() in set(known["label"].str.casefold())
    named = [names] if whole else names.split("+")
    found = tuple(_driver(name.strip(), known) for name in named)
    return Scenario(scenario_name(found, removed, known), found, removed)


def _driver(name: str, known: pd.DataFrame) -> str:
    folded = known["label"].str.casefold()
    labels = dict(zip(folded, known["driver_id"], strict=True))
    alike = known.loc[folded == name.casefold(), "driver_id"]
    if len(alike) > 1:
        raise SettingsError(f"drivers.what_if: {name!r} is the label of {', '.join(alike)}; name one by its id")
    ids: dict[str, Any] = {str(one): one for one in known["driver_id"]}
    ids |= {str(one).partition("/")[2]: one for one in known["driver_id"]}
    found = ids.get(name) or labels.get(name.casefold())
    if found is None:
        near = get_close_matches(name.casefold(), list(labels), n=3, cutoff=0.4)
        advice = f"near are {', '.join(near)}" if near else f"known are {', '.join(sorted(labels)[:10])}"
        raise SettingsError(f"drivers.what_if: {name!r} is no driver of the model; {advice}")
    return str(found)


def _groups(by: str, before: str, after: str, responses: pd.DataFrame) -> Comparison:
    column = column_named(by, responses)
    groups = sorted(responses[column].dropna().astype(str).unique())
    for name in (before, after):
        if name not in groups:
            raise SettingsError(f"drivers.between: {by} has no group {name!r}; it has {', '.join(groups[:20])}")
    return Comparison(column, before, after)


def _period(name: str, between: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day of a period that is named, or written as its two days."""
    first, slash, last = name.partition("/")
    start, end = (_named(own) for own in (first, last if slash else first))
    if start is None or end is None:
        raise SettingsError(
            f"drivers.between == {between!r}: {name!r} is no period; write a year (2026), a quarter (2026Q2), "
            "a month (2026-05), a day, or first and last day (2026-01-01/2026-03-31)"
        )
    return start.start_time.normalize(), end.end_time.normalize()


def _named(name: str) -> pd.Period | None:
    try:
        period = pd.Period(name)
    except ValueError:
        return None
    return None if pd.isna(period) else period
