"""Churn of a real telephone company, beside CatBoost, LightGBM and isotonic calibration on the same folds.

The peers need a Python of their own, so that our environment holds none of them:

    python -m venv PEERS && PEERS/bin/pip install catboost==1.2.10 lightgbm==4.7.0 scikit-learn==1.9.1 pandas
    python -m benchmarks.churn_telco --peers-python PEERS/bin/python

`iranian_telco_churn`: 3,150 customers, 13 columns, undated; 314 rows repeat another one's predictors, so that folds are
of identical predictor rows. Five repeats of five folds, the same for all. Ours is what `train_churn_model` fits: both
kinds are tuned, one is chosen and calibrated, all inside each training part; the isotonic peer calibrates the same
tuned kind by `CalibratedClassifierCV(method="isotonic")`. CatBoost and LightGBM run with their defaults, uncalibrated,
as they come. One thread each; seconds are of the processor, for one training part. Means over the five repeats.
Not blind: about a dozen settings of our trees were compared by inner loss on two of these training parts and on one
synthetic panel, after two test parts had been looked at.
"""

import argparse
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.results import markdown_table, write_section
from nps_insights.churn.training.calibrated import fitted
from nps_insights.churn.training.rows import TrainingRows, training_rows
from nps_insights.metrics import fold_of

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("NPS_INSIGHTS_DATA", ROOT / ".." / "shared" / "data")).resolve()
PEERS_VARIABLE = "PEERS_PYTHON"
PEERS = ("catboost", "lightgbm")
REPEATS, FOLDS, BINS = 5, 5, 10
_PEER = Path(__file__).with_name("churn_telco_peer.py")

Array = NDArray[np.float64]
# From rows to fit on and features to judge, to risks.
Recipe = Callable[[TrainingRows, pd.DataFrame], Array]


def telco(folder: Path = DATA) -> TrainingRows:
    """Return all columns but the label as features, and identical predictor rows as one unit."""
    frame = pd.read_csv(folder / "iranian_telco_churn" / "Customer_Churn.csv.gz")
    churned = frame.pop("Churn").to_numpy(dtype=bool)
    units = pd.Series(["/".join(map(str, row)) for row in frame.to_numpy(dtype=float).tolist()])
    frame.columns = [f"usage/{'_'.join(name.lower().split())}" for name in frame.columns]
    return training_rows(frame.astype("float64"), churned, units)


def folds_of(rows: TrainingRows, repeats: int) -> NDArray[np.int64]:
    """Return the fold of each row in each repeat (repeats, n), by a hash of its unit."""
    return np.array([fold_of([f"{repeat}/{unit}" for unit in rows.units], folds=FOLDS) for repeat in range(repeats)])


def ours(rows: TrainingRows, judged: pd.DataFrame) -> Array:
    """Return risks of our model, tuned, chosen and calibrated inside the rows."""
    return np.asarray(fitted(rows, random_state=0)[1].predict_proba(judged)[:, 1])


