"""Alerts where it is known what changed: `python -m benchmarks.monitoring_alerts`.

Two-period tests are judged exactly, over all outcomes of two samples. Themes, drops and stories are simulated; the
peers see the same draws: plus or minus two standard deviations of the last six periods, and the moving average of six.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.results import markdown_table, write_section
from nps_insights.actions.monitoring import AlertSettings
from nps_insights.actions.monitoring.cells import cells_of
from nps_insights.actions.monitoring.judge import judge
from nps_insights.metrics import nps_interval, share_interval
from nps_insights.metrics.change_points import change_points
from nps_insights.metrics.periods import nps_differences

Array = NDArray[np.float64]
PAIRS = ((10, 10), (10, 20), (10, 40), (20, 20), (20, 45), (30, 30), (45, 45), (60, 60))
HISTORY, EARLIER = 24, 6
START = pd.Timestamp("2020-01-01")


def type_one_errors(pairs: Iterable[tuple[int, int]] = PAIRS, *, step: float = 0.05) -> list[dict[str, float]]:
    """Return how often two periods without any change are called different at 5 %, at worst over a grid of shares.

    Exact: the multinomial probability of all pairs of samples whose p-value is below 0.05. "same" draws both sides
    from one distribution; "same NPS" lets the spread differ.

    Args:
        pairs: Answers before and after.
        step: Grid step of the shares of promoters and detractors.
    """
    steps = round(1 / step)
    grid = np.array([(p, d) for p in range(steps + 1) for d in range(steps + 1 - p)])
    same_nps = (grid[:, 0] - grid[:, 1])[:, None] == (grid[:, 0] - grid[:, 1])[None]
    rows = []
    for n_before, n in pairs:
        (p1, d1, q1), (p2, d2, q2) = (_outcomes(size, grid / steps) for size in (n_before, n))
        before, after = (p1[:, None], d1[:, None], n_before), (p2[None], d2[None], n)
        row: dict[str, float] = {"n_before": n_before, "n": n}
        tests = {"ours": nps_differences(before, after)["p_value"], "wald": _wald(before, after)}
        for name, p_values in tests.items():
            size = q1.T @ ((p_values < 0.05).astype(float) @ q2)
            row |= {f"{name}_same": float(np.diag(size).max()), f"{name}_same_nps": float(size[same_nps].max())}
        rows.append(row)
    return rows


def _outcomes(n: int, grid: Array) -> tuple[Array, Array, Array]:
    """All samples of n answers, and their probability under each pair of shares."""
    from scipy.special import gammaln, xlogy

    promoters, detractors = (axis.ravel() for axis in np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij"))
    possible = promoters + detractors <= n
    p, d = promoters[possible].astype(float), detractors[possible].astype(float)
    ways = gammaln(n + 1) - gammaln(p + 1) - gammaln(d + 1) - gammaln(n - p - d + 1)
    rest = np.maximum(1 - grid.sum(axis=1), 0)
    logs = [xlogy(k[:, None], share) for k, share in ((p, grid[:, 0]), (d, grid[:, 1]), (n - p - d, rest))]
    return p, d, np.exp(ways[:, None] + sum(logs))


def _wald(before: tuple[Array, Array, int], after: tuple[Array, Array, int]) -> Array:
    from scipy.special import ndtr

    means, variances = [], []
    for promoters, detractors, n in (before, after):
        p, d = promoters / n, detractors / n
        means.append(p - d)
        variances.append((p + d - (p - d) ** 2) / n)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.abs(means[1] - means[0]) / np.sqrt(variances[0] + variances[1])
    return np.asarray(2 * ndtr(-np.where(np.isnan(z), 0, z)))


def theme_series(shares: Array, n: int, *, random_state: int) -> pd.DataFrame:
    """Draw themes (rows) by period (columns) among n comments each: table `estimates`."""
    counts = np.random.default_rng(random_state).binomial(n, shares)
    estimate, low, high = share_interval(counts.ravel(), n)
    return _series("theme_share", "theme_id", shares.shape, (estimate, low, high), n)


def _series(metric: str, by: str, shape: tuple[int, int], figures: Sequence[Array], n: int) -> pd.DataFrame:
    starts = pd.date_range(START, periods=shape[1], freq="MS")
    frame = pd.DataFrame({"group": np.repeat([f"t{one:05}" for one in range(shape[0])], shape[1])})
    frame["period_start"], frame["period_end"] = (
        np.tile(starts, shape[0]),
        np.tile(starts + pd.offsets.MonthEnd(), shape[0]),
    )
    for name, values in zip(("estimate", "conf_low", "conf_high"), figures, strict=True):
        frame[name] = values
    return frame.assign(metric=metric, by=by, n=n, n_eff=float(n), too_small=False, finished=True)


def theme_alerts(
    n: int,
    *,
    seeds: Iterable[int],
    n_themes: int = 100,
    n_moving: int = 0,
    spread: float = 0.0,
    periods: int = EARLIER + 1,
) -> dict[str, float]:
    """Return false alerts per 100 stable themes in the last period, and how often a doubled theme is found.

    Args:
        n: Comments a period.
        seeds: One world each.
        n_themes: Themes, of 1 to 15 % each.
        n_moving: So many of them have 3 to 6 % and double in the last period.
        spread: Standard deviation by which log-odds of every theme move from period to period by themselves.
        periods: Periods, the last included.
    """
    false, found = {"ours": 0, "peer": 0}, {"ours": 0, "peer": 0}
    worlds = 0
    for seed in seeds:
        rng = np.random.default_rng([seed, 1])
        share = np.exp(rng.uniform(np.log(0.01), np.log(0.15), n_themes))
        share[:n_moving] = rng.uniform(0.03, 0.06, n_moving)
        odds = np.log(share / (1 - share))[:, None] + rng.normal(0, spread, (n_themes, periods))
        shares = 1 / (1 + np.exp(-odds))
        shares[:n_moving, -1] = 1 / (
            1 + np.exp(-odds[:n_moving, -1] - np.log(2 * (1 - share[:n_moving]) / (1 - 2 * share[:n_moving])))
        )
        series = theme_series(shares, n, random_state=seed)
        told = {"ours": _told(series), "peer": _two_deviations(series, n_themes)}
        for name, groups in told.items():
            numbers = np.array([int(group[1:]) for group in groups], dtype=int)
            false[name] += int((numbers >= n_moving).sum())
            found[name] += int((numbers < n_moving).sum())
        worlds += 1
    stable = worlds * (n_themes - n_moving) / 100
    rates = {f"{name}_false": false[name] / stable for name in false}
    return rates | {f"{name}_power": found[name] / (worlds * n_moving) if n_moving else np.nan for name in found}


def _told(series: pd.DataFrame) -> list[str]:
    cells = cells_of(series, "theme_share", confidence_level=0.95)
    assert cells is not None
    alerts = judge(cells, change_points(series), AlertSettings()).rows
    return [] if alerts.empty else alerts.loc[alerts["status"] == "raised", "group"].tolist()


def _two_deviations(series: pd.DataFrame, n_themes: int) -> list[str]:
    """The last period lies beyond two standard deviations of the six before it."""
    shares = series["estimate"].to_numpy().reshape(n_themes, -1)
    before = shares[:, -EARLIER - 1 : -1]
    outside = np.abs(shares[:, -1] - before.mean(axis=1)) > 2 * before.std(axis=1, ddof=1)
    return [f"t{one:05}" for one in np.flatnonzero(outside)]


def drops(
    *,
    n: int = 200,
    n_worlds: int = 300,
    size: float = 15.0,
    watched: int = 50,
    spread: float = 0.0,
    random_state: int = 0,
) -> dict[str, float]:
    """Return how often a drop of the NPS is found within two periods, and after how many periods a false alarm comes.

    Watching begins after 24 periods of history, for drops alone. NPS 30: half promoters, a fifth detractors.

    Args:
        n: Answers a period.
        n_worlds: Series.
        size: Points of the drop.
        watched: Periods watched in worlds without a drop.
        spread: Points by which the NPS moves from period to period by itself.
        random_state: Seed.
    """
    rng = np.random.default_rng(random_state)
    row: dict[str, float] = {"n": n, "size": size, "spread": spread}
    for kind, periods in (("found", 2), ("false", watched)):
        level = rng.normal(0, spread / 100, (n_worlds, HISTORY + periods))
        level[:, HISTORY:] -= size / 100 if kind == "found" else 0.0
        promoters = rng.binomial(n, np.clip(0.5 + level / 2, 0, 1))
        detractors = rng.binomial(n - promoters, np.clip((0.2 - level / 2) / (0.5 - level / 2), 0, 1))
        series = _series("nps", "world", level.shape, nps_interval(promoters.ravel(), detractors.ravel(), n), n)
        # Each series stands alone, as the overall NPS does.
        alone = series.assign(by=series["group"])
        points = change_points(alone, direction="drop", min_history=HISTORY)
        first = pd.date_range(START, periods=HISTORY + 1, freq="MS")[-1]
        here = points[points["found_at"] >= first]
        peer = _moving_average(series["estimate"].to_numpy().reshape(level.shape))
        if kind == "found":
            row |= {"ours_found": here["group"].nunique() / n_worlds, "peer_found": float(peer.any(axis=1).mean())}
        else:
            looked = n_worlds * periods
            row |= {"ours_every": looked / max(len(here), 1), "peer_every": looked / max(int(peer.sum()), 1)}
    return row


def _moving_average(estimates: Array) -> NDArray[np.bool_]:
    """Below the mean of the last six periods by two of their standard deviations, from the 25th period on."""
    below = [
        estimates[:, t]
        < estimates[:, t - EARLIER : t].mean(axis=1) - 2 * estimates[:, t - EARLIER : t].std(axis=1, ddof=1)
        for t in range(HISTORY, estimates.shape[1])
    ]
    return np.stack(below, axis=1)


def main() -> None:
    """Print and write every figure."""
    tests = type_one_errors()
    lines = ["Two periods without any change called different at 5 %, at worst (exact), ours / Wald:", ""]
    cells: list[Sequence[object]] = [
        (
            row["n_before"],
            row["n"],
            *(f"{row[one + kind]:.3f}" for kind in ("_same", "_same_nps") for one in ("ours", "wald")),
        )
        for row in tests
    ]
    lines += markdown_table(["n before", "n", "ours", "Wald", "ours, other spread", "Wald, other spread"], cells)
    stable = [
        (n, spread, theme_alerts(n, seeds=range(60), spread=spread))
        for n in (500, 1000, 2000)
        for spread in (0.0, 0.1, 0.2)
    ]
    moving = [(n, theme_alerts(n, seeds=range(1000, 1100), n_moving=5)) for n in (500, 1000, 2000)]
    lines += ["", "100 themes of 1 to 15 %, none of which changes: alerts per 100 themes and period.", ""]
    lines += markdown_table(
        ["comments", "log-odds move by", "ours", "+-2 SD of six"],
        [(n, spread, f"{one['ours_false']:.2f}", f"{one['peer_false']:.2f}") for n, spread, one in stable],
    )
    lines += ["", "Five of 100 themes, of 3 to 6 %, double.", ""]
    lines += markdown_table(
        ["comments", "found", "found by +-2 SD", "false per 100 others", "of +-2 SD"],
        [
            (n, *(f"{one[name]:.2f}" for name in ("ours_power", "peer_power", "ours_false", "peer_false")))
            for n, one in moving
        ],
    )
    found = [drops(spread=spread, random_state=7) for spread in (0.0, 2.0, 4.0)]
    lines += ["", "A drop of 15 points, 200 answers a period, 24 periods of history, one-sided.", ""]
    lines += markdown_table(
        ["NPS moves by", "found within 2", "by moving average", "false alarm every", "of moving average"],
        [
            (
                one["spread"],
                f"{one['ours_found']:.2f}",
                f"{one['peer_found']:.2f}",
                f"{one['ours_every']:.0f}",
                f"{one['peer_every']:.0f}",
            )
            for one in found
        ],
    )
    print("\n".join(lines))
    write_section(
        "Alerts", command="python -m benchmarks.monitoring_alerts", packages=["nps-insights", "numpy"], lines=lines
    )


if __name__ == "__main__":
    main()
