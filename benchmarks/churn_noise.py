"""Worlds in which leaving has nothing to do with anything: how often a model is said to be better than none.

    python -m benchmarks.churn_noise

In each world every customer leaves with the same chance, whatever the score, the text, the attributes and the usage.
Tables go the whole way: features as of each date, rolling dates, the last date as the test. Wanted: "no better than the
baseline" in at least 95 % of 50 worlds.
"""

import argparse
import time

import numpy as np

from benchmarks.results import write_section
from nps_insights.churn.build_panel import training_panel
from nps_insights.churn.features import learn_feature_spec
from nps_insights.churn.training import ChurnTraining, train_churn_model
from nps_insights.simulate.churn_world import PLANTED_HORIZON_DAYS, planted_churn

WORLDS, ACCOUNTS, DATES = 50, 1_500, 5
WANTED = "no better than the baseline"


def trained_on_noise(
    seed: int, *, n_accounts: int = ACCOUNTS, n_dates: int = DATES, noise: bool = True
) -> ChurnTraining:
    """Return what training says of one world.

    Args:
        seed: Of the world.
        n_accounts: Accounts.
        n_dates: Dates at which they are looked at.
        noise: False for a world in which it can be known who leaves.
    """
    world = planted_churn(n_accounts, n_dates=n_dates, noise=noise, random_state=seed)
    texts = {"comments": world.comments, "mentions": world.mentions, "usage": world.usage}
    spec = learn_feature_spec(world.accounts, world.responses, as_of=world.dates[0], themes=world.themes, **texts)
    panel = training_panel(
        world.accounts,
        world.responses,
        dates=world.dates,
        horizon=PLANTED_HORIZON_DAYS,
        spec=spec,
        known_until=world.dates[-1] + (world.dates[-1] - world.dates[-2]) * 2,
        **texts,
    )
    trained = train_churn_model(panel)
    if not isinstance(trained, ChurnTraining):
        raise RuntimeError(trained.reason)
    return trained


def main() -> None:
    """Print how many worlds were seen through, and write it to the results when run whole."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=WORLDS)
    parser.add_argument("--accounts", type=int, default=ACCOUNTS)
    given = parser.parse_args()
    verdicts, seconds = [], []
    for seed in range(given.worlds):
        start = time.perf_counter()
        verdicts.append(trained_on_noise(seed, n_accounts=given.accounts).verdict)
        seconds.append(time.perf_counter() - start)
    seen_through = sum(WANTED in one for one in verdicts)
    found = [
        f'"{WANTED}" in {seen_through} of {given.worlds} worlds of {given.accounts:,} accounts and {DATES} dates '
        f"(wanted: 95 %); {np.median(seconds):.1f} s per world."
    ]
    text = [*__doc__.split("\n\n")[-1].splitlines(), "", *found]
    print("\n".join(text))
    if (given.worlds, given.accounts) == (WORLDS, ACCOUNTS):
        write_section(
            "Churn that has nothing to do with anything",
            command="python -m benchmarks.churn_noise",
            packages=["scikit-learn", "numpy"],
            lines=text,
        )


if __name__ == "__main__":
    main()