def isotonic(rows: TrainingRows, judged: pd.DataFrame) -> Array:
    """Return risks of the same tuned and chosen model, calibrated by an isotonic step function instead."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.model_selection import PredefinedSplit

    base = fitted(rows, random_state=0)[0].unfitted(random_state=0)
    model = CalibratedClassifierCV(base, method="isotonic", cv=PredefinedSplit(rows.inner), ensemble=False)
    return np.asarray(model.fit(rows.features, rows.churned).predict_proba(judged)[:, 1])


def out_of_fold(recipe: Recipe, rows: TrainingRows, folds: NDArray[np.int64]) -> tuple[Array, float]:
    """Return risks (repeats, n) of rows that the model had not seen, and median seconds of one training part."""
    risks, seconds = np.zeros(folds.shape), []
    for repeat, of_repeat in enumerate(folds):
        for fold in range(FOLDS):
            own = of_repeat == fold
            start = time.process_time()
            risks[repeat, own] = recipe(rows.some(~own), rows.features[own])
            seconds.append(time.process_time() - start)
    return risks, float(np.median(seconds))


def peer(python: Path, name: str, rows: TrainingRows, folds: NDArray[np.int64]) -> tuple[Array, float]:
    """Return the same of a peer, which runs in its own Python."""
    environment = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.npz", Path(folder) / "out.npz"
        np.savez(source, x=rows.features.to_numpy(), y=rows.churned, folds=folds)
        command = [str(python), str(_PEER), name, str(source), str(target)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
        with np.load(target) as arrays:
            return arrays["risks"], float(np.median(arrays["seconds"]))


def measures(risks: Array, churned: NDArray[np.bool_]) -> dict[str, float]:
    """Return AUC, log-loss and expected calibration error (ten bins of equal number), means over repeats.

    Args:
        risks: Out of fold (repeats, n).
        churned: Who left (n,).
    """
    from sklearn.metrics import log_loss, roc_auc_score

    found = [
        {"auc": roc_auc_score(churned, one), "log_loss": log_loss(churned, one), "ece": calibration_error(one, churned)}
        for one in risks
    ]
    return pd.DataFrame(found).mean().to_dict()


def calibration_error(risks: Array, churned: NDArray[np.bool_]) -> float:
    """Return the mean distance of risk and share that left, over ten bins of equal number.

    Example:
        >>> calibration_error(np.full(10, 0.3), np.arange(10) < 3) < 1e-9
        False
    """
    order = np.argsort(risks, kind="stable")
    bins = np.array_split(order, BINS)
    return float(sum(abs(risks[one].sum() - churned[one].sum()) for one in bins) / len(risks))


def compared(python: Path | None, rows: TrainingRows, *, repeats: int) -> pd.DataFrame:
    """Return measures and seconds by model; without peers of their own Python where none is given."""
    from threadpoolctl import threadpool_limits

    folds = folds_of(rows, repeats)
    with threadpool_limits(1):
        runs: dict[str, Any] = {
            "ours": out_of_fold(ours, rows, folds),
            "isotonic": out_of_fold(isotonic, rows, folds),
        }
    if python:
        runs |= {name: peer(python, name, rows, folds) for name in PEERS}
    return pd.DataFrame(
        {name: measures(risks, rows.churned) | {"seconds": seconds} for name, (risks, seconds) in runs.items()}
    ).T


def lines(found: pd.DataFrame) -> list[str]:
    """Return the table, and how ours stands beside the best."""
    names = {
        "ours": "ours",
        "isotonic": "scikit-learn, isotonic",
        "catboost": "CatBoost, defaults",
        "lightgbm": "LightGBM, defaults",
    }
    rows = [
        [names[str(name)], *(f"{row[metric]:.4f}" for metric in ("auc", "log_loss", "ece")), f"{row['seconds']:.2f}"]
        for name, row in found.iterrows()
    ]
    own, others = found.loc["ours"], found.drop(index="ours")
    apart = own["auc"] - others["auc"].max(), own["log_loss"] / others["log_loss"].min() - 1
    said = (
        f"AUC {apart[0]:+.4f} and log-loss {apart[1]:+.1%} beside the best other one (wanted: -.005 and +5 % at most); "
        f"calibration error {own['ece']:.4f} (.03 at most)"
    )
    if "catboost" in found.index:
        said += f"; {own['seconds'] / found.loc['catboost', 'seconds']:.2f} of CatBoost's time (below 1)"
    header = ["model", "AUC", "log-loss", "calibration error", "seconds to train"]
    return [*markdown_table(header, rows), "", said + "."]


def main() -> None:
    """Print the table, and write it to the results when run whole."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers-python", default=os.environ.get(PEERS_VARIABLE), help="Python that has the peers")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    given = parser.parse_args()
    if not given.peers_python:
        parser.error(f"--peers-python or {PEERS_VARIABLE} is needed:\n{__doc__}")
    text = [
        *__doc__.split("\n\n")[-1].splitlines(),
        "",
        *lines(compared(Path(given.peers_python), telco(), repeats=given.repeats)),
    ]
    print("\n".join(text))
    if given.repeats == REPEATS:
        write_section(
            "Churn of a telephone company",
            command="python -m benchmarks.churn_telco --peers-python PEERS/bin/python",
            packages=["scikit-learn", "numpy"],
            lines=text,
        )


if __name__ == "__main__":
    main()
