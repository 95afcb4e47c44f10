"""Airflow 3: the driver report, on the 2nd of every month on the worker that runs the task."""

from datetime import datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    "driver_report",
    # Weekly, Mondays: "0 5 * * 1".
    schedule="0 5 2 * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
):
    BashOperator(
        task_id="report",
        bash_command=".venv/bin/nps-insights run pipelines/driver_report.toml",
        cwd="/srv/nps",
        append_env=True,
        # Another run holds the folder and writes the same report.
        skip_on_exit_code=75,
        # Exit codes 2 (settings) and 3 (refused data) are for people, not for another try.
        retries=0,
    )
