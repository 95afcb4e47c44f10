"""The risk of a million accounts from their features, beside MLflow's own `pyfunc` on the same stored model.

Run `python -m benchmarks.churn_scoring`. Each way runs in a process of its own, with as many threads as the machine has
cores, and loads the same folder: ours through the checks of the registry, the peer by `mlflow.pyfunc.load_model`,
which predicts chunks of 50,000 rows. Rows/s count neither imports nor loading the model; from a frame they do not count
reading it, from a file they count reading it in batches. The peak counts all of it, and is wanted at or below 4 GB.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.results import markdown_table, write_section
from nps_insights.churn.features.spec import FeatureSpec
from nps_insights.churn.model import ChurnModel

ROOT = Path(__file__).parents[1]
ROWS, FEATURES, TRAINED_ON = 1_000_000, 60, 20_000
CHUNK = 50_000
KINDS = ("logistic_regression", "hist_gradient_boosting")
OURS, OURS_FILE = "nps-insights, from a frame", "nps-insights, from parquet"
PEER, PEER_FILE = "mlflow.pyfunc, from a frame", "mlflow.pyfunc, from parquet"
METHODS = {OURS: False, OURS_FILE: True, PEER: False, PEER_FILE: True}
HEADER = ["model", "way", "seconds", "rows/s", "of ours", "peak memory, MiB", "largest difference of a risk"]

# What a way takes (numbers by name), and the risks it gives (n,).
Found = dict[str, Any]


def drawn(n: int, k: int, *, random_state: int) -> pd.DataFrame:
    """Return k features of n accounts: levels and counts, long tails, and three in ten silent."""
    rng = np.random.default_rng(random_state)
    silent = rng.random(n) < 0.3
    columns = {}
    for number in range(k):
        kind = number % 4
        drawing = {
            0: lambda: rng.normal(0, 1, n),
            1: lambda: rng.lognormal(3, 1, n),
            2: lambda: rng.poisson(0.5, n).astype(float),
            3: lambda: (rng.random(n) < 0.3).astype(float),
        }
        values = drawing[kind]()
        columns[f"attribute/x{number:02d}"] = np.where(silent, np.nan, values) if kind == 0 else values
    return pd.DataFrame(columns)


def trained(kind: str, features: pd.DataFrame, *, random_state: int) -> ChurnModel:
    """Fit and calibrate one of the two kinds, as churn training does."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rng = np.random.default_rng(random_state)
    logit = features.fillna(0).to_numpy()[:, :8].clip(-3, 3) @ np.linspace(-0.6, 0.8, min(8, features.shape[1])) - 1.5
    left = rng.random(len(features)) < 1 / (1 + np.exp(-logit))
    imputer = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    bases = {
        "logistic_regression": make_pipeline(imputer, StandardScaler(), LogisticRegression()),
        "hist_gradient_boosting": HistGradientBoostingClassifier(early_stopping=False, random_state=0),
    }
    classifier = CalibratedClassifierCV(bases[kind], method="sigmoid", cv=3, ensemble=False).fit(features, left)
    numbers = tuple(name.removeprefix("attribute/") for name in features)
    spec = FeatureSpec(tuple(features), numbers=numbers)
    return ChurnModel(classifier, spec, 90, kind, dated=True, about={"trained_at": "2026-01-01", "n": len(features)})


def prepared(folder: Path, n: int, k: int) -> None:
    """Write the features of n accounts, and a stored model of each kind with the hashes of its files."""
    from nps_insights.tracking.churn_files import write_churn_files

    drawn(n, k, random_state=0).to_parquet(folder / "features.parquet", row_group_size=CHUNK)
    for kind in KINDS:
        model = trained(kind, drawn(TRAINED_ON, k, random_state=1), random_state=2)
        hashes = write_churn_files(model, folder / kind)
        (folder / f"{kind}.json").write_text(json.dumps(hashes), encoding="utf-8")


def ours(folder: Path, kind: str, *, from_file: bool) -> Found:
    """Score with `RiskScorer`."""
    import pyarrow.parquet as pq

    from nps_insights.churn.scoring import RiskScorer
    from nps_insights.tracking.churn_files import read_churn_model

    hashes = json.loads((folder / f"{kind}.json").read_text(encoding="utf-8"))
    scorer = RiskScorer(read_churn_model(folder / kind, hashes, kind))
    file = folder / "features.parquet"
    if not from_file:
        features = pd.read_parquet(file)
        return _timed(lambda: scorer.risk(features))
    return _timed(
        lambda: np.concatenate(
            [
                scorer.risk(dict(zip(batch.schema.names, batch.columns, strict=True)))
                for batch in pq.ParquetFile(file).iter_batches(batch_size=CHUNK)
            ]
        )
    )


