"""Where a target stands at a moment: its start, the last figure, how much of the way is done, and how fast."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from nps_insights.actions.targets.history import History, last_day, last_finished
from nps_insights.actions.targets.power import answers_needed, detectable_change
from nps_insights.actions.targets.target import Target, day
from nps_insights.metrics import critical_value
from nps_insights.metrics.periods import PERIOD_STARTS

Range = tuple[float, float, float]
_NOT_KNOWN: Range = (np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Start:
    """Where a target starts from.

    Attributes:
        figure: The baseline; NaN where it is neither given nor measured.
        period: Its period; None where it is not known.
        variance: Of a measured baseline; 0 of a given one.
        n_eff: Effective answers of a measured baseline; infinite of a given one, which is taken as known.
    """

    figure: float
    period: pd.Period | None
    variance: float
    n_eff: float


@dataclass(frozen=True)
class Standing:
    """Where a target stands.

    Attributes:
        target: The target, its baseline filled in where it was measured.
        history: Periods finished by `as_of`, and not after the period that the target is judged by.
        start: Where it starts from.
        due: The period that it is judged by; None where nothing was ever measured.
        over: Whether that period has come to its last day; 90 % of its days are enough to be measured, but not for a
            verdict that stands.
        behind: How many finished periods have passed since the last measured one.
        left: Share of the last measured period that was still to come at `as_of`; 0 from its last day on.
    """

    target: Target
    history: History
    start: Start
    due: pd.Period | None
    over: bool
    behind: int
    left: float = 0.0

    @property
    def last(self) -> pd.Series | None:
        """The last measured period; once the target is due, the one it is judged by."""
        if self.due is None or self.history.rows.empty:
            return None
        return self.history.at(self.due) if self.over else self.history.rows.iloc[-1]

    @property
    def steps(self) -> int:
        """Periods from the last measured one to the one that the target is judged by."""
        return 0 if self.due is None or self.last is None else int(self.due.ordinal - self.last["period"].ordinal)

    def progress(self, confidence_level: float) -> Range:
        """Share of the way from the baseline to the target that is done, with its interval (delta method)."""
        way = self.target.value - self.start.figure
        if self.last is None or np.isnan(way) or way == 0:
            return _NOT_KNOWN
        done = (self.last["estimate"] - self.start.figure) / way
        if self.last["period"] == self.start.period and self.start.variance > 0:
            return 0.0, 0.0, 0.0
        # A measured baseline is in both the way done and the way to go.
        half = critical_value(confidence_level) * np.sqrt(self.last["variance"] + (1 - done) ** 2 * self.start.variance)
        return done, done - half / abs(way), done + half / abs(way)

    def pace(self, confidence_level: float) -> Range:
        """Points per period since the start, with its interval; since the first period where that leaves one only."""
        rows = self.history.rows
        since = rows if self.start.period is None else rows[rows["period"] >= self.start.period]
        since = rows if len(since) < 2 else since
        return _NOT_KNOWN if len(since) < 2 else _slope(since, confidence_level)

    def needed_pace(self) -> float:
        """Points per period from the last figure to the target; NaN once it is due."""
        if self.last is None or self.over or self.steps < 1:
            return np.nan
        return float(self.target.value - self.last["estimate"]) / self.steps

    def detectable(self, confidence_level: float) -> float:
        """The smallest change from the start that a period of the usual size shows with 80 % power."""
        if self.history.rows.empty:
            return np.nan
        usual, spread = self.history.usual_n(), self.history.spread
        return detectable_change(spread, self.start.n_eff, usual, confidence_level=confidence_level)

    def responses_needed(self, confidence_level: float) -> int | None:
        """Further answers in the last period that tell its figure from the target with 80 % power; None beyond reach.

        Answers, not effective ones: where accounts answer several times, more of them are needed.
        """
        if self.last is None:
            return None
        n, n_eff = float(self.last["n"]), float(self.last["n_eff"])
        distance = float(self.last["estimate"]) - self.target.value
        more = answers_needed(self.history.spread, distance, n_eff, confidence_level=confidence_level)
        return None if np.isnan(more) else int(np.ceil(more * n / n_eff))


def standing_of(target: Target, history: History, *, as_of: pd.Timestamp) -> Standing:
    """Return where a target stands."""
    if not history.per:
        return Standing(target, history, Start(*_given(target)), None, False, 0)
    due = last_finished(day(target.due_at), history.per)
    now = last_finished(as_of, history.per)
    over = due <= now and last_day(due) <= as_of
    history = history.until(due)
    start = _start(target, history)
    if not np.isnan(start.figure):
        target = replace(target, baseline=start.figure)
    behind = 0 if history.rows.empty else max(0, min(now, due).ordinal - history.rows["period"].iloc[-1].ordinal)
    left = 0.0 if history.rows.empty else _left(history.rows["period"].iloc[-1], as_of)
    return Standing(target, history, start, due, bool(over), behind, left)


def _left(period: pd.Period, as_of: pd.Timestamp) -> float:
    if last_day(period) <= as_of:
        return 0.0
    length = last_day(period) - period.start_time + pd.Timedelta(days=1)
    return float(1 - (as_of - period.start_time) / length)


def _given(target: Target) -> tuple[float, None, float, float]:
    return (np.nan if target.baseline is None else float(target.baseline)), None, 0.0, np.inf


def _start(target: Target, history: History) -> Start:
    at = None if target.baseline_at is None else pd.Period(day(target.baseline_at), freq=_freq(history))
    if target.baseline is not None:
        return Start(float(target.baseline), at, 0.0, np.inf)
    if history.rows.empty:
        return Start(np.nan, at, 0.0, np.inf)
    row = history.rows.iloc[0] if at is None else history.at(at)
    if row is None:
        return Start(np.nan, at, 0.0, np.inf)
    return Start(float(row["estimate"]), row["period"], float(row["variance"]), float(row["n_eff"]))


def _freq(history: History) -> str:
    return PERIOD_STARTS[history.per]


def _slope(rows: pd.DataFrame, confidence_level: float) -> Range:
    """Weighted least squares; where figures scatter more than sampling explains, the interval grows (Birge's ratio)."""
    from scipy.special import stdtrit

    ordinals = np.array([period.ordinal for period in rows["period"]], dtype=float)
    weight, figure = 1 / rows["variance"].to_numpy(dtype=float), rows["estimate"].to_numpy(dtype=float)
    passed = ordinals - np.average(ordinals, weights=weight)
    squares = float((weight * passed**2).sum())
    slope = float((weight * passed * figure).sum()) / squares
    residual = figure - np.average(figure, weights=weight) - slope * passed
    free = len(rows) - 2
    scatter = float((weight * residual**2).sum()) / free if free else 1.0
    factor = critical_value(confidence_level)
    if scatter > 1:
        factor = float(stdtrit(free, 0.5 + confidence_level / 2)) * np.sqrt(scatter)
    half = factor / np.sqrt(squares)
    return slope, slope - half, slope + half
