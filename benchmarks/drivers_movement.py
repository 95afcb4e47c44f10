"""Movement with known truth, as counted and corrected: `python -m benchmarks.drivers_movement`.

Peer: the plain misclassification matrix, which lets both answers of a customer err independently of each other given
the true category. It is given our own estimate of the matrix, so that only this assumption is compared.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.results import markdown_table, write_section
from nps_insights.drivers.movement.latent import TrueLevels, noise_of_answers, true_levels
from nps_insights.drivers.movement.mixture import mixture_weights
from nps_insights.drivers.movement.repeats import repeat_answers
from nps_insights.drivers.movement.scale import answer_scale, answers, cells
from nps_insights.drivers.movement.transition import corrected_moves, movers_table
from nps_insights.metrics import categorize

Array = NDArray[np.float64]
MEAN, SD = 7.7, 2.0
WORLDS = {
    "nobody moves": "nobody moves",
    "to another category": "20 % go to a place of another category",
    "start anew": "30 % land anywhere",
    "fall": "15 % fall by 3 points",
    "drift": "everybody drifts a little (true levels correlate .9)",
}


def drawn_world(
    kind: str, n: int, *, reliability: float, random_state: int, skewed: bool = False
) -> tuple[pd.DataFrame, float, float]:
    """Return responses of customers who answered twice, their true share of movers, and the measured reliability.

    Args:
        kind: One of `WORLDS`.
        n: Customers.
        reliability: Share of the true level in the variance before rounding and the ends of the scale.
        random_state: Seed.
        skewed: One in five customers is far less happy than the others; true levels are normal otherwise.
    """
    rng = np.random.default_rng(random_state)
    before = _levels(n, reliability, skewed, rng)
    after = _moved(kind, before, rng)
    waves = []
    for day, level in (("2026-01-05", before), ("2026-04-05", after)):
        score = _answered(level, reliability, skewed, rng)
        rows = {"contact_id": [f"c{i:06d}" for i in range(n)], "score": score, "responded_at": pd.Timestamp(day)}
        waves.append(pd.DataFrame(rows).assign(category=categorize(pd.Series(score)), wave=day))
    responses = pd.concat(waves, ignore_index=True)
    responses["response_id"] = responses["wave"] + "/" + responses["contact_id"]
    truly = float(np.mean(_category(before) != _category(after)))
    return responses.drop(columns="wave"), truly, _measured(reliability, skewed)


def _levels(n: int, reliability: float, skewed: bool, rng: np.random.Generator) -> Array:
    if skewed:
        return np.where(rng.random(n) < 0.2, rng.normal(4, 1.5, n), rng.normal(8.6, 1.0, n))
    return rng.normal(MEAN, SD * np.sqrt(reliability), n)


def _answered(level: Array, reliability: float, skewed: bool, rng: np.random.Generator) -> Array:
    # The variance of the skewed levels is 0.2 * 1.5^2 + 0.8 * 1 + 0.16 * 4.6^2.
    variance = 4.6356 if skewed else SD**2 * reliability
    noise = np.sqrt(variance * (1 - reliability) / reliability)
    return np.clip(np.round(level + rng.normal(0, noise, len(level))), 0, 10)


@cache
def _measured(reliability: float, skewed: bool) -> float:
    """Correlation of two answers without movement, of so many customers that it is exact."""
    rng = np.random.default_rng(0)
    level = _levels(400_000, reliability, skewed, rng)
    first, second = (_answered(level, reliability, skewed, rng) for _ in range(2))
    return float(np.corrcoef(first, second)[0, 1])


def _moved(kind: str, before: Array, rng: np.random.Generator) -> Array:
    n, after = len(before), before.copy()
    if kind == "to another category":
        goes = rng.random(n) < 0.2
        category = _category(before)
        target = (category + rng.integers(1, 3, n)) % 3
        for name in range(3):
            own = goes & (target == name)
            after[own] = rng.choice(before[category == name], own.sum())
    elif kind == "start anew":
        goes = rng.random(n) < 0.3
        after[goes] = rng.choice(before, goes.sum())
    elif kind == "fall":
        after[rng.random(n) < 0.15] -= 3
    elif kind == "drift":
        mean, sd = before.mean(), before.std()
        after = mean + 0.9 * (before - mean) + sd * np.sqrt(1 - 0.9**2) * rng.standard_normal(n)
    return after


def _category(level: Array) -> NDArray[np.int64]:
    return np.asarray((level > 6.5).astype(int) + (level > 8.5))


def plain_movers(counts: Array, levels: TrueLevels, borders: Array, scores: Array) -> float:
    """Return the share of movers by a plain misclassification matrix."""
    said = (scores[:, None] > borders).sum(axis=1)
    inside = np.stack([levels.density * (levels.category == rank) for rank in range(3)])
    by_answer = inside @ levels.answers / inside.sum(axis=1, keepdims=True)
    told = np.stack([by_answer[:, said == rank].sum(axis=1) for rank in range(3)], axis=1)
    k = len(scores)
    pairs = counts[: k * k].reshape(k, k)
    table = np.array([[pairs[np.ix_(said == a, said == b)].sum() for b in range(3)] for a in range(3)])
    parts = np.column_stack([np.outer(told[a], told[b]).ravel() for a in range(3) for b in range(3)])
    return float(abs(1 - mixture_weights(table.ravel(), parts).reshape(3, 3).trace()))


def one_world(
    kind: str, n: int, *, reliability: float, random_state: int, skewed: bool = False, n_bootstraps: int = 0
) -> dict[str, object]:
    """Return truth and estimates of the share of movers in one drawn world."""
    responses, truly, measured = drawn_world(kind, n, reliability=reliability, random_state=random_state, skewed=skewed)
    repeats = repeat_answers(responses)
    scale = answer_scale(repeats.steps)
    k = len(scale.levels)
    counts = np.bincount(cells(repeats.steps, scale), minlength=k * k + k).astype(float)
    answered = answers(counts, k)
    levels = true_levels(answered, scale, noise_of_answers(answered, scale, measured))
    moves = {
        reliability: corrected_moves(repeats, reliability, 0, random_state),
        measured: corrected_moves(repeats, measured, n_bootstraps, random_state),
    }
    rows = movers_table(repeats, moves, [*moves], confidence_level=0.95).set_index("reliability")
    category = responses.pivot_table(
        index="contact_id", columns="responded_at", values="category", aggfunc="first"
    ).to_numpy()
    unhappy = category[:, 0] == "detractor"
    return {
        "world": kind,
        "reliability": reliability,
        "truth": truly,
        "raw": rows.loc[1.0, "estimate"],
        "look_recovered": float(np.mean(category[unhappy, 1] != "detractor")),
        "stated": rows.loc[reliability, "estimate"],
        "measured": rows.loc[measured, "estimate"],
        "plain": plain_movers(counts, levels, scale.borders, scale.levels),
        "covered": bool(rows.loc[measured, "conf_low"] <= truly + 1e-9 and truly <= rows.loc[measured, "conf_high"]),
    }


def summary(
    kinds: Sequence[str], n: int, n_worlds: int, *, reliabilities: Sequence[float], skewed: bool, n_bootstraps: int = 0
) -> pd.DataFrame:
    """Return means over drawn worlds, by kind of world and reliability."""
    rows = [
        one_world(kind, n, reliability=of, random_state=seed, skewed=skewed, n_bootstraps=n_bootstraps)
        for kind in kinds
        for of in reliabilities
        for seed in range(n_worlds)
    ]
    return pd.DataFrame(rows).groupby(["world", "reliability"], sort=False).mean().reset_index()


def main() -> None:
    """Print and write shares of movers, and how often the intervals hold the truth."""
    lines = []
    for skewed, levels, reliabilities in ((False, "normal", (0.9, 0.8, 0.7)), (True, "skewed", (0.8,))):
        means = summary(list(WORLDS), 2000, 10, reliabilities=reliabilities, skewed=skewed)
        header = ["world", "reliability", "truth", "as counted", "detractors who look recovered", "misclassification"]
        header += ["ours", "ours, reliability measured"]
        names = ["truth", "raw", "look_recovered", "plain", "stated", "measured"]
        lines += [f"True levels {levels}; share of movers, mean of 10 worlds of 2,000 customers.", ""]
        lines += markdown_table(
            header,
            [
                (WORLDS[row["world"]], row["reliability"], *(f"{100 * row[name]:.1f} %" for name in names))
                for _, row in means.iterrows()
            ],
        )
        lines += [""]
    coverage = summary(list(WORLDS), 1000, 20, reliabilities=(0.8,), skewed=False, n_bootstraps=40)
    lines += [
        "How often the 95 % interval of the share of movers holds the truth: 20 worlds of 1,000 customers, normal "
        "levels, reliability measured. A fall of unhappy customers and a drift are no part of the model.",
        "",
    ]
    held = [(WORLDS[row["world"]], f"{row['covered']:.2f}") for _, row in coverage.iterrows()]
    lines += markdown_table(["world", "held"], held)
    print("\n".join(lines))
    write_section(
        "Movement between categories",
        command="python -m benchmarks.drivers_movement",
        packages=["nps-insights", "numpy", "scipy"],
        lines=lines,
    )


if __name__ == "__main__":
    main()
