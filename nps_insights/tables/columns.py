"""What a column and a table of the contract are."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "number", "integer", "share", "points", "date", "flag"]

CATEGORIES = ("detractor", "passive", "promoter")
OUTCOMES = ("nps", "promoter", "passive", "detractor")
ATTRIBUTE_PREFIX = "attribute/"
USAGE_PREFIX = "usage/"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: Column name.
        kind: `id` and `text` are strings, `number`, `share` (0..1) and `points` (-100..100) floats,
            `integer` int64, `date` a datetime without zone (UTC where the source had one), `flag` a bool.
        required: Whether the column must be there.
        nullable: Whether it may hold missing values.
        vocabulary: The only values allowed, where the column has a fixed vocabulary.
    """

    name: str
    kind: Kind
    required: bool = True
    nullable: bool = False
    vocabulary: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Table:
    """One table of the contract.

    Attributes:
        name: Name of the table, and of its parquet file in a run folder.
        row: What one row is.
        key: Columns that together name a row, unique and in this order the table's sort order.
        columns: The columns, in the order in which they are written.
        open_prefixes: Prefixes under which further columns are allowed.
    """

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    open_prefixes: tuple[str, ...] = ()


def optional(name: str, kind: Kind, vocabulary: tuple[str, ...] | None = None) -> Column:
    """Return a column that may be absent, and may hold missing values."""
    return Column(name, kind, required=False, nullable=True, vocabulary=vocabulary)


def may_be_empty(name: str, kind: Kind, vocabulary: tuple[str, ...] | None = None) -> Column:
    """Return a column that must be there and may hold missing values."""
    return Column(name, kind, required=True, nullable=True, vocabulary=vocabulary)


INTERVAL = (
    may_be_empty("estimate", "number"),
    may_be_empty("conf_low", "number"),
    may_be_empty("conf_high", "number"),
)
