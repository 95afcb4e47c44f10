"""Branches of the whole run: every file counts in its room and in the whole, files beside the rooms too."""

from benchmarks.branches import by_room, table


def told(branches: int, covered: int, lines: int = 10, run: int = 10) -> dict[str, dict[str, int]]:
    return {
        "summary": {
            "num_branches": branches,
            "covered_branches": covered,
            "num_statements": lines,
            "covered_lines": run,
        }
    }


def test_files_add_up_to_rooms_and_rooms_to_the_whole() -> None:
    files = {
        "nps_insights/tables/conform.py": told(6, 5),
        "/repo/nps_insights/tables/watch/rows.py": told(4, 1, 20, 15),
        "nps_insights/metrics/nps.py": told(0, 0),
        "nps_insights/__init__.py": told(2, 2),
    }
    rooms = by_room(files)
    assert list(rooms) == ["metrics", "tables", "the package itself", "all"]
    assert (rooms["tables"]["num_branches"], rooms["tables"]["covered_branches"]) == (10, 6)
    assert (rooms["all"]["num_branches"], rooms["all"]["covered_branches"]) == (12, 8)
    assert table(rooms)[2:] == [
        "| metrics | 0 | no branch | 10 | 100.0% |",
        "| tables | 10 | 60.0% | 30 | 83.3% |",
        "| the package itself | 2 | 100.0% | 10 | 100.0% |",
        "| all | 12 | 66.7% | 50 | 90.0% |",
    ]
