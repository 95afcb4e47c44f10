"""The number, watched: whether its intervals cover, and what a monitoring table of millions of answers costs.

    python -m benchmarks.monitoring_estimates

Coverage: worlds whose customers and true NPS are known. One kind of customer answers half as often as it should, which
weights mend: given ones, or raked to the known share in each world. Or the answers are clustered, 5 per account; or
both. The naive interval takes every answer for one of a simple random sample. Raking also takes chance out of the
shares, which the interval does not claim: with raked weights it errs on the wide side.

Few accounts: about 20 answers from each of 10 to 30 accounts, of equal or lognormal size, without weights; and how
often two draws of the same world are called different at 5 % (`nps_difference`).

Cost: NPS with n and interval by 200 groups and 24 months, beside pandas' groupby written plainly; each in a process of
its own, which first makes the same table of a few rows, so that no import is timed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.results import markdown_table, write_section
from nps_insights.metrics.estimates import estimates_of, nps
from nps_insights.metrics.periods import nps_difference

WORLDS, SIZES, PER_ACCOUNT = 4_000, (200, 500, 1_000), 5
ANSWERS, GROUPS, PERIODS, ACCOUNTS, REPEATED = 5_000_000, 200, 24, 1_000_000, 3
DESIGNS = ("weighted", "raked", "clustered", "weighted and clustered", "raked and clustered")
WANTED = (0.93, 0.97)
# Accounts, spread of their moods (that of one answer is 1.8 points of the scale), and of the log of their sizes.
FEW = ((10, 1.0, 0.0), (10, 1.5, 0.0), (12, 1.0, 0.8), (12, 1.5, 0.8), (12, 1.0, 1.2), (20, 1.0, 0.8), (30, 1.0, 0.8))
PER_FEW, PAIRS = 20, 1_000
_MEAN, _ONE_ANSWER = 7.6, 1.8
# Among customers 6 in 10 are of the unhappier kind, among answers 3 in 10; an account's own mood is a third of a mood.
_SHARE, _ANSWERING, _SHIFT, _ACCOUNT = 0.6, 0.3, (-0.5, 0.2), 1 / 3
_PROMOTER_FROM, _DETRACTOR_TO = 0.13, -0.67
_START = pd.Timestamp("2024-01-01")


def coverage(*, n: int, design: str, worlds: int = WORLDS, random_state: int = 0) -> dict[str, float]:
    """Return how often the interval of nominal .95 holds the truth: ours, and the naive one of the same answers.

    Args:
        n: Answers per world.
        design: One of `DESIGNS`.
        worlds: How many worlds.
        random_state: Seed.
    """
    responses, truth = drawn(n, design=design, worlds=worlds, rng=np.random.default_rng(random_state))
    weights = None if design == "clustered" else "weight"
    ours = estimates_of(responses, by=("world",), weights=weights)
    naive = nps(responses.drop(columns="account_id", errors="ignore"), by="world")
    return {"ours": _covered(ours, truth), "naive": _covered(naive, truth), "n_eff": _effective(ours)}


def drawn(n: int, *, design: str, worlds: int, rng: np.random.Generator) -> tuple[pd.DataFrame, float]:
    """Return the answers of all worlds, column `world` telling them apart, and their true NPS in points."""
    from scipy.special import ndtr

    per_account = PER_ACCOUNT if "clustered" in design else 1
    answering = _SHARE if design == "clustered" else _ANSWERING
    shape = (worlds, n // per_account, per_account)
    is_unhappy = np.broadcast_to(rng.random((*shape[:2], 1)) < answering, shape)
    own = np.sqrt(_ACCOUNT) * rng.normal(size=(*shape[:2], 1)) if per_account > 1 else 0.0
    rest = np.sqrt(1 - _ACCOUNT) if per_account > 1 else 1.0
    mood = np.where(is_unhappy, *_SHIFT) + own + rest * rng.normal(size=shape)
    category = np.where(mood > _PROMOTER_FROM, "promoter", np.where(mood < _DETRACTOR_TO, "detractor", "passive"))
    # Raking to one margin is this division by the share that was found.
    found = is_unhappy.mean(axis=(1, 2), keepdims=True) if "raked" in design else answering
    weight = np.where(is_unhappy, _SHARE / found, (1 - _SHARE) / (1 - found))
    account = np.broadcast_to(np.arange(worlds * shape[1]).reshape(*shape[:2], 1), shape)
    responses = pd.DataFrame(
        {
            "response_id": np.arange(worlds * n),
            "category": category.ravel(),
            "world": np.repeat(np.arange(worlds), n),
            "weight": weight.ravel(),
            "account_id": account.ravel(),
        }
    )
    shares = (_SHARE, 1 - _SHARE)
    points = [ndtr(shift - _PROMOTER_FROM) - ndtr(_DETRACTOR_TO - shift) for shift in _SHIFT]
    return responses, 100 * float(np.dot(shares, points))


def few_coverage(
    n_accounts: int, moods: float, sizes: float, *, worlds: int = WORLDS, random_state: int = 0
) -> dict[str, float]:
    """Return how often the unweighted interval of few accounts holds the truth, and how many are marked too small.

    Args:
        n_accounts: Accounts per world, of about 20 answers each.
        moods: Standard deviation of the accounts' means, in points of the 0 to 10 scale.
        sizes: That of the logarithm of their numbers of answers.
        worlds: How many worlds.
        random_state: Seed.
    """
    rng = np.random.default_rng(random_state)
    responses, truth = few_accounts(n_accounts, moods, sizes, worlds=worlds, rng=rng)
    found = estimates_of(responses, by=("world",))
    naive = nps(responses.drop(columns="account_id"), by="world")
    small = found.loc[(found["metric"] == "nps") & (found["by"] == "world"), "too_small"].mean()
    return {"ours": _covered(found, truth), "naive": _covered(naive, truth), "too_small": float(small)}


def wrongly_called(n_accounts: int, moods: float, sizes: float, *, pairs: int = PAIRS, random_state: int = 0) -> float:
    """Return how often two draws of the same world, each of other accounts, are called different at 5 %."""
    rng = np.random.default_rng(random_state)
    responses, _ = few_accounts(n_accounts, moods, sizes, worlds=2 * pairs, rng=rng)
    worlds = [one for _, one in responses.groupby("world")]
    called = [nps_difference(*both)["p_value"] < 0.05 for both in zip(worlds[::2], worlds[1::2], strict=True)]
    return float(np.mean(called))


def few_accounts(
    n_accounts: int, moods: float, sizes: float, *, worlds: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, float]:
    """Return the answers of all worlds and their true NPS in points; the moods of accounts know nothing of sizes."""
    from scipy.special import ndtr

    size = np.exp(rng.normal(np.log(PER_FEW) - sizes**2 / 2, sizes, size=worlds * n_accounts))
    account = np.repeat(np.arange(len(size)), np.maximum(np.round(size), 1).astype(int))
    score = _MEAN + moods * rng.normal(size=len(size))[account] + _ONE_ANSWER * rng.normal(size=len(account))
    responses = pd.DataFrame(
        {
            "response_id": np.arange(len(account)),
            "category": np.where(score > 8.5, "promoter", np.where(score < 6.5, "detractor", "passive")),
            "account_id": account,
            "world": account // n_accounts,
        }
    )
    spread = float(np.hypot(moods, _ONE_ANSWER))
    return responses, 100 * float(ndtr((_MEAN - 8.5) / spread) - ndtr((6.5 - _MEAN) / spread))


def _covered(estimates: pd.DataFrame, truth: float) -> float:
    rows = estimates[(estimates["metric"] == "nps") & (estimates["by"] == "world")]
    return float(((rows["conf_low"] <= truth) & (truth <= rows["conf_high"])).mean())


def _effective(estimates: pd.DataFrame) -> float:
    rows = estimates[(estimates["metric"] == "nps") & (estimates["by"] == "world")]
    return float(rows["n_eff"].mean())


def write_answers(path: Path, n: int, *, random_state: int = 0) -> None:
    """Write n answers of 200 groups in 24 months, of a fifth as many accounts, as a table of responses."""
    rng = np.random.default_rng(random_state)
    names = pd.Series(["detractor", "passive", "promoter"], dtype="str")
    stores = pd.Series([f"store {i:03}" for i in range(GROUPS)], dtype="str")
    accounts = pd.Series([f"a{i:07}" for i in range(max(n * ACCOUNTS // ANSWERS, 1))], dtype="str")
    seconds = rng.integers(0, PERIODS * 30 * 86_400, size=n)
    responses = pd.DataFrame(
        {
            "category": names.take(rng.choice(3, size=n, p=[0.25, 0.3, 0.45])).array,
            "attribute/store": stores.take(rng.integers(0, GROUPS, size=n)).array,
            "responded_at": (_START + pd.to_timedelta(seconds, unit="s")).astype("datetime64[us]"),
            "account_id": accounts.take(rng.integers(0, len(accounts), size=n)).array,
        }
    )
    responses.to_parquet(path, index=False)


def ours(responses: pd.DataFrame) -> pd.DataFrame:
    """Return the monitoring table as the library makes it."""
    return nps(responses, by="store", per="month")


def plain_pandas(responses: pd.DataFrame) -> pd.DataFrame:
    """Return the monitoring table by pandas' groupby, with the usual Wald interval; every answer stands alone."""
    y = responses["category"].map({"promoter": 100.0, "passive": 0.0, "detractor": -100.0})
    period = responses["responded_at"].dt.to_period("M")
    cells = y.groupby([responses["attribute/store"], period]).agg(["mean", "std", "count"])
    half = 1.96 * cells["std"] / np.sqrt(cells["count"])
    return _wald(cells["mean"], cells["count"], half)


