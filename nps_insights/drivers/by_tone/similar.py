"""Responses that sound alike: what the tone of a response lets expect of its answer, whatever the theme.

Tone was learned from the answers, so a response that sounds negative is a detractor's more often than not, whatever it
speaks of. Only responses that sound alike are therefore fit for comparison, and only among them are themes shuffled.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
# Fewer leave little to shuffle; more would put responses together that do not sound alike.
RESPONSES_PER_GROUP = 20
# Segments of one sign: none, one, two, or more.
_MOST_COUNTED = 3


def tone_profiles(response_ids: pd.Series, mentions: pd.DataFrame) -> pd.DataFrame:
    """Return how each response sounds: negative, positive (segments of that sign, at most 3), mean, lowest, highest.

    A segment that speaks of several themes counts once. A response in which no segment has a tone has zeros.

    Args:
        response_ids: Ids in the order wanted (n,).
        mentions: Table `mentions` with tone.

    Example:
        >>> mentions = pd.DataFrame({"response_id": "r1", "segment_id": ["s1", "s2"], "tone": [-0.5, 0.1]})
        >>> tone_profiles(pd.Series(["r1", "r2"]), mentions).values.tolist()
        [[1.0, 1.0, -0.2, -0.5, 0.1], [0.0, 0.0, 0.0, 0.0, 0.0]]
    """
    known = mentions.dropna(subset="tone").drop_duplicates(["response_id", "segment_id"])
    # Means of one response are summed in the order of its segments, whatever the order of the rows.
    known = known.sort_values(["response_id", "segment_id"], ignore_index=True)
    tone = known["tone"]
    parts = pd.DataFrame({"negative": tone < 0, "positive": tone > 0}).astype(float)
    by_response = known["response_id"].to_numpy()
    counts = parts.groupby(by_response).sum().clip(upper=_MOST_COUNTED)
    spread = tone.groupby(by_response).agg(["mean", "min", "max"])
    profiles = counts.join(spread).rename(columns={"min": "lowest", "max": "highest"})
    return profiles.reindex(response_ids).fillna(0.0).reset_index(drop=True)


def similar_responses(profiles: pd.DataFrame, controls: Array, y: Array) -> NDArray[np.int64]:
    """Return the group of each response (n,): responses of one group sound alike.

    Responses with as many negative and as many positive segments stand together by what their tone, and which
    questions they answered, let expect of their answer (least squares on both sides of the number), about 20 to a
    group. If the answer hangs on the themes by way of the tone alone, themes may change places within a group.

    Args:
        profiles: What `tone_profiles` returned (n rows).
        controls: Columns that the model adjusts for, the intercept among them (n, c).
        y: Promoter and detractor indicator (n, 2).

    Example:
        >>> profiles = pd.DataFrame({"negative": [1.0] * 40, "positive": 0.0, "mean": np.linspace(-1, 0, 40)})
        >>> y = np.column_stack([np.zeros(40), np.arange(40) < 20]).astype(float)
        >>> np.bincount(similar_responses(profiles, np.ones((40, 1)), y)).tolist()
        [20, 20]
    """
    counts = profiles[["negative", "positive"]].to_numpy(dtype=int)
    kinds = counts @ np.array([_MOST_COUNTED + 1, 1])
    marks = (kinds[:, None] == np.unique(kinds)).astype(float)
    x = np.column_stack([marks, profiles.drop(columns=["negative", "positive"]).to_numpy(dtype=float), controls])
    signed = y[:, 0] - y[:, 1]
    expected = np.round(x @ np.linalg.lstsq(x, signed, rcond=None)[0], 9)
    groups, first = np.empty(len(y), dtype=np.int64), 0
    for kind in np.unique(kinds):
        own = np.flatnonzero(kinds == kind)
        own = own[np.argsort(expected[own], kind="stable")]
        for part in np.array_split(own, max(1, len(own) // RESPONSES_PER_GROUP)):
            groups[part] = first
            first += 1
    return groups
