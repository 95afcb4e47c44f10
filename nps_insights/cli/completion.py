"""What the shell offers after Tab: words that an option knows, and columns of the files on the line.

Nothing here loads a library: an answer that takes half a second is no help.
"""

import csv
import os
import re
import shlex
from collections.abc import Callable, Iterable
from pathlib import Path

import typer

from nps_insights.tables.visible_text import visible

EDITIONS = ("board", "analyst", "cs")
ENCODERS = ("english", "multilingual")
HEADLINES = ("respondent", "account", "revenue")
JOBS = ("driver_report", "churn_training", "churn_scoring")
KINDS = ("relational", "transactional", "pooled")
METRICS = ("nps", "csat", "ces", "ces_top")
PERIODS = ("day", "week", "month", "quarter", "year")
PRECISIONS = ("fp32", "bf16", "auto")
SPLITS = ("none", "half", "cross_fit")
TIERS = ("auto", "full", "student")
EVENTS = ("ended", "renewal", "inactivity", "snapshot")
CATEGORIES = ("detractor", "passive", "promoter", "silent")
TARGET_METRICS = ("nps", "csat", "ces_top", "promoter", "passive", "detractor")
STORIES = ("product_drop", "target_reached", "stable")

_TEXT = (".csv", ".tsv", ".txt", ".tab")
_DELIMITERS = ",;\t|"
# Shells evaluate what they are offered; a header with any other sign in it is typed by hand.
_HARMLESS = re.compile(r"\w[\w ./%+-]*")
_NEAR = 64 * 1024
_MOST = 200
# Where each shell puts the line that is being typed.
_LINES = ("COMP_WORDS", "_TYPER_COMPLETE_ARGS")


def words(known: Iterable[str]) -> Callable[[str], list[str]]:
    """Return a completion that offers words, after a comma too.

    Example:
        >>> words(EDITIONS)("board,a")
        ['board,analyst']
    """
    listed = list(known)

    def complete(incomplete: str) -> list[str]:
        before, comma, begun = incomplete.rpartition(",")
        return [before + comma + word for word in listed if word.startswith(begun)]

    return complete


def columns(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the columns of the text files on the line that go on as was begun, after a comma too."""
    before, comma, begun = incomplete.rpartition(",")
    named = dict.fromkeys(name for file in _files(ctx) for name in _header(file))
    return [_typed(before + comma + name) for name in [one for one in named if one.startswith(begun)][:_MOST]]


def _files(ctx: typer.Context) -> list[Path]:
    given = [str(ctx.params.get(name) or "") for name in ("survey", "source", "file", "accounts")]
    for variable in _LINES:
        try:
            given += shlex.split(os.environ.get(variable, ""))
        except ValueError:
            # A quote is still open; what was parsed of the line is enough.
            continue
    files = [Path(one) for one in dict.fromkeys(given) if one.lower().endswith(_TEXT)]
    return [file for file in files if file.is_file()]


def _header(file: Path) -> list[str]:
    """The names in the first line of a text file; none where it cannot be read."""
    try:
        with file.open("rb") as opened:
            begins = opened.read(_NEAR)
    except OSError:
        return []
    if begins.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = begins[: len(begins) // 2 * 2].decode("utf-16", "replace")
    else:
        text = begins.decode("utf-8-sig", "replace")
    if "\ufffd" in text.partition("\n")[0]:
        text = begins.decode("cp1252", "replace")
    first = text.lstrip("\r\n").partition("\n")[0].rstrip("\r")
    delimiter = max(_DELIMITERS, key=first.count)
    cells = next(csv.reader([first], delimiter=delimiter), [])
    return [name for cell in cells if _HARMLESS.fullmatch(name := visible(cell).strip())]


def _typed(text: str) -> str:
    """The text as it is put on the line: bash takes it as typed, the other shells quote it themselves."""
    return text.replace(" ", "\\ ") if "bash" in os.environ.get("_NPS_INSIGHTS_COMPLETE", "") else text
