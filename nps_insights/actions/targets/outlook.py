"""What is expected of a target: the figures up to its date, the chance of being there, and the verdict."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.actions.targets.level_model import predict_measured
from nps_insights.actions.targets.standing import Standing
from nps_insights.actions.targets.target import scale_of
from nps_insights.tables import SettingsError

BEHIND = 2
_RECENT = 4


@dataclass(frozen=True)
class JudgeSettings:
    """The thresholds of the verdicts.

    Attributes:
        min_periods: The fewest measured periods for which a chance is stated.
        on_track_from: The chance from which a target is on track.
        unlikely_below: The chance below which it is unlikely.
        confidence_level: Coverage of the intervals.
        benchmark: The user's own benchmark, checked.
        behind: The most finished periods without a figure after which a chance is stated.
    """

    min_periods: int
    on_track_from: float
    unlikely_below: float
    confidence_level: float
    benchmark: pd.DataFrame
    behind: int = BEHIND

    def __post_init__(self) -> None:
        """Refuse thresholds out of order."""
        if self.min_periods < 2:
            raise SettingsError(f"min_periods == {self.min_periods}: one period shows no movement; give 2 or more")
        if self.behind < 0:
            raise SettingsError(f"behind == {self.behind}: must be a number of periods, 0 or more")
        if not 0 <= self.unlikely_below <= self.on_track_from <= 1:
            raise SettingsError(
                f"unlikely_below == {self.unlikely_below}, on_track_from == {self.on_track_from}: must be chances in 0 "
                "to 1, the first not above the second"
            )


@dataclass(frozen=True)
class Outlook:
    """What is expected of a target.

    Attributes:
        path: Expected figure, low and high (3, H) of each of the H periods from the last measured one to the date; of
            the period that the target is judged by where that one was measured so far, but is not over.
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
    too_short = not standing.over and len(standing.history.rows) < settings.min_periods
    if last is None or too_short or stopped(standing, settings):
        return Outlook(nothing, np.nan, "not_known")
    if standing.over:
        reached = standing.target.reached_by(float(last["estimate"]))
        return Outlook(nothing, float(reached), "reached" if reached else "missed")
    ahead = _predicted if standing.steps else _of_the_period_so_far
    path, probability = ahead(standing, settings.confidence_level)
    if probability >= settings.on_track_from:
        return Outlook(path, probability, "on_track")
    return Outlook(path, probability, "unlikely" if probability < settings.unlikely_below else "open")


def stopped(standing: Standing, settings: JudgeSettings) -> bool:
    """Return whether an open target is of a figure that nobody answers for any more."""
    return not standing.over and standing.behind > settings.behind


def _of_the_period_so_far(standing: Standing, confidence_level: float) -> tuple[NDArray[np.float64], float]:
    """What the figure so far will be at the end of its period: the answers to come vary as those of the period do.

    With n of N answers known, the figure of all N varies around that of the n by spread^2 (1/n - 1/N), as in a sample
    from a finite population. N is what answers as evenly spread as the days make, or that of a usual period if more.
    """
    from scipy.special import ndtr, ndtri

    rows, target = standing.history.rows, standing.target
    figure, variance, n = (float(rows[name].iloc[-1]) for name in ("estimate", "variance", "n_eff"))
    usual = rows["n_eff"].iloc[:-1].tail(_RECENT).median()
    whole = float(np.nanmax([n / (1 - standing.left), usual]))
    spread = np.sqrt(variance * (1 - n / whole))
    half = ndtri(0.5 + confidence_level / 2) * spread
    path = np.clip(np.array([[figure], [figure - half], [figure + half]]), *scale_of(target.metric))
    above = float(ndtr((figure - target.value) / spread))
    return path, 1 - above if target.lower_is_better else above


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
