"""Coverage-guided fuzzing of everything that reads what others wrote; only the errors of nps-insights may come out.

Run as `python -m benchmarks.fuzz_readers --executions N` (needs the extra `fuzz`: atheris, Linux). The first byte of an
input chooses the reader, the rest is its input. A second part damages whole files: cuts them off and flips bits.
An input that raises anything else, takes 60 seconds or more than a gigabyte is kept in `--artifacts`.
"""

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from benchmarks.results import markdown_table, write_section

_MOST_MB = 1024
_SECONDS_EACH = 60
_TOLD_EVERY = 500
# A reader that makes tables takes a thousand times as long as others; above this share its turns go to the others.
_MOST_OF_TIME = 0.03
_NO_LEAKS = "-detect_leaks=0"


def _fuzz(executions: int, corpus: Path, artifacts: Path, counts: Path, seed: int) -> None:
    """Fuzz in this process; atheris ends it."""
    import atheris

    # Only our own code is followed: pandas and arrow are fuzzed by others, and would slow a run down tenfold.
    with atheris.instrument_imports(include=["nps_insights"]):
        from benchmarks.fuzz_targets import SLOW, TARGETS, seeds
    from nps_insights.tables import NpsInsightsError

    for number, given in enumerate(seeds()):
        (corpus / f"seed-{number}").write_bytes(given)

    done: collections.Counter[str] = collections.Counter()
    spent: collections.defaultdict[str, float] = collections.defaultdict(float)
    folder, names = Path(tempfile.mkdtemp()), list(TARGETS)

    def one_input(data: bytes) -> None:
        if not data:
            return
        name = names[data[0] % len(names)]
        if name in SLOW and spent[name] > _MOST_OF_TIME * sum(spent.values()) + 1:
            name = names[data[0] % (len(names) - len(SLOW))]
        done[name] += 1
        if done.total() - done["refused"] > executions:
            counts.write_text(json.dumps(done), encoding="utf-8")
            os._exit(0)
        began = time.perf_counter()
        try:
            TARGETS[name](data[1:], folder)
        except NpsInsightsError:
            done["refused"] += 1
        except Exception as error:
            _keep(error, name, data, artifacts)
        finally:
            spent[name] += time.perf_counter() - began
            if done.total() % _TOLD_EVERY < 2:
                counts.write_text(json.dumps(done), encoding="utf-8")

    options = ["-runs=-1", f"-seed={seed}", f"-rss_limit_mb={_MOST_MB}", f"-timeout={_SECONDS_EACH}"]
    options += ["-max_len=4096", "-verbosity=0", "-print_final_stats=1", _NO_LEAKS, f"-artifact_prefix={artifacts}/"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], one_input)
    atheris.Fuzz()


def _keep(error: Exception, name: str, data: bytes, artifacts: Path) -> None:
    """Write the first input of each kind of failure, and go on: one failure does not hide the next."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    found = artifacts / f"found-{name}-{type(error).__name__}-{Path(place.filename).stem}-{place.lineno}"
    if not found.exists():
        found.write_bytes(data)
        found.with_suffix(".txt").write_text("".join(traceback.format_exception(error)), encoding="utf-8")


def _damage(files: int, seed: int) -> dict[str, float]:
    """Read cut and bit-flipped files in this process."""
    import resource

    from benchmarks.fuzz_targets import damaged_files, read_damaged

    outcomes: collections.Counter[str] = collections.Counter()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for kind, data in damaged_files(files, random_state=seed):
            outcomes[read_damaged(kind, data, Path(folder))] += 1
    mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**outcomes, "seconds": round(time.perf_counter() - began, 1), "mb": round(mb)}


def main() -> None:
    """Run both parts in processes of their own and print what was done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--executions", type=int, default=1_000_000)
    parser.add_argument("--damaged", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--artifacts", type=Path, default=Path(tempfile.gettempdir()) / "nps-insights-fuzz")
    parser.add_argument("--part", choices=("fuzz", "damage"))
    given = parser.parse_args()
    given.artifacts.mkdir(parents=True, exist_ok=True)
    counts = given.artifacts / f"counts-{given.seed}.json"
    if given.part == "damage":
        print(json.dumps(_damage(given.damaged, given.seed)))
        return
    if given.part == "fuzz":
        corpus = given.artifacts / f"corpus-{given.seed}"
        corpus.mkdir(exist_ok=True)
        _fuzz(given.executions, corpus, given.artifacts, counts, given.seed)
    told = {}
    for part in ("fuzz", "damage"):
        again = [sys.executable, "-m", "benchmarks.fuzz_readers", *sys.argv[1:], "--part", part]
        run = subprocess.run(again, capture_output=True, text=True, check=False)
        print(part, "ended with", run.returncode)
        print("\n".join((run.stdout + run.stderr).splitlines()[-25:]))
        told[part] = run
    done: dict[str, int] = json.loads(counts.read_text(encoding="utf-8"))
    failures = sorted(path.name for path in given.artifacts.glob("found-*.txt"))
    print("failures:", failures or "none")
    if any(run.returncode for run in told.values()):
        raise SystemExit("a part did not end as it should; what it read last is in " + str(given.artifacts))
    damaged: dict[str, float] = json.loads(told["damage"].stdout.splitlines()[-1])
    lines = _lines(done, damaged, len(failures))
    print("\n".join(lines))
    command = f"python -m benchmarks.fuzz_readers --executions {given.executions}"
    write_section("Fuzzed readers", command=command, packages=["atheris", "pandas", "pyarrow"], lines=lines)


def _lines(done: dict[str, int], damaged: dict[str, float], n_failures: int) -> list[str]:
    executed = {name: n for name, n in done.items() if name != "refused"}
    n_files = sum(int(n) for name, n in damaged.items() if name not in ("seconds", "mb"))
    return [
        f"{sum(executed.values()):,} executions guided by coverage, {done.get('refused', 0):,} of them refused with an "
        f"error of nps-insights; {n_files:,} whole files cut off or with flipped bits, at most {damaged['mb']:.0f} MB. "
        f"Kinds of other exceptions: {n_failures}.",
        "",
        *markdown_table(["reader", "executions"], sorted((name, f"{n:,}") for name, n in executed.items())),
    ]


if __name__ == "__main__":
    main()
