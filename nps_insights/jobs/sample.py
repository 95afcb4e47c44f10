"""Write a simulated survey with its planted truth."""

from pathlib import Path

from nps_insights.simulate import write_churn_sample, write_sample
from nps_insights.tables import SettingsError


def sample_files(folder: Path, n_accounts: int, *, random_state: int, replace: bool, churn: bool = False) -> list[Path]:
    """Write the sample and return its files.

    Args:
        folder: Folder to write into; refused where it holds something that no sample wrote.
        n_accounts: Number of accounts.
        random_state: Seed.
        replace: Whether a sample that stands there is replaced.
        churn: Whether it is the one about leaving, with usage, instead of the one about what moves the NPS.

    Raises:
        SettingsError: The folder cannot be used.
    """
    write = write_churn_sample if churn else write_sample
    try:
        return list(write(folder, n_accounts, random_state=random_state, replace=replace).values())
    except OSError as error:
        raise SettingsError(f"{folder}: cannot be written there ({error.strerror}); name another folder") from None
