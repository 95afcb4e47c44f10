"""Planted faults that the tests find, in percent: `python -m benchmarks.mutation --mutants 150`.

Faults are drawn evenly over the lines of the rooms. Each stands alone in a copy of the repository and meets the tests
that reach its function, the quick ones first, then those that reach its module, until one fails. Which test reaches
what, and how long it takes, is measured once before (`--reach FILE` keeps it).
"""

import argparse
import ast
import json
import math
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.mutants import Mutant, mutant, places
from benchmarks.results import markdown_table, write_section

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "nps_insights"
ROOMS = ("metrics", "tables", "survey")
_COPIED = ("benchmarks", "docs", "models", "notebooks", "pipelines", "scripts", "tests", PACKAGE)
# So that every fault pays for the tests it meets and not for reading these again.
_SAID = "said.txt"
_READ_ONCE = ("pandas", "pandera.pandas", "scipy.stats", "hypothesis", "pyarrow.parquet", "sklearn.linear_model")
_Z = 1.959963984540054
# Every so many faults the same tests run without one: where they fail, no verdict is worth anything.
_CONTROLLED = 10


@dataclass(frozen=True)
class ReachingTest:
    """A test: its seconds of processor time and the `file:line` of every function of the package that it reaches."""

    name: str
    seconds: float
    reached: frozenset[str]


@dataclass(frozen=True)
class Verdict:
    """What became of a fault: `killed`, `survived` or `unseen` (no test reaches its module)."""

    file: str
    line: int
    kind: str
    was: str
    becomes: str
    verdict: str
    tests: int


def sampled(package: Path, rooms: Sequence[str], n: int, *, random_state: int) -> list[tuple[Path, int]]:
    """Draw faults evenly over the lines of some rooms: one of every n-th part of the lines that can be given one.

    Args:
        package: Folder of the package.
        rooms: Its rooms.
        n: How many faults.
        random_state: Seed.

    Returns:
        The file and the number of each fault, as `benchmarks.mutants` counts them; in a random order, so that the
        first of them are a fair draw too.
    """
    rng = random.Random(random_state)
    lines: dict[tuple[Path, int], list[int]] = {}
    for path in sorted(path for room in rooms for path in (package / room).rglob("*.py")):
        for line, number in sorted(places(path.read_text(encoding="utf-8"))):
            lines.setdefault((path, line), []).append(number)
    every = list(lines)
    chosen = {every[int((part + rng.random()) * len(every) / n)] for part in range(n)}
    faults = [(place[0], rng.choice(lines[place])) for place in every if place in chosen]
    rng.shuffle(faults)
    return faults


def seen_by(
    file: str, line: int, source: str, tests: Sequence[ReachingTest], importers: set[str], budget: float
) -> list[str]:
    """Return the tests that can see a fault, the nearest and quickest first, as far as the seconds go.

    Args:
        file: The module, from the package's folder.
        line: Where the fault is.
        source: The module as it stands.
        tests: All tests.
        importers: Modules that import this one: their tests see a fault outside of any function.
        budget: Seconds that the tests of one fault may take.
    """
    first, last = _function_around(ast.parse(source), line)
    ranked = []
    for test in tests:
        here = [int(place.rpartition(":")[2]) for place in test.reached if place.startswith(f"{file}:")]
        if any(first <= reached <= last for reached in here):
            ranked.append((0, test.seconds, test.name))
        elif here:
            ranked.append((1, test.seconds, test.name))
        elif not last and any(place.rpartition(":")[0] in importers for place in test.reached):
            ranked.append((2, test.seconds, test.name))
    chosen, spent = [], 0.0
    for _, seconds, name in sorted(ranked):
        if not chosen or spent + seconds <= budget:
            chosen.append(name)
            spent += seconds
    return chosen


def _function_around(tree: ast.Module, line: int) -> tuple[int, int]:
    """First and last line of the function or method that holds a line; zeros outside of any."""
    for node in tree.body:
        for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                first = min([inner.lineno, *(decorator.lineno for decorator in inner.decorator_list)])
                if first <= line <= (inner.end_lineno or line):
                    return first, inner.end_lineno or line
    return 0, 0


