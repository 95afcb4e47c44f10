"""Features that are about the same thing, and what they add together."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from nps_insights.churn.features.spec import FeatureSpec
from nps_insights.tables import ATTRIBUTE_PREFIX, USAGE_PREFIX

# What a reason can be about, beside one theme, one attribute, one usage column and further columns of the account.
SCORE, SILENCE, COMMENT, UNMENTIONED = "score", "silence", "comment", "theme"
TENURE, RENEWAL, VALUE, PARENT, USAGE = "tenure", "renewal", "value", "parent", "usage"
THEME_PREFIX = "theme/"

_ACCOUNT = {"account/tenure_days": TENURE, "account/days_to_renewal": RENEWAL, "account/value": VALUE}


def about(name: str, spec: FeatureSpec) -> str:
    """Return what a feature is about, such as `score`, `theme/t01` or `attribute/plan`.

    Example:
        >>> spec = FeatureSpec((), levels={"plan": ("Basic",)})
        >>> [about(name, spec) for name in ("score/trend", "answers/count", "attribute/plan=Basic", "theme/t01")]
        ['score', 'silence', 'attribute/plan', 'theme/t01']
    """
    room, _, rest = name.partition("/")
    if room == "score":
        return SCORE
    if room == "answers":
        return SILENCE
    if room == "parent":
        return PARENT
    if room == "theme":
        return THEME_PREFIX + _longest(rest, tuple(spec.themes), "/")
    if room == "attribute":
        return ATTRIBUTE_PREFIX + _longest(rest, (*spec.levels, *spec.numbers), "=/")
    if name in ("usage/days", "usage/days_since"):
        return USAGE
    if room == "usage":
        return USAGE_PREFIX + _longest(rest, spec.usage, "/")
    return _ACCOUNT.get(name, name)


def members(spec: FeatureSpec) -> dict[str, list[str]]:
    """Return the features by what they are about, in the order of the spec."""
    found: dict[str, list[str]] = {}
    for name in spec.names:
        found.setdefault(about(name, spec), []).append(name)
    return found


def is_silent(features: pd.DataFrame, spec: FeatureSpec) -> np.ndarray:
    """Whether no answer of the account is known (n,): no score in the lookback."""
    scores = [name for name in spec.names if about(name, spec) == SCORE]
    if scores:
        return np.asarray(features[scores].isna().all(axis=1))
    if "answers/count" in spec.names:
        return np.asarray(features["answers/count"].fillna(0) <= 0)
    return np.zeros(len(features), dtype=bool)


def is_mentioned(features: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    """Whether the account mentioned the theme that the features are about (n,)."""
    return np.asarray((features[list(names)] > 0).any(axis=1))


def group_parts(parts: pd.DataFrame, features: pd.DataFrame, spec: FeatureSpec) -> pd.DataFrame:
    """Return what each group of features adds to the logit of the risk.

    A reader would not call it the score where there is none, nor a theme where it was not mentioned. So of a silent
    account the parts of score and themes belong to `silence`; of one that answered without a comment the themes'
    parts belong to `comment`; and the themes that a commenter did not mention are one group, `theme`.

    Args:
        parts: Contributions by feature, as `contributions` returns them.
        features: The same rows, `spec.names`.
        spec: The features.

    Returns:
        One column per group, in an order that depends on the spec alone; a row sums to the parts of the row.
    """
    groups = members(spec)
    silent = is_silent(features, spec)
    summed = {group: parts[names].to_numpy().sum(axis=1) for group, names in groups.items()}
    for group in (SILENCE, COMMENT, UNMENTIONED):
        summed.setdefault(group, np.zeros(len(parts)))
    if SCORE in summed:
        summed[SILENCE] = summed[SILENCE] + np.where(silent, summed[SCORE], 0.0)
        summed[SCORE] = np.where(silent, 0.0, summed[SCORE])
    for group in [group for group in groups if group.startswith(THEME_PREFIX)]:
        said = is_mentioned(features, groups[group])
        wordless = features[groups[group]].isna().all(axis=1).to_numpy()
        homes = {SILENCE: silent, COMMENT: ~silent & wordless, UNMENTIONED: ~silent & ~wordless & ~said}
        for home, rows in homes.items():
            summed[home] = summed[home] + np.where(rows & ~said, summed[group], 0.0)
        summed[group] = np.where(said, summed[group], 0.0)
    return pd.DataFrame(summed, index=parts.index)


def leading(group: str, parts: Mapping[str, float], known: Mapping[str, float], groups: Mapping[str, list[str]]) -> str:
    """Return the feature of a group that raises the risk most; the first in the spec's order where several do.

    Args:
        group: What the reason is about.
        parts: What each feature of the account adds.
        known: The features of the account, NaN where unknown.
        groups: Features by what they are about.

    Example:
        >>> leading("score", {"score/last": -0.1, "score/trend": 0.3}, {}, {"score": ["score/last", "score/trend"]})
        'score/trend'
    """
    names = groups.get(group, [])
    if group in (COMMENT, UNMENTIONED):
        themes = [own for theme, own in groups.items() if theme.startswith(THEME_PREFIX)]
        # NaN is not above 0 either: of a theme that was mentioned, some feature is.
        names = [name for own in themes if not any(known[one] > 0 for one in own) for name in own]
    return max(names, key=lambda name: round(parts[name], 6), default="")


def raising(grouped: pd.DataFrame, n_reasons: int, *, least: float) -> pd.DataFrame:
    """Return the groups that raise the risk of each row most.

    Parts are compared after rounding to 1e-6, equal ones by the name of the group, so that the last bits of a feature
    do not turn the order.

    Args:
        grouped: Parts by group.
        n_reasons: At most so many per row.
        least: Smallest part that counts, on the logit.

    Returns:
        One row per reason: row (position in `grouped`), position (1 is the largest), about, contribution.
    """
    names = sorted(grouped.columns)
    values = np.round(grouped[names].to_numpy(), 6)
    order = np.argsort(-values, axis=1, kind="stable")[:, :n_reasons]
    chosen = np.take_along_axis(values, order, axis=1)
    rows, places = np.nonzero(chosen >= least)
    picked = order[rows, places]
    return pd.DataFrame(
        {
            "row": rows,
            "position": places + 1,
            "about": np.array(names, dtype=object)[picked],
            "contribution": grouped[names].to_numpy()[rows, picked],
        }
    )


def _longest(rest: str, known: Sequence[str], ends: str) -> str:
    """Return the known name that `rest` starts with; where none does, `rest` up to the first of the end marks."""
    fitting = [name for name in known if rest == name or (rest.startswith(name) and rest[len(name)] in ends)]
    if fitting:
        return max(fitting, key=len)
    cut = min((rest.index(end) for end in ends if end in rest), default=len(rest))
    return rest[:cut]
