"""The rows of the tables `targets` and `target_path`."""

import math

import numpy as np
import pandas as pd

from nps_insights.actions.targets.outlook import JudgeSettings, Outlook
from nps_insights.actions.targets.realism import realism
from nps_insights.actions.targets.sentences import reason
from nps_insights.actions.targets.standing import Standing
from nps_insights.actions.targets.target import day


def target_row(
    standing: Standing, outlook: Outlook, settings: JudgeSettings, *, as_of: pd.Timestamp
) -> dict[str, object]:
    """Return the row of one target."""
    target, level = standing.target, settings.confidence_level
    realistic = realism(standing, outlook, settings)
    return {
        "name": target.name,
        "metric": target.metric,
        "by": target.by,
        "group": target.group,
        "target": target.value,
        "due_at": day(target.due_at),
        "as_of": as_of,
        "per": standing.history.per,
        "baseline": standing.start.figure,
        "baseline_at": _baseline_at(standing),
        **_measured(standing.last),
        **_ranged("progress", standing.progress(level)),
        **_ranged("pace", standing.pace(level)),
        "needed_pace": standing.needed_pace(),
        **_ranged("expected", outlook.expected),
        "probability": outlook.probability,
        "detectable": standing.detectable(level),
        "responses_needed": standing.responses_needed(level),
        "verdict": outlook.verdict,
        "reason": reason(standing, outlook, settings, as_of=as_of),
        "realistic": realistic.answer,
        "realistic_because": realistic.because,
    }


def path_rows(standing: Standing, outlook: Outlook) -> list[dict[str, object]]:
    """Return the rows of one target's path: measured periods, then expected ones."""
    history = standing.history.rows
    rows = [
        _step(standing, period, "measured", figures)
        for period, *figures in history[["period", "estimate", "conf_low", "conf_high"]].itertuples(index=False)
    ]
    # What is expected of a period that was measured so far stands in the table of targets: a period has one row here.
    for ahead, figures in enumerate(outlook.path.T.tolist()[: standing.steps], start=1):
        rows.append(_step(standing, history["period"].iloc[-1] + ahead, "expected", figures))
    return rows


def _measured(last: pd.Series | None) -> dict[str, object]:
    names = ("estimate", "conf_low", "conf_high")
    if last is None:
        return {**dict.fromkeys(names, math.nan), "n": 0}
    return {**{name: last[name] for name in names}, "n": int(last["n"])}


def _ranged(name: str, figures: tuple[float, float, float]) -> dict[str, object]:
    return dict(zip((name, f"{name}_low", f"{name}_high"), figures, strict=True))


def _baseline_at(standing: Standing) -> pd.Timestamp:
    if standing.target.baseline_at is not None:
        return day(standing.target.baseline_at)
    period = standing.start.period
    return pd.NaT if period is None else period.start_time


def _step(standing: Standing, period: pd.Period, kind: str, figures: list[float]) -> dict[str, object]:
    return {
        "name": standing.target.name,
        "period_start": period.start_time,
        "period_end": period.end_time.normalize(),
        "kind": kind,
        **dict(zip(("estimate", "conf_low", "conf_high"), figures, strict=True)),
        "planned": _planned(standing, period),
    }


def _planned(standing: Standing, period: pd.Period) -> float:
    """The straight line from the baseline to the target; empty before the start and where the start is not known."""
    start, due = standing.start, standing.due
    if start.period is None or due is None or np.isnan(start.figure) or not start.period <= period:
        return math.nan
    length = due.ordinal - start.period.ordinal
    done = 1.0 if length <= 0 else min(1.0, (period.ordinal - start.period.ordinal) / length)
    return start.figure + done * (standing.target.value - start.figure)
