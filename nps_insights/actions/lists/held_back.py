"""Which theme holds a passive back: of what was said against the company, what goes with fewer promoters."""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

_COLUMNS = ["theme_id", "theme_label", "theme_owner"]


def negative_mentions(mentions: pd.DataFrame, *, below: float) -> pd.DataFrame:
    """Return the mentions that speak against the company, each response and theme once, with their lowest tone.

    Without tones nothing can be called negative, and no row is returned.

    Example:
        >>> mentions = pd.DataFrame({"response_id": ["r1", "r1"], "theme_id": ["t1", "t2"], "tone": [-0.4, 0.3]})
        >>> negative_mentions(mentions, below=0.0)[["theme_id", "tone"]].values.tolist()
        [['t1', -0.4]]
    """
    if "tone" not in mentions.columns:
        return mentions[["response_id", "theme_id"]].assign(tone=np.nan).iloc[:0]
    lowest = mentions.groupby(["response_id", "theme_id"], as_index=False)["tone"].min()
    return lowest[lowest["tone"] < below].reset_index(drop=True)


def promoter_loss(effects: pd.DataFrame) -> pd.Series:
    """Return by how many points of promoters customers who mention a theme differ, by theme_id: adjusted, per mention.

    Where a theme was split by tone its negative part speaks.

    Example:
        >>> effects = pd.DataFrame({"theme_id": ["t1", "t1"], "outcome": ["promoter", "nps"], "method": "adjusted",
        ...                         "per_mention": [-20.0, -35.0]})
        >>> promoter_loss(effects).to_dict()
        {'t1': -20.0}
    """
    rows = effects[(effects["outcome"] == "promoter") & (effects["method"] == "adjusted")]
    if "theme_id" not in rows.columns:
        return pd.Series(dtype=float)
    rows = rows[rows["theme_id"].notna() & rows["per_mention"].notna()]
    if "tone" in rows.columns:
        rows = rows[rows["tone"].isna() | (rows["tone"] == "negative")]
    return rows.groupby("theme_id")["per_mention"].min()


def held_back(
    response_ids: pd.Series,
    mentions: pd.DataFrame,
    *,
    effects: pd.DataFrame | None,
    themes: pd.DataFrame | None,
    owners: Mapping[str, str],
    below: float,
    moods: Collection[str] = (),
) -> pd.DataFrame:
    """Return the theme that holds each response back, where one does.

    Of the themes it mentions negatively, the one that goes with the fewest promoters by `effects`; where none of them
    goes with fewer, or there are no effects, the one mentioned in the lowest tone. Without tones, of all themes it
    mentions that go with fewer promoters the strongest.

    Args:
        response_ids: Whose.
        mentions: Table `mentions`.
        effects: Table `effects`.
        themes: Table `themes`, for labels and owners.
        owners: Who answers for a theme, by theme_id; goes before the owner in `themes`.
        below: A tone below it is negative.
        moods: theme_ids of themes that only say how people feel; none of them holds anybody back.

    Returns:
        response_id as index: theme_id, theme_label, theme_owner (missing where unknown).

    Example:
        >>> mentions = pd.DataFrame({"response_id": ["r1", "r1"], "theme_id": ["t1", "t2"], "tone": [-0.4, -0.1]})
        >>> effects = pd.DataFrame({"theme_id": ["t1", "t2"], "outcome": "promoter", "method": "adjusted",
        ...                         "per_mention": [-2.0, -9.0]})
        >>> held_back(pd.Series(["r1"]), mentions, effects=effects, themes=None, owners={"t2": "IT"}, below=0.0)[
        ...     ["theme_id", "theme_owner"]].values.tolist()
        [['t2', 'IT']]
    """
    own = mentions[mentions["response_id"].isin(response_ids) & ~mentions["theme_id"].isin(list(moods))]
    loss = promoter_loss(effects) if effects is not None else pd.Series(dtype=float)
    if "tone" in own.columns:
        said = negative_mentions(own, below=below)
        points = said["theme_id"].map(loss).astype(float)
        said = said.assign(points=points.where(points < 0, 0.0))
    else:
        said = own[["response_id", "theme_id"]].drop_duplicates().assign(tone=0.0)
        said = said.assign(points=said["theme_id"].map(loss).astype(float))
        said = said[said["points"] < 0]
    worst = said.sort_values(["response_id", "points", "tone", "theme_id"]).drop_duplicates("response_id")
    named = worst.set_index("response_id")
    return _named(named["theme_id"].astype("str"), themes, owners)[_COLUMNS]


def _named(theme_id: pd.Series, themes: pd.DataFrame | None, owners: Mapping[str, str]) -> pd.DataFrame:
    label, owner = theme_id, theme_id.map(dict(owners)).astype("str")
    if themes is not None:
        known = themes.set_index("theme_id")
        label = theme_id.map(known["label"]).astype("str").fillna(theme_id)
        if "owner" in known.columns:
            owner = owner.fillna(theme_id.map(known["owner"]).astype("str"))
    return pd.DataFrame({"theme_id": theme_id, "theme_label": label, "theme_owner": owner})
