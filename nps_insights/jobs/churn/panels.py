"""The panel of a churn training: dates, features and outcomes, as the settings ask."""

from typing import Any

import pandas as pd

from nps_insights.churn import (
    ChurnPanel,
    FeatureSpec,
    as_of_dates,
    learn_feature_spec,
    snapshot_panel,
    training_panel,
)
from nps_insights.jobs.churn.inputs import Customers
from nps_insights.jobs.churn.settings import ChurnTrainingSettings
from nps_insights.jobs.churn.text import CustomerText
from nps_insights.tables import SettingsError

SNAPSHOT, RENEWAL, INACTIVITY = "snapshot", "renewal", "inactivity"
# Days within which an account leaves, where the settings do not say.
HORIZON = 90


def dates_of(customers: Customers, settings: ChurnTrainingSettings) -> list[pd.Timestamp]:
    """Return the dates at which accounts are looked at: as stated, or rolling; none for an undated snapshot."""
    chosen = settings.churn
    if chosen.event == SNAPSHOT:
        return []
    if chosen.event == RENEWAL and chosen.renewal_months is None:
        raise SettingsError(
            "churn.renewal_months: event 'renewal' needs the length of contracts in months, such as 12; renewal_at of "
            "those who renewed has moved on since, and hardly anyone but leavers would be seen"
        )
    if chosen.dates:
        return sorted(_day(text, "churn.dates") for text in chosen.dates)
    horizon = chosen.horizon or HORIZON
    return as_of_dates(
        customers.responses,
        customers.accounts,
        horizon=horizon,
        outcome_days=horizon + (chosen.renewal_tolerance_days if chosen.event == RENEWAL else 0),
        every=chosen.every,
        known_until=_outcomes_until(customers, settings),
        lookback_days=chosen.lookback,
    )


def known_until(customers: Customers, settings: ChurnTrainingSettings) -> pd.Timestamp | None:
    """Return until when it is known who left: as stated, else the day after the last answer."""
    if settings.churn.known_until:
        return _day(settings.churn.known_until, "churn.known_until")
    last = customers.admission.as_of
    return None if last is None else last.normalize() + pd.Timedelta(days=1)


def spec_of(
    customers: Customers,
    settings: ChurnTrainingSettings,
    dates: list[pd.Timestamp],
    text: CustomerText,
    stored_themes: str,
) -> FeatureSpec:
    """Return the features that what was known before the first date can bear."""
    return learn_feature_spec(
        customers.accounts,
        customers.responses,
        as_of=dates[0] if dates else None,
        themes=text.themes if text.fitted else None,
        lookback_days=settings.churn.lookback,
        attributes=settings.churn.attributes,
        renewal_months=settings.churn.renewal_months,
        themes_version=stored_themes,
        **_known(customers, text.mentions if text.fitted else None),
    )


def panel_at(
    customers: Customers,
    settings: ChurnTrainingSettings,
    spec: FeatureSpec,
    mentions: pd.DataFrame | None,
    dates: list[pd.Timestamp],
) -> ChurnPanel:
    """Return accounts at dates, with what was known of them and what became of them."""
    chosen = settings.churn
    asked: dict[str, Any] = {
        "spec": spec,
        "excluded_reasons": chosen.excluded_reasons,
        "competing_reasons": chosen.competing_reasons,
        **_known(customers, mentions),
    }
    if chosen.event == SNAPSHOT:
        return snapshot_panel(customers.accounts, customers.responses, horizon=chosen.horizon, **asked)
    return training_panel(
        customers.accounts,
        customers.responses,
        dates=dates,
        horizon=chosen.horizon or HORIZON,
        known_until=known_until(customers, settings),
        event=chosen.event,
        inactive_days=chosen.inactive_days,
        renewal_tolerance_days=chosen.renewal_tolerance_days,
        **asked,
    )


def _outcomes_until(customers: Customers, settings: ChurnTrainingSettings) -> pd.Timestamp | None:
    """Until when outcomes are known: where leaving is inactivity, no later than the last use of anybody."""
    known = known_until(customers, settings)
    if settings.churn.event != INACTIVITY or customers.usage is None:
        return known
    last = customers.usage["used_at"].max()
    return known if pd.isna(last) or (known is not None and known < last) else last


def _known(customers: Customers, mentions: pd.DataFrame | None) -> dict[str, Any]:
    return {
        "comments": customers.comments,
        "mentions": mentions,
        "usage": customers.usage,
        "invitations": customers.invitations,
    }


def _day(text: str, setting: str) -> pd.Timestamp:
    try:
        return pd.Timestamp(text)
    except ValueError:
        raise SettingsError(f"{setting}: {text!r} must be a day such as 2026-06-30") from None
