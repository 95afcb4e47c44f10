"""Write a planted churn world as files: the exports a customer would send, and the true chances of leaving."""

import os
from pathlib import Path

import pandas as pd

from nps_insights.simulate.churn_world import PLANTED_HORIZON_DAYS, PlantedChurn, planted_churn
from nps_insights.simulate.sample_folder import everyday_names, write_tables, written_whole

_README = """\
THIS DATA IS SIMULATED. Neither the business nor its customers exist; a program wrote it all.

survey.csv       the answers, with a short comment where somebody wrote one
accounts.csv     the customers; "Ended at" is empty while they are customers
usage.csv        how often they logged in, month by month
truth_churn.csv  the true chance that an account leaves within {horizon} days of a date

{n:,} accounts are looked at on {dates}. What moves their chance of leaving is what can be seen of them
before: their last score and its fall, whether they spoke of outages, price, support or staff within a year, their
plan, whether their first year is over, and whether they use less than before. Region, seats and three of the themes
(the mobile app, an office move, letters on paper) have nothing to do with it. Nobody who knows all that is in these
files can know the chances better than truth_churn.csv does.

Values are per year. Data go on until {until}, so that all outcomes are known.
"""


def write_churn_sample(
    folder: str | os.PathLike[str], n_accounts: int, *, random_state: int = 0, replace: bool = False
) -> dict[str, Path]:
    """Write a planted churn world into `folder`, whole or not at all.

    Args:
        folder: Where to write; made if it is missing.
        n_accounts: Number of accounts; 4,000 give about 13,000 answers.
        random_state: Seed; the same arguments give the same bytes.
        replace: Replace a sample written here before. Files that do not belong to the sample are kept.

    Returns:
        File name without its ending -> path.

    Raises:
        SettingsError: `folder` is a file, or holds something and `replace` is off, or holds no sample; or
            `n_accounts` is below 10.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as parent:
        ...     sorted(write_churn_sample(Path(parent) / "demo", 20))
        ['README', 'accounts', 'survey', 'truth_churn', 'usage']
    """
    world = planted_churn(n_accounts, random_state=random_state)
    return written_whole(folder, lambda fresh: _write_files(fresh, world), replace=replace)


def _write_files(folder: Path, world: PlantedChurn) -> list[str]:
    tables = {
        "survey.csv": _survey(world),
        "accounts.csv": everyday_names(world.accounts, "attribute/"),
        "usage.csv": everyday_names(world.usage, "usage/"),
        "truth_churn.csv": world.truth,
    }
    told = _README.format(
        horizon=PLANTED_HORIZON_DAYS,
        n=len(world.accounts),
        dates=", ".join(f"{day:%Y-%m-%d}" for day in world.dates),
        until=f"{world.responses['responded_at'].max():%Y-%m-%d}",
    )
    (folder / "README.txt").write_text(told, encoding="utf-8")
    return [*write_tables(folder, tables), "README.txt"]


def _survey(world: PlantedChurn) -> pd.DataFrame:
    texts = world.comments[["response_id", "text"]]
    answers = world.responses.drop(columns=["category", "scale_min", "scale_max"])
    answers = answers[[name for name in answers.columns if not name.startswith("attribute/")]]
    return everyday_names(
        answers.merge(texts, on="response_id", how="left").rename(columns={"score": "nps", "text": "comment"})
    )
