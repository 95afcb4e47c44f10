"""Every figure of the watched number, one benchmark after the other, each in a process of its own.

    python -m benchmarks.monitoring

Coverage and cost of estimates, few accounts and agents, alerts and change points, targets: each part also runs alone,
by the name that is printed, and writes its own section of the results.
"""

import argparse
import subprocess
import sys
from pathlib import Path

PARTS = ("monitoring_estimates", "monitoring_accounts", "monitoring_alerts", "monitoring_targets")
ROOT = Path(__file__).parents[1]


def main() -> None:
    """Run the parts; ends with the first that fails."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    for part in PARTS:
        print(f"python -m benchmarks.{part}", flush=True)
        subprocess.run([sys.executable, "-W", "ignore", "-m", f"benchmarks.{part}"], check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
