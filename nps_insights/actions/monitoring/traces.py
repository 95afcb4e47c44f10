"""What changed together with a figure: the change taken apart by columns and by themes, parts that add to it."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.actions.monitoring.sentences import theme_labels
from nps_insights.actions.monitoring.theme_parts import COMMENTED, theme_parts
from nps_insights.metrics.accounts import account_codes
from nps_insights.metrics.categories import signed
from nps_insights.metrics.figures.groups import group_column, group_names
from nps_insights.metrics.intervals import critical_value
from nps_insights.metrics.many import benjamini_hochberg
from nps_insights.metrics.mix import NOT_KNOWN, clustered_errors, kitagawa
from nps_insights.tables import ATTRIBUTE_PREFIX, DataRefusedError, SettingsError, conform

Array = NDArray[np.float64]
THEME = "theme"
OTHERS = "(others)"
_MOST_GROUPS = 30
_DATES = ("before_start", "before_end", "after_start", "after_end")


def traced(
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    dimensions: Sequence[str],
    mentions: pd.DataFrame | None = None,
    themes: pd.DataFrame | None = None,
    commented: pd.DataFrame | None = None,
    figure: Mapping[str, object] | None = None,
    theme_id: str = "",
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Return how a change splits by each dimension on its own; the parts of a dimension add to the change exactly.

    A column: mix (other customers answered) and rate (the same kind of customers answer otherwise) of each group
    (Kitagawa 1955); groups beyond the 30 largest stand together as "(others)". Themes: weight of a theme in one model
    of all of them x the change of the share that mentions it (`mix`), that of commenting at all, and `rest`.

    Args:
        before: Table `responses` of the one side.
        after: Of the other.
        dimensions: Columns to take the change apart by, attributes with or without their prefix.
        mentions: Table `mentions`; adds the dimension "theme".
        themes: Table `themes`, for the labels.
        commented: Responses whose comment was read (response_id); those with a mention if not given.
        figure: What the change is of and between: metric, by, group, before_start, before_end, after_start, after_end.
            If not given: the NPS of all answers, between their first and last days.
        theme_id: Take apart the share of commented answers that mention this theme instead of the NPS; both sides must
            hold commented answers only.
        confidence_level: Coverage of the intervals.

    Returns:
        Table `traces`: parts in points (shares for a theme), with intervals clustered by account. `rank` 1 is the part
        of a dimension that goes furthest in the direction of the change. `q_value` (Benjamini and Hochberg over all
        parts) answers for a group's rate whether it moved more or less than the other groups did, for all others
        whether the part is zero.

    Raises:
        DataRefusedError: One side has no answers.
        SettingsError: A dimension is no column of the responses, or there are neither `figure` nor dates.

    Example:
        >>> days = pd.to_datetime(["2026-06-10", "2026-07-10"] * 40)
        >>> responses = pd.DataFrame({"response_id": [f"r{i:02}" for i in range(80)], "responded_at": days})
        >>> responses["product"] = ["Router"] * 40 + ["Phone"] * 40
        >>> responses["category"] = ["promoter", "detractor"] * 20 + ["promoter"] * 40
        >>> sides = responses[days < "2026-07-01"], responses[days > "2026-07-01"]
        >>> traces = traced(*sides, dimensions=["product"])
        >>> traces.loc[traces["rank"] == 1, ["part", "part_group", "estimate"]].values.tolist()
        [['rate', 'Router', -100.0]]
    """
    if before.empty or after.empty:
        raise DataRefusedError(
            f"traced: {len(before):,} answers before and {len(after):,} after; both sides need answers"
        )
    sides = [side.sort_values("response_id", ignore_index=True) for side in (before, after)]
    named = _named(sides, figure)
    rows = pd.concat(sides, ignore_index=True)
    is_after = np.repeat([False, True], [len(side) for side in sides])
    accounts = account_codes(rows)
    if theme_id and mentions is not None:
        own = mentions.loc[mentions["theme_id"] == theme_id, "response_id"]
        y, unit = rows["response_id"].isin(own).to_numpy(dtype=float), 1.0
    else:
        y, unit = signed(rows["category"]), 100.0
    parts = [
        _by_column(rows, y, is_after, accounts, one).assign(dimension=one.removeprefix(ATTRIBUTE_PREFIX))
        for one in dict.fromkeys(dimensions)
    ]
    if mentions is not None and not theme_id:
        read = mentions if commented is None else commented
        found = theme_parts(y, is_after, rows["response_id"], mentions, pd.Index(read["response_id"]), accounts)
        frame = pd.DataFrame({"part_group": found.names, "estimate": found.parts, "std_error": found.errors})
        frame["part"] = np.where(frame["part_group"] == "", "rest", "mix")
        parts.append(frame.assign(dimension=THEME, own=frame["estimate"], own_error=frame["std_error"]))
    if not parts:
        raise SettingsError(
            "traced: nothing to take the change apart by; name columns in `dimensions` or give mentions"
        )
    return _conformed(pd.concat(parts, ignore_index=True), unit, named, themes, confidence_level)


