"""An export as text, and what is known of it because of the tool that wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Recognised:
    """What is known of an export because its tool was recognised; what the user states wins over all of it.

    Attributes:
        tool: Name of the tool.
        why: What it was recognised by.
        did: What was done because of it, in sentences.
        columns: Field -> columns. A field other than comment with several needs a decision of the user.
        never: Field -> columns that are named like it and hold something else.
        labels: Column -> the wording of its question, or its name without what the tool puts in front.
        zones: Column of dates -> time zone in which its times are written.
        no_score: Why there is no recommendation score in it and what to do, or "".
    """

    tool: str
    why: str
    did: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    never: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    zones: Mapping[str, str] = field(default_factory=dict)
    no_score: str = ""


def numbered_reasons(entries: list[tuple[int, str]]) -> pd.DataFrame:
    """Return rows and why they are not among the records, in the order of the file.

    Returns:
        Columns row_number (int64) and reason.

    Example:
        >>> numbered_reasons([(7, "b"), (3, "a")])["row_number"].tolist()
        [3, 7]
    """
    found = pd.DataFrame(sorted(entries), columns=["row_number", "reason"])
    return found.astype({"row_number": "int64", "reason": "str"})


def _nothing() -> pd.DataFrame:
    return numbered_reasons([])


@dataclass(frozen=True, eq=False)
class RawTable:
    """An export as text.

    Attributes:
        name: Name of the file without its folder; of a database, its name.
        frame: One row per readable record; every cell is text, an empty cell is "".
        row_numbers: Number of each record as a person counts them in the file: the header is 1, the first
            record 2. A record whose quoted cell spans several lines counts as one.
        broken: Records that could not be read, with the columns row_number, reason.
        encoding: Encoding of a text file, else "".
        delimiter: What separates the cells of a text file, else "".
        sha256: Of the file's bytes; for SQL of the text of the rows.
        notes: What was done while reading, in sentences.
        set_aside: Records that are no answers (previews, footer lines, other surveys), with the columns row_number,
            reason; they count as read and filtered.
        tool: What is known because of the tool that wrote it; None where none was recognised.
    """

    name: str
    frame: pd.DataFrame
    row_numbers: np.ndarray
    broken: pd.DataFrame
    encoding: str = ""
    delimiter: str = ""
    sha256: str = ""
    notes: tuple[str, ...] = field(default=())
    set_aside: pd.DataFrame = field(default_factory=_nothing)
    tool: Recognised | None = None

    @property
    def n_read(self) -> int:
        """Records of the file: readable, broken and set aside."""
        return len(self.frame) + len(self.broken) + len(self.set_aside)

    @property
    def told(self) -> tuple[str, ...]:
        """What a reader must know of how it was read, the tool that was recognised first."""
        if self.tool is None:
            return self.notes
        return (*self.notes, f"read as an export of {self.tool.tool}: {self.tool.why}", *self.tool.did)