def plain_pandas_clustered(responses: pd.DataFrame) -> pd.DataFrame:
    """Return the same with the account-clustered interval."""
    frame = pd.DataFrame(
        {
            "y": responses["category"].map({"promoter": 100.0, "passive": 0.0, "detractor": -100.0}),
            "store": responses["attribute/store"],
            "period": responses["responded_at"].dt.to_period("M"),
            "account_id": responses["account_id"],
        }
    )
    keys = ["store", "period"]
    frame["distance"] = frame["y"] - frame.groupby(keys)["y"].transform("mean")
    cells = frame.groupby(keys)["y"].agg(["mean", "count"])
    squared = frame.groupby([*keys, "account_id"])["distance"].sum() ** 2
    between = squared.groupby(keys).agg(["sum", "count"])
    error = np.sqrt(between["sum"] * between["count"] / (between["count"] - 1)) / cells["count"]
    return _wald(cells["mean"], cells["count"], 1.96 * error)


def _wald(mean: pd.Series, n: pd.Series, half: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"estimate": mean, "conf_low": mean - half, "conf_high": mean + half, "n": n}).reset_index()


# Name, who makes it, and whether accounts are known.
CONTESTANTS = {
    "nps-insights": (ours, False),
    "pandas groupby": (plain_pandas, False),
    "nps-insights, clustered by account": (ours, True),
    "pandas groupby, clustered by account": (plain_pandas_clustered, True),
}


