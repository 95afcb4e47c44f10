"""Airflow 3: the churn model, trained anew on the 3rd of every month on the worker that runs the task."""

from datetime import datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    "churn_training",
    # Quarterly: "0 2 3 1,4,7,10 *".
    schedule="0 2 3 * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
):
    BashOperator(
        task_id="train",
        bash_command=".venv/bin/nps-insights run pipelines/churn_training.toml",
        cwd="/srv/nps",
        append_env=True,
        # Another run holds the folder and trains the same model.
        skip_on_exit_code=75,
        # Exit codes 2 (settings) and 3 (refused data) are for people, not for another try.
        retries=0,
    )
