"""Which night's call list a report goes by, where the folder of all nights is named."""

from pathlib import Path

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
    root = settings.input.flags
    # What holds neither a list nor nights is refused where it is read.
    if root is None or (Path(root) / FLAGS).is_file() or not (nights := nights_of(Path(root))):
        return settings, []
    if admission.as_of is not None:
        until = day_after(admission.as_of, None)
        first = nights[0]
        nights = [night for night in nights if night.as_of <= until]
        if not nights:
            raise SettingsError(
                f"input.flags == {root!r}: the report knows what happened before {until:%Y-%m-%d}, and the earliest "
                f"list there is of {first.as_of:%Y-%m-%d}; name the folder of a night to go by it all the same"
            )
    chosen = nights[-1]
    named = settings.input.model_copy(update={"flags": str(chosen.folder)})
    return settings.model_copy(update={"input": named}), [
        f"Whom to call: by the churn scoring of {chosen.as_of:%Y-%m-%d}, the latest in {root} that is not later than "
        "the report."
    ]
