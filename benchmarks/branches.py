"""Branches of the package that the whole test run took, by room: `make coverage`.

The run itself writes what was taken to `.coverage`; this reads it, prints the table and writes the results.
"""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.results import markdown_table, write_section

PACKAGE = "nps_insights"
_FIGURES = ("num_branches", "covered_branches", "num_statements", "covered_lines")


def by_room(files: dict[str, dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Add up what coverage.py tells of each file, by room.

    Args:
        files: `files` of coverage's JSON report.

    Example:
        >>> summary = {"num_branches": 4, "covered_branches": 3, "num_statements": 9, "covered_lines": 9}
        >>> by_room({"nps_insights/tables/conform.py": {"summary": summary}})["tables"]["covered_branches"]
        3
    """
    rooms: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(_FIGURES, 0))
    for name, told in files.items():
        inside = Path(name).parts[Path(name).parts.index(PACKAGE) + 1 :]
        for room in (inside[0] if len(inside) > 1 else "the package itself", "all"):
            for figure in _FIGURES:
                rooms[room][figure] += told["summary"][figure]
    return dict(sorted(rooms.items(), key=lambda item: (item[0] == "all", item[0])))


def table(rooms: dict[str, dict[str, int]]) -> list[str]:
    """Return the lines of the results."""
    rows = []
    for room, told in rooms.items():
        branches, lines = told["num_branches"], told["num_statements"]
        taken = f"{told['covered_branches'] / branches:.1%}" if branches else "no branch"
        rows.append((room, branches, taken, lines, f"{told['covered_lines'] / lines:.1%}" if lines else "no line"))
    return markdown_table(["room", "branches", "taken", "lines", "run"], rows)


def main() -> None:
    """Read, print and write."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        subprocess.run([sys.executable, "-m", "coverage", "json", "-q", "-o", str(report)], check=True)
        rooms = by_room(json.loads(report.read_text(encoding="utf-8"))["files"])
    lines = table(rooms)
    print("\n".join(lines))
    write_section("Branches taken by the tests", command="make coverage", packages=["coverage", "pytest"], lines=lines)


if __name__ == "__main__":
    main()
