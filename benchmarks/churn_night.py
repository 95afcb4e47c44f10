"""The nightly job under fire: SIGKILL at random moments, starts at the same moment. `python -m benchmarks.churn_night`.

A killed run may leave the folder and the database as they were or as they will be, and the run after it must leave both
byte for byte as a run that nobody disturbed. Of two that start together one works, and the other exits with 75 at once.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from benchmarks.results import markdown_table, write_section
from nps_insights.simulate import write_churn_sample

N_KILLS, N_PAIRS = 100, 50
BUSY = 75
AS_OF = "2026-04-01"
_ENTRY = "from nps_insights.cli.main import main; main()"
# Its values may differ between equal runs: when MLflow was asked, and how.
_NOT_OF_THE_RESULT = ("command", "settings")
# About how long the job writes, from the first file of the folder to the last row in the database.
_WRITING_SECONDS = 0.5


def scoring_arguments(files: dict[str, Path], root: Path, uri: str, *, capacity: int) -> list[str]:
    """Return the arguments of the nightly job, with a database beside the folder."""
    options = ["--accounts", str(files["accounts"]), "--usage", str(files["usage"]), "--as-of", AS_OF]
    options += ["--capacity", str(capacity), "--out", str(root), "--sql", f"sqlite:///{root.parent}/flags.db"]
    options += ["--tracking-uri", uri]
    return ["churn", "flag", str(files["survey"]), *options]


def run_as_child(arguments: list[str]) -> None:
    """Run the command line to its end in a process of its own, as a schedule does."""
    subprocess.run([sys.executable, "-c", _ENTRY, *arguments], check=True, capture_output=True)


def state(root: Path) -> str:
    """Return a hash of all that a night left in its folder, "nothing" without one, "half" where anything is missing."""
    folder = root / AS_OF
    if not folder.exists():
        return "nothing"
    try:
        told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        flags = pd.read_parquet(folder / "flags.parquet")
        rows = {path.stem: len(pd.read_parquet(path)) for path in (folder / "tables").iterdir()} | {"flags": len(flags)}
        lines = len(pd.read_csv(folder / "flags.csv", dtype="str"))
    except (OSError, ValueError):
        return "half"
    if rows != told["rows"] or lines != len(flags) or flags["account_id"].duplicated().any():
        return "half"
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    told = {name: value for name, value in told.items() if name not in _NOT_OF_THE_RESULT}
    files["manifest.json"] = json.dumps(told, sort_keys=True).encode()
    return hashlib.sha256(b"\0".join(name.encode() + files[name] for name in sorted(files))).hexdigest()


def in_database(root: Path) -> tuple[int, int, str]:
    """Return rows and different accounts of the night in the database, and the run that wrote them."""
    with sqlite3.connect(root.parent / "flags.db") as database:
        query = "select count(*), count(distinct account_id), group_concat(distinct fingerprint) from churn_flags"
        return database.execute(query).fetchone()


def kill_at_random_moments(
    files: dict[str, Path],
    folder: Path,
    uri: str,
    n_kills: int,
    *,
    undisturbed: Callable[[list[str]], None] = run_as_child,
    random_state: int = 0,
) -> Counter[str]:
    """Kill the job at random moments, look, run it again, and compare with runs that nobody disturbed.

    The capacity changes from one run to the next, so that there is always something to replace.

    Args:
        files: What the job reads.
        folder: An empty folder to work in.
        uri: MLflow's tracking URI.
        n_kills: How often.
        undisturbed: Runs to their end those that nobody kills, given the arguments of the command line. Those that are
            killed are always processes of their own.
        random_state: Seed of the moments.

    Returns:
        Count of `old`, `new` and `half` folders after the kill; of `while running`, the kills that came before the job
        had ended; of `mended`, where the run after it left folder and database as an undisturbed one; and of `lost or
        doubled` accounts in either.
    """
    rng = random.Random(random_state)
    whole = {}
    for capacity in (20, 30):
        root = folder / f"undisturbed {capacity}" / "runs"
        root.parent.mkdir(parents=True)
        began = time.perf_counter()
        undisturbed(scoring_arguments(files, root, uri, capacity=capacity))
        length = time.perf_counter() - began
        whole[capacity] = state(root), in_database(root)
    root = folder / "killed" / "runs"
    # What a run leaves does not depend on where it stands: the comparisons below rest on that too.
    shutil.copytree(folder / "undisturbed 20", root.parent)
    found: Counter[str] = Counter()
    for number in range(n_kills):
        before, capacity = (20, 30) if number % 2 == 0 else (30, 20)
        arguments = scoring_arguments(files, root, uri, capacity=capacity)
        with _started(arguments) as job:
            # Half of the kills, with the first, come where the writing is: reading and scoring take most of the time.
            if number % 4 < 2:
                _wait_for_writing(root, job)
                time.sleep(rng.uniform(0.0, _WRITING_SECONDS))
            else:
                time.sleep(rng.uniform(0.0, length))
            os.kill(job.pid, signal.SIGKILL)
        found["while running"] += job.returncode == -signal.SIGKILL
        names = {whole[before][0]: "old", whole[capacity][0]: "new"}
        found[names.get(state(root), "half")] += 1
        undisturbed(arguments)
        after = state(root), in_database(root)
        found["mended"] += after == whole[capacity]
        found["lost or doubled"] += after[1][0] != after[1][1] or after[1][0] != whole[capacity][1][0]
    return found


def start_together(files: dict[str, Path], folder: Path, uri: str, n_pairs: int) -> Counter[str]:
    """Start the job twice at the same moment, over and over; return how the pairs ended.

    Returns:
        Count of `one ran` (one exit 0, the other 75) and of `otherwise`, and of `at once`, where the one that was
        turned away had ended before the one that ran.
    """
    root = folder / "pairs" / "runs"
    root.parent.mkdir()
    found: Counter[str] = Counter()
    for number in range(n_pairs):
        arguments = scoring_arguments(files, root, uri, capacity=20 + number % 2)
        jobs = [_started(arguments) for _ in range(2)]
        first = _first_to_end(jobs)
        codes = sorted(job.wait() for job in jobs)
        found["one ran" if codes == [0, BUSY] else "otherwise"] += 1
        found["at once"] += jobs[first].returncode == BUSY
    return found


def _started(arguments: list[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", _ENTRY, *arguments]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def _wait_for_writing(root: Path, job: subprocess.Popen[bytes]) -> None:
    """Wait until the job has begun a folder that will take the place of the one that stands, or has ended."""
    while job.poll() is None and not (root / f".{AS_OF}.partial-{job.pid}").exists():
        time.sleep(0.005)


def _first_to_end(jobs: list[subprocess.Popen[bytes]]) -> int:
    while True:
        for number, job in enumerate(jobs):
            if job.poll() is not None:
                return number
        time.sleep(0.01)


def train(files: dict[str, Path], folder: Path, uri: str) -> None:
    """Train and promote a model for the job, without text."""
    options = ["--accounts", str(files["accounts"]), "--usage", str(files["usage"]), "--out", str(folder / "training")]
    options += ["--no-text", "--tracking-uri", uri]
    subprocess.run([sys.executable, "-c", _ENTRY, "churn", "train", str(files["survey"]), *options], check=True)


def main() -> None:
    """Print and write what kills and simultaneous starts left behind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=N_KILLS)
    parser.add_argument("--pairs", type=int, default=N_PAIRS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent)
        uri = f"sqlite:///{folder}/mlflow.db"
        files = write_churn_sample(folder / "data", 3_000)
        train(files, folder, uri)
        killed = kill_at_random_moments(files, folder, uri, given.kills)
        pairs = start_together(files, folder, uri, given.pairs)
    rows = [[name, killed[name]] for name in ("while running", "old", "new", "half", "mended", "lost or doubled")]
    rows += [[f"pairs: {name}", pairs[name]] for name in ("one ran", "otherwise", "at once")]
    lines = [
        f"{given.kills} kills at random moments, each followed by a run that nobody disturbs; "
        f"{given.pairs} pairs of starts.",
        "",
        *markdown_table(["what", "times"], rows),
    ]
    print("\n".join(lines))
    command = f"python -m benchmarks.churn_night --kills {given.kills} --pairs {given.pairs}"
    write_section("Churn: the night", command=command, packages=["nps-insights"], lines=lines)


if __name__ == "__main__":
    main()
