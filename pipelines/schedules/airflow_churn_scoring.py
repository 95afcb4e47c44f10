"""Airflow 3: the accounts to call, every night on the worker that runs the task."""

from datetime import datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    "churn_scoring",
    schedule="0 4 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
):
    BashOperator(
        task_id="score",
        # The run's own day, so that a cleared task of last week flags the accounts of last week.
        bash_command=".venv/bin/nps-insights run pipelines/churn_scoring.toml --as-of {{ data_interval_end | ds }}",
        cwd="/srv/nps",
        append_env=True,
        # Another run holds the folder and writes the same list.
        skip_on_exit_code=75,
        # Exit code 4 says that the list is there and something drifted: that is for people, not for another try.
        retries=0,
    )