def importers_of(package: Path) -> dict[str, set[str]]:
    """Return for each module of the package the modules that import it, directly or through another."""
    direct: dict[str, set[str]] = {}
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(package.name):
                stem = package.parent.joinpath(*str(node.module).split("."))
                for found in (stem.with_suffix(".py"), stem / "__init__.py"):
                    if found.exists():
                        direct.setdefault(str(found.relative_to(package)), set()).add(str(path.relative_to(package)))
    reached = {module: set(by) for module, by in direct.items()}
    for by in reached.values():
        todo = list(by)
        while todo:
            new = direct.get(todo.pop(), set()) - by
            by |= new
            todo += new
    return reached


@contextmanager
def workspace(root: Path) -> Iterator[Path]:
    """Give a copy of the repository that goes away."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        copy = Path(folder).resolve() / "copy"
        copy.mkdir()
        for name in _COPIED:
            if (root / name).exists():
                shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        for path in root.iterdir():
            if path.suffix in {".toml", ".md", ".txt", ".py"}:
                shutil.copy2(path, copy / path.name)
        yield copy


def reach(copy: Path, rooms: Sequence[str], answer: Path) -> None:
    """Measure which test of some rooms reaches what, and write it."""
    files = sorted(path for room in rooms for path in (copy / "tests").glob(f"test_{room}*.py"))
    doctests = [f"{PACKAGE}/{room}" for room in rooms]
    command = [sys.executable, "-m", "benchmarks.mutation_reach", str(copy / PACKAGE), str(answer)]
    command += [*(str(path.relative_to(copy)) for path in files), *doctests]
    subprocess.run(command, cwd=copy, env={**os.environ, "PYTHONPATH": f"{copy}{os.pathsep}{ROOT}"}, check=True)


def read_reach(answer: Path) -> list[ReachingTest]:
    """Read what `reach` wrote."""
    seen = json.loads(answer.read_text(encoding="utf-8"))
    return [ReachingTest(name, float(test["seconds"]), frozenset(test["reached"])) for name, test in seen.items()]


def passes(copy: Path, tests: Sequence[str], *, cpu_seconds: int) -> bool:
    """Whether tests pass in a copy of the repository; one that outlives its seconds does not."""
    for name in _READ_ONCE:
        __import__(name)
    child = multiprocessing.get_context("fork").Process(target=_pytest, args=(copy, list(tests), cpu_seconds))
    child.start()
    child.join(8 * cpu_seconds)
    if child.is_alive() and child.pid:
        os.killpg(child.pid, signal.SIGKILL)
        child.join()
    return child.exitcode == 0


def _pytest(copy: Path, tests: list[str], cpu_seconds: int) -> None:
    import resource

    import pytest

    os.setsid()
    os.chdir(copy)
    with (copy / _SAID).open("w") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(copy))
    os.environ["PYTHONPATH"] = str(copy)
    # What is read once is read before pytest could look into it.
    known = "ignore:Module already imported so cannot be rewritten:pytest.PytestAssertRewriteWarning"
    code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-W", known, *tests])
    sys.stdout.flush()
    os._exit(int(code))


def judge(
    copy: Path,
    path: Path,
    number: int,
    tests: Sequence[ReachingTest],
    budget: float,
    importers: set[str],
    control: bool,
) -> Verdict:
    """Plant one fault, run the tests that can see it, and take it away again.

    Raises:
        RuntimeError: With `control`: the tests fail without the fault.
    """
    source, stat = path.read_text(encoding="utf-8"), path.stat()
    fault: Mutant = mutant(source, number)
    file = str(path.relative_to(copy / PACKAGE))
    chosen = seen_by(file, fault.line, source, tests, importers, budget)
    seconds = sum(test.seconds for test in tests if test.name in set(chosen))
    verdict = "unseen"
    if chosen and control and not passes(copy, chosen, cpu_seconds=int(20 + 2 * seconds)):
        raise RuntimeError(
            f"{file}: its tests fail without a fault\n{(copy / _SAID).read_text(encoding='utf-8')[-2000:]}"
        )
    if chosen:
        path.write_text(fault.source, encoding="utf-8")
        try:
            survived = passes(copy, chosen, cpu_seconds=int(20 + 2 * seconds))
        finally:
            path.write_text(source, encoding="utf-8")
            # The time of the file says that what was compiled of it before still holds.
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        verdict = "survived" if survived else "killed"
    return Verdict(file, fault.line, fault.kind, fault.was, fault.becomes, verdict, len(chosen))


def wilson(found: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share.

    Example:
        >>> [round(bound, 3) for bound in wilson(90, 100)]
        [0.826, 0.945]
    """
    share, spread = found / n, _Z**2 / n
    half = _Z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    middle = (share + spread / 2) / (1 + spread)
    return middle - half, middle + half


