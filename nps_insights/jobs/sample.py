"""Write a simulated survey with its planted truth."""

from pathlib import Path

from nps_insights.simulate import write_churn_sample, write_sample, write_watched_sample
from nps_insights.tables import SettingsError

_USUAL_SIZES = {"drivers": 2_000, "churn": 2_000, "watch": 5_000}


def sample_files(
    folder: Path,
    n_accounts: int | None = None,
    *,
    random_state: int,
    replace: bool,
    churn: bool = False,
    watch: bool = False,
    story: str | None = None,
) -> list[Path]:
    """Write the sample and return its files.

    Args:
        folder: Folder to write into; refused where it holds something that no sample wrote.
        n_accounts: Number of accounts; None: 2,000, for the watched survey 5,000.
        random_state: Seed.
        replace: Whether a sample that stands there is replaced.
        churn: Whether it is the one about leaving, with usage, instead of the one about what moves the NPS.
        watch: Whether it is the one about the number itself, month by month, with invitations and events.
        story: What happens in the watched survey: product_drop (the usual), target_reached or stable.

    Raises:
        SettingsError: The folder cannot be used, or the options do not go together.
    """
    if churn and watch:
        raise SettingsError("--churn and --watch are two samples; write them into two folders, one after the other")
    if story is not None and not watch:
        raise SettingsError(f"--story {story}: only the watched survey has a story; add --watch")
    size = n_accounts or _USUAL_SIZES["watch" if watch else "churn" if churn else "drivers"]
    try:
        if watch:
            told = story or "product_drop"
            files = write_watched_sample(folder, size, story=told, random_state=random_state, replace=replace)
        else:
            write = write_churn_sample if churn else write_sample
            files = write(folder, size, random_state=random_state, replace=replace)
    except OSError as error:
        raise SettingsError(f"{folder}: cannot be written there ({error.strerror}); name another folder") from None
    return list(files.values())
