"""Shares of what is explained, beside ls-spa (many drivers) and dominance-analysis (few) on the same data.

The peers need a Python of their own, as they ask for other versions than we do:

    python -m venv PEERS && PEERS/bin/pip install ls_spa==2.0.0 dominance_analysis==1.1.9 "numpy<2" "ipython<9"
    python -m benchmarks.drivers_shares --peers-python PEERS/bin/python

Equal error: the root mean square, over drivers and seeds, of the difference from 80,000 orders of another seed. ls-spa
draws a given number of pairs (an order and its reverse), by each of its samplers; ours as many orders as reach the
same error. Both are timed by the clock from data to shares with sampling errors. ls-spa has no interval for the data;
what ours take stands below the table. dominance-analysis gets few rows, as it would take hours on many, and 13
drivers; with `--few-drivers 15` it takes some fifteen times as long.
"""

import argparse
import os
import subprocess
import tempfile
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.results import markdown_table, write_section
from nps_insights.drivers import DriverDesign, FittedDrivers, NotFitted, fit_drivers
from nps_insights.drivers.explained.lmg import Parts, lmg
from nps_insights.drivers.explained.shares import explained_shares
from nps_insights.drivers.matrix.blocks import cross_products

ROWS, DRIVERS = 100_000, 100
FEW_ROWS, FEW_DRIVERS = 1_000, 13
# Sampler of ls-spa, pairs, jobs (-1: all processors) and threads of its linear algebra ("": all).
SETTINGS = (
    ("random", 256, 1, "1"),
    ("random", 256, 1, ""),
    ("argsort", 256, 1, "1"),
    ("permutohedron", 256, 1, "1"),
    ("random", 2048, 1, "1"),
    ("random", 2048, -1, "1"),
    ("permutohedron", 2048, 1, "1"),
)
REFERENCE_ORDERS = 80_000
PEERS_VARIABLE = "PEERS_PYTHON"
_PEER = Path(__file__).with_name("drivers_shares_peer.py")

Found = dict[str, Any]


# --- data