def cost(
    n: int = ANSWERS, *, repeated: int = REPEATED, names: Sequence[str] = tuple(CONTESTANTS)
) -> dict[str, dict[str, float]]:
    """Return by contestant: seconds (best of `repeated`), peak MiB of its process, MiB above the loaded answers, rows.

    Args:
        n: Answers.
        repeated: How often each table is made, in one process.
        names: Of `CONTESTANTS`.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "responses.parquet"
        write_answers(path, n)
        found = {}
        for name in names:
            command = [sys.executable, "-m", "benchmarks.monitoring_estimates", "--measure", name, str(path)]
            command += ["--repeated", str(repeated)]
            done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
            found[name] = json.loads(done.stdout.splitlines()[-1])
    return found


def measured(name: str, path: Path, repeated: int) -> dict[str, float]:
    """Return what one contestant costs in this process."""
    make, with_accounts = CONTESTANTS[name]
    columns = ["category", "attribute/store", "responded_at", *(["account_id"] if with_accounts else [])]
    responses = pd.read_parquet(path, columns=columns)
    make(responses.head(1_000))
    loaded = memory_mib("VmRSS")
    # From here on the peak is that of the table, not of reading the file.
    Path("/proc/self/clear_refs").write_text("5")
    seconds = []
    for _ in range(repeated):
        start = time.perf_counter()
        table = make(responses)
        seconds.append(time.perf_counter() - start)
    peak = memory_mib("VmHWM")
    return {"seconds": min(seconds), "peak_mib": peak, "above_mib": peak - loaded, "rows": len(table)}


def memory_mib(entry: str) -> float:
    """Return what Linux says of this process's memory: "VmRSS", held now, or "VmHWM", the most it held."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    kib = next(line.split()[1] for line in status.splitlines() if line.startswith(f"{entry}:"))
    return int(kib) / 1024


