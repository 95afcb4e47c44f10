"""The chance that a target is reached, held against what happened, over 20,000 simulated programmes.

    python -m benchmarks.monitoring_targets

Programmes of seven kinds (stable, steady rise, steady fall, rise then plateau, jump, noisy, few answers), 4 to 24
periods of history, 1 to 8 periods ahead, 40 to 1,500 answers a period (few: 15 to 60), targets from far below to far
above where the programme stands. Answers are drawn one by one; the target is reached when the figure measured in its
period is at or above it. Wanted: in every tenth of stated chances with 500 programmes or more, the observed share
within 5 points of the stated. The peer is a straight line through the history (least squares) with its usual
prediction interval. The weights of the model's prior were chosen on other draws of these seven kinds.
"""

import argparse
import time

import numpy as np
from numpy.typing import NDArray

from benchmarks.monitoring_target_worlds import FAR, KINDS, LONGEST, OTHERS, Programmes, simulated
from benchmarks.results import markdown_table, write_section
from nps_insights.actions.targets import predict_measured

PROGRAMMES, CHUNK = 20_000, 1_000
ENOUGH = 500

Floats = NDArray[np.float64]


def predicted(programmes: Programmes) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the chance of each target (W,), and whether the 95 % interval held the figure measured then (W,)."""
    recent = np.nanmedian(programmes.n[:, -4:], axis=1)
    chances, held = [], []
    # Chunks that fit the processor's cache.
    for first in range(0, len(recent), CHUNK):
        part = slice(first, first + CHUNK)
        history = (programmes.measured[part], programmes.variance[part], programmes.steps[part])
        prediction = predict_measured(*history, programmes.spread[part], recent[part])
        chances.append(prediction.chance_of(programmes.target[part]))
        # The measured figure lies in the interval where its own place in the distribution is neither end.
        place = prediction.chance_of(programmes.then[part])
        held.append((place > 0.025) & (place < 0.975))
    return np.concatenate(chances), np.concatenate(held)


def line_chances(programmes: Programmes) -> Floats:
    """Return what a straight line through the history says (W,), with the usual prediction interval's spread."""
    from scipy.special import ndtr

    there = ~np.isnan(programmes.measured)
    m = there.sum(axis=1)
    x = np.where(there, np.arange(LONGEST), 0.0)
    y = np.nan_to_num(programmes.measured)
    x_mean, y_mean = x.sum(axis=1) / m, y.sum(axis=1) / m
    dx = np.where(there, np.arange(LONGEST) - x_mean[:, None], 0.0)
    sxx = (dx**2).sum(axis=1)
    slope = (dx * y).sum(axis=1) / sxx
    residual = np.where(there, y - y_mean[:, None] - slope[:, None] * dx, 0.0)
    s2 = (residual**2).sum(axis=1) / np.maximum(m - 2, 1)
    ahead = LONGEST - 1 + programmes.steps - x_mean
    spread = np.sqrt(np.maximum(s2 * (1 + 1 / m + ahead**2 / sxx), 1e-9))
    return ndtr((y_mean + slope * ahead - programmes.target) / spread)


def by_tenth(chances: Floats, reached: NDArray[np.bool_]) -> list[tuple[str, int, float, float]]:
    """Return for every tenth of stated chances: which, how many, mean stated, share observed (0..1)."""
    tenth = np.minimum((chances * 10).astype(int), 9)
    rows = []
    for number in range(10):
        inside = tenth == number
        if inside.any():
            name = f"{number * 10} to {number * 10 + 10} %"
            rows.append((name, int(inside.sum()), float(chances[inside].mean()), float(reached[inside].mean())))
    return rows


def furthest_off(chances: Floats, reached: NDArray[np.bool_], *, enough: int = ENOUGH) -> float:
    """Return the greatest distance of observed from stated over the tenths with enough programmes."""
    return max((abs(stated - seen) for _, n, stated, seen in by_tenth(chances, reached) if n >= enough), default=0.0)


