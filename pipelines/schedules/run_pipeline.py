"""What the Prefect flows run: one pipeline, in the project's folder, with the project's own nps-insights."""

import subprocess

# Another run holds the folder and writes the same.
HELD = 75


def run_pipeline(pipeline: str, *options: str, project: str = "/srv/nps") -> None:
    """Run a pipeline and print what it says.

    Args:
        pipeline: Such as "pipelines/driver_report.toml".
        options: Further options, such as "--as-of", "2026-06-30".
        project: The project's folder.

    Raises:
        RuntimeError: It ended with another exit code than 0 or 75.
    """
    command = [".venv/bin/nps-insights", "run", pipeline, *options]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    print(done.stdout, done.stderr)
    if done.returncode not in (0, HELD):
        raise RuntimeError(f"nps-insights ended with exit code {done.returncode}")
