"""One peer of `benchmarks.drivers_shares`, run by a Python that has it installed and nothing of ours.

`PYTHON benchmarks/drivers_shares_peer.py PEER IN.npz OUT.npz`: reads x (n, k), y (n,) and the peer's settings, writes
parts (k,), seconds and processor seconds of going from the data to the parts; importing is not counted.
"""

import sys
import time
import warnings
from pathlib import Path

import numpy as np


def of_ls_spa(given):
    """Shares and their sampling errors, of the data given as training and as test set."""
    from ls_spa import ls_spa

    seeds = given["seeds"].tolist()
    sampler = str(given["sampler"])
    parts, seconds, processor = [], [], []
    for seed in seeds:
        start = time.perf_counter(), time.process_time()
        x, y = given["x"], given["y"]
        x, y = x - x.mean(axis=0), y - y.mean()
        pairs, jobs = int(given["pairs"]), int(given["jobs"])
        found = ls_spa(x, x, y, y, max_samples=pairs, tolerance=0.0, seed=seed, perms=sampler, n_jobs=jobs)
        seconds.append(time.perf_counter() - start[0])
        processor.append(time.process_time() - start[1])
        parts.append(found.attribution)
    return {"parts": np.array(parts), "seconds": np.median(seconds), "processor": np.median(processor)}


def of_dominance_analysis(given):
    """Shares by a regression on every set of drivers."""
    import contextlib
    import io

    import pandas as pd

    with contextlib.redirect_stdout(io.StringIO()):
        from dominance_analysis import Dominance

        names = [f"x{number:02d}" for number in range(given["x"].shape[1])]
        data = pd.DataFrame(given["x"], columns=names).assign(y=given["y"])
        start = time.perf_counter(), time.process_time()
        shares = Dominance(data, "y", top_k=len(names), objective=1).incremental_rsquare()
        seconds, processor = time.perf_counter() - start[0], time.process_time() - start[1]
    return {"parts": np.array([[shares[name] for name in names]]), "seconds": seconds, "processor": processor}


PEERS = {"ls_spa": of_ls_spa, "dominance_analysis": of_dominance_analysis}

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    peer, source, target = sys.argv[1:]
    with np.load(Path(source)) as arrays:
        given = dict(arrays)
    np.savez(Path(target), **PEERS[peer](given))
