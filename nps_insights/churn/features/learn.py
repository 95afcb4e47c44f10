"""Learn once which features a churn model reads."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from nps_insights.churn.features.build import feature_columns
from nps_insights.churn.features.facts import OTHER, USAGE_PARTS, USAGE_PREFIX, as_levels, is_date, is_number
from nps_insights.churn.features.spec import FeatureSpec, fingerprint
from nps_insights.churn.leaving import customers
from nps_insights.churn.moments import Moment, dates_of, moment
from nps_insights.tables import ATTRIBUTE_PREFIX, SettingsError

SCORES = ("last", "mean", "min", "change", "trend", "volatility", "detractor_share")
ANSWERS = ("count", "contacts", "days_since", "comment_share", "invited", "unanswered")
ACCOUNT = ("tenure_days", "days_to_renewal", "value")
PARENT = ("mean", "answers")


def learn_feature_spec(
    accounts: pd.DataFrame,
    responses: pd.DataFrame | None,
    *,
    as_of: Moment | None,
    comments: pd.DataFrame | None = None,
    mentions: pd.DataFrame | None = None,
    themes: pd.DataFrame | None = None,
    usage: pd.DataFrame | None = None,
    invitations: pd.DataFrame | None = None,
    lookback_days: int = 365,
    attributes: Sequence[str] | None = None,
    themes_version: str = "",
    min_accounts: int = 10,
    max_levels: int = 20,
    renewal_months: int | None = None,
) -> FeatureSpec:
    """Return the features that what was known strictly before `as_of` can bear; no outcome is looked at.

    A feature is kept that `min_accounts` customers have a value of and that differs among them; a theme that as many
    mention; a level of an attribute that as many have, the rest being "other" (so are levels that come later). An
    attribute without any such level, such as a name, and an attribute of dates have no feature. Days to renewal are a
    feature only with `renewal_months`: `renewal_at` of a later extract tells who has renewed since.

    Args:
        accounts: Table `accounts`.
        responses: Table `responses`; None for none.
        as_of: The first date that the model is trained on; None for a snapshot: everything given is known.
        comments: Table `comments`.
        mentions: response_id and theme_id, of a theme model fitted on text before `as_of`.
        themes: theme_id and label of that model; None takes the ids as labels.
        usage: Table `usage`.
        invitations: Table `invitations`.
        lookback_days: How far back before as_of answers, mentions and usage are read.
        attributes: Attributes that may become features, without prefix; None for all.
        themes_version: The stored theme model, such as `churn_themes@2`.
        min_accounts: Fewest customers behind a feature.
        max_levels: Most levels of one attribute with a feature of their own; the most frequent are kept.
        renewal_months: Length of the contracts.

    Returns:
        The spec; without names where nothing can be learned yet.

    Raises:
        SettingsError: An attribute is not a column, or a number is out of bounds.

    Example:
        >>> plans = ["Pro"] * 3 + ["Free"] * 2 + ["Old"]
        >>> accounts = pd.DataFrame({"account_id": list("abcdef"), "attribute/plan": plans})
        >>> learn_feature_spec(accounts, None, as_of="2026-01-01", min_accounts=2).names
        ('attribute/plan=Pro', 'attribute/plan=Free', 'attribute/plan=other')
    """
    if min_accounts < 1 or max_levels < 1 or lookback_days < 1:
        raise SettingsError(
            f"min_accounts == {min_accounts}, max_levels == {max_levels}, lookback_days == {lookback_days}: "
            "each must be at least 1."
        )
    kept, moments = _known_at(accounts, responses, usage, as_of)
    numbers, levels, rare = _attributes(accounts[kept], attributes, min_accounts, max_levels)
    candidate = FeatureSpec(
        names=(),
        lookback_days=lookback_days,
        themes=_labels(mentions, themes),
        themes_version=themes_version,
        usage=_usage_columns(usage),
        levels=levels,
        rare_levels=rare,
        numbers=numbers,
        renewal_months=renewal_months,
    )
    candidate = replace(candidate, names=_names(candidate, comments is not None, usage is not None))
    tables = (comments, mentions, usage, invitations)
    undated = as_of is None and all_undated(responses)
    columns = feature_columns(accounts, responses, moments, candidate, *tables, undated=undated)
    borne = {name: values[kept] for name, values in columns.items()}
    names = tuple(name for name in candidate.names if _bears(name, borne[name], min_accounts))
    return _without_unused(replace(candidate, names=names))


def snapshot_moments(accounts: pd.DataFrame, responses: pd.DataFrame | None, usage: pd.DataFrame | None) -> np.ndarray:
    """Return when each account of a snapshot was looked at, (n_accounts,) datetime64[us].

    That is `snapshot_at`; where it is not given, a moment after the last dated answer or use; NaT without any.
    """
    given = dates_of(accounts, "snapshot_at")
    seen = [
        dates_of(frame, name) for frame, name in ((responses, "responded_at"), (usage, "used_at")) if frame is not None
    ]
    every = np.concatenate([given, *seen]) if seen else given
    known = every[~np.isnat(every)]
    if not len(known):
        return given
    after = known.max() + np.timedelta64(1, "us") if np.isnat(given).any() else known.max()
    return np.where(np.isnat(given), after, given)


def all_undated(responses: pd.DataFrame | None) -> bool:
    """Return whether there are answers, and none of them carries a date."""
    return responses is not None and bool(np.isnat(dates_of(responses, "responded_at")).all())


def _known_at(
    accounts: pd.DataFrame, responses: pd.DataFrame | None, usage: pd.DataFrame | None, as_of: Moment | None
) -> tuple[np.ndarray, np.ndarray]:
    if as_of is None:
        return np.ones(len(accounts), dtype=bool), snapshot_moments(accounts, responses, usage)
    now = moment(as_of, "as_of")
    return customers(accounts, now), np.full(len(accounts), now.to_datetime64(), dtype="datetime64[us]")


def _labels(mentions: pd.DataFrame | None, themes: pd.DataFrame | None) -> dict[str, str]:
    if mentions is None:
        return {}
    ids = sorted(map(str, mentions["theme_id"].unique()))
    if themes is None:
        return {one: one for one in ids}
    labels = dict(zip(themes["theme_id"], themes["label"], strict=True))
    return {one: str(labels[one]) for one in ids if one in labels}


def _usage_columns(usage: pd.DataFrame | None) -> tuple[str, ...]:
    if usage is None:
        return ()
    return tuple(sorted(name.removeprefix(USAGE_PREFIX) for name in usage.columns if name.startswith(USAGE_PREFIX)))


def _attributes(
    customers_then: pd.DataFrame, wanted: Sequence[str] | None, min_accounts: int, max_levels: int
) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Attributes of numbers; the levels of the others with a feature of their own; and fingerprints of their others."""
    given = [name.removeprefix(ATTRIBUTE_PREFIX) for name in customers_then if name.startswith(ATTRIBUTE_PREFIX)]
    absent = [name for name in wanted or () if name not in given]
    if absent:
        raise SettingsError(
            f"attributes: {', '.join(absent)}: no such column; the accounts have {', '.join(sorted(given)) or 'none'} "
            "(named without 'attribute/')."
        )
    numbers, levels, rare = [], {}, {}
    for name in sorted(given if wanted is None else set(wanted)):
        column = customers_then[ATTRIBUTE_PREFIX + name]
        if is_number(column):
            numbers.append(name)
        elif not is_date(column) and column.notna().any():
            counts = as_levels(column).dropna().value_counts().rename_axis("level").reset_index(name="n")
            frequent = counts[(counts["n"] >= min_accounts) & (counts["level"] != OTHER)]
            frequent = frequent.sort_values(["n", "level"], ascending=[False, True])
            own = tuple(frequent["level"].head(max_levels))
            if own:
                levels[name] = own
                rare[name] = tuple(sorted(fingerprint(one) for one in set(counts["level"]) - set(own)))
    return tuple(numbers), levels, rare


