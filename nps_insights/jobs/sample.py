"""Write a simulated survey with its planted truth."""

from pathlib import Path

from nps_insights.simulate import write_sample
from nps_insights.tables import SettingsError


def sample_files(folder: Path, n_accounts: int, *, random_state: int, replace: bool) -> list[Path]:
    """Write the sample and return its files.

    Args:
        folder: Folder to write into; refused where it holds something that no sample wrote.
        n_accounts: Number of accounts.
        random_state: Seed.
        replace: Whether a sample that stands there is replaced.

    Raises:
        SettingsError: The folder cannot be used.
    """
    try:
        return list(write_sample(folder, n_accounts, random_state=random_state, replace=replace).values())
    except OSError as error:
        raise SettingsError(f"{folder}: cannot be written there ({error.strerror}); name another folder") from None
