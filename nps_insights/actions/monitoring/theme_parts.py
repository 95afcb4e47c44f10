"""How a change of the NPS goes with what is mentioned more or less often: themes overlap, so one model holds them all.

One least-squares fit of the answer on the themes, on whether the comment was read and on the side: the change of the
mean is then, exactly, the sum over themes of (weight x change of the share that mentions it), plus the part of having
commented, plus what is left: everybody answers otherwise, whatever the themes.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nps_insights.metrics.mix import clustered_errors

Array = NDArray[np.float64]
_FEWEST_MENTIONS = 10
COMMENTED = "(commented)"


@dataclass(frozen=True)
class ThemeParts:
    """Parts of a change of a mean, and what each of n answers adds to them.

    Attributes:
        names: Theme ids, then "(commented)" and "" for what is left (m,).
        parts: Their parts (m,), which add to the change.
        errors: Standard errors (m,), clustered by account.
    """

    names: list[str]
    parts: Array
    errors: Array


def theme_parts(
    y: Array,
    is_after: NDArray[np.bool_],
    response_ids: pd.Series,
    mentions: pd.DataFrame,
    commented: pd.Index,
    accounts: NDArray[np.int64],
) -> ThemeParts:
    """Return how the change of the mean of `y` splits by themes.

    Themes with fewer than 10 mentions on both sides together have no part of their own.

    Args:
        y: Answers of both sides (n,).
        is_after: Whether each is of the later side (n,).
        response_ids: Their ids (n,).
        mentions: response_id and theme_id.
        commented: Ids of the responses whose comment was read.
        accounts: Account number of each (n,).

    Example:
        >>> y, side = np.array([1.0, 1, 1, -1] * 10), np.repeat([False, True], 20)
        >>> ids = pd.Series([f"r{i:02}" for i in range(40)])
        >>> mentions = pd.DataFrame({"response_id": ids[y < 0], "theme_id": "t1"})
        >>> found = theme_parts(y, side, ids, mentions, pd.Index(ids), np.arange(40))
        >>> found.names, bool(abs(found.parts.sum()) < 1e-9)
        (['t1', '(commented)', ''], True)
    """
    pairs = mentions.loc[mentions["response_id"].isin(response_ids), ["response_id", "theme_id"]].drop_duplicates()
    sizes = pairs["theme_id"].value_counts()
    names = sorted(sizes.index[sizes >= _FEWEST_MENTIONS])
    x = np.zeros((len(y), len(names) + 1))
    pairs = pairs[pairs["theme_id"].isin(names)]
    x[pd.Index(response_ids).get_indexer(pairs["response_id"]), pd.Index(names).get_indexer(pairs["theme_id"])] = 1.0
    x[:, -1] = response_ids.isin(commented) | (x[:, :-1].sum(axis=1) > 0)
    side = is_after.astype(float)
    totals = np.array([(~is_after).sum(), is_after.sum()], dtype=float)
    means = np.stack([x[~is_after].mean(axis=0), x[is_after].mean(axis=0)])
    shift = means[1] - means[0]
    design = np.column_stack([x, np.ones(len(y)), side])
    # Themes that always occur together share their weight: the pseudo-inverse gives the smallest weights that fit.
    inverse = np.linalg.pinv(design.T @ design)
    weights = inverse @ (design.T @ y)
    k = len(names) + 1
    own = (y[is_after] - x[is_after] @ weights[:k]).mean() - (y[~is_after] - x[~is_after] @ weights[:k]).mean()
    parts = np.append(weights[:k] * shift, own)
    of_weights = (design * (y - design @ weights)[:, None]) @ inverse
    sign = np.where(is_after, 1 / totals[1], -1 / totals[0])[:, None]
    of_shift = sign * (x - np.where(is_after[:, None], means[1], means[0]))
    influence = np.column_stack([of_weights[:, :k] * shift + of_shift * weights[:k], of_weights[:, -1]])
    return ThemeParts([*names, COMMENTED, ""], parts, clustered_errors(influence, accounts))