def pyfunc(folder: Path, kind: str, *, from_file: bool) -> Found:
    """Score with the model that MLflow loads, in chunks."""
    import mlflow.pyfunc
    import pyarrow.parquet as pq

    model = mlflow.pyfunc.load_model(str(folder / kind))
    file = folder / "features.parquet"
    if not from_file:
        features = pd.read_parquet(file)
        starts = range(0, len(features), CHUNK)
        return _timed(
            lambda: np.concatenate([_leaves(model.predict(features.iloc[start : start + CHUNK])) for start in starts])
        )
    return _timed(
        lambda: np.concatenate(
            [_leaves(model.predict(batch.to_pandas())) for batch in pq.ParquetFile(file).iter_batches(batch_size=CHUNK)]
        )
    )


def _leaves(predicted: Any) -> np.ndarray:
    return np.asarray(predicted)[:, 1]


def _timed(scored: Any) -> Found:
    import resource

    start = time.perf_counter()
    risk = scored()
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "risk": risk, "peak MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def measured(method: str, folder: Path, kind: str) -> Found:
    """Return what one way takes and gives, in this process."""
    way = ours if method in (OURS, OURS_FILE) else pyfunc
    # MLflow warns of its own type hints and of pickles that are none.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return way(folder, kind, from_file=METHODS[method])


def in_own_process(method: str, folder: Path, kind: str) -> Found:
    """Return what one way takes and gives, in a process of its own."""
    out = folder / "risk.npy"
    command = [sys.executable, "-m", "benchmarks.churn_scoring", "--method", method, "--kind", kind]
    command += ["--folder", str(folder), "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return {**json.loads(done.stdout.strip().splitlines()[-1]), "risk": np.load(out)}


def compared(n: int, k: int) -> list[Found]:
    """Return a row per model and way: kind, method, seconds, rows/s, ratio to ours, peak, and difference of risks.

    The ratio is of seconds, to our way from the same source; the difference is to our risks from the frame.
    """
    rows: list[Found] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepared(folder, n, k)
        for kind in KINDS:
            found = {method: in_own_process(method, folder, kind) for method in METHODS}
            for method, one in found.items():
                own = found[OURS_FILE if METHODS[method] else OURS]
                apart = float(np.abs(one["risk"] - found[OURS]["risk"]).max())
                figures = {name: one[name] for name in ("seconds", "peak MiB")}
                figures |= {"rows/s": n / one["seconds"], "ratio": one["seconds"] / own["seconds"], "apart": apart}
                rows.append({"kind": kind, "method": method, **figures})
    return rows


def lines_of(rows: list[Found], n: int, k: int) -> list[str]:
    """Lines of the section: what was scored, then a row per model and way."""
    shown = []
    for row in rows:
        speed = [f"{row['seconds']:.2f}", f"{row['rows/s']:,.0f}", f"{row['ratio']:.1f} x"]
        shown.append([row["kind"], row["method"], *speed, f"{row['peak MiB']:,.0f}", f"{row['apart']:.0e}"])
    return [f"{n:,} accounts x {k} features; 100 trees of up to 31 leaves.", "", *markdown_table(HEADER, shown)]


def main() -> None:
    """Print one markdown table and write it to the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--features", type=int, default=FEATURES)
    for hidden in ("--method", "--kind"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    for hidden in ("--folder", "--out"):
        parser.add_argument(hidden, type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.method:
        found = measured(given.method, given.folder, given.kind)
        np.save(given.out, found.pop("risk"))
        print(json.dumps(found))
        return
    lines = [*__doc__.split("\n\n")[1:], *lines_of(compared(given.rows, given.features), given.rows, given.features)]
    print("\n".join(lines))
    if (given.rows, given.features) == (ROWS, FEATURES):
        packages = ["nps-insights", "mlflow", "scikit-learn", "numpy"]
        command = "python -m benchmarks.churn_scoring"
        write_section("Scoring accounts", command=command, packages=packages, lines=lines)


if __name__ == "__main__":
    main()
