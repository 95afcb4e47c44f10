"""One peer of `churn_telco`, run by its own Python: NAME SOURCE TARGET; needs nothing of this repository."""

import sys
import time
from typing import Any

import numpy as np


def unfitted(name: str) -> Any:
    """Return the peer with its defaults, on one thread."""
    if name == "catboost":
        from catboost import CatBoostClassifier

        return CatBoostClassifier(thread_count=1, random_seed=0, verbose=0, allow_writing_files=False)
    if name == "lightgbm":
        from lightgbm import LGBMClassifier

        return LGBMClassifier(n_jobs=1, random_state=0, verbose=-1)
    raise ValueError(f"name == {name!r}, must be 'catboost' or 'lightgbm'.")


def main(name: str, source: str, target: str) -> None:
    """Read x, y and folds; write risks out of fold (repeats, n) and seconds of each training part."""
    with np.load(source) as given:
        x, y, folds = given["x"], given["y"].astype(int), given["folds"]
    risks, seconds = np.zeros(folds.shape), []
    for repeat, of_repeat in enumerate(folds):
        for fold in np.unique(of_repeat):
            own = of_repeat == fold
            start = time.process_time()
            model = unfitted(name).fit(x[~own], y[~own])
            risks[repeat, own] = model.predict_proba(x[own])[:, 1]
            seconds.append(time.process_time() - start)
    np.savez(target, risks=risks, seconds=seconds)


if __name__ == "__main__":
    main(*sys.argv[1:])
