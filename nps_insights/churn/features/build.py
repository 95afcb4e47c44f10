"""Build the features of accounts at a date: exactly those that a spec names."""

import numpy as np
import pandas as pd

from nps_insights.churn.features.answers import answer_features, known_answers, score_features
from nps_insights.churn.features.facts import account_facts, attribute_features, parent_features, usage_features
from nps_insights.churn.features.silence import silence_features
from nps_insights.churn.features.spec import FeatureSpec
from nps_insights.churn.features.words import comment_features, theme_features, usable_comments
from nps_insights.churn.leaving import customers
from nps_insights.churn.moments import Moment, moment
from nps_insights.tables import SettingsError, conform


def account_features(
    accounts: pd.DataFrame,
    responses: pd.DataFrame | None,
    *,
    as_of: Moment,
    spec: FeatureSpec,
    comments: pd.DataFrame | None = None,
    mentions: pd.DataFrame | None = None,
    usage: pd.DataFrame | None = None,
    invitations: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return what was known of each customer strictly before `as_of`, within the lookback of the spec.

    Answers, invitations and usage count where they are dated before `as_of`, comments and mentions where their answer
    is; a bare day is that day at 00:00, so nothing of the day `as_of` itself is read. Undated rows are not read.
    ended_at decides who is a customer, and is no feature; ended_reason and churned are never read. Attributes, value,
    parent_id and renewal_at carry no date: they are what the accounts file says on the day of the extract, and may
    know more than anybody knew at an earlier `as_of`.

    Args:
        accounts: Table `accounts`.
        responses: Table `responses`; None for none.
        as_of: The moment of knowing.
        spec: The features, of `learn_feature_spec`.
        comments: Table `comments`, for whom a theme is not mentioned rather than unknown, and `answers/comment_share`.
        mentions: response_id and theme_id, of a theme model fitted on text before `as_of`.
        usage: Table `usage`.
        invitations: Table `invitations`.

    Returns:
        Table `features`: account_id, as_of, and `spec.names` (float64, NaN where not known), one row per account that
        is a customer at `as_of` (started before, not ended by it), by account_id. What a table that is not given, or
        a column that is missing, would tell is NaN; `schema_changes` names such columns.

    Raises:
        SettingsError: `as_of` is no moment, or the spec names a feature that does not exist.
        DataRefusedError: Ids are repeated, dates are no dates, or parents form a circle.

    Example:
        >>> accounts = pd.DataFrame({"account_id": ["a", "b"], "started_at": pd.to_datetime(["2025-01-01", None])})
        >>> responses = pd.DataFrame({"response_id": ["r"], "account_id": ["a"], "category": ["passive"]}).assign(
        ...     score=7.0, scale_min=0.0, scale_max=10.0, responded_at=pd.Timestamp("2025-12-22"))
        >>> spec = FeatureSpec(names=("score/last", "answers/days_since"))
        >>> account_features(accounts, responses, as_of="2026-01-01", spec=spec)[list(spec.names)].to_numpy().tolist()
        [[7.0, 10.0], [nan, nan]]
    """
    now = moment(as_of, "as_of")
    moments = np.full(len(accounts), now.to_datetime64(), dtype="datetime64[us]")
    columns = feature_columns(accounts, responses, moments, spec, comments, mentions, usage, invitations)
    frame = pd.DataFrame({"account_id": accounts["account_id"].to_numpy(), "as_of": moments, **columns})
    return conform("features", frame[customers(accounts, now)])[["account_id", "as_of", *spec.names]]


def feature_columns(
    accounts: pd.DataFrame,
    responses: pd.DataFrame | None,
    as_of: np.ndarray,
    spec: FeatureSpec,
    comments: pd.DataFrame | None = None,
    mentions: pd.DataFrame | None = None,
    usage: pd.DataFrame | None = None,
    invitations: pd.DataFrame | None = None,
    *,
    undated: bool = False,
) -> dict[str, np.ndarray]:
    """Return the features of all accounts, each at its own moment.

    Args:
        accounts: Table `accounts`, (n,).
        responses: Table `responses`; None for none.
        as_of: datetime64[us], (n,).
        spec: The features.
        comments: Table `comments`.
        mentions: response_id and theme_id.
        usage: Table `usage`.
        invitations: Table `invitations`.
        undated: Whether answers without a date are known as well.

    Returns:
        (n,) floats by name, in the order of `spec.names`.
    """
    past = known_answers(accounts, responses, as_of, undated=undated)
    recent = past.within(spec.lookback_days)
    found: dict[str, np.ndarray] = {}
    groups = {name.partition("/")[0] for name in spec.names}
    if "score" in groups:
        found |= score_features(recent)
    usable = usable_comments(recent, comments, mentions) if groups & {"answers", "theme"} else np.zeros(0, dtype=bool)
    if "answers" in groups:
        found |= answer_features(recent)
        found |= silence_features(accounts, past, invitations, as_of, lookback_days=spec.lookback_days)
        share = comment_features(recent, usable)["answers/comment_share"]
        found["answers/comment_share"] = share if comments is not None else np.full(len(accounts), np.nan)
    if "theme" in groups:
        found |= theme_features(recent, usable, mentions, spec.themes)
    if "attribute" in groups:
        found |= attribute_features(accounts, spec.numbers, spec.levels)
    if "account" in groups:
        found |= account_facts(accounts, as_of, renewal_months=spec.renewal_months)
    if "parent" in groups:
        found |= parent_features(accounts, recent)
    if "usage" in groups:
        found |= usage_features(accounts, usage, as_of, lookback_days=spec.lookback_days, columns=spec.usage)
    _refuse_unknown(spec, found)
    return {name: found[name] for name in spec.names}


def _refuse_unknown(spec: FeatureSpec, found: dict[str, np.ndarray]) -> None:
    absent = [name for name in spec.names if name not in found]
    if absent:
        raise SettingsError(
            f"spec.names: {', '.join(absent)}: no such feature; themes, attributes and usage need their entry in "
            "spec.themes, spec.levels, spec.numbers or spec.usage. Learn the spec with learn_feature_spec."
        )
