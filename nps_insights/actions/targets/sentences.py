"""The reason of a verdict, in one sentence for a manager."""

import math

import pandas as pd

from nps_insights.actions.targets.history import last_day
from nps_insights.actions.targets.outlook import JudgeSettings, Outlook, stopped
from nps_insights.actions.targets.standing import Standing
from nps_insights.actions.targets.words import chance, day_name, figure, period_name, plural, ranged

_OPENINGS = {
    "reached": "Reached",
    "missed": "Missed",
    "on_track": "On track",
    "open": "Open",
    "unlikely": "Unlikely",
}


def reason(standing: Standing, outlook: Outlook, settings: JudgeSettings, *, as_of: pd.Timestamp) -> str:
    """Return the reason of a verdict."""
    last = standing.last
    if outlook.verdict == "not_known" or last is None:
        return f"Not known: {_not_known(standing, settings, as_of)}."
    said = _over(standing, last, settings) if standing.over else _ahead(standing, last, outlook, settings)
    return f"{_OPENINGS[outlook.verdict]}: {said}."


def _not_known(standing: Standing, settings: JudgeSettings, as_of: pd.Timestamp) -> str:
    n, per = len(standing.history.rows), standing.history.per
    if standing.over and standing.due is not None:
        due = period_name(standing.due, per)
        return f"nothing was measured in {due}, the last {per} finished by the date of the target"
    if not n:
        return f"no finished period was measured by {day_name(as_of)}"
    if stopped(standing, settings):
        most = plural(settings.behind, per)
        return f"nothing was measured since {last_measured(standing)}; a chance is stated up to {most} after the last"
    return (
        f"{plural(n, 'finished ' + per)} measured so far, and a chance is stated from "
        f"{plural(settings.min_periods, per)} on"
    )


def last_measured(standing: Standing) -> str:
    """Return the last measured period, and how many finished ones ago it was."""
    per = standing.history.per
    last = period_name(standing.history.rows["period"].iloc[-1], per)
    return f"{last}, {plural(standing.behind, 'finished ' + per)} ago"


def _over(standing: Standing, last: pd.Series, settings: JudgeSettings) -> str:
    """Measured against asked."""
    measured, asked = _measured_and_asked(standing, last)
    sure = not last["conf_low"] <= standing.target.value <= last["conf_high"]
    more = standing.responses_needed(settings.confidence_level)
    would_tell = "" if not more else f", {more:,} more would tell"
    doubt = f"; its {plural(last['n'], 'answer')} leave open on which side of it the true figure lies{would_tell}"
    return (
        f"{measured} in {period_name(last['period'], standing.history.per)} against a target of {asked}"
        f"{_from(standing)}{'' if sure else doubt}"
    )


def _measured_and_asked(standing: Standing, last: pd.Series) -> tuple[str, str]:
    """The last figure and the target; where both round alike, with tenths: no "missed: +40 against +40"."""
    value, metric = standing.target.value, standing.target.metric
    close = figure(last["estimate"], metric) == figure(value, metric)
    measured = ranged(last["estimate"], last["conf_low"], last["conf_high"], metric, tenths=close)
    return measured, figure(value, metric, tenths=close)


def _from(standing: Standing) -> str:
    start = standing.start.figure
    return "" if math.isnan(start) else f", coming from {figure(start, standing.target.metric)}"


def _ahead(standing: Standing, last: pd.Series, outlook: Outlook, settings: JudgeSettings) -> str:
    target, per, metric = standing.target, standing.history.per, standing.target.metric
    measured, asked = _measured_and_asked(standing, last)
    there = target.reached_by(float(last["estimate"]))
    pace = figure(standing.pace(settings.confidence_level)[0], metric, change=True, tenths=True)
    when = period_name(last["period"], per) + (" so far" if standing.left else "")
    wanted = f"{figure(target.value, metric)} or {'less' if target.lower_is_better else 'more'}"
    return (
        f"{measured} in {when}, {_way(standing, there, asked)}; it moved {pace} a {per}{_since(standing)}"
        f"{_needs(standing, there)} {ranged(*outlook.expected, metric)} is expected, "
        f"with a chance of {wanted} of {chance(outlook.probability)}"
    )


def _since(standing: Standing) -> str:
    """From which period on the pace is measured: that of `Standing.pace`."""
    rows, start = standing.history.rows["period"], standing.start.period
    since = rows if start is None else rows[rows >= start]
    first = (rows if len(since) < 2 else since).iloc[0]
    return f" since {period_name(first, standing.history.per)}"


def _needs(standing: Standing, there: bool) -> str:
    """What is still needed, and for when."""
    if standing.due is None:
        return ", and"
    due = period_name(standing.due, standing.history.per)
    if not standing.steps:
        return f"; {due} is not over before {day_name(last_day(standing.due))}, and for the whole of it"
    needed = figure(standing.needed_pace(), standing.target.metric, change=True, tenths=True)
    needs = "" if there else f" and needs {'next to nothing' if needed.startswith('0') else needed}"
    return f"{needs}, and for {due}"


def _way(standing: Standing, there: bool, goal: str) -> str:
    metric, start = standing.target.metric, standing.start.figure
    done = standing.progress(0.95)[0]
    if there:
        return f"where the target of {goal} is met already"
    if math.isnan(done):
        return f"on the way to {goal}"
    if done <= 0:
        return f"no nearer to {goal} than at the start, {figure(start, metric)}"
    if done > 1:
        return f"on the way back to {goal}, beyond which it started at {figure(start, metric)}"
    return f"{100 * done:.0f} % of the way from {figure(start, metric)} to {goal}"
