"""Why each account is at risk, in words that a caller can use."""

import numpy as np
import pandas as pd

from nps_insights.churn.features.facts import as_levels
from nps_insights.churn.features.spec import FeatureSpec
from nps_insights.churn.model import ChurnModel
from nps_insights.churn.moments import Moment, moment
from nps_insights.churn.reasons.contributions import contributions
from nps_insights.churn.reasons.facts import Facts, facts_of
from nps_insights.churn.reasons.groups import group_parts, leading, members, raising
from nps_insights.churn.reasons.words import Case, reason_words
from nps_insights.tables import ATTRIBUTE_PREFIX, DataRefusedError, SchemaError, SettingsError, conform, empty

# Below it a group changes the odds of leaving by less than one in a hundred: nothing that a caller could use.
LEAST_CONTRIBUTION = 0.01


def risk_reasons(
    model: ChurnModel,
    features: pd.DataFrame,
    *,
    as_of: Moment | None = None,
    accounts: pd.DataFrame | None = None,
    responses: pd.DataFrame | None = None,
    comments: pd.DataFrame | None = None,
    mentions: pd.DataFrame | None = None,
    themes: pd.DataFrame | None = None,
    n_reasons: int = 3,
) -> pd.DataFrame:
    """Return the groups of features that raise each account's risk most, in words.

    What the features of a group add to the logit is summed (see `group_parts`): the score, each theme, each attribute
    with all its levels, tenure, renewal, value, each column of usage, the parent, silence. Only groups that raise the
    risk above that of an average account count, so an account may have fewer reasons than asked for, or none. The
    other tables add facts, read strictly before `as_of`; without them the features alone are put into words. A reason
    says what the model associates with leaving, not what causes it.

    Args:
        model: The model.
        features: Table `features` of the accounts to explain, at one date.
        as_of: The moment of knowing; None for the date of the features.
        accounts: Table `accounts`, for the names of levels without a feature of their own.
        responses: Table `responses`, for scores and dates.
        comments: Table `comments`, for the date of the last comment.
        mentions: Table `mentions`, for how often a theme was mentioned and since when.
        themes: Table `themes`, for labels as they are today; the model's own otherwise.
        n_reasons: At most so many per account.

    Returns:
        Table `reasons`: account_id, as_of, position (1 raises the risk most), about (score, silence, comment, theme,
        theme/<id>, attribute/<name>, tenure, renewal, value, parent, usage, usage/<name>), contribution (of the group
        to the logit), reason.

    Raises:
        SettingsError: `n_reasons` is below 1.
        SchemaError: A feature, account_id or as_of is missing.
        DataRefusedError: The features stand at several dates, or not at `as_of`.

    Example:
        >>> from sklearn.calibration import CalibratedClassifierCV
        >>> from sklearn.ensemble import HistGradientBoostingClassifier
        >>> known = pd.DataFrame({"score/last": [0.0, 10.0] * 60, "account/value": 1.0})
        >>> base = HistGradientBoostingClassifier(max_iter=5)
        >>> fitted = CalibratedClassifierCV(base, cv=3, ensemble=False).fit(known, known["score/last"] < 5)
        >>> model = ChurnModel(fitted, FeatureSpec(tuple(known)), 90, "hist_gradient_boosting", dated=True)
        >>> listed = known.head(2).assign(account_id=["a", "b"], as_of=pd.Timestamp("2026-01-01"))
        >>> risk_reasons(model, listed)[["account_id", "position", "about", "reason"]].to_dict("split")["data"]
        [['a', 1, 'score', 'last answer was 0']]
    """
    if n_reasons < 1:
        raise SettingsError(f"n_reasons == {n_reasons}, must be at least 1.")
    now = _date_of(features, as_of)
    if now is None:
        return empty("reasons")
    listed = features.reset_index(drop=True)
    parts = contributions(model, listed)
    grouped = group_parts(parts, listed, model.spec)
    found = raising(grouped, n_reasons, least=LEAST_CONTRIBUTION)
    lookback, undated = model.spec.lookback_days, not model.dated
    ids = listed["account_id"]
    facts = facts_of(ids, responses, comments, mentions, as_of=now, lookback_days=lookback, undated=undated)
    labels = model.spec.themes | ({} if themes is None else dict(zip(themes["theme_id"], themes["label"], strict=True)))
    words = _in_words(found, parts, listed, model, labels, _own_levels(ids, accounts, model.spec), facts)
    rows = found["row"].to_numpy(dtype=np.int64)
    named = found.drop(columns="row").assign(account_id=ids.to_numpy()[rows], as_of=now, reason=words)
    return conform("reasons", named)


def _in_words(
    found: pd.DataFrame,
    parts: pd.DataFrame,
    listed: pd.DataFrame,
    model: ChurnModel,
    labels: dict[str, str],
    own: dict[str, dict[str, str]],
    facts: Facts,
) -> list[str]:
    """Return the words of each found reason."""
    spec = model.spec
    groups = members(spec)
    known, added = listed[list(spec.names)].to_dict("records"), parts.to_dict("records")
    ids = listed["account_id"].tolist()
    words = []
    for row, group in zip(found["row"], found["about"], strict=True):
        lead = leading(group, added[row], known[row], groups)
        mine = own.get(ids[row], {})
        case = Case(ids[row], known[row], lead, spec, labels, model.reference, mine, facts)
        words.append(reason_words(group, case))
    return words


def _date_of(features: pd.DataFrame, as_of: Moment | None) -> pd.Timestamp | None:
    """Return the one date of the features, None without rows."""
    absent = [name for name in ("account_id", "as_of") if name not in features.columns]
    if absent:
        raise SchemaError("features", [f"{name}: the column is missing; every row needs it" for name in absent])
    dates = features["as_of"].drop_duplicates()
    wanted = None if as_of is None else moment(as_of, "as_of")
    if len(dates) > 1 or (wanted is not None and len(dates) and dates.iloc[0] != wanted):
        given = ", ".join(f"{date:%Y-%m-%d}" for date in dates.sort_values().head(3))
        raise DataRefusedError(
            f"features: {len(dates)} dates ({given}), must be {wanted or 'one'}; explain the accounts of one date at a "
            "time, since the facts are looked up before it."
        )
    return pd.Timestamp(dates.iloc[0]) if len(dates) else None


def _own_levels(ids: pd.Series, accounts: pd.DataFrame | None, spec: FeatureSpec) -> dict[str, dict[str, str]]:
    """Return by account its levels, for attributes of text."""
    columns = [f"{ATTRIBUTE_PREFIX}{name}" for name in spec.levels]
    held = [] if accounts is None else [name for name in columns if name in accounts.columns]
    if accounts is None or not held:
        return {}
    mine = accounts[accounts["account_id"].isin(ids)].drop_duplicates("account_id")
    levels = {name: as_levels(mine[name]) for name in held}
    found: dict[str, dict[str, str]] = {one: {} for one in mine["account_id"]}
    for name, column in levels.items():
        for one, level in zip(mine["account_id"], column, strict=True):
            if not pd.isna(level):
                found[one][name] = str(level)
    return found
