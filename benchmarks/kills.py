"""SIGKILL at random moments of the main job: is the run folder old, new or half? `python -m benchmarks.kills`."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pandas as pd

from benchmarks.results import write_section
from nps_insights.simulate import write_sample

N_KILLS = 20
_NEXT_TO_LAST_STAGE = "estimating drivers"
_ENTRY = "from nps_insights.cli.main import main; main()"


def state(folder: Path) -> str:
    """Return which run a folder holds by its title, after reading every file of it; "half" where one is missing."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        rows = {path.stem: len(pd.read_parquet(path)) for path in (folder / "tables").iterdir()}
        whole = rows == manifest["rows"] and (folder / "quarantine.csv").is_file()
        ended = (folder / "report.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    except (OSError, ValueError):
        return "half"
    return str(manifest["settings"]["report"]["title"]) if whole and ended else "half"


def kill_at_random_moments(folder: Path, n_kills: int, *, random_state: int = 0) -> Counter[str]:
    """Run the job over and over, kill it at random moments of its last stages, and count what stands there.

    Every second kill comes anywhere in the run; the others, with the first, after the drivers began, where the writing
    happens.

    Args:
        folder: An empty folder to work in.
        n_kills: How often.
        random_state: Seed of the moments.

    Returns:
        Count of `old` (the run before stands), `new` (the killed run stands already) and `half`; `while running`
        counts the kills that came before the job had ended by itself.
    """
    rng = random.Random(random_state)
    write_sample(folder / "sample", 60, random_state=0)
    out = folder / "out"

    def command(title: str) -> list[str]:
        survey = str(folder / "sample" / "survey.csv")
        options = ["--out", str(out), "--title", title, "--tracking-uri", f"sqlite:///{folder}/mlflow.db"]
        return [sys.executable, "-c", _ENTRY, "report", survey, *options]

    if n_kills > 1:
        # So that the lengths of time are those of a run with cached vectors, as every later one is. The part after the
        # drivers began, the only one that a single kill needs, takes as long without.
        subprocess.run(command("run 0"), check=True, capture_output=True)
    length, writing = _seconds(command("run 0"))
    found: Counter[str] = Counter()
    before = "run 0"
    for number in range(1, n_kills + 1):
        with subprocess.Popen(command(f"run {number}"), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as job:
            if number % 2 == 0:
                time.sleep(rng.uniform(0, length))
            else:
                _wait_for_drivers(job)
                time.sleep(rng.uniform(0, writing))
            os.kill(job.pid, signal.SIGKILL)
        now = state(out)
        found["old" if now == before else "new" if now == f"run {number}" else "half"] += 1
        found["while running"] += job.returncode == -signal.SIGKILL
        before = now
    shutil.rmtree(out)
    return found


def _seconds(command: list[str]) -> tuple[float, float]:
    """Seconds of a run: in all, and from the drivers to its end."""
    began = time.perf_counter()
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as job:
        _wait_for_drivers(job)
        drivers = time.perf_counter()
    ended = time.perf_counter()
    return ended - began, ended - drivers


def _wait_for_drivers(job: subprocess.Popen[bytes]) -> None:
    assert job.stderr is not None
    next(line for line in job.stderr if _NEXT_TO_LAST_STAGE in line.decode())


def main() -> None:
    """Print and write how often the folder was old, new or half."""
    with tempfile.TemporaryDirectory() as folder:
        found = kill_at_random_moments(Path(folder), N_KILLS)
    line = (
        f"{N_KILLS} kills at random moments, {found['while running']} of them before the job had ended: "
        f"{found['old']} old folders, {found['new']} new ones, {found['half']} half."
    )
    print(line)
    write_section("Killed", command="python -m benchmarks.kills", packages=["nps-insights"], lines=[line])


if __name__ == "__main__":
    main()
