"""Segments and themes of comments on Spark: the encoder runs on the workers, with the fit of one machine."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from nps_insights.jobs.spark.frames import mapped, on_spark, table_of
from nps_insights.jobs.spark.shipping import Shipped, read_once, shipped
from nps_insights.tables import DataRefusedError, SchemaError, conform, empty
from nps_insights.themes import FittedThemes, load_themes, save_themes

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

    Batches = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]

_GIVEN = ["comment_id", "response_id", "text", "says_nothing"]
_ORDER = ["comment_id", "response_id", "segment_id", "position", "text", "theme_id", "strength", "tone"]
_SEGMENT = ["segment_id", "comment_id", "response_id", "position", "text"]
_MENTION = ["segment_id", "theme_id", "response_id", "strength"]
_COLUMNS = (
    "comment_id string, response_id string, segment_id string, position long, text string, theme_id string, "
    "strength double, tone double"
)


@dataclass(frozen=True, eq=False)
class SparkThemes:
    """What the workers read in the comments and what it took.

    Attributes:
        segments: Table `segments`.
        mentions: Table `mentions`, with tone where the fit learned it.
        n_partitions: Number of partitions that were read.
        n_workers: Number of worker processes that read them.
        n_loads: How often the fit was read, by all workers together.
    """

    segments: pd.DataFrame
    mentions: pd.DataFrame
    n_partitions: int
    n_workers: int
    n_loads: int


def mentions_with_spark(
    comments: "str | Path | pd.DataFrame | DataFrame",
    fitted: FittedThemes,
    *,
    session: "SparkSession",
    partitions: int | None = None,
) -> SparkThemes:
    """Split comments and give their segments themes on Spark's workers, as `fitted.assign` does on one machine.

    The fit goes to the workers as files, which each worker process reads once. Equal comments go to the same worker,
    which encodes them once. The encoder's weights are not sent: they are part of the workers' environment, and a
    worker with others refuses.

    Args:
        comments: Table `comments` in languages that the encoder reads (see `readable_comments`): parquet (path or
            address), a pandas frame or a frame of Spark's.
        fitted: As `load_themes` returns it; its encoder must be one that `load_encoder` finds by its name.
        session: Spark session, as `spark_session` gives it.
        partitions: Number of partitions; two per processor of the cluster when None.

    Raises:
        SchemaError: A column is missing, or a comment stands there twice.
        DataRefusedError: A worker has other weights than the fit was made with, or comments were lost or doubled.
        SettingsError: The comments cannot be read, or the workers' Python lacks this package or the weights.
    """
    frame = on_spark(comments, _GIVEN, session, table="comments", optional=["question"])
    asked = table_of(frame.select("comment_id"))["comment_id"].sort_values(ignore_index=True)
    _refuse_doubled(asked)
    spread = frame.repartition(partitions or 2 * session.sparkContext.defaultParallelism, "text")
    columns = _COLUMNS + (", question string" if "question" in frame.columns else "")
    with _fit_files(fitted) as folder, shipped(session, folder, "themes") as sent:
        found = table_of(mapped(spread, _read(sent), columns))
        counts = spread.rdd.getNumPartitions(), sent.n_workers, sent.n_loads
    _refuse_lost(asked, found["comment_id"])
    return SparkThemes(*_tables(found, with_tone=fitted.tone is not None), *counts)


@contextmanager
def _fit_files(fitted: FittedThemes) -> Iterator[Path]:
    """Give the fit as files for the time of the block."""
    with tempfile.TemporaryDirectory() as folder:
        save_themes(fitted, Path(folder))
        yield Path(folder)


def _read(sent: Shipped) -> "Batches":
    # Spark sends this function by its code; what it calls is imported on the worker, where the fit is kept.
    def work(batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        import pyarrow

        fitted = read_once(sent, load_themes)
        for batch in batches:
            if batch.num_rows:
                rows = read_comments(fitted, batch.to_pandas())
                yield pyarrow.RecordBatch.from_pandas(rows, preserve_index=False)

    return work


def read_comments(fitted: FittedThemes, comments: pd.DataFrame) -> pd.DataFrame:
    """Return one row per segment and theme, one per segment without a theme, one per comment without a segment.

    Args:
        fitted: What assigns.
        comments: comment_id, response_id, text, says_nothing, and question where it is known.
    """
    segments, mentions = fitted.assign(comments)
    tones = mentions if "tone" in mentions else mentions.assign(tone=float("nan"))
    themes = segments[["segment_id", "position", "text"]].merge(
        tones[["segment_id", "theme_id", "strength", "tone"]], how="left", on="segment_id"
    )
    rows = segments[["comment_id", "segment_id"]].merge(themes, on="segment_id")
    kept = [name for name in ("comment_id", "response_id", "question") if name in comments]
    whole = comments[kept].merge(rows, how="left", on="comment_id")
    whole["position"] = whole["position"].astype("Int64")
    return whole[[*_ORDER, *(name for name in ["question"] if name in kept)]]


def _tables(found: pd.DataFrame, *, with_tone: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    said = found[found["segment_id"].notna()]
    asked = [name for name in ["question"] if name in found]
    segments = said.drop_duplicates("segment_id")[[*_SEGMENT, *asked]]
    mentions = said[said["theme_id"].notna()][[*_MENTION, *(["tone"] if with_tone else [])]]
    return (
        conform("segments", segments) if len(segments) else empty("segments"),
        conform("mentions", mentions) if len(mentions) else empty("mentions"),
    )


def _refuse_doubled(asked: pd.Series) -> None:
    doubled = asked[asked.duplicated()]
    if len(doubled):
        raise SchemaError(
            "comments", [f"comment_id: {len(doubled):,} rows repeat one (first: {doubled.iloc[0]!r}); ids must differ"]
        )


def _refuse_lost(asked: pd.Series, found: pd.Series) -> None:
    came = found.drop_duplicates().sort_values(ignore_index=True)
    if not asked.equals(came):
        lost, foreign = (~asked.isin(came)).sum(), (~came.isin(asked)).sum()
        raise DataRefusedError(
            f"mentions: of {len(asked):,} comments {lost:,} did not come back from the workers, and {foreign:,} came "
            "that were not asked for. Did the comments change while they were read? Run again."
        )
