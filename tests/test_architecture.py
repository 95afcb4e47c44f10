"""Rooms meet in tables, not in each other: the imports of every module are walked and held against the design."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import nps_insights

PACKAGE = Path(nps_insights.__file__).parent
SHARED = {"tables", "metrics"}
ROOMS = {"survey", "themes", "drivers", "churn", "simulate", "report", "tracking", "actions"}
ALLOWED = {
    "tables": set(),
    "metrics": {"tables"},
    **dict.fromkeys(ROOMS, SHARED),
    "tracking": SHARED | {"themes", "churn"},
    "jobs": SHARED | ROOMS,
    "cli": {"jobs", "tables"},
}
HEAVY = {"torch", "sentence_transformers", "bertopic", "mlflow", "plotly", "sqlalchemy"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; the house imports by full names"
            names = [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        rooms |= {name.split(".")[1] for name in names if name.startswith("nps_insights.")}
    return rooms


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_arrow_is_in_the_design(path: Path) -> None:
    parts = path.relative_to(PACKAGE).parts
    if len(parts) == 1:
        return
    room = parts[0]
    # MLflow runs this file by itself, as a door of its own: like a job it joins the rooms.
    allowed = ALLOWED["jobs"] if path.name == "theme_pyfunc.py" else ALLOWED[room]
    assert imported_rooms(path) <= allowed | {room}


def test_no_room_is_unknown() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert rooms <= set(ALLOWED)


def test_reading_the_modules_loads_nothing_heavy() -> None:
    names = [
        ".".join(["nps_insights", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__")
        for path in MODULES
        # MLflow stores this file with a model and runs it; nothing else imports it.
        if path.name != "theme_pyfunc.py"
    ]
    code = (
        f"import importlib, sys; [importlib.import_module(n) for n in {names!r}]; print(*{HEAVY!r} & {{*sys.modules}})"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == []


def test_importing_the_package_is_quick() -> None:
    code = "import time; t = time.perf_counter(); import nps_insights; print(time.perf_counter() - t)"
    seconds = [float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(3)]
    assert min(seconds) < 0.3
