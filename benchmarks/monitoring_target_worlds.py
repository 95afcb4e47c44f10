"""Simulated programmes with a target, and what became of them, for `benchmarks.monitoring_targets`.

Two families: seven kinds of programme, and five further shapes that the prior of the model was not weighed on.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LONGEST = 24
NEAR, FAR = (1, 8), (9, 24)
KINDS = ("stable", "steady rise", "steady fall", "rise then plateau", "jump", "noisy", "few answers")
OTHERS = ("seasons", "random walk", "S-curve", "slow swings", "turn halfway")

Floats = NDArray[np.float64]
Levels = Callable[[np.random.Generator, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]], Floats]


@dataclass(frozen=True)
class Programmes:
    """Simulated programmes and what became of them.

    Attributes:
        kind: Index into `KINDS` or `OTHERS` (W,).
        length: Periods of history (W,).
        measured: NPS per period of history (W, 24), aligned at its end, NaN before it began.
        variance: Their sampling variances, from the measured shares (W, 24).
        n: Answers per period (W, 24).
        steps: How many periods ahead the target lies (W,).
        target: Its value (W,).
        then: The figure measured in the target's period (W,).
        reached: Whether that was at the target or above it (W,).
        spread: Standard deviation of one answer, from the measured shares (W,).
    """

    kind: NDArray[np.int64]
    length: NDArray[np.int64]
    measured: Floats
    variance: Floats
    n: Floats
    steps: NDArray[np.int64]
    target: Floats
    then: Floats
    reached: NDArray[np.bool_]
    spread: Floats


def simulated(
    n_programmes: int, *, ahead: tuple[int, int] = NEAR, others: bool = False, random_state: int
) -> Programmes:
    """Return programmes of all kinds, in turn.

    Args:
        n_programmes: How many.
        ahead: The fewest and the most periods by which the target lies ahead.
        others: Whether they are of the shapes in `OTHERS` instead of the kinds in `KINDS`.
        random_state: Seed.
    """
    rng = np.random.default_rng(random_state)
    kind = np.arange(n_programmes) % len(OTHERS if others else KINDS)
    length = rng.integers(4, LONGEST + 1, n_programmes)
    steps = rng.integers(ahead[0], ahead[1] + 1, n_programmes)
    levels: Levels = _other_levels if others else _levels
    level = levels(rng, kind, length, steps)
    answers = _answers(rng, level, few=(kind == KINDS.index("few answers")) & (not others))
    n = answers.sum(axis=-1)
    measured = 100 * (answers[..., 0] - answers[..., 1]) / n
    rows = np.arange(n_programmes)
    then = measured[rows, LONGEST - 1 + steps]
    target = np.round(level[rows, LONGEST - 1] + rng.uniform(-20, 25, n_programmes))
    known = np.arange(LONGEST) >= LONGEST - length[:, None]
    spread = _spread(answers[:, :LONGEST], known)
    return Programmes(
        kind=kind,
        length=length,
        measured=np.where(known, measured[:, :LONGEST], np.nan),
        variance=np.where(known, spread[:, None] ** 2 / n[:, :LONGEST], np.nan),
        n=np.where(known, n[:, :LONGEST], np.nan),
        steps=steps,
        target=target,
        then=then,
        reached=then >= target,
        spread=spread,
    )


def _answers(rng: np.random.Generator, level: Floats, *, few: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Promoters, detractors and passives of every period (W, T, 3), drawn one by one."""
    smallest, largest = (np.where(few, a, b) for a, b in ((15, 40), (60, 1500)))
    usual = np.exp(rng.uniform(np.log(smallest), np.log(largest)))[:, None]
    n = np.maximum(rng.poisson(usual * rng.uniform(0.7, 1.3, level.shape)), 10)
    passive = rng.uniform(0.15, 0.45, (len(level), 1))
    promoter, detractor = (np.clip((1 - passive + sign * level / 100) / 2, 0, 1) for sign in (1, -1))
    return rng.multinomial(n, np.stack([promoter, detractor, 1 - promoter - detractor], axis=-1))


def _spread(answers: NDArray[np.int64], known: NDArray[np.bool_]) -> Floats:
    """Standard deviation of one answer (W,), over the periods known, as the history of a target has it."""
    n = answers.sum(axis=-1)
    p, d = ((answers[..., column] + 0.75) / (n + 3) for column in (0, 1))
    one, size = 100.0**2 * (p + d - (p - d) ** 2), np.where(known, n, 0)
    return np.sqrt((one * size).sum(axis=1) / size.sum(axis=1))


def _levels(
    rng: np.random.Generator, kind: NDArray[np.int64], length: NDArray[np.int64], steps: NDArray[np.int64]
) -> Floats:
    """The true NPS of every period (W, T), plus what the period itself adds in the noisy kind."""
    shape = (len(kind), LONGEST + int(steps.max()))
    time_passed = np.arange(shape[1]) - (LONGEST - length)[:, None]
    start = rng.uniform(-30, 50, (shape[0], 1))
    slope = np.select(
        [np.isin(kind, [1, 3]), kind == 2, kind >= 5],
        [rng.uniform(0.5, 3, shape[0]), -rng.uniform(0.3, 2, shape[0]), rng.normal(0, 0.5, shape[0])],
    )[:, None]
    span = (length + steps)[:, None]
    turn = np.where(kind[:, None] == 3, rng.uniform(0.2, 0.9, (shape[0], 1)) * span, np.inf)
    jump = np.where(kind == 4, rng.choice([-1, 1, 1], shape[0]) * rng.uniform(5, 20, shape[0]), 0)[:, None]
    jumped = time_passed >= rng.uniform(0, 1, (shape[0], 1)) * span
    wander = rng.normal(0, 1, shape) * rng.choice([0.0, 0.5, 1.0], (shape[0], 1))
    wander = np.cumsum(np.where(time_passed > 0, wander, 0), axis=1)
    noise = rng.normal(0, 1, shape) * np.where(kind == 5, rng.uniform(3, 8, shape[0]), 0)[:, None]
    level = start + slope * np.minimum(np.maximum(time_passed, 0), turn) + jump * jumped + wander
    return np.clip(level + noise, -54, 84)


def _other_levels(
    rng: np.random.Generator, kind: NDArray[np.int64], length: NDArray[np.int64], steps: NDArray[np.int64]
) -> Floats:
    """The true NPS of every period (W, T) of the shapes in `OTHERS`."""
    shape = one, _ = (len(kind), LONGEST + int(steps.max()))
    passed = np.arange(shape[1]) - (LONGEST - length)[:, None]
    span = (length + steps)[:, None]
    seasons = 5 * np.sin(2 * np.pi * (passed + rng.uniform(0, 12, (one, 1))) / 12)
    walk = np.cumsum(rng.normal(0, 1, shape) * rng.uniform(2, 4, (one, 1)), axis=1)
    steepness = rng.uniform(1, 3, (one, 1))
    curve = rng.uniform(10, 25, (one, 1)) / (1 + np.exp((rng.uniform(0.2, 0.8, (one, 1)) * span - passed) / steepness))
    swings, shocks = np.zeros(shape), rng.normal(0, 3, shape)
    for period in range(1, shape[1]):
        swings[:, period] = 0.7 * swings[:, period - 1] + shocks[:, period]
    turn = np.abs(passed - 0.5 * span) * rng.choice([-1, 1], (one, 1)) * rng.uniform(0.5, 2, (one, 1))
    moved = np.stack([seasons, walk, curve, swings, turn])[kind, np.arange(one)]
    return np.clip(rng.uniform(-30, 50, (one, 1)) + moved, -54, 84)
