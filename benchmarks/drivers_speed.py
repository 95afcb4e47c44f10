"""Effects of a hundred drivers in a million responses, beside statsmodels on the same matrix.

Run `python -m benchmarks.drivers_speed`. Each method runs in a process of its own that draws the same responses from
the same seed. Ours fits promoters and detractors and gives effects, intervals, p- and q-values of all four outcomes;
statsmodels fits one column, promoter less detractor, with robust errors. Its HC3 is the same quantity as ours but for
our factor G/(G-1), which is divided out before the errors are compared; HC1 is its cheapest.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.results import markdown_table, write_section

ROOT = Path(__file__).parents[1]
ROWS, DRIVERS = 1_000_000, 100
OURS, OURS_LEAVE_OUT = "nps-insights", "nps-insights, with leave-out figures"
# Its default solver, which is also its faster one on such matrices.
PEERS = {"statsmodels OLS, HC3": "HC3", "statsmodels OLS, HC1": "HC1"}
METHODS = (OURS, OURS_LEAVE_OUT, *PEERS)
HEADER = ["method", "seconds", "of ours", "processor, s", "peak memory, MiB", "of that before the fit"]

# What a run takes (numbers by name), and coefficients and errors (k,).
Found = dict[str, Any]


def drawn(n: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return k themes as 0/1 (n, k), of which ten matter, and category (n,)."""
    rng = np.random.default_rng(0)
    marks = (rng.random((n, k)) < rng.uniform(0.01, 0.1, k)).astype(float)
    some = marks[:, :10]
    score = 8.3 + some @ np.linspace(-2, 1, some.shape[1]) + rng.normal(0, 1.6, n)
    return marks, np.where(score >= 8.5, "promoter", np.where(score < 6.5, "detractor", "passive"))


def ours(n: int, k: int, *, leave_out: bool = False) -> Found:
    """Fit, effects and tables; then coefficients and errors of each mention, for the comparison."""
    from nps_insights.drivers import DriverDesign, NotFitted, fit_drivers
    from nps_insights.drivers.effects.combinations import covariance, values
    from nps_insights.drivers.effects.tables import adjusted_table, leave_out_table

    marks, category = drawn(n, k)
    ids = [f"code/{number:03d}" for number in range(k)]
    matrix = pd.DataFrame(marks, columns=ids, copy=False)
    matrix.insert(0, "category", category)
    names = pd.DataFrame({"driver_id": ids, "label": ids, "kind": "code", "theme_id": None})
    design = DriverDesign(matrix, names.assign(attribute="", level="", numeric=False), pd.DataFrame())
    clock = _Clock()
    fit = fit_drivers(design)
    if isinstance(fit, NotFitted):
        raise RuntimeError(fit.why)
    effects = adjusted_table(fit, 0.95)
    if leave_out:
        effects = pd.concat([effects, leave_out_table(fit, 0.95)])
    found = clock.stopped()
    accounts = fit.model.n_accounts
    errors = np.sqrt(np.diag(covariance(fit.model, fit.mentions)) * (accounts - 1) / accounts)
    figures = {"coefficients": values(fit.model, fit.mentions) @ [1.0, -1.0], "errors": errors}
    return {**found, **figures, "effects": len(effects)}


def statsmodels_ols(n: int, k: int, cov_type: str) -> Found:
    """One regression of promoter less detractor on all themes, with robust errors."""
    import statsmodels.api as sm

    marks, category = drawn(n, k)
    answer = (category == "promoter").astype(float) - (category == "detractor")
    x = np.column_stack([np.ones(n), marks])
    del marks
    clock = _Clock()
    fit = sm.OLS(answer, x).fit(cov_type=cov_type)
    coefficients, errors = fit.params[1:], fit.bse[1:]
    return {**clock.stopped(), "coefficients": coefficients, "errors": errors}


class _Clock:
    """Seconds, of the clock and of the processor, and memory, before and at most."""

    def __init__(self) -> None:
        import psutil

        self._memory = psutil.Process().memory_info().rss / 2**20
        self._start = time.perf_counter(), time.process_time()

    def stopped(self) -> Found:
        import resource

        seconds, processor = time.perf_counter() - self._start[0], time.process_time() - self._start[1]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"seconds": seconds, "processor": processor, "peak MiB": peak, "before MiB": self._memory}


def measured(method: str, n: int, k: int) -> Found:
    """Return what one method takes and finds, in this process."""
    if method in PEERS:
        return statsmodels_ols(n, k, PEERS[method])
    return ours(n, k, leave_out=method == OURS_LEAVE_OUT)


def in_own_process(method: str, n: int, k: int) -> Found:
    """Return what one method takes and finds, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "found.npz"
        command = [sys.executable, "-m", "benchmarks.drivers_speed", "--method", method, "--out", str(out)]
        command += ["--rows", str(n), "--drivers", str(k)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
        with np.load(out) as arrays:
            return {**json.loads(done.stdout.strip().splitlines()[-1]), **{name: arrays[name] for name in arrays}}


def differences(one: Found, other: Found) -> tuple[float, float]:
    """Return the largest difference of a coefficient, and the largest relative difference of an error."""
    apart = np.abs(np.asarray(one["coefficients"]) - np.asarray(other["coefficients"])).max()
    ratio = np.asarray(one["errors"]) / np.asarray(other["errors"])
    return float(apart), float(np.abs(ratio - 1).max())


def lines_of(found: dict[str, Found], n: int, k: int) -> list[str]:
    """Lines of the section: agreement in one sentence, then a row per method."""
    own = found[OURS]
    hc3 = found["statsmodels OLS, HC3"]
    coefficients, errors = differences(own, hc3)
    rows = [
        [name, f"{one['seconds']:.1f}", f"{one['seconds'] / own['seconds']:.1f} x", f"{one['processor']:.1f}"]
        + [f"{one[memory]:,.0f}" for memory in ("peak MiB", "before MiB")]
        for name, one in found.items()
    ]
    return [
        f"{n:,} responses x {k} drivers. Ours and HC3 agree: coefficients to "
        f"{coefficients:.0e}, standard errors to {errors:.0e} of their size (wanted: 1e-8), the factor G/(G-1) "
        "divided out. Peaks include drawing the responses.",
        "",
        *markdown_table(HEADER, rows),
    ]


def main() -> None:
    """Print one markdown table and write it to the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--drivers", type=int, default=DRIVERS)
    parser.add_argument("--method", choices=METHODS, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.method:
        found = measured(given.method, given.rows, given.drivers)
        arrays = {name: value for name, value in found.items() if isinstance(value, np.ndarray)}
        np.savez(given.out, **arrays)
        print(json.dumps({name: value for name, value in found.items() if name not in arrays}))
        return
    every = {method: in_own_process(method, given.rows, given.drivers) for method in METHODS}
    lines = [*__doc__.split("\n\n")[1:], *lines_of(every, given.rows, given.drivers)]
    print("\n".join(lines))
    if (given.rows, given.drivers) == (ROWS, DRIVERS):
        packages = ["nps-insights", "statsmodels", "numpy", "scipy"]
        write_section("Speed of drivers", command="python -m benchmarks.drivers_speed", packages=packages, lines=lines)


if __name__ == "__main__":
    main()
