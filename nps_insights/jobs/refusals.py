"""What of a driver report can be refused before its slow steps, so that nobody waits an hour for an error."""

import pandas as pd

from nps_insights.jobs.admission import AdmittedSurvey
from nps_insights.jobs.outputs.beside_the_page import refuse_unready_outputs
from nps_insights.jobs.settings.driver_report import DriverReportSettings
from nps_insights.jobs.watching.leaving import refuse_unreadable
from nps_insights.jobs.watching.next_actions import read_flags
from nps_insights.jobs.watching.published_figures import refuse_earlier_issue
from nps_insights.jobs.watching.watched_scope import refuse_unwatchable


def refuse_early(
    survey: AdmittedSurvey, settings: DriverReportSettings, *, published_at: pd.Timestamp | None = None
) -> None:
    """Refuse what watching, the lists, the issue, the database or the delivery would refuse at their turn.

    Args:
        survey: What was let in.
        settings: Checked settings.
        published_at: Moment of the issue, as in `run_driver_report`.

    Raises:
        SettingsError: A setting cannot be used.
        MissingExtraError: The delivery needs apprise, which is not installed.
        DataRefusedError: The file of issued figures is damaged, or holds a later issue.
    """
    refuse_unready_outputs(settings)
    refuse_unwatchable(survey, settings)
    settings.actions.checked()
    read_flags(settings.input.flags)
    refuse_unreadable(settings.input.flags, settings.input.churn_training)
    refuse_earlier_issue(settings, survey.admission, published_at=published_at)
