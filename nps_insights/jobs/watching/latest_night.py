"""Which night's call list is gone by, where the folder of all nights is named."""

from pathlib import Path

import pandas as pd

from nps_insights.jobs.churn.nightly import FLAGS, nights_of
from nps_insights.jobs.settings.driver_report import DriverReportSettings
from nps_insights.jobs.watching.next_actions import day_after
from nps_insights.survey import Admission
from nps_insights.tables import SettingsError


def with_latest_night(settings: DriverReportSettings, admission: Admission) -> tuple[DriverReportSettings, list[str]]:
    """Return settings whose `input.flags` names one night, so that the manifest tells which; and a note on it.

    A list of a day is made of what was known before that day. So the latest one that knows nothing more than the report
    is that of the day after the report's last.

    Args:
        settings: `input.flags` names a night, the folder of the nights, or nothing.
        admission: What was let in; its moment of knowing is the report's.

    Raises:
        SettingsError: All nights are later.
        DataRefusedError: The manifest of a night is damaged.
    """
    if settings.input.flags is None:
        return settings, []
    until = None if admission.as_of is None else day_after(admission.as_of, None)
    folder, notes = latest_night("input.flags", settings.input.flags, until=until)
    named = settings.input.model_copy(update={"flags": folder})
    return settings.model_copy(update={"input": named}), notes


def latest_night(name: str, root: str, *, until: pd.Timestamp | None) -> tuple[str, list[str]]:
    """Return the folder of the latest night and a note on it; a folder that is no folder of nights stays as it is.

    Args:
        name: What the folder was given as, for the message.
        root: A night, the folder of the nights, or anything else, which is refused where it is read.
        until: The latest day a list may be of; any if None.

    Raises:
        SettingsError: All nights are later.
        DataRefusedError: The manifest of a night is damaged.
    """
    if (Path(root) / FLAGS).is_file() or not (nights := nights_of(Path(root))):
        return root, []
    first = nights[0]
    if until is not None:
        nights = [night for night in nights if night.as_of <= until]
    if not nights:
        raise SettingsError(
            f"{name} == {root!r}: what is known here is what happened before {until:%Y-%m-%d}, and the earliest list "
            f"there is of {first.as_of:%Y-%m-%d}; name the folder of a night to go by it all the same"
        )
    chosen = nights[-1]
    limit = "" if until is None else f" that knows nothing from {until:%Y-%m-%d} on"
    told = f"Whom to call: by the churn scoring of {chosen.as_of:%Y-%m-%d}, the latest in {root}{limit}."
    return str(chosen.folder), [told]
