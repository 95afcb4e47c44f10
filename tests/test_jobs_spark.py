"""Spark gives the same bits as one machine: risk of accounts and themes of comments, in any number of partitions."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fitted_churn_models import KINDS, drawn_churn, drawn_features, fitted_model
from pandas.testing import assert_frame_equal
from small_encoder import small_english

from benchmarks import churn_spark
from nps_insights.churn.model import ChurnModel
from nps_insights.churn.scoring import RiskScorer
from nps_insights.jobs.spark import mentions_with_spark, score_with_spark, spark_session
from nps_insights.jobs.spark.frames import mapped, table_of
from nps_insights.jobs.spark.pieces import Piece, PieceReader
from nps_insights.jobs.spark.publish import published_parquet
from nps_insights.jobs.spark.scoring import _refuse_lost
from nps_insights.tables import DataRefusedError, SchemaError, SettingsError, conform
from nps_insights.themes import FittedThemes
from nps_insights.themes.encoders.transformer import TransformerEncoder
from nps_insights.themes.model import ThemeModel
from nps_insights.themes.ngrams import NgramFeatures
from nps_insights.themes.tone import ToneModel
from nps_insights.tracking.churn_files import write_churn_files

ACCOUNTS = 700


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("Spark needs Java, and none is here: tests/install_java.sh installs it")
    with spark_session("local[2]") as one:
        yield one


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    drawn = drawn_features(ACCOUNTS)
    ids = [f"a{number:04}" for number in range(ACCOUNTS)]
    return pd.concat([pd.DataFrame({"account_id": ids, "as_of": pd.Timestamp("2026-02-01")}), drawn], axis="columns")


@pytest.fixture(scope="module")
def models() -> dict[str, ChurnModel]:
    drawn = drawn_features(ACCOUNTS, random_state=5)
    return {kind: fitted_model(kind, drawn, drawn_churn(drawn, random_state=5), n_trees=8) for kind in KINDS}


@pytest.fixture(scope="module")
def model(models: dict[str, ChurnModel]) -> ChurnModel:
    return models["hist_gradient_boosting"]


def local_risk(model: ChurnModel, features: pd.DataFrame) -> pd.DataFrame:
    return conform("risk", features[["account_id", "as_of"]].assign(risk=RiskScorer(model).risk(features)))


@pytest.mark.parametrize(
    ("kind", "partitions"),
    [
        ("logistic_regression", None),
        ("logistic_regression", 3),
        ("hist_gradient_boosting", 1),
        ("hist_gradient_boosting", 7),
    ],
)
def test_the_risk_has_the_bits_of_one_machine(
    session: Any,
    models: dict[str, ChurnModel],
    features: pd.DataFrame,
    kind: str,
    partitions: int | None,
    tmp_path: Path,
) -> None:
    features.sample(frac=1, random_state=1).to_parquet(tmp_path / "features.parquet", row_group_size=90)
    found = score_with_spark(
        tmp_path / "features.parquet", models[kind], tmp_path / "risk", session=session, partitions=partitions
    )
    expected = local_risk(models[kind], features)
    assert_frame_equal(found.risk, expected, check_exact=True)
    assert_frame_equal(conform("risk", pd.read_parquet(tmp_path / "risk")), expected, check_exact=True)
    assert partitions in (None, found.n_partitions)
    assert 1 <= found.n_loads == found.n_workers <= 2


def test_a_frame_of_sparks_is_read_whatever_its_dates_are(
    session: Any, model: ChurnModel, features: pd.DataFrame
) -> None:
    rows = features.drop(columns="as_of")
    given = session.createDataFrame(rows.to_numpy().tolist(), list(rows.columns))
    for date, partitions in (("timestamp'2026-02-01'", None), ("date'2026-02-01'", 3)):
        dated = given.selectExpr("*", f"{date} AS as_of")
        found = score_with_spark(dated, model, session=session, partitions=partitions)
        assert_frame_equal(found.risk, local_risk(model, features), check_exact=True)


def test_no_accounts_are_an_empty_table(session: Any, model: ChurnModel, features: pd.DataFrame) -> None:
    found = score_with_spark(features.iloc[:0], model, session=session)
    assert list(found.risk.columns) == ["account_id", "as_of", "risk"]
    assert found.risk.empty


def test_what_cannot_be_scored_is_refused_and_leaves_the_former_result(
    session: Any, model: ChurnModel, features: pd.DataFrame, tmp_path: Path
) -> None:
    out = tmp_path / "risk"
    score_with_spark(features, model, out, session=session)
    before = pd.read_parquet(out)
    name = model.spec.names[0]
    with pytest.raises(SchemaError, match=f"{name}: the column is missing"):
        score_with_spark(features.drop(columns=name), model, out, session=session)
    with pytest.raises(SchemaError, match="must be unique"):
        score_with_spark(pd.concat([features, features.head(1)]), model, out, session=session)
    infinite = features.assign(**{name: np.where(features.index == 3, np.inf, features[name])})
    with pytest.raises(DataRefusedError, match=f"{name}: 1 rows are infinite"):
        score_with_spark(infinite, model, out, session=session)
    with pytest.raises(SettingsError, match="Spark cannot read it as parquet"):
        score_with_spark(f"file://{tmp_path}/absent", model, out, session=session)
    with pytest.raises(SettingsError, match="holds no parquet"):
        score_with_spark(tmp_path / "absent", model, out, session=session)
    assert_frame_equal(pd.read_parquet(out), before)
    assert [path.name for path in tmp_path.iterdir()] == ["risk"]


def test_a_worker_without_the_file_says_so(session: Any) -> None:
    tasks = ((Piece("/no/such/features.parquet", 0, 1),),)
    work = _scored_nothing(PieceReader(tasks, ("account_id",)))
    with pytest.raises(SettingsError, match=r"/no/such/features.parquet: a worker has no such file"):
        table_of(mapped(session.range(1), work, "account_id string"))


def _scored_nothing(reader: PieceReader) -> Any:
    def work(batches: Any) -> Any:
        for batch in batches:
            for table in reader(batch):
                yield from table.to_batches()

    return work


def test_a_lost_and_a_doubled_account_are_told() -> None:
    asked = pd.DataFrame({"account_id": ["a", "b"], "as_of": pd.Timestamp("2026-02-01")})
    with pytest.raises(DataRefusedError, match="of 2 accounts 1 got no risk, and 0 came back"):
        _refuse_lost(asked, asked.head(1).assign(risk=0.5))
    with pytest.raises(DataRefusedError, match="1 got no risk, and 1 came back"):
        _refuse_lost(asked, asked.assign(account_id=["a", "c"]))


def test_at_an_address_nothing_is_replaced_and_nothing_half_written_stays(session: Any, tmp_path: Path) -> None:
    frame, place = session.range(5).coalesce(1), f"file://{tmp_path}/risk"
    with pytest.raises(RuntimeError), published_parquet(frame, place, session):
        raise RuntimeError
    assert not list(tmp_path.iterdir())
    with published_parquet(frame, place, session) as written:
        assert written["id"].tolist() == [0, 1, 2, 3, 4]
        assert not (tmp_path / "risk").exists()
    assert len(pd.read_parquet(tmp_path / "risk")) == 5
    with pytest.raises(SettingsError, match="holds something already"), published_parquet(frame, place, session):
        pass


def test_the_benchmark_runs_both_ways_and_judges_them(session: Any, tmp_path: Path) -> None:
    given, stored = tmp_path / "features", tmp_path / "model"
    given.mkdir()
    rows, _ = churn_spark.drawn(300, 12, random_state=0)
    for number, part in enumerate((rows.iloc[:100], rows.iloc[100:])):
        part.to_parquet(given / f"part-{number}.parquet", index=False)
    model = churn_spark.trained("logistic_regression", 12, 400)
    expected = write_churn_files(model, stored)
    found = {}
    for method, run in ((churn_spark.OURS, churn_spark.ours), (churn_spark.PEER, churn_spark.peers)):
        taken = run(session, stored, expected, given, tmp_path / method)
        found["logistic_regression", method] = taken | churn_spark.compared_with_local(model, given, tmp_path / method)
    assert found["logistic_regression", churn_spark.OURS]["largest difference"] == 0
    assert found["logistic_regression", churn_spark.PEER]["largest difference"] < 1e-12
    lines = churn_spark.lines_of(found, 300, 12, 2)
    assert "equal to the bit" in lines[-2]
    assert len(lines) == 6


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> FittedThemes:
    """Themes of a small encoder that a worker finds by its folder."""
    folder = tmp_path_factory.mktemp("encoder") / "small"
    small_english(folder)
    encoder = TransformerEncoder(str(folder), folder)
    said = [
        f"the {one} {verdict}" for one in ("queue", "nurse", "menu") for verdict in ("is slow", "helped me", "is fine")
    ]
    segments = pd.DataFrame({"segment_id": said, "response_id": said, "text": said})
    model = ThemeModel(n_themes=3).fit(segments, encoder.encode(said))
    # High enough that some segments fit nowhere.
    model.threshold_ = np.full_like(model.threshold_, 0.8)
    words = NgramFeatures(at_least=1).fit(said)
    weights = np.random.default_rng(0).normal(size=(1, len(words.rarity_))).astype(np.float32)
    return FittedThemes(encoder, model, ToneModel(words, [], weights, intercept=0.1, centre=0.0, scale=0.5))


@pytest.fixture(scope="module")
def comments() -> pd.DataFrame:
    subjects, verdicts = ("queue", "nurse", "menu", "garden"), ("is slow", "helped me", "was kind and good")
    texts = [
        f"The {one} {verdict}. The {other} is fine!" for one in subjects for verdict in verdicts for other in subjects
    ]
    texts += ["zq zq zq", "the queue\nthe menu", ""]
    ids = [f"c{number:03}" for number in range(len(texts))]
    frame = pd.DataFrame({"comment_id": ids, "response_id": ids, "text": texts, "says_nothing": False})
    return frame.assign(says_nothing=frame["text"] == "", question=["why" if n % 2 else None for n in range(len(ids))])


@pytest.mark.parametrize("partitions", [1, 5])
def test_themes_have_the_bits_of_one_machine(
    session: Any, fitted: FittedThemes, comments: pd.DataFrame, partitions: int, tmp_path: Path
) -> None:
    comments.sample(frac=1, random_state=1).to_parquet(tmp_path / "comments.parquet")
    found = mentions_with_spark(tmp_path / "comments.parquet", fitted, session=session, partitions=partitions)
    segments, mentions = fitted.assign(comments)
    assert len(segments) > len(comments)
    assert 0 < mentions["segment_id"].nunique() < len(segments)
    assert mentions["tone"].abs().between(0, 1, inclusive="neither").any()
    assert_frame_equal(found.segments, segments, check_exact=True)
    assert_frame_equal(found.mentions, mentions, check_exact=True)
    assert found.n_partitions == partitions
    assert found.n_loads <= found.n_workers <= 2


def test_comments_twice_are_refused_and_none_are_none(
    session: Any, fitted: FittedThemes, comments: pd.DataFrame
) -> None:
    with pytest.raises(SchemaError, match="comment_id: 1 rows repeat one"):
        mentions_with_spark(pd.concat([comments, comments.head(1)]), fitted, session=session)
    found = mentions_with_spark(comments.tail(1), fitted, session=session, partitions=1)
    assert found.segments.empty
    assert found.mentions.empty


def test_a_worker_without_the_weights_says_so(
    session: Any, fitted: FittedThemes, comments: pd.DataFrame, tmp_path: Path
) -> None:
    encoder = TransformerEncoder("no/such-model", Path(fitted.encoder.folder))
    with pytest.raises(SettingsError, match="'no/such-model' is neither"):
        mentions_with_spark(comments, FittedThemes(encoder, fitted.model), session=session, partitions=1)


def test_an_active_session_is_used_and_stays(session: Any) -> None:
    with spark_session("local[1]") as same:
        assert same is session
    assert session.range(2).count() == 2
    assert session.sparkContext.master == "local[2]"


def _python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env={"PATH": "/none", **environment}
    )


OPENED = "from nps_insights.jobs.spark import spark_session\nwith spark_session('local[1]'): pass"


def test_what_spark_needs_is_named_when_it_is_missing() -> None:
    without = _python(f"import sys; sys.modules['pyspark'] = None; sys.modules['pyspark.sql'] = None\n{OPENED}")
    assert "MissingExtraError" in without.stderr
    assert "pip install 'nps-insights[spark]'" in without.stderr
    java = _python(OPENED)
    assert "SettingsError" in java.stderr
    assert "Java 17 or later: no `java` is on the PATH" in java.stderr
    elsewhere = _python(OPENED, JAVA_HOME="/nowhere")
    assert "JAVA_HOME == '/nowhere' holds no bin/java" in elsewhere.stderr
