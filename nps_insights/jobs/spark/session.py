"""A Spark session: the one that is there already, or one of our own that ends with the work."""

import os
import shutil
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nps_insights.tables import MissingExtraError, SettingsError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_LOG_SETTINGS = Path(__file__).with_name("log4j2.properties")
_LOCAL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.driver.extraJavaOptions": f'"-Dlog4j2.configurationFile=file:{_LOG_SETTINGS.as_posix()}"',
}
_ANYWHERE = {
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # Rows that Arrow cannot carry are an error, not a slow way round.
    "spark.sql.execution.arrow.pyspark.fallback.enabled": "false",
    "spark.sql.adaptive.enabled": "true",
    # A worker process is used for task after task: that is what lets it keep the model.
    "spark.python.worker.reuse": "true",
    "spark.sql.session.timeZone": "UTC",
}


@contextmanager
def spark_session(
    master: str | None = None, *, app_name: str = "nps-insights", options: Mapping[str, str] | None = None
) -> "Iterator[SparkSession]":
    """Give the active Spark session, or build one and stop it afterwards.

    A session that is active already, as in a notebook of a cluster, is used as it stands and never stopped. Under
    `spark-submit` a session of the submitted application is built. Otherwise one is built on this machine.

    Args:
        master: Spark's master, such as `local[2]` or `yarn`; None takes what `spark-submit` was told, else `local[*]`.
        app_name: What the cluster's list of applications shows; of a session built here.
        options: Spark's own settings, over ours; of a session built here.

    Yields:
        The session.

    Raises:
        MissingExtraError: The extra `spark` is not installed.
        SettingsError: There is no Java, Spark does not start, or the session is one of Spark Connect.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise MissingExtraError("Spark is not installed; run: pip install 'nps-insights[spark]'") from error
    active = SparkSession.getActiveSession()
    if active is not None:
        _refuse_connect(active)
        yield active
        return
    session = _built(master, app_name, dict(options or {}))
    try:
        yield session
    finally:
        session.stop()


@contextmanager
def pandas_3_unmentioned() -> Iterator[None]:
    """Keep PySpark's word on pandas 3 from the screen, and no other warning; rows pass as Arrow, without pandas."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        yield


def _built(master: str | None, app_name: str, options: dict[str, str]) -> "SparkSession":
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    # The variable is how a Python program knows that spark-submit has started Java for it.
    submitted = "PYSPARK_GATEWAY_PORT" in os.environ
    master = master or (None if submitted else "local[*]")
    settings = _ANYWHERE | (_LOCAL if (master or "").startswith("local") else {}) | options
    if not submitted:
        _refuse_without_java()
    builder = SparkSession.builder.appName(app_name)
    builder = builder.master(master) if master else builder
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        with _own_python_in_workers(master):
            session = builder.getOrCreate()
    except PySparkException as error:
        raise SettingsError(
            f"Spark did not start with master {master or 'of spark-submit'!r} ({str(error).splitlines()[0]}); what "
            "Java said stands above. Spark 4 needs Java 17 or later: see `java -version`."
        ) from error
    if (master or "").startswith("local"):
        session.sparkContext.setLogLevel("ERROR")
    return session


@contextmanager
def _own_python_in_workers(master: str | None) -> Iterator[None]:
    """Let local workers run this very Python; on a cluster its path may not exist, so there the user names one."""
    given = os.environ.get("PYSPARK_PYTHON")
    if given is None and (master or "").startswith("local"):
        os.environ["PYSPARK_PYTHON"] = sys.executable
    try:
        yield
    finally:
        if given is None:
            os.environ.pop("PYSPARK_PYTHON", None)


def _refuse_without_java() -> None:
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if found is None:
        where = f"JAVA_HOME == {home!r} holds no bin/java" if home else "no `java` is on the PATH"
        raise SettingsError(
            f"Spark needs Java 17 or later: {where}; install it (Debian: apt-get install default-jre-headless) or set "
            "JAVA_HOME. Without Spark the same job runs with the engine of this machine."
        )


def _refuse_connect(session: "SparkSession") -> None:
    if "connect" in type(session).__module__.split("."):
        raise SettingsError(
            "the active Spark session is one of Spark Connect, which knows no broadcasts and accumulators; run the job "
            "with spark-submit or in a session of the cluster itself."
        )