def _names(spec: FeatureSpec, commented: bool, used: bool) -> tuple[str, ...]:
    """All features that the tables could bear, in the order of the model."""
    answers = [name for name in ANSWERS if commented or name != "comment_share"]
    account = [name for name in ACCOUNT if spec.renewal_months is not None or name != "days_to_renewal"]
    return (
        *(f"score/{name}" for name in SCORES),
        *(f"answers/{name}" for name in answers),
        *(f"theme/{theme}{part}" for theme in spec.themes for part in ("", "/last")),
        *(ATTRIBUTE_PREFIX + name for name in spec.numbers),
        *(f"{ATTRIBUTE_PREFIX}{name}={level}" for name, own in spec.levels.items() for level in (*own, OTHER)),
        *(f"account/{name}" for name in account),
        *(("usage/days", "usage/days_since") if used else ()),
        *(f"{USAGE_PREFIX}{name}/{part}" for name in spec.usage for part in USAGE_PARTS),
        *(f"parent/{name}" for name in PARENT),
    )


def _bears(name: str, values: np.ndarray, min_accounts: int) -> bool:
    known = values[~np.isnan(values)]
    if name.startswith("theme/"):
        return bool((known > 0).sum() >= min_accounts)
    if name.startswith(ATTRIBUTE_PREFIX) and name.endswith(f"={OTHER}"):
        # New levels go here, so that it stays even where nobody is there yet.
        return True
    return bool(len(known) >= min_accounts and known.min() < known.max())


def _without_unused(spec: FeatureSpec) -> FeatureSpec:
    """Without themes, attributes and usage that no feature reads."""
    levels = {}
    for name, own in spec.levels.items():
        kept = tuple(level for level in own if f"{ATTRIBUTE_PREFIX}{name}={level}" in spec.names)
        if kept:
            levels[name] = kept
    gone = {f"{ATTRIBUTE_PREFIX}{name}={OTHER}" for name in set(spec.levels) - set(levels)}
    names = tuple(name for name in spec.names if name not in gone)
    return replace(
        spec,
        names=names,
        levels=levels,
        rare_levels={name: own for name, own in spec.rare_levels.items() if name in levels},
        themes={one: label for one, label in spec.themes.items() if {f"theme/{one}", f"theme/{one}/last"} & set(names)},
        numbers=tuple(name for name in spec.numbers if ATTRIBUTE_PREFIX + name in names),
        usage=tuple(one for one in spec.usage if any(f"{USAGE_PREFIX}{one}/{part}" in names for part in USAGE_PARTS)),
    )
