"""Formulas in what we write: CSV and Excel files through LibreOffice, with every formula evaluated that it finds.

Run as `python -m benchmarks.spreadsheet_formulas` (needs `soffice`). Each text stands in a cell and, beside an id, in a
heading. LibreOffice is told to evaluate formulas in CSV, which it does not do by itself; the result is written as flat
OpenDocument, where a formula has an attribute of its own.
"""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pandas as pd

from benchmarks.formula_texts import ATTACKS, LEGITIMATE
from benchmarks.results import markdown_table, write_section
from nps_insights.jobs.outputs.for_people import write_for_people
from nps_insights.survey import read_source
from nps_insights.tables import texts_as_they_were, visible

# The separator, double quote, UTF-8, from line 1; no language; quoted cells are not forced to be text, special numbers
# are detected, and (the last) formulas are evaluated: the most dangerous way to open the file.
_FILTER = "CSV:{},34,76,1,,0,false,true,false,false,false,-1,true"
# What a program may take for the separator: where the comma is the decimal sign, it is the semicolon.
SEPARATORS = (",", ";")
_FORMULA = re.compile(r"table:formula=\"([^\"]*)\"")


def texts_table() -> pd.DataFrame:
    """Return the table that is written: row_id, text."""
    texts = [*ATTACKS, *LEGITIMATE]
    return pd.DataFrame({"row_id": [f"r{i}" for i in range(len(texts))], "text": texts}, dtype="str")


def live_formulas(path: Path, folder: Path, separator: str = ",") -> list[str]:
    """Convert a file with LibreOffice and return the formulas of the result.

    Args:
        path: CSV or Excel file.
        folder: Where the result and the profile of LibreOffice are written.
        separator: What a CSV file is opened with.
    """
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
    command += [f"--infilter={_FILTER.format(ord(separator))}"] if path.suffix == ".csv" else []
    command += ["--convert-to", "fods", "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return _FORMULA.findall((folder / f"{path.stem}.fods").read_text(encoding="utf-8"))


def came_back(path: Path, written: pd.DataFrame) -> list[str]:
    """Return the texts that our own reader does not give back as they are shown."""
    read = read_source(path).frame
    read = texts_as_they_were(read) if path.suffix == ".csv" else read
    kept = written["text"].map(lambda text: visible(text, lines=True))
    same = [_lines(one) == _lines(other) for one, other in zip(read["text"], kept, strict=True)]
    return [text for text, good in zip(kept, same, strict=True) if not good]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def main() -> None:
    """Print the table and write it."""
    if shutil.which("soffice") is None:
        raise SystemExit("soffice is not installed: apt-get install --no-install-recommends libreoffice-calc")
    table, rows = texts_table(), []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare = folder / "bare.csv"
        table.to_csv(bare, index=False)
        for separator in SEPARATORS:
            rows.append(
                [f"CSV by pandas alone, opened with {separator!r}", len(live_formulas(bare, folder, separator)), "-"]
            )
        for ending in (".csv", ".xlsx"):
            path = folder / f"ours{ending}"
            write_for_people(path, {"texts": table})
            lost = came_back(path, table)
            for separator in SEPARATORS if ending == ".csv" else SEPARATORS[:1]:
                found = live_formulas(path, folder, separator)
                print(ending, separator, found, lost)
                opened = f", opened with {separator!r}" if ending == ".csv" else ""
                rows.append([f"ours, {ending}{opened}", len(found), len(lost)])
    header = ["file", "live formulas", f"of {len(table)} texts not read back as they were"]
    lines = markdown_table(header, rows)
    print("\n".join(lines))
    write_section(
        "Formulas in spreadsheets",
        command="python -m benchmarks.spreadsheet_formulas",
        packages=["pandas"],
        lines=lines,
    )


if __name__ == "__main__":
    main()
