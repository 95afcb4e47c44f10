"""What a figure will be when it is measured some periods from now.

The model: behind the measured figures lies a level that moves from period to period by a drift and by luck.

    measured_t = level_t + sampling error (known variance) + noise of the period (variance r^2)
    level_t+1  = level_t + drift_t + luck (variance q^2)
    drift_t+1  = phi drift_t + change (variance tau^2 (1 - phi^2)), so that a drift is tau in size and fades

It is a state space model (Harvey 1989; damped trends: Gardner and McKenzie 1985): for given q, r, tau and phi the
Kalman filter gives the exact normal distribution of the next measurement. The four are not known: each combination on
a grid counts by its prior times the likelihood of the history, and the prediction is the mixture. No sampling.

The prior says what programmes are like before anything is measured: most drift little, up or down alike, half of the
drifts fade, and a survey's periods may differ by more than sampling alone. It is stated in units of one eightieth of
the spread of one answer, which is one point for a usual NPS, so that it holds for shares and means as well. What was
decided but has not yet shown in the figures is not known to it. The chances are right over programmes of all kinds
together; as most drift little, they are too low for those that go on rising steadily and too high for those that fall.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ANSWER_UNITS = 80.0
# Size per period in points of a usual NPS, and its weight before anything is measured.
_LUCK = {0.0: 0.40, 1.0: 0.30, 2.0: 0.15, 4.0: 0.10, 8.0: 0.05}
_NOISE = {0.0: 0.5, 2.0: 0.3, 5.0: 0.2}
_DRIFT = {0.0: 0.20, 0.5: 0.30, 1.5: 0.35, 4.0: 0.15}
_FADING = {0.5: 0.2, 0.9: 0.3, 1.0: 0.5}
_BISECTIONS = 60


@dataclass(frozen=True)
class Prediction:
    """The distribution of the next measurement of each of W series: a mixture of G normal ones.

    Attributes:
        weight: Weight of each combination of the grid, given the history: (W, G), rows sum to 1.
        mean: Its mean (W, G), in the unit of the measured figures.
        spread: Its standard deviation (W, G).
    """

    weight: Floats
    mean: Floats
    spread: Floats

    def chance_of(self, value: Floats) -> Floats:
        """Return the probability (W,) that the figure will be measured at `value` (W,) or above."""
        from scipy.special import ndtr

        return np.clip((self.weight * ndtr((self.mean - value[:, None]) / self.spread)).sum(axis=1), 0.0, 1.0)

    def expected(self) -> Floats:
        """Return the mean (W,)."""
        return (self.weight * self.mean).sum(axis=1)

    def quantile(self, share: float) -> Floats:
        """Return the value (W,) below which the figure will be measured with probability `share`, by bisection."""
        low = (self.mean - 10 * self.spread).min(axis=1)
        high = (self.mean + 10 * self.spread).max(axis=1)
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            below = 1 - self.chance_of(middle) < share
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return (low + high) / 2


def predict_measured(
    measured: Floats, variance: Floats, steps: NDArray[np.int64], spread: Floats, n: Floats
) -> Prediction:
    """Return what each series will measure `steps` periods after its last column.

    Args:
        measured: Figures (W, T), a row per series, a column per period, the oldest first; NaN where nothing was
            measured, as in gaps and before the first one. Each row holds one figure at least.
        variance: Their sampling variances (W, T).
        steps: How many periods ahead (W,), 1 or more.
        spread: Standard deviation of one answer (W,).
        n: Effective number of answers that the period predicted will have (W,).

    Returns:
        The distribution of the figure as it will be measured.

    Example:
        >>> flat = predict_measured(np.full((1, 8), 20.0), np.full((1, 8), 9.0), np.array([2]), np.array([80.0]),
        ...                         np.array([700.0]))
        >>> bool(flat.chance_of(np.array([20.0]))[0].round(6) == 0.5), bool(flat.chance_of(np.array([60.0]))[0] < 0.01)
        (True, True)
    """
    luck, noise, drift, fading, prior = _grid()
    unit = (spread / ANSWER_UNITS)[:, None]
    filtered = _Filtered.start(len(measured), unit, luck, noise, drift, fading)
    for column in range(measured.shape[1]):
        if column:
            filtered.step()
        filtered.see(measured[:, column], variance[:, column])
    log_weight = np.log(prior) + filtered.log_likelihood
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    mean, variance_ahead = np.empty_like(weight), np.empty_like(weight)
    for ahead in range(1, int(steps.max()) + 1):
        filtered.step()
        here = steps == ahead
        mean[here], variance_ahead[here] = filtered.level[here], filtered.level_variance[here]
    sampling = (spread**2 / n)[:, None]
    return Prediction(weight, mean, np.sqrt(variance_ahead + sampling + filtered.noise_variance))


@cache
def _grid() -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """The combinations of luck, noise, drift and fading, and their prior weights; without drift nothing fades."""
    cells = [
        (luck, noise, drift, fading, _LUCK[luck] * _NOISE[noise] * _DRIFT[drift] * (_FADING[fading] if drift else 1.0))
        for luck, noise, drift, fading in product(_LUCK, _NOISE, _DRIFT, _FADING)
        if drift or fading == 1.0
    ]
    luck, noise, drift, fading, prior = (np.array(column) for column in zip(*cells, strict=True))
    return luck, noise, drift, fading, prior / prior.sum()


@dataclass
class _Filtered:
    """The Kalman filter of W series on G combinations at once; every array is (W, G)."""

    level: Floats
    trend: Floats
    level_variance: Floats
    both: Floats
    trend_variance: Floats
    log_likelihood: Floats
    seen: NDArray[np.bool_]
    luck_variance: Floats
    noise_variance: Floats
    drift_variance: Floats
    fading: Floats

    @classmethod
    def start(
        cls, n_series: int, unit: Floats, luck: Floats, noise: Floats, drift: Floats, fading: Floats
    ) -> "_Filtered":
        shape = (n_series, len(luck))
        return cls(
            level=np.zeros(shape),
            trend=np.zeros(shape),
            level_variance=np.zeros(shape),
            both=np.zeros(shape),
            trend_variance=np.zeros(shape),
            log_likelihood=np.zeros(shape),
            seen=np.zeros((n_series, 1), dtype=bool),
            luck_variance=(unit * luck) ** 2,
            noise_variance=(unit * noise) ** 2,
            drift_variance=(unit * drift) ** 2,
            fading=fading,
        )

    def see(self, measured: Floats, variance: Floats) -> None:
        """Take in one period. The first figure of a series sets its level: nothing is known of it before."""
        there = ~np.isnan(measured)[:, None]
        first, later = there & ~self.seen, there & self.seen
        figure = np.where(there, measured[:, None], 0.0)
        error = np.where(there, variance[:, None], 1.0) + self.noise_variance
        total = self.level_variance + error
        surprise = np.where(later, figure - self.level, 0.0)
        gain = np.where(later, self.level_variance / total, 0.0)
        trend_gain = np.where(later, self.both / total, 0.0)
        self.log_likelihood -= np.where(later, 0.5 * (np.log(total) + surprise**2 / total), 0.0)
        self.level = np.where(first, figure, self.level + gain * surprise)
        self.trend = self.trend + trend_gain * surprise
        self.trend_variance = np.where(first, self.drift_variance, self.trend_variance - trend_gain * self.both)
        self.both = self.both * (1 - gain)
        self.level_variance = np.where(first, error, self.level_variance * (1 - gain))
        self.seen = self.seen | there

    def step(self) -> None:
        """Go one period on; a series of which nothing was seen yet stays where it is."""
        moved = self.seen
        level_variance = self.level_variance + 2 * self.both + self.trend_variance + self.luck_variance
        self.level_variance = np.where(moved, level_variance, self.level_variance)
        self.both = self.fading * (self.both + self.trend_variance)
        self.level = self.level + self.trend
        self.trend = self.fading * self.trend
        fresh = self.drift_variance * (1 - self.fading**2)
        self.trend_variance = np.where(moved, self.fading**2 * self.trend_variance + fresh, self.trend_variance)
