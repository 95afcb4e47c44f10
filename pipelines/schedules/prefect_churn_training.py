"""Prefect 3: the churn model, every month; run this file, and it serves the flow until it is stopped."""

from prefect import flow
from run_pipeline import run_pipeline


@flow(name="churn-training", log_prints=True)
def churn_training() -> None:
    """Train on what the files hold; a better model speaks from the next nightly list on."""
    run_pipeline("pipelines/churn_training.toml")


if __name__ == "__main__":
    # Quarterly: "0 2 3 1,4,7,10 *".
    churn_training.serve(name="every-month", cron="0 2 3 * *")
