"""Prefect 3: the accounts to call, every night; run this file, and it serves the flow until it is stopped."""

from prefect import flow
from run_pipeline import run_pipeline


@flow(name="churn-scoring", log_prints=True)
def churn_scoring(as_of: str | None = None) -> None:
    """Flag the accounts of a day such as 2026-06-30; of today if none is given."""
    run_pipeline("pipelines/churn_scoring.toml", *(["--as-of", as_of] if as_of else []))


if __name__ == "__main__":
    churn_scoring.serve(name="every-night", cron="0 4 * * *")
