"""The risk of every account on Spark: the same bits as on one machine, and every account exactly once."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from nps_insights.churn.model import ChurnModel
from nps_insights.churn.scoring import RiskScorer
from nps_insights.jobs.spark.frames import mapped
from nps_insights.jobs.spark.publish import published_parquet
from nps_insights.jobs.spark.shipping import Shipped, read_once, shipped
from nps_insights.jobs.spark.spread import KEY, Spread, spread_features
from nps_insights.tables import DataRefusedError, conform
from nps_insights.tracking.churn_files import read_churn_model, write_churn_files

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

    Batches = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]

_KEY = list(KEY)
_COLUMNS = "account_id string, as_of timestamp_ntz, risk double"


@dataclass(frozen=True, eq=False)
class SparkRisk:
    """What a scoring on Spark found and what it took.

    Attributes:
        risk: Table `risk`, one row per row of the features, by account_id and as_of.
        n_partitions: Number of partitions that were scored.
        n_workers: Number of worker processes that scored them.
        n_loads: How often the model was read, by all workers together: once by each that had not read it before.
    """

    risk: pd.DataFrame
    n_partitions: int
    n_workers: int
    n_loads: int


def score_with_spark(
    features: "str | Path | pd.DataFrame | DataFrame",
    model: ChurnModel,
    out_folder: str | Path | None = None,
    *,
    session: "SparkSession",
    partitions: int | None = None,
) -> SparkRisk:
    """Score accounts on Spark's workers with a churn model.

    The model goes to the workers as files, which each worker process reads once, as the registry's own are read:
    nothing in them is run. Arrow's columns go to the scorer as they lie in memory. Result and order are those of
    `RiskScorer(model).risk` on one machine, bit for bit, for any number of partitions. What went in and what came out
    are compared by account_id and as_of before anything is published.

    Args:
        features: Table `features`: parquet on a disk that all machines share (a file or folder, whose row groups the
            workers read themselves), an address that Spark reads such as `hdfs://...`, a pandas frame, or a frame of
            Spark's.
        model: As `load_churn_model` returns it.
        out_folder: Where the risk is written as parquet, whole or not at all: a folder that all machines share (a
            former one is replaced in one step), or an address such as `hdfs://...` that is free. None writes nothing.
        session: Spark session, as `spark_session` gives it.
        partitions: Number of partitions; of files at most one per row group. None takes two per processor of the
            cluster, and leaves rows that Spark reads where they lie.

    Raises:
        SchemaError: A column is missing, or an account at one date stands there twice.
        DataRefusedError: A worker refused the data or the model, or accounts were lost or doubled.
        SettingsError: The features cannot be read, `out_folder` cannot be written, or the workers lack this package.
    """
    with (
        _model_files(model) as (folder, expected),
        spread_features(features, model.spec.names, session, partitions) as spread,
        shipped(session, folder, "churn model") as sent,
    ):
        scored = mapped(spread.frame, _scored(sent, expected, spread), _COLUMNS)
        with published_parquet(scored, out_folder, session) as written:
            risk = conform("risk", written)
            _refuse_lost(spread.asked, risk)
        return SparkRisk(risk, spread.n_partitions, sent.n_workers, sent.n_loads)


@contextmanager
def _model_files(model: ChurnModel) -> Iterator[tuple[Path, dict[str, str]]]:
    """Give the model as files for the time of the block, and their hashes by name."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "model", write_churn_files(model, Path(folder) / "model")


def _scored(sent: Shipped, expected: dict[str, str], spread: Spread) -> "Batches":
    opened = spread.opened

    def read(folder: Path) -> RiskScorer:
        return RiskScorer(read_churn_model(folder, expected, "the churn model on a worker"))

    # Spark sends this function by its code; what it calls is imported on the worker, where the model is kept.
    def work(batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        scorer = read_once(sent, read)
        for batch in batches:
            for features in opened(batch):
                yield risk_of(scorer, features)

    return work


def risk_of(scorer: RiskScorer, features: "pa.Table | pa.RecordBatch") -> "pa.RecordBatch":
    """Return account_id, as_of and risk of Arrow's columns, row for row."""
    import pyarrow as pa

    risk = scorer.risk({name: features.column(name) for name in scorer.names})
    types = {"account_id": pa.string(), "as_of": pa.timestamp("us")}
    columns = {name: features.column(name).cast(kind, safe=False) for name, kind in types.items()}
    table = pa.table({**columns, "risk": risk}).combine_chunks()
    return table.to_batches()[0] if table.num_rows else pa.RecordBatch.from_pylist([], schema=table.schema)


def _refuse_lost(asked: pd.DataFrame, risk: pd.DataFrame) -> None:
    """Both are in the order of the key, which no table of the contract holds twice."""
    if asked[_KEY].equals(risk[_KEY]):
        return
    both = asked[_KEY].merge(risk[_KEY], how="outer", on=_KEY, indicator=True)
    lost, foreign = (both["_merge"] == "left_only").sum(), (both["_merge"] == "right_only").sum()
    raise DataRefusedError(
        f"risk: of {len(asked):,} accounts {lost:,} got no risk, and {foreign:,} came back that were not asked for; "
        "nothing is published. Did the features change while they were read? Run again."
    )