def _named(sides: list[pd.DataFrame], figure: Mapping[str, object] | None) -> dict[str, object]:
    if figure is not None:
        return {name: figure[name] for name in ("metric", "by", "group", *_DATES)}
    if any("responded_at" not in side.columns or side["responded_at"].isna().all() for side in sides):
        raise SettingsError("traced: the answers carry no dates; say in `figure` which periods are compared")
    days = [side["responded_at"].dt.normalize().agg(end) for side in sides for end in ("min", "max")]
    return {"metric": "nps", "by": "", "group": "", **dict(zip(_DATES, days, strict=True))}


def _by_column(
    rows: pd.DataFrame, y: Array, is_after: NDArray[np.bool_], accounts: NDArray[np.int64], by: str
) -> pd.DataFrame:
    """Mix and rate of each group, and how much more or less than its share of the whole rate its own rate is."""
    groups = group_names(rows[group_column(rows, by)]).fillna(NOT_KNOWN)
    sizes = groups.value_counts()
    largest = sorted(sizes.index, key=lambda name: (-sizes[name], name))[:_MOST_GROUPS]
    found = kitagawa(y, groups.where(groups.isin(largest), OTHERS), is_after)
    share = found.shares.mean(axis=0)
    beyond = found.rate - share * found.rate.sum()
    of_beyond = found.rate_influence - found.rate_influence.sum(axis=1, keepdims=True) * share
    of_beyond = of_beyond - found.share_influence * found.rate.sum()
    influence = np.hstack([found.mix_influence, found.rate_influence, of_beyond])
    mix_error, rate_error, beyond_error = clustered_errors(influence, accounts).reshape(3, -1)
    return pd.DataFrame(
        {
            "part": ["mix"] * len(found.groups) + ["rate"] * len(found.groups),
            "part_group": [*found.groups, *found.groups],
            "estimate": np.concatenate([found.mix, found.rate]),
            "std_error": np.concatenate([mix_error, rate_error]),
            "own": np.concatenate([found.mix, beyond]),
            "own_error": np.concatenate([mix_error, beyond_error]),
        }
    )


def _conformed(
    parts: pd.DataFrame, unit: float, named: dict[str, object], themes: pd.DataFrame | None, confidence_level: float
) -> pd.DataFrame:
    from scipy.special import ndtr

    half = critical_value(confidence_level) * parts["std_error"]
    change = parts.loc[parts["dimension"] == parts["dimension"].iloc[0], "estimate"].sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        p_value = 2 * ndtr(-np.abs(parts["own"]) / parts["own_error"].where(parts["own_error"] > 1e-12))
    labels = theme_labels(themes)
    is_theme = parts["dimension"] == THEME
    label = parts["part_group"].where(~is_theme, parts["part_group"].map(lambda one: labels.get(one, one)))
    toward = parts["estimate"] * (1.0 if change >= 0 else -1.0)
    ordered = parts.assign(toward=-toward).sort_values(["dimension", "toward", "part", "part_group"])
    rank = (ordered.groupby("dimension").cumcount() + 1).reindex(parts.index)
    frame = parts[["dimension", "part", "part_group"]].assign(
        **named,
        label=label,
        estimate=unit * parts["estimate"],
        conf_low=unit * (parts["estimate"] - half),
        conf_high=unit * (parts["estimate"] + half),
        q_value=benjamini_hochberg(p_value),
        rank=rank,
    )
    return conform("traces", frame)


def clearest(traces: pd.DataFrame, change: float, dimensions: Sequence[str]) -> pd.Series | None:
    """Return the part that says most on a change: clear (q < .10), in its direction, a fifth of it or more; or None.

    Args:
        traces: Table `traces` of one alert.
        change: The change.
        dimensions: Which dimensions may be named.

    Example:
        >>> clearest(pd.DataFrame(columns=["dimension", "q_value", "estimate", "part", "part_group"]), -9.0, ["x"])
    """
    sign = np.sign(change)
    named = traces["dimension"].isin(list(dimensions)) & ~traces["part_group"].isin(["", COMMENTED, OTHERS, NOT_KNOWN])
    fits = named & (traces["q_value"] < 0.10) & (traces["estimate"] * sign >= 0.2 * abs(change))
    if not fits.any():
        return None
    chosen = traces[fits].assign(toward=-traces["estimate"] * sign)
    return chosen.sort_values(["toward", "q_value", "dimension", "part_group"]).iloc[0]
