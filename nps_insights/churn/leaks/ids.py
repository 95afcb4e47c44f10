"""Ids: which columns are one, their order, and how they are made."""

import re

import numpy as np
import pandas as pd

from nps_insights.churn.leaks.names import plain

_FEWEST = 20
_ID_NAME = re.compile(r"\b(?:id|ids|nr|no|num|number|nummer|numero|key|uuid|guid|code|konto\w*|kunden\w*|account)\b")
# Whole numbers are an id if none repeats and they lie this densely, or if their name says so.
_DENSE = 3
_NEARLY_UNIQUE = 0.98


def is_id(name: str, values: pd.Series) -> bool:
    """Whether a column is an id: nearly every account has another text or whole number, densely or so named.

    Example:
        >>> is_id("attribute/ref", pd.Series([f"K{number}" for number in range(30)]))
        True
        >>> is_id("attribute/revenue", pd.Series(range(0, 30_000, 1_000)))
        False
    """
    there = values.dropna()
    if len(there) < max(_FEWEST, 0.5 * len(values)) or there.nunique() < _NEARLY_UNIQUE * len(there):
        return False
    if not pd.api.types.is_numeric_dtype(there):
        return not bool(there.astype("str").str.contains(r"\s\S+\s\S+\s", regex=True).mean() > 0.5)
    numbers = there.to_numpy(dtype=float)
    if not (numbers == np.floor(numbers)).all():
        return False
    dense = np.ptp(numbers) <= _DENSE * len(numbers)
    return bool(dense) or _ID_NAME.search(plain(name.rpartition("/")[2])) is not None


def order_of(ids: pd.Series) -> pd.Series:
    """Return the rank of each id, as a person sorts them: `K9` before `K10`.

    Example:
        >>> order_of(pd.Series(["K10", "K9", None])).tolist()
        [1.0, 0.0, nan]
    """
    if pd.api.types.is_numeric_dtype(ids):
        return ids.rank(method="dense") - 1
    texts = ids.dropna().astype("str")
    padded = texts.str.casefold().str.replace(r"\d+", lambda found: found[0].zfill(20), regex=True)
    return (padded.rank(method="dense") - 1).reindex(ids.index)


def make_of(ids: pd.Series) -> pd.Series:
    """Return how each id is made: its letters and signs before the first digit, and its length.

    Example:
        >>> make_of(pd.Series(["K-10", "X-9"])).tolist()
        ['K- 4', 'X- 3']
    """
    texts = ids.astype("str") if not pd.api.types.is_numeric_dtype(ids) else ids.map("{:.0f}".format)
    start = texts.str.extract(r"^(\D{0,4})", expand=False)
    return (start + " " + texts.str.len().astype("str")).mask(ids.isna())
