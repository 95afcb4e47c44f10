"""A plugin of pytest: which functions of the package each test reaches, and how many seconds the test takes."""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest


class Reach:
    """Follow every call into a folder of Python files while tests are collected and run.

    What a test file calls while it is imported is laid to each of its tests: such a world is built once for all.
    """

    def __init__(self, package: Path, answer: Path) -> None:
        self._prefix = f"{package}/"
        self._answer = answer
        self._known: dict[CodeType, str] = {}
        self._now: set[str] = set()
        self._imported: dict[str, set[str]] = defaultdict(set)
        self._reached: dict[str, set[str]] = defaultdict(set)
        self._seconds: dict[str, float] = defaultdict(float)

    def _called(self, frame: FrameType, event: str, argument: Any) -> None:
        code = frame.f_code
        place = self._known.get(code)
        if place is None:
            inside = code.co_filename.startswith(self._prefix)
            place = f"{code.co_filename.removeprefix(self._prefix)}:{code.co_firstlineno}" if inside else ""
            self._known[code] = place
        if place:
            self._now.add(place)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Iterator[None]:
        """Follow the import of a file."""
        answer = yield from self._wrapped()
        self._imported[collector.nodeid] |= self._now
        return answer

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Follow a test with its fixtures."""
        began = time.process_time()
        answer = yield from self._wrapped()
        self._seconds[item.nodeid] += time.process_time() - began
        self._reached[item.nodeid] |= self._now | self._imported[item.nodeid.split("::")[0]]
        return answer

    def _wrapped(self) -> Iterator[None]:
        self._now = set()
        sys.settrace(self._called)
        try:
            return (yield)
        finally:
            sys.settrace(None)

    def pytest_sessionfinish(self) -> None:
        """Write what was seen."""
        seen = {
            test: {"seconds": round(self._seconds[test], 3), "reached": sorted(places)}
            for test, places in self._reached.items()
        }
        self._answer.write_text(json.dumps(seen), encoding="utf-8")


def main() -> None:
    """Run tests and write what they reach: PACKAGE ANSWER TEST..."""
    package, answer, *tests = sys.argv[1:]
    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *tests], plugins=[Reach(Path(package), Path(answer))]))


if __name__ == "__main__":
    main()
