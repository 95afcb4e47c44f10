"""Write `benchmarks/RESULTS.md`: one section per benchmark, replaced when that benchmark runs again."""

import platform
import re
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"
_HEADER = """# Results

Each section is written by the command that stands in it. Figures are of one machine and one day; ratios travel better
than seconds. "ours / peer" below 1 means less time than the peer in the same run.
"""


def write_section(title: str, *, command: str, packages: Sequence[str], lines: Sequence[str]) -> None:
    """Replace the section `title` of the results, or add it.

    Args:
        title: Heading of the section.
        command: The command that printed the figures.
        packages: Packages whose versions matter.
        lines: Markdown lines of the section.
    """
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else _HEADER
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    where = f"{machine()}, Python {platform.python_version()}, {versions}, {date.today().isoformat()}"
    section = "\n".join([f"## {title}", "", f"`{command}` on {where}", "", *lines, ""])
    pattern = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    text = pattern.sub(lambda _: section + "\n", text) if pattern.search(text) else f"{text.rstrip()}\n\n{section}\n"
    RESULTS.write_text(text.rstrip() + "\n", encoding="utf-8")


def machine() -> str:
    """Return processor, cores and memory, as far as the system tells."""
    import psutil

    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = re.findall(r"model name\s*:\s*(.+)", cpuinfo.read_text())
        processor = names[0] if names else processor
    return f"{processor}, {psutil.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB"


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Return the lines of a markdown table.

    Example:
        >>> markdown_table(["a"], [[1]])
        ['| a |', '|---|', '| 1 |']
    """
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
