"""What a reader of a judged target must know beside it, in plain sentences."""

import numpy as np

from nps_insights.actions.targets.outlook import JudgeSettings, stopped
from nps_insights.actions.targets.sentences import last_measured
from nps_insights.actions.targets.standing import Standing
from nps_insights.actions.targets.words import figure, period_name, plural
from nps_insights.metrics.estimates import MIN_EFFECTIVE

# So far ahead the stated chances were held against what happened.
CALIBRATED_STEPS = 24
_LONGER = {"day": "month", "week": "month", "month": "quarter", "quarter": "year"}


def cautions(standing: Standing, settings: JudgeSettings) -> list[str]:
    """Return the cautions on one target, each starting with its name."""
    history, per = standing.history, standing.history.per
    found = [_left_out(standing)]
    if not history.rows.empty:
        # The reason of the verdict says it where answers have stopped, and there is no chance to be careful with.
        ahead = [] if stopped(standing, settings) else [_behind(standing), _far(standing)]
        found += [_gaps(standing), *ahead, _baseline(standing), _blind(standing)]
    if per and standing.over and standing.due is not None and standing.last is None and not history.rows.empty:
        last = history.rows.iloc[-1]
        found.append(
            f"the last figure before its date is {figure(last['estimate'], standing.target.metric)} of "
            f"{period_name(last['period'], per)}; it is not used for the verdict"
        )
    return [f"{standing.target.name}: {text}." for text in found if text]


def _left_out(standing: Standing) -> str:
    n, per = standing.history.left_out, standing.history.per
    return f"{plural(n, per)} with fewer than {MIN_EFFECTIVE} effective answers not used" if n else ""


def _gaps(standing: Standing) -> str:
    position = standing.history.positions()
    n = int(position[-1]) + 1 - len(position)
    return f"{plural(n, standing.history.per)} between the first and the last not measured, and bridged" if n else ""


def _behind(standing: Standing) -> str:
    if not standing.behind or standing.over:
        return ""
    return f"nothing measured since {last_measured(standing)}"


def _far(standing: Standing) -> str:
    if standing.over or standing.steps <= CALIBRATED_STEPS:
        return ""
    return (
        f"the date is {plural(standing.steps, standing.history.per)} away; stated chances are checked for up to "
        f"{CALIBRATED_STEPS}, so take this one as a rough figure"
    )


def _baseline(standing: Standing) -> str:
    if np.isnan(standing.start.figure):
        return "nothing was measured in the period of its baseline, so there is no progress to state"
    if standing.target.reached_by(standing.start.figure):
        return f"its baseline of {figure(standing.start.figure, standing.target.metric)} is at the target already"
    return ""


def _blind(standing: Standing) -> str:
    """A way to go that one period cannot show."""
    start, history, target = standing.start, standing.history, standing.target
    if np.isnan(start.figure):
        return ""
    smallest, per = standing.detectable(0.95), history.per
    if abs(target.value - start.figure) >= smallest:
        return ""
    way, seen = figure(target.value - start.figure, target.metric, change=True), figure(smallest, target.metric)
    size = plural(history.usual_n(), "effective answer")
    longer = f"; longer periods show smaller ones: --per {_LONGER[per]}" if per in _LONGER else ""
    return f"a {per} of {size} cannot show a move below {seen}, and the whole way is {way}{longer}"
