"""Build what a churn model is trained on: accounts at dates, their features and what became of them."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from nps_insights.churn.families import units
from nps_insights.churn.features import FeatureSpec, account_features, learn_feature_spec
from nps_insights.churn.features.answers import category_of_latest, known_answers, latest_category
from nps_insights.churn.features.build import feature_columns
from nps_insights.churn.features.learn import all_undated, snapshot_moments
from nps_insights.churn.labels import RENEWAL_TOLERANCE_DAYS, Event, churn_labels
from nps_insights.churn.lookup import places
from nps_insights.churn.moments import Moment, Span, dates_of, latest, moment, whole_days
from nps_insights.churn.panel import ChurnPanel
from nps_insights.churn.panel_notes import panel_notes, snapshot_notes
from nps_insights.churn.rolling_dates import as_of_dates
from nps_insights.tables import SettingsError

__all__ = ["as_of_dates", "snapshot_panel", "training_panel"]


def training_panel(
    accounts: pd.DataFrame,
    responses: pd.DataFrame,
    *,
    dates: Sequence[Moment],
    horizon: Span,
    spec: FeatureSpec,
    comments: pd.DataFrame | None = None,
    mentions: pd.DataFrame | None = None,
    usage: pd.DataFrame | None = None,
    invitations: pd.DataFrame | None = None,
    known_until: Moment | None = None,
    event: Event = "ended",
    excluded_reasons: Sequence[str] = (),
    competing_reasons: Sequence[str] = (),
    inactive_days: int | None = None,
    renewal_tolerance_days: int = RENEWAL_TOLERANCE_DAYS,
) -> ChurnPanel:
    """Return the customers at each date, with what was known of them strictly before and whether they left after.

    Args:
        accounts: Table `accounts`, as of `known_until`.
        responses: Table `responses`.
        dates: The dates, of `as_of_dates`; in any order, each once.
        horizon: Days after each date within which an account leaves.
        spec: The features, of `learn_feature_spec` as of the first date.
        comments: Table `comments`.
        mentions: response_id and theme_id, of a theme model fitted on text before the first date.
        usage: Table `usage`.
        invitations: Table `invitations`.
        known_until: When the extract was taken. Where not given, the latest answer or use: dates whose horizon ends
            later are then set aside as open. With event "inactivity" nothing is known after the latest use.
        event: As in `churn_labels`; a snapshot is for `snapshot_panel`.
        excluded_reasons: As in `churn_labels`.
        competing_reasons: As in `churn_labels`.
        inactive_days: As in `churn_labels`.
        renewal_tolerance_days: As in `churn_labels`; `renewal_months` is that of the spec, and event
            "renewal" needs it.

    Returns:
        The panel; without rows where no outcome is known yet, which its notes then say.

    Raises:
        SettingsError: An argument cannot be used, or dates are missing or repeated.
        DataRefusedError: As in `churn_labels` and `account_features`.

    Example:
        >>> accounts = pd.DataFrame({"account_id": ["a", "b"], "ended_at": pd.to_datetime(["2026-03-15", None])})
        >>> responses = pd.DataFrame({"response_id": ["r"], "account_id": ["a"], "category": ["passive"]}).assign(
        ...     score=7.0, scale_min=0.0, scale_max=10.0, responded_at=pd.Timestamp("2026-02-22"))
        >>> panel = training_panel(accounts, responses, dates=["2026-03-01"], horizon=30, known_until="2026-06-01",
        ...                        spec=FeatureSpec(names=("score/last",)))
        >>> panel.rows[["account_id", "churned", "category", "score/last"]].to_numpy().tolist()
        [['a', True, 'passive', 7.0], ['b', False, nan, nan]]
    """
    moments = _dates(dates)
    days = whole_days(horizon, "horizon")
    if event == "snapshot":
        raise SettingsError("event == 'snapshot': a snapshot has no dates; build it with snapshot_panel.")
    until = _known_until(known_until, responses, usage)
    facts = _facts(accounts)
    blocks: list[pd.DataFrame] = []
    aside: Counter[str] = Counter()
    for one in moments:
        labels = churn_labels(
            accounts,
            one,
            days,
            known_until=until,
            event=event,
            excluded_reasons=excluded_reasons,
            competing_reasons=competing_reasons,
            inactive_days=inactive_days,
            usage=usage,
            renewal_tolerance_days=renewal_tolerance_days,
            renewal_months=spec.renewal_months,
        )
        aside.update(_set_aside(labels))
        features = account_features(
            accounts,
            responses,
            as_of=one,
            spec=spec,
            comments=comments,
            mentions=mentions,
            usage=usage,
            invitations=invitations,
        )
        category = latest_category(accounts, responses, as_of=one)
        blocks.append(_rows(labels, features, facts.assign(category=category.to_numpy())))
    rows = pd.concat(blocks, ignore_index=True)
    notes = panel_notes(
        accounts,
        usage,
        spec,
        until=until,
        stated=known_until is not None,
        last_use=latest(dates_of(usage, "used_at")) if event == "inactivity" and usage is not None else None,
        rows=rows,
        aside=aside,
    )
    return ChurnPanel(
        rows,
        spec,
        days,
        dated=True,
        set_aside=dict(sorted(aside.items())),
        notes=notes,
        tolerance_days=renewal_tolerance_days if event == "renewal" else 0,
    )


def snapshot_panel(
    accounts: pd.DataFrame,
    responses: pd.DataFrame | None = None,
    *,
    spec: FeatureSpec | None = None,
    comments: pd.DataFrame | None = None,
    mentions: pd.DataFrame | None = None,
    themes: pd.DataFrame | None = None,
    usage: pd.DataFrame | None = None,
    invitations: pd.DataFrame | None = None,
    horizon: Span | None = None,
    excluded_reasons: Sequence[str] = (),
    competing_reasons: Sequence[str] = (),
    lookback_days: int = 365,
    attributes: Sequence[str] | None = None,
    themes_version: str = "",
) -> ChurnPanel:
    """Return the accounts of one snapshot, with what it says of them and whether they had left by then (`churned`).

    Answers and usage count where they are dated before `snapshot_at`; where that is missing, all of them do. Where no
    answer carries a date, all answers count, and which was the last is not known. Time cannot be tested.

    Args:
        accounts: Table `accounts` with `churned`, and `snapshot_at` where known.
        responses: Table `responses`; None for none.
        spec: The features; None learns them from this snapshot, without its outcomes.
        comments: Table `comments`.
        mentions: response_id and theme_id.
        themes: theme_id and label, where the spec is learned.
        usage: Table `usage`.
        invitations: Table `invitations`.
        horizon: Days of the period whose leavers are marked, where known; else `horizon_days` is 0.
        excluded_reasons: As in `churn_labels`.
        competing_reasons: As in `churn_labels`.
        lookback_days: As in `learn_feature_spec`, where the spec is learned.
        attributes: As in `learn_feature_spec`, where the spec is learned.
        themes_version: As in `learn_feature_spec`, where the spec is learned.

    Returns:
        The panel, `dated` False.

    Raises:
        SettingsError: An argument cannot be used.
        DataRefusedError: There is no `churned`, or a table breaks its contract.

    Example:
        >>> accounts = pd.DataFrame({"account_id": ["a", "b"], "churned": [True, False], "value": [10.0, 20.0]})
        >>> panel = snapshot_panel(accounts, spec=FeatureSpec(names=("account/value",)))
        >>> panel.rows[["account_id", "churned", "account/value"]].to_numpy().tolist()
        [['a', True, 10.0], ['b', False, 20.0]]
    """
    if spec is None:
        spec = learn_feature_spec(
            accounts,
            responses,
            as_of=None,
            comments=comments,
            mentions=mentions,
            themes=themes,
            usage=usage,
            invitations=invitations,
            lookback_days=lookback_days,
            attributes=attributes,
            themes_version=themes_version,
        )
    labels = churn_labels(
        accounts,
        None,
        None,
        event="snapshot",
        excluded_reasons=excluded_reasons,
        competing_reasons=competing_reasons,
    )
    seen = snapshot_moments(accounts, responses, usage)
    undated = all_undated(responses)
    tables = (comments, mentions, usage, invitations)
    features = pd.DataFrame(feature_columns(accounts, responses, seen, spec, *tables, undated=undated))
    features.insert(0, "account_id", accounts["account_id"].to_numpy())
    past = known_answers(accounts, responses, seen, undated=undated)
    rows = _rows(labels, features, _facts(accounts).assign(category=category_of_latest(past)))
    aside = _set_aside(labels)
    notes = snapshot_notes(accounts, usage, spec, undated=undated, horizon=horizon, rows=rows, aside=aside)
    days = 0 if horizon is None else whole_days(horizon, "horizon")
    return ChurnPanel(rows, spec, days, dated=False, set_aside=dict(sorted(aside.items())), notes=notes)


def _dates(dates: Sequence[Moment]) -> list[pd.Timestamp]:
    if isinstance(dates, str) or not len(dates):
        raise SettingsError(f"dates == {dates!r}: must be a list of at least one date; as_of_dates chooses some.")
    moments = sorted(moment(one, "dates") for one in dates)
    if len(set(moments)) < len(moments):
        raise SettingsError(f"dates == {[f'{one:%Y-%m-%d}' for one in moments]}: must differ from each other.")
    return moments


def _known_until(given: Moment | None, responses: pd.DataFrame, usage: pd.DataFrame | None) -> pd.Timestamp:
    if given is not None:
        return moment(given, "known_until")
    used = [] if usage is None else [dates_of(usage, "used_at")]
    newest = latest(dates_of(responses, "responded_at"), *used)
    if newest is None:
        raise SettingsError(
            "known_until: neither an answer nor a use carries a date, so that nothing tells when the extract was "
            "taken; state it."
        )
    return newest


def _facts(accounts: pd.DataFrame) -> pd.DataFrame:
    """Unit and value of each account."""
    value = accounts["value"].astype(float) if "value" in accounts.columns else float("nan")
    return pd.DataFrame({"account_id": accounts["account_id"], "unit": units(accounts), "value": value})


def _rows(labels: pd.DataFrame, features: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Rows of the panel: accounts with an outcome, by account_id."""
    known = labels.loc[labels["churned"].notna(), ["account_id", "as_of", "churned"]]
    known = known.astype({"churned": bool}).sort_values("account_id", ignore_index=True)
    place = places(facts["account_id"], known["account_id"], table="accounts")
    for name, kind in {"unit": "str", "category": "str", "value": "float64"}.items():
        known[name] = facts[name].iloc[place].astype(kind).to_numpy()
    known = known.astype({"unit": "str", "category": "str"})
    known = known[["account_id", "as_of", "unit", "churned", "category", "value"]]
    place = places(features["account_id"], known["account_id"], table="features")
    columns = features.drop(columns=["account_id", "as_of"], errors="ignore").iloc[place].reset_index(drop=True)
    return pd.concat([known, columns], axis="columns")


def _set_aside(labels: pd.DataFrame) -> dict[str, int]:
    """How many labels tell no outcome, or another than the plain ones, by reason."""
    unknown = labels.loc[labels["churned"].isna(), "reason"]
    return {str(reason): int(n) for reason, n in unknown.value_counts().items()}
