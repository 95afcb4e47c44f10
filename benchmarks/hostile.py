"""Files made to fill the memory: how long each is looked at, and how much memory that takes, until it is refused.

Run as `python -m benchmarks.hostile`. Each file is read in a process of its own; memory is the highest resident set
above that of the process with everything imported, from `/proc/self/status` (Linux). Seconds are of the processor, so
that other programs on the machine do not count.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.hostile_files import HOSTILE
from benchmarks.results import markdown_table, write_section

MOST_SECONDS, MOST_MB = 2.0, 300.0
_ENDED = 600


def refused(path: Path) -> dict[str, object]:
    """Read a file in a process of its own.

    Args:
        path: The file.

    Returns:
        processor seconds, mb (memory above the bare imports), error (kind of refusal, "" where it was read),
        message.
    """
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.hostile", "--one", str(path)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=_ENDED,
        check=False,
    )
    if run.returncode:
        return {"seconds": float("nan"), "mb": float("nan"), "error": f"killed ({run.returncode})", "message": ""}
    return dict(json.loads(run.stdout.splitlines()[-1]))


def _read_one(path: Path) -> dict[str, object]:
    import pyarrow.parquet  # noqa: F401 - part of the bare imports
    import python_calamine  # noqa: F401

    from nps_insights.survey import read_source
    from nps_insights.tables import NpsInsightsError

    before, began, error, message = _memory("VmRSS"), time.process_time(), "", ""
    try:
        read_source(path)
    except NpsInsightsError as refusal:
        error, message = type(refusal).__name__, str(refusal)
    seconds = time.process_time() - began
    return {"seconds": seconds, "mb": max(_memory("VmHWM") - before, 0.0), "error": error, "message": message}


def _memory(field: str) -> float:
    """A figure of this process in MB."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{field}:")) * 1024 / 1e6


def main() -> None:
    """Print the table, and write it where every file was looked at."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", type=Path)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(HOSTILE)}; all if left out")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(_read_one(given.one)))
        return
    rows, missed = [], []
    for name in given.names or HOSTILE:
        with tempfile.TemporaryDirectory() as folder:
            path = HOSTILE[name](Path(folder))
            size, found = path.stat().st_size, refused(path)
        seconds, mb = float(str(found["seconds"])), float(str(found["mb"]))
        good = found["error"] == "DataRefusedError" and seconds <= MOST_SECONDS and mb <= MOST_MB
        missed += [] if good else [name]
        rows.append([path.name, f"{size / 1e3:,.0f} KB", found["error"] or "read", f"{seconds:.2f}", f"{mb:.0f}"])
        print(rows[-1], str(found["message"])[:160], flush=True)
    goal = f"Goal: refused within {MOST_SECONDS:g} s and {MOST_MB:g} MB. Missed: {', '.join(missed) or 'none'}."
    lines = [*markdown_table(["file", "size", "outcome", "processor seconds", "MB above the imports"], rows), "", goal]
    print("\n".join(lines))
    if not given.names:
        packages = ["python-calamine", "pyarrow"]
        write_section("Hostile files", command="python -m benchmarks.hostile", packages=packages, lines=lines)


if __name__ == "__main__":
    main()