def summary(verdicts: Sequence[Verdict], rooms: Sequence[str]) -> list[str]:
    """Return the lines of the results: score by room, and what lives."""
    rows = []
    for room in [*rooms, "all"]:
        of_room = [verdict for verdict in verdicts if room in ("all", verdict.file.split("/")[0])]
        if of_room:
            killed = sum(verdict.verdict == "killed" for verdict in of_room)
            low, high = wilson(killed, len(of_room))
            score = f"{killed / len(of_room):.1%} ({low:.1%} to {high:.1%})"
            rows.append((room, len(of_room), killed, len(of_room) - killed, score))
    lines = markdown_table(["room", "faults", "found", "not found", "score (95 % interval)"], rows)
    alive = [verdict for verdict in verdicts if verdict.verdict != "killed"]
    shown = [(f"{v.file}:{v.line}", v.kind, f"`{_short(v.was)}`", f"`{_short(v.becomes)}`") for v in alive]
    return [*lines, "", *markdown_table(["not found in", "kind", "was", "became"], shown)] if alive else lines


def _short(text: str) -> str:
    line = " ".join(text.split()).replace("|", "\\|").replace("`", "'")
    return line if len(line) <= 70 else f"{line[:67]}..."


def measure(
    root: Path, rooms: Sequence[str], n: int, *, random_state: int, budget: float, kept: Path | None, log: Path | None
) -> Iterator[Verdict]:
    """Plant faults and give the verdict on each as it falls.

    Args:
        root: A repository with the package and its `tests`.
        rooms: Rooms of the package that get faults.
        n: How many.
        random_state: Seed of the draw.
        budget: Seconds that the tests of one fault may take.
        kept: Where what the tests reach is kept; measured and written where there is none.
        log: A file that gets a line for each verdict.
    """
    with workspace(root) as copy:
        answer = (kept or copy / "reach.json").resolve()
        if not answer.exists():
            reach(copy, rooms, answer)
        tests, importers = read_reach(answer), importers_of(copy / PACKAGE)
        faults = sampled(copy / PACKAGE, rooms, n, random_state=random_state)
        for place, (path, number) in enumerate(faults):
            by = importers.get(str(path.relative_to(copy / PACKAGE)), set())
            verdict = judge(copy, path, number, tests, budget, by, place % _CONTROLLED == 0)
            if log:
                with log.open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps(asdict(verdict)) + "\n")
            yield verdict


def main() -> None:
    """Plant, run, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=150, help="how many faults")
    parser.add_argument("--rooms", nargs="+", default=list(ROOMS), choices=ROOMS, help="where")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--budget", type=float, default=20.0, help="seconds that the tests of one fault may take")
    parser.add_argument("--reach", type=Path, help="file of what the tests reach; made where there is none")
    parser.add_argument("--log", type=Path, help="file that gets each verdict as it falls")
    given = parser.parse_args()
    verdicts = list(
        measure(
            ROOT,
            given.rooms,
            given.mutants,
            random_state=given.seed,
            budget=given.budget,
            kept=given.reach,
            log=given.log,
        )
    )
    lines = summary(verdicts, given.rooms)
    print("\n".join(lines))
    command = f"python -m benchmarks.mutation --mutants {given.mutants} --seed {given.seed}"
    write_section("Planted faults", command=command, packages=["nps-insights", "pytest"], lines=lines)


if __name__ == "__main__":
    main()
