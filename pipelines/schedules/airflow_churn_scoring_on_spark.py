"""Airflow 3: the accounts to call, scored on a Spark cluster; the pipeline file says `[engine] kind = "spark"`."""

from datetime import datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

# environment.tar.gz is the Python environment that the cluster's workers unpack; the page "Scoring on Spark" of the
# package's documentation says how to make it.
SUBMIT = """
PYSPARK_DRIVER_PYTHON=.venv/bin/python PYSPARK_PYTHON=./environment/bin/python \
spark-submit --master yarn --deploy-mode client --archives environment.tar.gz#environment \
pipelines/schedules/run_on_spark.py run pipelines/churn_scoring.toml --as-of {{ data_interval_end | ds }}
"""

with DAG(
    "churn_scoring_on_spark",
    schedule="0 4 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
):
    BashOperator(
        task_id="score",
        bash_command=SUBMIT,
        cwd="/srv/nps",
        append_env=True,
        # Another run holds the folder and writes the same list.
        skip_on_exit_code=75,
        # Exit code 4 says that the list is there and something drifted: that is for people, not for another try.
        retries=0,
    )
