"""What several test files share."""

import importlib
import os
from collections.abc import Iterator
from pathlib import Path

import network_guard
import pytest

from benchmarks.browser import PROGRAMS, Browser, browser, find_browser

# Before numpy and torch are imported, for the workers of xdist, the kernels of the notebooks and every process that a
# test starts. `make test` runs two workers on two cores: threads that wait for a busy core burn five times the
# processor time of one thread, and finish later. That threads change no byte is proved in test_jobs_driver_report.
for limit in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(limit, "1")

# Begun last, each of these would leave the other worker idle for half a minute or more: they are handed out first.
LONGEST_FIRST = (
    "test_jobs_churn.py",
    "test_jobs_spark.py",
    "test_jobs_driver_report.py",
    "test_canaries.py",
    "test_jobs_drivers.py",
    "02_find_themes.ipynb",
    "03_estimate_drivers.ipynb",
    "test_tracking_churn.py",
    "test_benchmarks.py",
    "test_jobs_theming.py",
    "test_jobs_driver_analysis.py",
    "test_churn_training.py",
    "test_report_accessible.py",
    "test_benchmark_mutation.py",
    "test_report_languages.py",
    "test_survey_dirty_files.py",
    "04_flag_accounts.ipynb",
    "05_watch_and_target.ipynb",
    "test_planted_truth.py",
    "test_drivers.py",
)

network_guard.install()
# Python loads it by its name; as a module of tests it would be loaded twice.
collect_ignore = ["no_network"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Hand out the longest files first; what else stands keeps its order."""
    place = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


@pytest.fixture(autouse=True)
def _nothing_leaves_this_machine() -> Iterator[None]:
    """A test fails that, itself or by a process it started, tried to reach anything beyond loopback."""
    yield
    attempts = network_guard.new_attempts()
    assert not attempts, f"tried to leave this machine: {attempts}"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public data; tests that need it say so and skip where it is absent."""
    folder = Path(os.environ.get("NPS_INSIGHTS_DATA", Path(__file__).parents[1] / ".." / "shared" / "data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"real data is absent: no folder {folder}; name one with NPS_INSIGHTS_DATA")
    return folder


@pytest.fixture
def values_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """For simulations of many worlds: checking the values of every table of every world takes much of their time.

    Columns, types and row order stay as ever, and every other test on the same tables checks their values too.
    """
    # The package's name `conform` is the function, not the module that holds it.
    monkeypatch.setattr(importlib.import_module("nps_insights.tables.conform"), "_keeps_the_rules", lambda *_: True)


@pytest.fixture(scope="session")
def tab() -> Iterator[Browser]:
    """A tab of a real Chromium; tests that need one skip where there is none, but not in continuous integration."""
    program = find_browser()
    if program is None:
        message = f"no browser: none of {', '.join(PROGRAMS)} is on the path"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with browser(program) as opened:
        yield opened
