"""Parquet that appears whole or not at all: written aside, looked at, then put in its place."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from nps_insights.jobs.folder import published
from nps_insights.jobs.spark.frames import address, errors_of_workers, table_of
from nps_insights.tables import DataRefusedError, SettingsError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_DONE = "_SUCCESS"


@contextmanager
def published_parquet(frame: "DataFrame", out: str | Path | None, session: "SparkSession") -> Iterator[pd.DataFrame]:
    """Write a frame aside, give what was written to be looked at, and put it in its place when the block ends well.

    On a disk the new folder takes the old one's place in one step. At an address of the cluster's own storage
    (`hdfs://`, `s3a://`, ...) a folder is never replaced.

    Args:
        frame: What to write.
        out: Folder on a disk that all machines share, an address with a scheme, or None to write nothing.
        session: Spark session.

    Yields:
        All rows, as read back from where they were written.

    Raises:
        SettingsError: The address holds something already.
        DataRefusedError: Spark did not finish writing.
    """
    if out is None:
        yield table_of(frame)
    elif isinstance(out, str) and "://" in out:
        with _at_address(frame, out, session) as written:
            yield written
    else:
        folder = Path(out).absolute()
        folder.parent.mkdir(parents=True, exist_ok=True)
        with published(folder) as partial:
            _write(frame, address(partial))
            if not (partial / _DONE).is_file():
                raise DataRefusedError(f"{partial}: Spark left no {_DONE}, so it did not finish; nothing is published.")
            yield pd.read_parquet(partial)


def _write(frame: "DataFrame", where: str) -> None:
    with errors_of_workers():
        frame.write.mode("overwrite").parquet(where)


@contextmanager
def _at_address(frame: "DataFrame", out: str, session: "SparkSession") -> Iterator[pd.DataFrame]:
    """Hadoop's rename, which refuses nothing by itself: that the place is free is asked before."""
    java = session.sparkContext._jvm
    assert java is not None
    configuration = session.sparkContext._jsc.hadoopConfiguration()
    place, aside = out.rstrip("/"), f"{out.rstrip('/')}.partial-{uuid.uuid4().hex}"
    target, partial = java.org.apache.hadoop.fs.Path(place), java.org.apache.hadoop.fs.Path(aside)
    files = target.getFileSystem(configuration)
    if files.exists(target):
        raise SettingsError(f"{out}: holds something already, and a folder there cannot be replaced in one step")
    try:
        _write(frame, aside)
        if not files.exists(java.org.apache.hadoop.fs.Path(partial, _DONE)):
            raise DataRefusedError(f"{aside}: Spark left no {_DONE}, so it did not finish; nothing is published.")
        yield table_of(session.read.parquet(aside))
        if files.exists(target) or not files.rename(partial, target):
            raise SettingsError(f"{out}: another run has written there; name another place")
    finally:
        files.delete(partial, True)
