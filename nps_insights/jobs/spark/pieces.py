"""Parts of parquet files that workers read by themselves, so that no row has to pass through Spark's Java.

Spark hands out which row groups a task shall read; the task reads their columns with Arrow. Rows that Spark reads are
taken apart, sent through a shuffle and put together as columns again, which costs more than the scoring itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nps_insights.tables import SchemaError, SettingsError

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Piece:
    """One row group of a parquet file.

    Attributes:
        path: The file.
        row_group: Its number in the file.
        n_rows: Number of rows in it.
    """

    path: str
    row_group: int
    n_rows: int


@dataclass(frozen=True)
class PieceReader:
    """Reads the pieces of a task on a worker; a task is a row of Spark's that holds the task's number.

    Attributes:
        tasks: The pieces of each task.
        columns: Columns to read.
    """

    tasks: tuple[tuple[Piece, ...], ...]
    columns: tuple[str, ...]

    def __call__(self, batch: "pa.RecordBatch") -> "Iterator[pa.Table]":
        """Yield one table per piece of the tasks in the batch.

        Raises:
            SettingsError: The worker has no such file: it does not share the driver's disk.
        """
        from pyarrow import parquet

        for number in batch.column(0).to_pylist():
            for piece in self.tasks[number]:
                if not Path(piece.path).is_file():
                    raise SettingsError(
                        f"{piece.path}: a worker has no such file; put the features on a disk that all machines share, "
                        "or give an address that Spark reads, such as hdfs://... or s3a://..."
                    )
                with parquet.ParquetFile(piece.path) as file:
                    yield file.read_row_group(piece.row_group, columns=list(self.columns), use_threads=False)


def pieces_of(path: Path, columns: Sequence[str], *, table: str) -> list[Piece]:
    """Return all row groups of a parquet file or of a folder of them, by file and place.

    Args:
        path: File or folder on a disk that all machines share.
        columns: What every file must hold.
        table: What messages call it.

    Raises:
        SettingsError: There is no parquet at that path.
        SchemaError: A column is missing.
    """
    import pyarrow as pa
    from pyarrow import parquet

    # Names that begin with a dot or an underscore are notes of those who write parquet folders.
    inside = path.rglob("*.parquet") if path.is_dir() else [path]
    files = sorted(one for one in inside if one.is_file() and not one.name.startswith((".", "_")))
    if not files:
        raise SettingsError(f"{path}: holds no parquet; name a .parquet file or a folder of them.")
    pieces = []
    for file in files:
        try:
            about = parquet.read_metadata(file)
        except pa.ArrowInvalid as error:
            raise SettingsError(f"{file}: cannot be read as parquet ({error})") from error
        there = set(about.schema.to_arrow_schema().names)
        missing = [name for name in columns if name not in there]
        if missing:
            raise SchemaError(table, [f"{name}: the column is missing in {file.name}" for name in missing])
        pieces += [
            Piece(str(file.absolute()), one, about.row_group(one).num_rows) for one in range(about.num_row_groups)
        ]
    return pieces


def tasks_of(pieces: Sequence[Piece], n_tasks: int) -> tuple[tuple[Piece, ...], ...]:
    """Share pieces out among tasks of about equally many rows; neighbours stay together, no task is empty.

    Example:
        >>> pieces = [Piece("a", number, 10) for number in range(4)]
        >>> [[piece.row_group for piece in task] for task in tasks_of(pieces, 2)]
        [[0, 1], [2, 3]]
        >>> len(tasks_of(pieces, 9))
        4
    """
    total, before = sum(piece.n_rows for piece in pieces), 0
    shares: dict[int, list[Piece]] = {}
    for piece in pieces:
        # By the middle of a piece, so that a large one does not pull its neighbours along.
        share = int(n_tasks * (before + piece.n_rows / 2) / total) if total else 0
        shares.setdefault(share, []).append(piece)
        before += piece.n_rows
    return tuple(tuple(share) for share in shares.values())
