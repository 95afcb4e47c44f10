"""What is expected of a target: the figures up to its date, the chance of being there, and the verdict."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.actions.targets.level_model import predict_measured
from nps_insights.actions.targets.standing import Standing
from nps_insights.actions.targets.target import scale_of
from nps_insights.tables import SettingsError


@dataclass(frozen=True)
class JudgeSettings:
    """The thresholds of the verdicts.

    Attributes:
        min_periods: The fewest measured periods for which a chance is stated.
        on_track_from: The chance from which a target is on track.
        unlikely_below: The chance below which it is unlikely.
        confidence_level: Coverage of the intervals.
        benchmark: The user's own benchmark, checked.
    """

    min_periods: int
    on_track_from: float
    unlikely_below: float
    confidence_level: float
    benchmark: pd.DataFrame

    def __post_init__(self) -> None:
        """Refuse thresholds out of order."""
        if self.min_periods < 2:
            raise SettingsError(f"min_periods == {self.min_periods}: one period shows no movement; give 2 or more")
        if not 0 <= self.unlikely_below <= self.on_track_from <= 1:
            raise SettingsError(
                f"unlikely_below == {self.unlikely_below}, on_track_from == {self.on_track_from}: must be chances in 0 "
                "to 1, the first not above the second"
            )


@dataclass(frozen=True)
class Outlook:
    """What is expected of a target.

    Attributes:
        path: Expected figure, low and high (3, H) of each of the H periods from the last measured one to the date.
        probability: The chance that the figure is measured at the target or beyond it; 0 or 1 once that is known.
        verdict: Of the table `targets`.
    """

    path: NDArray[np.float64]
    probability: float
    verdict: str

    @property
    def expected(self) -> tuple[float, float, float]:
        """Expected figure, low and high in the period that the target is judged by; NaN where nothing is stated."""
        if not self.path.shape[1]:
            return np.nan, np.nan, np.nan
        figure, low, high = (float(value) for value in self.path[:, -1])
        return figure, low, high


def outlook_of(standing: Standing, settings: JudgeSettings) -> Outlook:
    """Return what is expected of a target."""
    nothing, last = np.empty((3, 0)), standing.last
    if last is None or (not standing.over and len(standing.history.rows) < settings.min_periods):
        return Outlook(nothing, np.nan, "not_known")
    if standing.over:
        reached = standing.target.reached_by(float(last["estimate"]))
        return Outlook(nothing, float(reached), "reached" if reached else "missed")
    path, probability = _predicted(standing, settings.confidence_level)
    if probability >= settings.on_track_from:
        return Outlook(path, probability, "on_track")
    return Outlook(path, probability, "unlikely" if probability < settings.unlikely_below else "open")


def _predicted(standing: Standing, confidence_level: float) -> tuple[NDArray[np.float64], float]:
    """The path (3, H), kept on the scale of the metric, and the chance of the target at its end."""
    history, target = standing.history, standing.target
    steps = np.arange(1, standing.steps + 1)
    measured, variance = (np.repeat(line, len(steps), axis=0) for line in history.on_a_line())
    spread, n = np.full(len(steps), history.spread), np.full(len(steps), history.usual_n())
    predicted = predict_measured(measured, variance, steps, spread, n)
    tail = (1 - confidence_level) / 2
    path = np.stack([predicted.expected(), predicted.quantile(tail), predicted.quantile(1 - tail)])
    above = float(predicted.chance_of(np.full(len(steps), target.value))[-1])
    return np.clip(path, *scale_of(target.metric)), 1 - above if target.lower_is_better else above
