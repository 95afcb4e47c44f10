"""Between tables and Spark's frames, as Arrow: a table, a parquet path or a frame in; a table out."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from nps_insights.jobs.spark.session import pandas_3_unmentioned
from nps_insights.tables import DataRefusedError, SchemaError, SettingsError

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

_OURS = re.compile(r"^nps_insights\.tables\.errors\.(\w+): (.*?)(?=^\S+Error|\n\n|\Z)", re.MULTILINE | re.DOTALL)
_OF_SETTINGS = {"SettingsError", "MissingExtraError"}
_DATES = "as_of"


def on_spark(
    given: "str | Path | pd.DataFrame | DataFrame",
    names: Sequence[str],
    session: "SparkSession",
    *,
    table: str,
    optional: Sequence[str] = (),
) -> "DataFrame":
    """Return the columns `names` as a frame of Spark's.

    Args:
        given: A parquet file or folder (a path, or any address that the cluster reads, such as `s3a://...`), a pandas
            frame, or a frame of Spark's.
        names: Columns to take; `as_of` becomes a time without a zone.
        session: Spark session.
        table: What messages call it.
        optional: Columns to take where they are there.

    Raises:
        SettingsError: There is nothing to read at that path.
        SchemaError: A column is missing.
    """
    frame = _read(address(given), session) if isinstance(given, str | Path) else given
    there = set(map(str, frame.columns))
    missing = [name for name in names if name not in there]
    if missing:
        raise SchemaError(table, [f"{name}: the column is missing" for name in missing])
    taken = [*names, *(name for name in optional if name in there)]
    if isinstance(frame, pd.DataFrame):
        return _sent(frame[taken], session)
    return frame.select(*(_column(frame, name) for name in taken))


def mapped(frame: "DataFrame", work: Any, columns: str) -> "DataFrame":
    """Return Spark's frame of what `work` makes of each partition's Arrow batches; `columns` in Spark's words."""
    with pandas_3_unmentioned():
        return frame.mapInArrow(work, columns)


def table_of(frame: "DataFrame") -> pd.DataFrame:
    """Return all rows of a frame of Spark's, as pandas would hold them.

    Raises:
        DataRefusedError: A worker refused the data; the message is the worker's.
        SettingsError: The workers' Python does not hold this package.
    """
    with errors_of_workers(), pandas_3_unmentioned():
        return frame.toArrow().to_pandas()


def address(path: str | Path) -> str:
    """Return what Spark calls a path: one without a scheme lies on this machine or on a disk that all share.

    Example:
        >>> address("s3a://bucket/features"), address(Path("/data/features"))
        ('s3a://bucket/features', 'file:///data/features')
    """
    if isinstance(path, str) and "://" in path:
        return path
    return f"file://{Path(path).absolute().as_posix()}"


@contextmanager
def errors_of_workers() -> Iterator[None]:
    """Turn Spark's account of a worker's end into the sentence that the worker wrote.

    Raises:
        DataRefusedError: A worker refused the data.
        SettingsError: A worker lacks what it needs: this package, a file, the encoder's weights.
    """
    from pyspark.errors import PythonException

    try:
        yield
    except PythonException as error:
        said = str(error)
        if re.search(r"No module named '(nps_insights|sklearn|skops|pyarrow|sentence_transformers|torch)", said):
            missing = re.findall(r"No module named '([^']+)'", said)[-1]
            raise SettingsError(
                f"the workers' Python does not hold {missing!r}: send them an environment with nps-insights "
                "(`--archives environment.tar.gz#environment`, PYSPARK_PYTHON inside it), as the page "
                "'Scoring on Spark' of the package's documentation shows."
            ) from error
        found = _OURS.search(said)
        if found is None:
            raise
        kind = SettingsError if found.group(1) in _OF_SETTINGS else DataRefusedError
        raise kind(found.group(2).strip()) from error


def _read(path: str, session: "SparkSession") -> "DataFrame":
    from pyspark.errors import AnalysisException

    try:
        return session.read.parquet(path)
    except AnalysisException as error:
        raise SettingsError(f"{path}: Spark cannot read it as parquet ({str(error).splitlines()[0]})") from error


def _sent(frame: pd.DataFrame, session: "SparkSession") -> "DataFrame":
    import pyarrow as pa
    from pyspark.sql.pandas.types import from_arrow_schema

    rows = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
    with pandas_3_unmentioned():
        # Without it a time without a zone would be taken for one of the session's zone.
        columns = from_arrow_schema(rows.schema, prefer_timestamp_ntz=True)
        return session.createDataFrame(rows, schema=columns)


def _column(frame: "DataFrame", name: str) -> "Column":
    # A name may hold a dot, which Spark would take for a field of a field.
    column = frame[f"`{name}`"]
    return column.cast("timestamp_ntz").alias(name) if name == _DATES else column
