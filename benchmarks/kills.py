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
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from benchmarks.results import write_section
from nps_insights.simulate import write_sample

N_KILLS = 20
# About how long the job writes, from the first file of the folder to its place.
_WRITING_SECONDS = 1.0
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


def run_as_child(arguments: list[str]) -> None:
    """Run the command line to its end in a process of its own, as a schedule does."""
    subprocess.run([sys.executable, "-c", _ENTRY, *arguments], check=True, capture_output=True)


def kill_at_random_moments(
    folder: Path,
    n_kills: int,
    *,
    undisturbed: Callable[[list[str]], None] = run_as_child,
    random_state: int = 0,
) -> Counter[str]:
    """Run the job over and over, kill it at random moments of its last stages, and count what stands there.

    Every second kill comes anywhere in the run; the others, with the first, after the job began to write.

    Args:
        folder: An empty folder to work in.
        n_kills: How often.
        undisturbed: Runs the job to its end before the first kill, given the arguments of the command line. Those that
            are killed are always processes of their own.
        random_state: Seed of the moments.

    Returns:
        Count of `old` (the run before stands), `new` (the killed run stands already) and `half`; `while running`
        counts the kills that came before the job had ended by itself.
    """
    rng = random.Random(random_state)
    write_sample(folder / "sample", 60, random_state=0)
    out = folder / "out"

    def arguments(title: str) -> list[str]:
        survey = str(folder / "sample" / "survey.csv")
        options = ["--out", str(out), "--title", title, "--tracking-uri", f"sqlite:///{folder}/mlflow.db"]
        return ["report", survey, *options]

    undisturbed(arguments("run 0"))
    # With cached vectors, as every later run is.
    length = _seconds(lambda: undisturbed(arguments("run 0"))) if n_kills > 1 else 0.0
    found: Counter[str] = Counter()
    before = "run 0"
    for number in range(1, n_kills + 1):
        command = [sys.executable, "-c", _ENTRY, *arguments(f"run {number}")]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as job:
            if number % 2 == 0:
                time.sleep(rng.uniform(0, length))
            else:
                _wait_for_writing(out, job)
                time.sleep(rng.uniform(0, _WRITING_SECONDS))
            os.kill(job.pid, signal.SIGKILL)
        now = state(out)
        found["old" if now == before else "new" if now == f"run {number}" else "half"] += 1
        found["while running"] += job.returncode == -signal.SIGKILL
        before = now
    shutil.rmtree(out)
    return found


def _seconds(run: Callable[[], None]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _wait_for_writing(out: Path, job: subprocess.Popen[bytes]) -> None:
    """Wait until the job has begun the folder that will take the place of the one that stands, or has ended."""
    while job.poll() is None and not (out.parent / f".{out.name}.partial-{job.pid}").exists():
        time.sleep(0.005)


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
