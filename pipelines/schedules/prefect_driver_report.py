"""Prefect 3: the driver report, every month; run this file, and it serves the flow until it is stopped."""

from prefect import flow
from run_pipeline import run_pipeline


@flow(name="driver-report", log_prints=True)
def driver_report() -> None:
    """Make the report of what the files hold: of finished periods, late answers included."""
    run_pipeline("pipelines/driver_report.toml")


if __name__ == "__main__":
    # Weekly, Mondays: "0 5 * * 1".
    driver_report.serve(name="every-month", cron="0 5 2 * *")
