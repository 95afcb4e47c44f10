"""Risk of a million accounts on Spark, beside MLflow's own way of running the same stored model there.

Run `python -m benchmarks.churn_spark`. Each method runs in a process of its own, in a session `local[2]` of its own,
reads the same parquet (one file per partition, so that nothing has to be shuffled) and writes the risk as parquet. The
clock starts when session and model are there (the peer's is read once as well) and stops when the parquet is written;
ours includes comparing all accounts in and out and bringing the table to the driver. The peer is
`mlflow.pyfunc.spark_udf(..., env_manager="local")` on the folder that the registry stores: Spark reads the rows and
sends them to Python, where ours sends the names of row groups.
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
from nps_insights.jobs.spark import spark_session
from nps_insights.jobs.spark.session import pandas_3_unmentioned
from nps_insights.tracking.churn_files import write_churn_files

ROOT = Path(__file__).parents[1]
ROWS, FEATURES, PARTITIONS, TAUGHT = 1_000_000, 60, 200, 20_000
KINDS = ("hist_gradient_boosting", "logistic_regression")
OURS, PEER = "nps-insights", "mlflow.pyfunc.spark_udf"
WANTED = 3.0
HEADER = [
    "model",
    "method",
    "seconds",
    "rows/s",
    "times ours",
    "partitions",
    "worker processes",
    "model loads",
    "from the local run",
]

Found = dict[str, Any]


def drawn(n: int, k: int, *, random_state: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return features of n accounts, a fifth of each unknown, and who left: ten of the features matter."""
    rng = np.random.default_rng(random_state)
    values = rng.normal(size=(n, k))
    logit = -2 + values[:, :10] @ np.linspace(-0.6, 0.6, 10)
    churned = rng.random(n) < 1 / (1 + np.exp(-logit))
    values[rng.random((n, k)) < 0.2] = np.nan
    features = pd.DataFrame(values, columns=[f"usage/{number:02d}/mean" for number in range(k)], copy=False)
    features.insert(0, "account_id", [f"a{number:08d}" for number in range(n)])
    features.insert(1, "as_of", pd.Timestamp("2026-06-30"))
    return features, churned