def _coverage_lines(worlds: int) -> list[str]:
    rows = []
    for design in DESIGNS:
        for n in SIZES:
            found = coverage(n=n, design=design, worlds=worlds)
            rows.append((design, n, f"{found['n_eff']:.0f}", f"{found['ours']:.3f}", f"{found['naive']:.3f}"))
    wanted = (
        f"Nominal .95, wanted {WANTED[0]} to {WANTED[1]}; {worlds:,} worlds each. Raked weights err on the wide side."
    )
    header = ["answers", "n", "mean n_eff", "ours", "naive: unweighted, unclustered"]
    return [wanted, "", *markdown_table(header, rows)]


def _few_lines(worlds: int) -> list[str]:
    rows = []
    for n_accounts, moods, sizes in FEW:
        found = few_coverage(n_accounts, moods, sizes, worlds=worlds)
        called = wrongly_called(n_accounts, moods, sizes, pairs=min(worlds, PAIRS))
        figures = (f"{found['ours']:.3f}", f"{found['naive']:.3f}", f"{found['too_small']:.1%}", f"{called:.3f}")
        rows.append((n_accounts, moods, sizes, *figures))
    told = f"Few accounts of about {PER_FEW} answers each, unweighted; the last column is nominally .05."
    header = ["accounts", "spread of moods", "of log sizes", "ours", "naive: unclustered", "marked too small"]
    return [told, "", *markdown_table([*header, "no change called one"], rows)]


def _cost_lines(n: int, repeated: int) -> list[str]:
    rows = [
        (name, f"{one['seconds']:.2f}", f"{one['peak_mib']:.0f}", f"{one['above_mib']:.0f}", f"{one['rows']:,}")
        for name, one in cost(n, repeated=repeated).items()
    ]
    header = [f"{n:,} answers, {GROUPS} groups", "seconds", "peak MiB", "of it above the loaded answers", "rows"]
    told = "The library's table holds the three categories' shares beside the NPS, four rows for each of pandas'."
    return [told, "", *markdown_table(header, rows)]


def main() -> None:
    """Print coverage and cost, and write them to the results when run whole."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=WORLDS)
    parser.add_argument("--answers", type=int, default=ANSWERS)
    parser.add_argument("--repeated", type=int, default=REPEATED)
    parser.add_argument("--measure", nargs=2, metavar=("NAME", "FILE"))
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measured(given.measure[0], Path(given.measure[1]), given.repeated)))
        return
    text = [
        *_coverage_lines(given.worlds),
        "",
        *_few_lines(given.worlds),
        "",
        *_cost_lines(given.answers, given.repeated),
    ]
    print("\n".join(text))
    if (given.worlds, given.answers, given.repeated) == (WORLDS, ANSWERS, REPEATED):
        write_section(
            "The number, watched: coverage, and the cost of a monitoring table",
            command="python -m benchmarks.monitoring_estimates",
            packages=["pandas", "numpy"],
            lines=text,
        )


if __name__ == "__main__":
    main()