def drawn(n: int, k: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return k themes as 0/1 (n, k) that come together in eight topics, and answers +1, 0, -1 (n,)."""
    rng = np.random.default_rng(seed)
    wish = rng.normal(size=(n, 8)) @ rng.normal(0, 0.8, size=(8, k)) + rng.normal(size=(n, k))
    x = (wish > np.quantile(wish[:2000], rng.uniform(0.7, 0.97, k), axis=0).diagonal()).astype(float)
    score = x @ np.where(rng.random(k) < 0.3, rng.normal(0, 0.6, k), 0) + rng.normal(size=n)
    return x, np.where(score > 0.5, 1.0, np.where(score < -0.5, -1.0, 0.0))


def driver_family(x: np.ndarray, y: np.ndarray) -> DriverDesign:
    """Return the driver matrix of themes and answers."""
    ids = [f"code/{number:03d}" for number in range(x.shape[1])]
    matrix = pd.DataFrame(x, columns=ids)
    matrix.insert(0, "category", np.where(y > 0, "promoter", np.where(y < 0, "detractor", "passive")))
    names = pd.DataFrame({"driver_id": ids, "label": ids, "kind": "code", "theme_id": None})
    return DriverDesign(matrix, names.assign(attribute="", level="", numeric=False), pd.DataFrame())


# --- shares


def from_arrays(x: np.ndarray, y: np.ndarray, *, orders: int, random_state: int) -> Parts:
    """Return our shares with sampling errors, of so many orders."""
    centred = np.column_stack([x, y])
    centred -= centred.mean(axis=0)
    players = [[column] for column in range(x.shape[1])]
    cross = cross_products(centred, centred)
    return lmg(cross, players, tolerance=0.0, most_orders=orders, random_state=random_state)


def ours(x: np.ndarray, y: np.ndarray, *, orders: int, seeds: Iterable[int]) -> Found:
    """Return our parts for each seed (seeds, k), and the median seconds."""
    parts, seconds = [], []
    for seed in seeds:
        start = time.perf_counter()
        parts.append(from_arrays(x, y, orders=orders, random_state=1 + seed).parts)
        seconds.append(time.perf_counter() - start)
    return {"parts": np.array(parts), "seconds": float(np.median(seconds)), "orders": orders}


def reference_parts(x: np.ndarray, y: np.ndarray, *, orders: int = REFERENCE_ORDERS) -> np.ndarray:
    """Return the parts by many orders, drawn from another seed than those that are compared."""
    return from_arrays(x, y, orders=orders, random_state=10**6).parts


def rms(parts: np.ndarray, reference: np.ndarray) -> float:
    """Return the root mean square error of parts (seeds, k), as a part of R2."""
    return float(np.sqrt(np.mean((parts - reference) ** 2)) / reference.sum())


def with_the_same_moments(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return few rows whose covariance is that of the data: errors of many seeds then cost no pass over the data."""
    centred = np.column_stack([x, y])
    centred -= centred.mean(axis=0)
    upper = np.linalg.cholesky(cross_products(centred, centred)).T
    # Each row and its opposite: the columns have mean zero.
    both = np.vstack([upper, -upper]) / np.sqrt(2)
    return both[:, :-1], both[:, -1]


def peer(python: Path, name: str, given: Found, *, threads: str = "1") -> Found:
    """Run a peer in its own Python and return its parts (seeds, k) and seconds."""
    environment = {**os.environ, **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), threads)}
    if not threads:
        environment = {name: value for name, value in environment.items() if not name.endswith("_NUM_THREADS")}
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.npz", Path(folder) / "out.npz"
        np.savez(source, **given)
        command = [str(python), str(_PEER), name, str(source), str(target)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
        with np.load(target) as arrays:
            return dict(arrays)


# --- comparisons


def against_ls_spa(
    python: Path, n: int, k: int, settings: Iterable[tuple[str, int, int, str]] = SETTINGS
) -> tuple[list[list[str]], list[str]]:
    """Return a row per setting of ls-spa, and lines on what our intervals take beside that."""
    x, y = drawn(n, k)
    small_x, small_y = with_the_same_moments(x, y)
    reference = reference_parts(small_x, small_y)
    start = ours(small_x, small_y, orders=800, seeds=range(10))
    # The square of the error falls as one over the orders.
    cost = 800 * rms(start["parts"], reference) ** 2
    rows = []
    for sampler, pairs, jobs, threads in settings:
        given = {"sampler": sampler, "pairs": pairs, "jobs": jobs}
        timed = peer(python, "ls_spa", {"x": x, "y": y, "seeds": [0], **given}, threads=threads)
        more = peer(python, "ls_spa", {"x": small_x, "y": small_y, "seeds": [1, 2], **given})
        error = rms(np.vstack([timed["parts"], more["parts"]]), reference)
        orders = 8 * max(int(np.ceil(cost / error**2 / 8)), 2)
        found = ours(x, y, orders=orders, seeds=range(5))
        own_error = rms(ours(small_x, small_y, orders=orders, seeds=range(10))["parts"], reference)
        seconds = float(timed["seconds"])
        how = f"{sampler}, {pairs:,} pairs, {jobs if jobs > 0 else os.cpu_count()} jobs, {threads or 'all'} threads"
        own = [f"{orders:,}", f"{100 * own_error:.3f} %", f"{found['seconds']:.2f}"]
        rows.append([how, f"{100 * error:.3f} %", f"{seconds:.1f}", *own, f"{seconds / found['seconds']:.0f} x"])
    return rows, with_intervals(x, y)


def with_intervals(x: np.ndarray, y: np.ndarray) -> list[str]:
    """Return what the table with intervals for the data takes."""
    start = time.perf_counter()
    fit = fit_drivers(driver_family(x, y))
    fitted_after = time.perf_counter() - start
    if isinstance(fit, NotFitted):
        raise RuntimeError(fit.why)
    explained_shares(fit)
    start = time.perf_counter()
    explained = explained_shares(fit)
    seconds = time.perf_counter() - start
    largest = explained.shares["sampling_error"].max() / explained.r_squared
    return [
        f"With intervals for the data, `explained_shares` of a fitted model takes {seconds:.2f} s "
        f"({explained.n_orders:,} orders, largest sampling error {100 * largest:.2f} % of R2); the joint model that "
        f"all figures of drivers come from takes {fitted_after:.1f} s before it. For the same from ls-spa each of its "
        "times would have to be spent once per jackknife group or bootstrap sample, say 50 times; that was not run.",
    ]


def against_dominance(python: Path, n: int, k: int) -> Found:
    """Return seconds of both at few drivers, and the largest difference of a part."""
    x, y = drawn(n, k, seed=1)
    theirs = peer(python, "dominance_analysis", {"x": x, "y": y})
    seconds, found = [], None
    for _ in range(5):
        start = time.perf_counter()
        found = from_arrays(x, y, orders=0, random_state=0)
        seconds.append(time.perf_counter() - start)
    assert found is not None
    apart = float(np.abs(found.parts - theirs["parts"][0]).max())
    return {"theirs": float(theirs["seconds"]), "ours": float(np.median(seconds)), "apart": apart}


# --- a world with known shares


_LEVELS = 5
_THEMES = "ABCDEF"
_SHARED = 0.5


def _drawn_world(n: int, seed: int, answers_per_account: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Themes (n, 6), answers (n,), level of a harmless attribute (n,) and account (n,)."""
    from scipy.special import ndtr

    rng = np.random.default_rng(seed)
    account = np.arange(n) // answers_per_account
    shared = _SHARED if answers_per_account > 1 else 0.0
    draws = np.sqrt(1 - shared) * rng.normal(size=(n, 7))
    draws += np.sqrt(shared) * rng.normal(size=(account[-1] + 1, 7))[account]
    uniform = ndtr(draws[:, :6])
    x = uniform < np.array([0.2, 0.05, 0.15, 0.1, 0.1, 0.1])
    x[:, 1] |= x[:, 0] & (uniform[:, 1] < 0.6)
    x[:, 5] |= x[:, 3] & (uniform[:, 5] < 0.5)
    score = np.round(8.3 + x @ np.array([-3.0, 0.0, 1.5, -2.0, 0.0, -0.7]) + 1.6 * draws[:, 6])
    answer = np.where(score >= 9, 1.0, np.where(score >= 7, 0.0, -1.0))
    return x.astype(float), answer, rng.integers(_LEVELS, size=account[-1] + 1)[account], account


@cache
def true_parts() -> pd.Series:
    """Return the parts of R2 in the planted world of two million answers; the attribute's is 0."""
    x, answer, _, _ = _drawn_world(2_000_000, 0, 1)
    parts = from_arrays(x, answer, orders=0, random_state=0).parts
    return pd.Series({**{f"code/{name}": part for name, part in zip(_THEMES, parts, strict=True)}, "attribute/plan": 0})


def covered_world(n: int, seed: int, *, answers_per_account: int) -> FittedDrivers:
    """Return a fit of n answers of the planted world, with an attribute of five levels that does not matter."""
    x, answer, level, account = _drawn_world(n, 1000 + seed, answers_per_account)
    themes = driver_family(x, answer)
    ids = {old: f"code/{name}" for old, name in zip(themes.drivers["driver_id"], _THEMES, strict=True)}
    levels = [f"attribute/plan/{one}" for one in range(_LEVELS)]
    matrix = themes.matrix.rename(columns=ids).assign(account_id=[f"a{one}" for one in account])
    matrix[levels] = (level[:, None] == np.arange(_LEVELS)).astype(float)
    names = themes.drivers.assign(driver_id=list(ids.values()))
    own = pd.DataFrame({"driver_id": levels, "label": levels, "kind": "attribute", "theme_id": None, "numeric": False})
    drivers = pd.concat([names, own.assign(attribute="plan", level=[str(one) for one in range(_LEVELS)])])
    design = DriverDesign(matrix, drivers.reset_index(drop=True), pd.DataFrame(), attributes={"plan": levels})
    fit = fit_drivers(design)
    if isinstance(fit, NotFitted):
        raise RuntimeError(fit.why)
    return fit


def coverage(n: int, worlds: int, *, answers_per_account: int = 1) -> pd.Series:
    """Return how many 95 % intervals hold the true part, per driver and, as `all`, for R2."""
    truth = true_parts()
    hits = []
    for seed in range(worlds):
        explained = explained_shares(covered_world(n, seed, answers_per_account=answers_per_account))
        rows = explained.shares.set_index("driver_id").loc[truth.index]
        inside = (rows["conf_low"] <= truth) & (truth <= rows["conf_high"])
        hits.append({**inside, "all": explained.r_squared_low <= truth.sum() <= explained.r_squared_high})
    return pd.DataFrame(hits).mean()


def coverage_lines(worlds: int) -> list[str]:
    """Return a table of coverage."""
    settings = ((200, 1), (800, 1), (5000, 1), (800, 4), (4000, 4))
    found = [coverage(n, worlds, answers_per_account=answers) for n, answers in settings]
    header = ["answers", "per account", *(name.split("/")[1] if "/" in name else "R2" for name in found[0].index)]
    rows = [
        [f"{n:,}", answers, *(f"{share:.3f}" for share in one)]
        for (n, answers), one in zip(settings, found, strict=True)
    ]
    return [
        f"Coverage of 95 % intervals in {worlds} planted worlds each (B is a bystander, E and plan explain nothing, "
        "so that their true part is at the edge and more than 95 % may hold it):",
        "",
        *markdown_table(header, rows),
    ]


def main() -> None:
    """Print the tables and write them to the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers-python", default=os.environ.get(PEERS_VARIABLE), help="Python that has the peers")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--drivers", type=int, default=DRIVERS)
    parser.add_argument("--few-rows", type=int, default=FEW_ROWS)
    parser.add_argument("--few-drivers", type=int, default=FEW_DRIVERS)
    parser.add_argument("--worlds", type=int, default=250)
    given = parser.parse_args()
    if not given.peers_python:
        parser.error(f"--peers-python or {PEERS_VARIABLE} is needed:\n{__doc__}")
    python = Path(given.peers_python)
    many, intervals = against_ls_spa(python, given.rows, given.drivers)
    few = against_dominance(python, given.few_rows, given.few_drivers)
    header = ["ls-spa", "its error", "its seconds", "our orders", "our error", "our seconds", "faster"]
    lines = [
        *__doc__.split("\n\n")[-1].splitlines(),
        "",
        f"{given.drivers} drivers, {given.rows:,} responses:",
        "",
        *markdown_table(header, many),
        "",
        *intervals,
        "",
        f"{given.few_drivers} drivers, {given.few_rows:,} responses, all orders: dominance-analysis "
        f"{few['theirs']:.1f} s, ours {few['ours']:.4f} s, {few['theirs'] / few['ours']:,.0f} x; "
        f"largest difference of a part of R2 {few['apart']:.0e}.",
        "",
        *coverage_lines(given.worlds),
    ]
    print("\n".join(lines))
    if (given.rows, given.drivers) == (ROWS, DRIVERS):
        command = "python -m benchmarks.drivers_shares --peers-python PEERS/bin/python"
        write_section("Shares of what is explained", command=command, packages=["nps-insights", "numpy"], lines=lines)


if __name__ == "__main__":
    main()