def trained(kind: str, k: int, n: int = TAUGHT) -> Any:
    """Return a churn model of the kind on k features, made as churn training makes it."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits

    from nps_insights.churn.features.spec import FeatureSpec
    from nps_insights.churn.model import ChurnModel

    features, churned = drawn(n, k, random_state=1)
    names = tuple(features.columns[2:])
    imputer = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    steps = [("impute", imputer), ("scale", StandardScaler()), ("classify", LogisticRegression())]
    base = Pipeline(steps) if kind == "logistic_regression" else HistGradientBoostingClassifier(random_state=0)
    with threadpool_limits(1):
        fitted = CalibratedClassifierCV(base, method="sigmoid", cv=3, ensemble=False).fit(
            features[list(names)], churned
        )
    return ChurnModel(fitted, FeatureSpec(names), 90, kind, dated=True)


def measured(method: str, kind: str, folder: Path, k: int) -> Found:
    """Return what one method takes, in this process, and how far its risk is from that of the local run."""
    model, given, out = trained(kind, k), folder / "features", folder / f"{kind}-{method}"
    stored = folder / f"{kind}-{method}-model"
    expected = write_churn_files(model, stored)
    # A file costs a whole partition to open, so Spark puts no two of them together.
    options = {"spark.sql.files.openCostInBytes": "128MB", "spark.sql.files.maxPartitionBytes": "128MB"}
    with spark_session("local[2]", options=options) as session:
        # What a first job of a session pays, once and for both.
        session.range(4).repartition(2).count()
        found = (ours if method == OURS else peers)(session, stored, expected, given, out)
    return found | compared_with_local(model, given, out)


def ours(session: Any, stored: Path, expected: dict[str, str], given: Path, out: Path) -> Found:
    """Score with `score_with_spark`, and return what it took."""
    from nps_insights.jobs.spark import score_with_spark
    from nps_insights.tracking.churn_files import read_churn_model

    model = read_churn_model(stored, expected, "churn model")
    began = time.perf_counter()
    scored = score_with_spark(given, model, out, session=session, partitions=len(list(given.iterdir())))
    seconds = time.perf_counter() - began
    counts = {"workers": scored.n_workers, "loads": scored.n_loads, "partitions": scored.n_partitions}
    return {"seconds": seconds, **counts}


def peers(session: Any, stored: Path, expected: dict[str, str], given: Path, out: Path) -> Found:
    """Score with the peer, and return what it took."""
    import mlflow.pyfunc
    from pyspark.sql.functions import struct

    del expected
    names = mlflow.pyfunc.load_model(str(stored)).metadata.get_input_schema().input_names()
    with pandas_3_unmentioned():
        began = time.perf_counter()
        predict = mlflow.pyfunc.spark_udf(session, stored.as_uri(), result_type="array<double>", env_manager="local")
        rows = session.read.parquet(str(given))
        risk = predict(struct(*(f"`{name}`" for name in names)))[1]
        rows.select("account_id", "as_of", risk.alias("risk")).write.parquet(str(out))
        seconds = time.perf_counter() - began
    return {"seconds": seconds, "partitions": rows.rdd.getNumPartitions()}


def compared_with_local(model: Any, given: Path, out: Path) -> Found:
    """Return the number of accounts and how far the written risk is from that of one machine."""
    from nps_insights.churn.scoring import RiskScorer

    features = pd.read_parquet(given)
    local = pd.Series(RiskScorer(model).risk(features), index=features["account_id"])
    risk = pd.read_parquet(out).set_index("account_id")["risk"].reindex(local.index)
    return {"rows": len(local), "largest difference": float(np.abs(risk - local).max(skipna=False))}


def in_own_process(method: str, kind: str, folder: Path, k: int) -> Found:
    """Return what one method takes, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.churn_spark", "--method", method, "--kind", kind]
    command += ["--folder", str(folder), "--features", str(k)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def compared(n: int, k: int, partitions: int) -> dict[tuple[str, str], Found]:
    """Return what each method takes, by kind of model and method."""
    features, _ = drawn(n, k, random_state=0)
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "features"
        given.mkdir()
        for number, rows in enumerate(np.array_split(np.arange(n), partitions)):
            features.iloc[rows].to_parquet(given / f"part-{number:05d}.parquet", index=False)
        return {
            (kind, method): in_own_process(method, kind, Path(folder), k) for kind in KINDS for method in (OURS, PEER)
        }


def lines_of(found: dict[tuple[str, str], Found], n: int, k: int, partitions: int) -> list[str]:
    """Lines of the section: what was wanted in one sentence, then a row per model and method."""
    rows, ratios = [], []
    for (kind, method), one in found.items():
        ratio = one["seconds"] / found[kind, OURS]["seconds"]
        ratios += [ratio] if method == PEER else []
        equal = "equal to the bit" if one["largest difference"] == 0 else f"within {one['largest difference']:.0e}"
        counts = [one.get(name, "") for name in ("partitions", "workers", "loads")]
        rows.append(
            [kind, method, f"{one['seconds']:.1f}", f"{n / one['seconds']:,.0f}", f"{ratio:.1f}", *counts, equal]
        )
    verdict = "reached" if min(ratios) >= WANTED else "missed"
    return [
        f"{n:,} accounts x {k} features in {partitions} partitions. Wanted: at least {WANTED:g} times as fast as the "
        f"peer ({verdict}: {min(ratios):.1f} times at least), as many model loads as workers, equal to the local run.",
        "",
        *markdown_table(HEADER, rows),
    ]


def main() -> None:
    """Print one markdown table; a whole run writes it to the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--features", type=int, default=FEATURES)
    parser.add_argument("--partitions", type=int, default=PARTITIONS)
    parser.add_argument("--method", choices=(OURS, PEER), help=argparse.SUPPRESS)
    parser.add_argument("--kind", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.method:
        print(json.dumps(measured(given.method, given.kind, given.folder, given.features)))
        return
    size = given.rows, given.features, given.partitions
    lines = [*__doc__.split("\n\n")[1:], *lines_of(compared(*size), *size)]
    print("\n".join(lines))
    if size == (ROWS, FEATURES, PARTITIONS):
        packages = ["nps-insights", "pyspark", "mlflow", "scikit-learn", "pyarrow"]
        write_section("Risk on Spark", command="python -m benchmarks.churn_spark", packages=packages, lines=lines)


if __name__ == "__main__":
    main()
