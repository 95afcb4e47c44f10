"""Prefect 3: the accounts to call, every night; run this file, and it serves the flow until it is stopped."""

import subprocess

from prefect import flow

COMMAND = [".venv/bin/nps-insights", "run", "pipelines/churn_scoring.toml"]
# Another run holds the folder and writes the same list.
HELD = 75


@flow(name="churn-scoring", log_prints=True)
def churn_scoring(as_of: str | None = None) -> None:
    """Flag the accounts of a day such as 2026-06-30; of today if none is given."""
    moment = ["--as-of", as_of] if as_of else []
    done = subprocess.run([*COMMAND, *moment], cwd="/srv/nps", capture_output=True, text=True, check=False)
    print(done.stdout, done.stderr)
    if done.returncode not in (0, HELD):
        raise RuntimeError(f"nps-insights ended with exit code {done.returncode}")


if __name__ == "__main__":
    churn_scoring.serve(name="every-night", cron="0 4 * * *")
