"""What chapters are made of: tables of finished texts. Templates lay them out and compute nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from nps_insights.report.languages import say


@dataclass(frozen=True)
class RowKey:
    """Of whom and when a row is, for whoever filters the page.

    Attributes:
        by: Column of the group, as shown; empty for all answers.
        group: Its group, as shown.
        period: Name of the period; empty for all time.
        figure: What the row says of the number, in words; empty where it is no figure of the number itself.

    Example:
        >>> RowKey("Plan", "Pro").period
        ''
    """

    by: str = ""
    group: str = ""
    period: str = ""
    figure: str = ""


@dataclass(frozen=True)
class TextTable:
    """A table of finished texts; its first column names the row.

    Attributes:
        caption: What the table shows.
        columns: Heads of the columns.
        rows: One tuple of texts per row, as long as `columns`.
        keys: Of whom and when each row is, where the table can be filtered; else empty.

    Example:
        >>> TextTable("Plans", ("Plan", "NPS"), [("Pro", "31")]).rows
        [('Pro', '31')]
    """

    caption: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    keys: Sequence[RowKey] = ()

    def __post_init__(self) -> None:
        """Refuse rows that do not fit the heads, and keys that do not fit the rows."""
        if self.keys and len(self.keys) != len(self.rows):
            raise ValueError(f"table {self.caption!r}: {len(self.rows)} rows need as many keys")
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"table {self.caption!r}: every row needs {len(self.columns)} cells")

    def split(self, most: int) -> tuple["TextTable", "TextTable"]:
        """Return the first `most` rows, and the rest."""
        rest = say("{caption}: the rest", caption=self.caption)
        return (
            TextTable(self.caption, self.columns, self.rows[:most], self.keys[:most]),
            TextTable(rest, self.columns, self.rows[most:], self.keys[most:]),
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
