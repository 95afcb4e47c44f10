"""Which themes go up or down only because another one does, or because one group speaks of them."""

from collections.abc import Mapping, Sequence

import pandas as pd

from nps_insights.metrics.shares import share_changes
from nps_insights.metrics.trends import mentioned_pairs

_CLEAR = 0.05


def parents_carried(
    found: pd.DataFrame,
    themes: Sequence[int],
    commented: pd.DataFrame,
    mentions: pd.DataFrame,
    parents: Mapping[str, str],
) -> dict[int, int]:
    """Return top themes whose change rests once the themes below them that were told of are left out.

    Args:
        found: Alerts.
        themes: Places of the raised alerts on themes.
        commented: Responses whose comment was read.
        mentions: Table `mentions`.
        parents: Top theme of each theme.

    Returns:
        Place of the alert on the top theme -> place of that on the theme below it that changed most.

    Example:
        >>> parents_carried(pd.DataFrame(), [], pd.DataFrame(), pd.DataFrame(), {})
        {}
    """
    carried = {}
    for place in themes:
        top, way = found.loc[place, "group"], found.loc[place, "estimate"]
        below = [
            other
            for other in themes
            if parents.get(found.loc[other, "group"]) == top and found.loc[other, "estimate"] * way > 0
        ]
        if not below:
            continue
        told = {found.loc[other, "group"] for other in below}
        rest = mentions[~mentions["theme_id"].isin(told) & mentions["theme_id"].map(parents).eq(top)]
        if not _moves(found.loc[place], mentioned_pairs(rest, parents), commented):
            carried[place] = max(below, key=lambda other: (abs(found.loc[other, "estimate"]), -other))
    return carried


def themes_carried(
    found: pd.DataFrame,
    themes: Sequence[int],
    outside: pd.DataFrame,
    mentions: pd.DataFrame,
    parents: Mapping[str, str],
) -> list[int]:
    """Return the themes whose change rests among the commenting responses that are not of a cause.

    Args:
        found: Alerts.
        themes: Places of the raised alerts on themes.
        outside: Commenting responses without those of the causes.
        mentions: Table `mentions`.
        parents: Top theme of each theme.

    Example:
        >>> themes_carried(pd.DataFrame(), [], pd.DataFrame(), pd.DataFrame(), {})
        []
    """
    pairs = mentioned_pairs(mentions, parents) if len(themes) else mentions
    return [place for place in themes if not _moves(found.loc[place], pairs, outside)]


def _moves(row: pd.Series, pairs: pd.DataFrame, commented: pd.DataFrame) -> bool:
    """Whether the share of a theme moves the way of its alert among these responses."""
    own = pairs[pairs["theme_id"] == row["group"]]
    changes = share_changes(own, commented, row)
    if changes.empty:
        return False
    change = changes.iloc[0]
    return bool(change["p_value"] < _CLEAR and change["estimate"] * row["estimate"] > 0)
