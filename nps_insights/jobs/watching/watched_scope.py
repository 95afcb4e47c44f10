"""What is watched of a survey: which columns, metrics and periods, and what counts as an alert; refused early."""

from typing import Any

import pandas as pd

from nps_insights.actions import AlertSettings, check_targets
from nps_insights.jobs.admission import AdmittedSurvey
from nps_insights.jobs.driving.driver_questions import column_named
from nps_insights.jobs.settings.driver_report import DriverReportSettings
from nps_insights.jobs.watching.asked_targets import targets_of
from nps_insights.metrics import finest_period
from nps_insights.tables import SettingsError

# What an answer itself says of where it came from: always worth a look when a number moves.
CIRCUMSTANCES = ("touchpoint", "channel", "trigger")
_SHARES = ("promoter", "passive", "detractor")
HEADLINES = {"respondent": "nps", "account": "nps_account", "revenue": "nps_revenue"}


def refuse_unwatchable(survey: AdmittedSurvey, settings: DriverReportSettings) -> None:
    """Refuse what cannot be watched or judged, before an hour of reading comments.

    Raises:
        SettingsError: A column to watch does not exist, a target cannot be judged, or the headline lacks its values.
    """
    accounts, headline = survey.admission.accounts, settings.watch.headline
    watched_columns(survey, settings)
    if accounts is None and headline != "respondent":
        raise SettingsError(f"watch.headline == {headline!r}: needs [input] accounts")
    if headline == "revenue" and not with_value(accounts):
        raise SettingsError('watch.headline == "revenue": the accounts have no value; map it in [account_columns]')
    if settings.target and survey.admission.as_of is None:
        raise SettingsError("target: needs dates to be judged by; no column of dates was understood")
    targets = targets_of(settings.target, survey.admission.responses)
    check_targets(targets)
    measured = {*watched_metrics(settings), HEADLINES[headline], *_SHARES}
    for target in targets:
        if target.metric not in measured:
            raise SettingsError(
                f"target {target.name!r}: metric == {target.metric!r}: is not measured; measured are "
                f"{', '.join(sorted(measured))} (csat and ces: state their scales)"
            )


def with_value(accounts: pd.DataFrame | None) -> bool:
    """Return whether any account has a value.

    Example:
        >>> with_value(None)
        False
    """
    return accounts is not None and "value" in accounts and bool(accounts["value"].notna().any())


def invitations_of(survey: AdmittedSurvey, settings: DriverReportSettings) -> pd.DataFrame | None:
    """Return the invitations to the survey that is reported; those that do not say belong to it."""
    invitations = survey.sides.tables.get("invitations")
    return None if invitations is None else of_survey(invitations, settings)


def of_survey(table: pd.DataFrame, settings: DriverReportSettings) -> pd.DataFrame:
    """Return the rows of the survey that is reported; those that do not say belong to it."""
    chosen = settings.answers.survey
    if "survey" not in table or chosen in (None, "pooled"):
        return table
    return table[table["survey"].isna() | (table["survey"] == chosen)].reset_index(drop=True)


def watched_columns(survey: AdmittedSurvey, settings: DriverReportSettings) -> list[str]:
    """Return the columns whose groups are watched: those named, else those of the report and the circumstances."""
    responses = survey.admission.responses
    if settings.watch.by:
        return [column_named(name, responses) for name in settings.watch.by]
    return list(dict.fromkeys([*survey.by, *circumstances(responses)]))


def watched_metrics(settings: DriverReportSettings) -> list[str]:
    """Return what is measured: the NPS, and satisfaction and effort where their scales are stated.

    Example:
        >>> from nps_insights.jobs.settings.driver_report import check_settings
        >>> watched_metrics(check_settings({"input": {"survey": "nps.csv"}, "csat": {"scale": "1-5"}}))
        ['nps', 'csat']
    """
    return ["nps", *(["csat"] if settings.csat else []), *(["ces", "ces_top"] if settings.ces else [])]


def circumstances(responses: pd.DataFrame) -> list[str]:
    """Return the columns of `CIRCUMSTANCES` that tell answers apart.

    Example:
        >>> circumstances(pd.DataFrame({"channel": ["SMS", "web"], "trigger": ["visit", "visit"]}))
        ['channel']
    """
    return [name for name in CIRCUMSTANCES if name in responses and len(responses[name].dropna().unique()) > 1]


def watched_period(survey: AdmittedSurvey, settings: DriverReportSettings) -> str:
    """Return by which period is watched: the stated one, else the finest that the answers bear; "" where none is."""
    return settings.report.per or finest_period(survey.admission.responses)


def alert_settings(settings: DriverReportSettings) -> AlertSettings:
    """Return what counts as an alert: as stated, else the usual."""
    watch_for = settings.watch
    effects = {"nps": watch_for.smallest_change, "theme_share": watch_for.smallest_share}
    stated: dict[str, Any] = {
        "earlier": watch_for.earlier,
        "false_share": watch_for.false_share,
        "min_effect": {name: size for name, size in effects.items() if size is not None},
        "min_answers": settings.report.min_group,
        "quiet_periods": watch_for.quiet_periods,
        "quiet": watch_for.quiet,
    }
    return AlertSettings(**{name: value for name, value in stated.items() if value is not None})