def main() -> None:
    """Print the tables, and write them to the results when run whole."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programmes", type=int, default=PROGRAMMES)
    given = parser.parse_args()
    programmes = simulated(given.programmes, random_state=0)
    start = time.perf_counter()
    ours, held = predicted(programmes)
    seconds = time.perf_counter() - start
    lines = [*__doc__.split("\n\n")[-1].splitlines(), "", *found(programmes, ours, held, seconds)]
    far = simulated(given.programmes, ahead=FAR, random_state=1)
    others = simulated(given.programmes, others=True, random_state=2)
    lines += ["", in_short(f"of these kinds, with the target {FAR[0]} to {FAR[1]} periods ahead", far)]
    lines += ["", in_short(f"of other shapes ({', '.join(OTHERS)}), which the prior was not weighed on", others)]
    print("\n".join(lines))
    if given.programmes == PROGRAMMES:
        write_section(
            "Targets: the chance of reaching one",
            command="python -m benchmarks.monitoring_targets",
            packages=["numpy", "scipy"],
            lines=lines,
        )


def found(programmes: Programmes, ours: Floats, held: NDArray[np.bool_], seconds: float) -> list[str]:
    """Return the markdown lines of what was found."""
    peer, reached = line_chances(programmes), programmes.reached
    off, peer_off = (100 * furthest_off(chances, reached) for chances in (ours, peer))
    brier, peer_brier = (np.mean((chances - reached) ** 2) for chances in (ours, peer))
    header = ["stated chance", "programmes", "stated, mean", "reached"]
    return [
        f"{len(ours):,} programmes in {seconds:.0f} s. Furthest off in a tenth of {ENOUGH} or more: ours {off:.1f} "
        f"points (wanted: 5), the line {peer_off:.1f}. Brier score: ours {brier:.3f}, the line {peer_brier:.3f}, "
        f"always saying {100 * reached.mean():.0f} %: {np.var(reached):.3f}. The 95 % interval of the figure expected "
        f"held the one measured in {100 * held.mean():.1f} %.",
        "",
        "Ours:",
        "",
        *markdown_table(header, _shown(ours, reached)),
        "",
        "The straight line:",
        "",
        *markdown_table(header, _shown(peer, reached)),
        "",
        "By kind, history and distance:",
        "",
        *_by_slice(programmes, ours, peer, held),
    ]


def in_short(which: str, programmes: Programmes) -> str:
    """Return what is found of further programmes, in one line."""
    ours, held = predicted(programmes)
    reached, line = programmes.reached, line_chances(programmes)
    off, line_off = (100 * furthest_off(chances, reached) for chances in (ours, line))
    brier, line_brier = (np.mean((chances - reached) ** 2) for chances in (ours, line))
    return (
        f"{len(ours):,} programmes {which}: furthest off in a tenth {off:.1f} points, the line {line_off:.1f}; "
        f"Brier score {brier:.3f}, the line {line_brier:.3f}; the interval held {100 * held.mean():.1f} %."
    )


def _shown(chances: Floats, reached: NDArray[np.bool_]) -> list[tuple[str, ...]]:
    return [
        (name, f"{n:,}", f"{100 * stated:.1f} %", f"{100 * seen:.1f} %")
        for name, n, stated, seen in by_tenth(chances, reached)
    ]


def _by_slice(programmes: Programmes, ours: Floats, peer: Floats, held: NDArray[np.bool_]) -> list[str]:
    slices = {kind: programmes.kind == number for number, kind in enumerate(KINDS)}
    slices |= {"4 to 7 periods of history": programmes.length < 8, "8 to 24 periods": programmes.length >= 8}
    slices |= {"1 to 4 periods ahead": programmes.steps <= 4, "5 to 8 periods ahead": programmes.steps > 4}
    reached = programmes.reached
    rows = []
    for name, inside in slices.items():
        cells = []
        for chances in (ours, peer):
            cells += [f"{100 * chances[inside].mean():.0f} %", f"{np.mean((chances - reached)[inside] ** 2):.3f}"]
        seen, covered = f"{100 * reached[inside].mean():.0f} %", f"{100 * held[inside].mean():.1f} %"
        rows.append((name, f"{inside.sum():,}", seen, *cells, covered))
    header = [
        "programmes of",
        "number",
        "reached",
        "ours: stated",
        "Brier",
        "line: stated",
        "Brier",
        "our interval held",
    ]
    return markdown_table(header, rows)


if __name__ == "__main__":
    main()
