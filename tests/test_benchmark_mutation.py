import json
import subprocess
import sys
from pathlib import Path

import pytest
from statsmodels.stats.proportion import proportion_confint

from benchmarks import mutants, mutation

MODULE = '''"""Who may vote."""

OF_AGE = 18


def may_vote(age: int) -> bool:
    """Tell who may vote."""
    if age < 0:
        raise ValueError(f"age {age} is below {0 + 0}")
    return age >= OF_AGE


def untested(age: int) -> int:
    return age + 1
'''
TESTS = """import pytest

from nps_insights.metrics.votes import may_vote, untested


@pytest.mark.parametrize(("age", "answer"), [(17, False), (18, True), (0, False)])
def test_grown_ups_vote(age: int, answer: bool) -> None:
    assert may_vote(age) is answer


def test_an_age_is_no_negative_number() -> None:
    with pytest.raises(ValueError, match="below 0"):
        may_vote(-1)


def test_of_nothing() -> None:
    untested(1)
"""


def test_a_tested_fault_is_found_and_an_untested_one_lives(tmp_path: Path) -> None:
    room = tmp_path / "nps_insights" / "metrics"
    room.mkdir(parents=True)
    (tmp_path / "tests").mkdir()
    for folder in (room.parent, room):
        (folder / "__init__.py").write_text("")
    (room / "votes.py").write_text(MODULE)
    (tmp_path / "tests" / "test_metrics_votes.py").write_text(TESTS)
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n')
    log = tmp_path / "log"
    # In a process of its own: the forks of this one would know the real package already.
    measure = (
        "import sys; from pathlib import Path; from benchmarks.mutation import measure; "
        "list(measure(Path(sys.argv[1]), ['metrics'], 200, random_state=0, budget=9, kept=None, log=Path(sys.argv[2])))"
    )
    root = Path(mutation.__file__).parents[1]
    subprocess.run([sys.executable, "-c", measure, str(tmp_path), str(log)], cwd=root, check=True, capture_output=True)
    verdicts = sorted((json.loads(line) for line in log.read_text().splitlines()), key=lambda found: found["line"])
    # One fault of every line that can have one.
    assert [found["line"] for found in verdicts] == [3, 8, 9, 10, 14]
    assert [found["verdict"] for found in verdicts] == [*["killed"] * 4, "survived"]
    assert (room / "votes.py").read_text() == MODULE


def test_only_what_a_test_could_see_is_changed() -> None:
    changed = [mutants.mutant(MODULE, number) for _, number in mutants.places(MODULE)]
    assert sorted((fault.line, fault.was, fault.becomes) for fault in changed) == [
        (3, "18", "19"),
        (8, "0", "1"),
        (8, "age < 0", "age <= 0"),
        (8, "age < 0", "not age < 0"),
        (9, "raise ValueError(f'age {age} is below {0 + 0}')", "pass"),
        (10, "age >= OF_AGE", "age > OF_AGE"),
        (10, "return age >= OF_AGE", "return None"),
        (14, "1", "2"),
        (14, "age + 1", "age - 1"),
        (14, "return age + 1", "return None"),
    ]
    for fault in changed:
        compile(fault.source, "votes.py", "exec")


def test_faults_are_drawn_over_all_lines_and_the_same_again(tmp_path: Path) -> None:
    (tmp_path / "metrics").mkdir()
    for name in ("one", "two"):
        (tmp_path / "metrics" / f"{name}.py").write_text(MODULE)
    drawn = [mutation.sampled(tmp_path, ["metrics"], 4, random_state=seed) for seed in (0, 0, 1, 2, 3)]
    assert drawn[0] == drawn[1]
    assert len({str(faults) for faults in drawn}) > 2
    for faults in drawn:
        assert sorted(path.stem for path, _ in faults) == ["one", "one", "two", "two"]


def test_the_interval_of_a_score_is_wilsons() -> None:
    for found, n in [(85, 100), (0, 7), (7, 7)]:
        assert mutation.wilson(found, n) == pytest.approx(proportion_confint(found, n, method="wilson"), abs=1e-12)


def test_what_lives_is_named() -> None:
    verdict = mutation.Verdict("metrics/votes.py", 14, "constant", "1", "2", "survived", 1)
    lines = "\n".join(mutation.summary([verdict], ["metrics"]))
    assert "| metrics/votes.py:14 | constant | `1` | `2` |" in lines
    assert "0.0% (" in lines
