"""How features reach the workers: as parts of files that they read themselves, or as rows that Spark sends."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from nps_insights.jobs.spark.frames import on_spark, table_of
from nps_insights.jobs.spark.pieces import PieceReader, pieces_of, tasks_of
from nps_insights.tables import conform

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

KEY = ("account_id", "as_of")
_TASKS_PER_CORE = 2


@dataclass(frozen=True, eq=False)
class Spread:
    """Features within reach of the workers.

    Attributes:
        asked: account_id and as_of of all rows, sorted; every pair once.
        frame: What Spark hands to the workers.
        opened: Makes features of a batch of `frame`, on a worker.
        n_partitions: Number of partitions.
    """

    asked: pd.DataFrame
    frame: "DataFrame"
    opened: "Callable[[pa.RecordBatch], Iterable[pa.Table | pa.RecordBatch]]"
    n_partitions: int


@contextmanager
def spread_features(
    features: "str | Path | pd.DataFrame | DataFrame",
    names: tuple[str, ...],
    session: "SparkSession",
    partitions: int | None,
) -> Iterator[Spread]:
    """Bring features within reach of the workers for the time of the block.

    Parquet on a disk is read by the workers themselves. A pandas frame becomes such a file where the workers are of
    this machine, and is sent by Spark where they are not. An address and a frame of Spark's are read by Spark.

    Raises:
        SettingsError: The features cannot be read.
        SchemaError: A column is missing, or an account at one date stands there twice.
    """
    n_tasks = partitions or _TASKS_PER_CORE * session.sparkContext.defaultParallelism
    if isinstance(features, pd.DataFrame) and (session.sparkContext.master or "").startswith("local"):
        with tempfile.TemporaryDirectory() as folder:
            yield _as_pieces(_written(features, Path(folder), n_tasks), names, session, n_tasks)
    elif isinstance(features, Path) or (isinstance(features, str) and "://" not in features):
        yield _as_pieces(Path(features), names, session, n_tasks)
    else:
        frame = on_spark(features, [*KEY, *names], session, table="features")
        asked = conform("features", table_of(frame.select(*KEY)))
        frame = frame.repartition(partitions, "account_id") if partitions else frame
        yield Spread(asked, frame, as_given, frame.rdd.getNumPartitions())


def as_given(batch: "pa.RecordBatch") -> "list[pa.RecordBatch]":
    """Return the batch: Spark has sent the features themselves."""
    return [batch]


def _as_pieces(path: Path, names: tuple[str, ...], session: "SparkSession", n_tasks: int) -> Spread:
    from pyarrow import parquet

    pieces = pieces_of(path, [*KEY, *names], table="features")
    files = dict.fromkeys(piece.path for piece in pieces)
    keys = pd.concat([parquet.read_table(file, columns=list(KEY), partitioning=None).to_pandas() for file in files])
    tasks = tasks_of(pieces, n_tasks)
    frame = session.range(0, len(tasks), 1, max(len(tasks), 1))
    return Spread(conform("features", keys), frame, PieceReader(tasks, (*KEY, *names)), len(tasks))


def _written(features: pd.DataFrame, folder: Path, n_tasks: int) -> Path:
    path = folder / "features.parquet"
    features.to_parquet(path, index=False, row_group_size=max(1, -(-len(features) // n_tasks)))
    return path
