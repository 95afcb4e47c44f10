"""Was it realistic to ask: against the target's own history and against the user's own benchmark figures.

No industry figures are shipped: what others score depends on how, whom and where they ask.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nps_insights.actions.targets.outlook import JudgeSettings, Outlook, stopped
from nps_insights.actions.targets.sentences import last_measured
from nps_insights.actions.targets.standing import Standing
from nps_insights.actions.targets.target import Target
from nps_insights.actions.targets.words import chance, figure, period_name, plural
from nps_insights.tables import DataRefusedError, SettingsError

_COLUMNS = ("metric", "group", "low", "high", "source")
# A figure that only wanders gets as far the wrong way as the right one: below this, history has shown neither.
_LIKELY = 0.5


@dataclass(frozen=True)
class Realism:
    """Whether a target is realistic.

    Attributes:
        answer: "yes", "no" or "not_known".
        because: The reason in one sentence.
    """

    answer: str
    because: str


def check_benchmark(own_benchmark: pd.DataFrame | None) -> pd.DataFrame:
    """Return the user's own benchmark with its columns in order, or refuse it with all that is wrong.

    Args:
        own_benchmark: Columns metric, group (empty for everybody), low, high (the range of usual figures, in the unit
            of the metric), source (who says so); None for none.

    Example:
        >>> check_benchmark(None).columns.tolist()
        ['metric', 'group', 'low', 'high', 'source']
    """
    if own_benchmark is None:
        return pd.DataFrame(columns=list(_COLUMNS))
    missing = [name for name in _COLUMNS if name not in own_benchmark.columns]
    if missing:
        raise SettingsError(f"own_benchmark: has no column {', '.join(missing)}; it needs {', '.join(_COLUMNS)}")
    rows = own_benchmark[list(_COLUMNS)].reset_index(drop=True)
    low, high = (pd.to_numeric(rows[name], errors="coerce") for name in ("low", "high"))
    wrong = ~(low <= high)
    if wrong.any():
        first = rows[wrong].iloc[0]
        raise DataRefusedError(
            f"own_benchmark: {int(wrong.sum()):,} of {len(rows):,} rows have no low and high with low <= high "
            f"(first: metric {first['metric']!r}, low {first['low']!r}, high {first['high']!r})"
        )
    names = {name: rows[name].fillna("").astype(str) for name in ("metric", "group", "source")}
    return rows.assign(low=low, high=high, **names)


def realism(standing: Standing, outlook: Outlook, settings: JudgeSettings) -> Realism:
    """Return whether a target is realistic.

    No where its history makes it unlikely or the benchmark's range ends before it; yes where its history makes it more
    likely than not or the benchmark's range holds it; otherwise not known.

    Args:
        standing: Where the target stands.
        outlook: What is expected of it, with the chance of reaching it.
        settings: The chance below which history makes it unrealistic, and the benchmark.
    """
    if standing.over and standing.last is not None:
        return Realism("not_known", "The period that it is judged by is over: what counts is what was reached.")
    if standing.over:
        return Realism("not_known", "Not known whether it was realistic.")
    if stopped(standing, settings):
        return Realism(
            "not_known", f"Not known whether it is realistic: nothing was measured since {last_measured(standing)}."
        )
    found = [_by_history(standing, outlook.probability, settings.unlikely_below)]
    if not settings.benchmark.empty:
        found.append(_by_benchmark(standing.target, settings.benchmark))
    answers = [answer for answer, _ in found]
    answer = "no" if "no" in answers else "yes" if "yes" in answers else "not_known"
    opening = {"yes": "Realistic", "no": "Not realistic", "not_known": "Not known whether it is realistic"}[answer]
    return Realism(answer, f"{opening}: {'; '.join(words for _, words in found)}.")


def _by_history(standing: Standing, probability: float, unlikely_below: float) -> tuple[str, str]:
    if np.isnan(probability):
        return "not_known", "the history is too short to say"
    target, per = standing.target, standing.history.per
    asked = target.value - float(standing.last["estimate"]) if standing.last is not None else np.nan
    if target.reached_by(target.value - asked):
        asks = f"the last figure, {figure(target.value - asked, target.metric)}, is already there"
    elif not standing.steps:
        asks = f"it asks for {figure(asked, target.metric, change=True)} in what is left of the {per}"
    else:
        most, periods, first = _most_moved(standing)
        span = plural(periods, per)
        alike = figure(asked * periods / standing.steps, target.metric, change=True)
        # The same span on both sides: the history may be shorter than what is left.
        asks = f"it asks for {figure(asked, target.metric, change=True)} in {plural(standing.steps, per)}" + (
            "" if periods == standing.steps else f", which is {alike} in {span}"
        )
        asks += f", the best that the history shows over {span} is {figure(most, target.metric, change=True)}"
        asks += f", from {period_name(first, per)} on"
    alone = "the history alone gives" if standing.steps else "the answers so far give"
    said = f"{asks}, and {alone} it a chance of {chance(probability)}"
    if probability < unlikely_below:
        return "no", said
    if probability >= _LIKELY:
        return "yes", said
    return "not_known", f"{said}, which neither shows that it can be reached nor rules it out"


def _most_moved(standing: Standing) -> tuple[float, int, pd.Period]:
    """The best change, in the wanted direction, over as many periods as are left, or half of the history if fewer.

    With the number of periods that it is over, and the period that it begins in.
    """
    position = standing.history.positions()
    figures = standing.history.rows["estimate"].to_numpy(dtype=float)
    apart = position[None, :] - position[:, None]
    length = max(1, min(standing.steps, int(position[-1]) // 2))
    # With gaps no two measured periods may lie exactly so far apart: the nearest distance that occurs counts.
    length = int(apart[apart > 0][np.argmin(np.abs(apart[apart > 0] - length))])
    way = -1.0 if standing.target.lower_is_better else 1.0
    changes = np.where(apart == length, way * (figures[None, :] - figures[:, None]), -np.inf)
    start, end = np.unravel_index(int(changes.argmax()), changes.shape)
    return float(figures[end] - figures[start]), length, standing.history.rows["period"].iloc[int(start)]


def _by_benchmark(target: Target, benchmark: pd.DataFrame) -> tuple[str, str]:
    rows = benchmark[(benchmark["metric"] == target.metric) & (benchmark["group"] == target.group)]
    if rows.empty:
        return "not_known", "your own benchmark has no figure for it"
    low, high = float(rows["low"].min()), float(rows["high"].max())
    source = ", ".join(sorted(set(rows["source"]) - {""})) or "no source named"
    beyond = target.value < low if target.lower_is_better else target.value > high
    behind = target.value > high if target.lower_is_better else target.value < low
    place = "beyond" if beyond else "not even at" if behind else "within"
    ends = f"{figure(low, target.metric)} to {figure(high, target.metric)}"
    said = f"{figure(target.value, target.metric)} is {place} the {ends} of your own benchmark ({source})"
    return ("no" if beyond else "yes"), said
