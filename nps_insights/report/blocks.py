"""What chapters are made of: tables of finished texts. Templates lay them out and compute nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class TextTable:
    """A table of finished texts; its first column names the row.

    Attributes:
        caption: What the table shows.
        columns: Heads of the columns.
        rows: One tuple of texts per row, as long as `columns`.

    Example:
        >>> TextTable("Plans", ("Plan", "NPS"), [("Pro", "31")]).rows
        [('Pro', '31')]
    """

    caption: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]

    def __post_init__(self) -> None:
        """Refuse rows that do not fit the heads."""
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"table {self.caption!r}: every row needs {len(self.columns)} cells")

    def split(self, most: int) -> tuple["TextTable", "TextTable"]:
        """Return the first `most` rows, and the rest."""
        return (
            TextTable(self.caption, self.columns, self.rows[:most]),
            TextTable(f"{self.caption}: the rest", self.columns, self.rows[most:]),
        )


@dataclass(frozen=True)
class Section:
    """A heading with paragraphs and, where there is one, a table of which the first rows are shown.

    Attributes:
        heading: Its heading.
        paragraphs: Finished texts.
        table: Its table, if any.
        summary: What the folded rest of the table is called.
        numeric: Columns of the table that hold plain numbers.

    Example:
        >>> Section("Shares", ["They sum to one."]).table is None
        True
    """

    heading: str
    paragraphs: list[str] = field(default_factory=list)
    table: TextTable | None = None
    summary: str = "The rest"
    numeric: tuple[int, ...] = ()
